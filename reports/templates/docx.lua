-- What the reports need beyond plain Markdown in Word. Numbers and captions stand in the text already.
if not FORMAT:match 'docx' then return {} end

local styles = {
  met = 'Status Met', notmet = 'Status Not Met', pending = 'Status Pending', missing = 'Status Missing',
  notapplicable = 'Status Not Applicable', notarget = 'Status No Target', label = 'Calculation Label',
  reached = 'Status Reached', notyet = 'Status Not Yet', nocomparison = 'Status No Comparison', baseyear = 'Status Base Year',
}
local blocks = { calc = 'Calculation', brief = 'Calculation Short', example = 'Example Notice', note = 'Table Note' }

local function section(width, height, orientation, left, top)
  local orient = orientation and ' w:orient="landscape"' or ''
  return pandoc.RawBlock('openxml', string.format(
    '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/><w:sectPr><w:type w:val="nextPage"/>' ..
    '<w:pgSz w:w="%d" w:h="%d"%s/><w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="850" w:footer="850" w:gutter="0"/>' ..
    '</w:sectPr></w:pPr></w:p>', width, height, orient, top, left, top, left))
end

-- How wide columns look is said apart from how wide they stand in the source.
local function fit(tbl)
  local place = 1
  for number in (tbl.attributes['tbl-colwidths'] or ''):gmatch '[%d.]+' do
    if tbl.colspecs[place] then
      tbl.colspecs[place] = { tbl.colspecs[place][1], tonumber(number) / 100 }
    end
    place = place + 1
  end
  tbl.attributes['tbl-colwidths'] = nil
end

function Table(tbl)
  fit(tbl)
  tbl.attributes['custom-style'] = tbl.classes:includes 'lines' and 'WorkingTable' or 'OfficialTable'
  return tbl
end

function Span(span)
  for _, class in ipairs(span.classes) do
    if styles[class] then
      span.attributes['custom-style'] = styles[class]
      return span
    end
  end
end

function Strong(strong)
  return pandoc.Span(strong.content, pandoc.Attr('', {}, { ['custom-style'] = 'Strong Words' }))
end

function Div(div)
  if div.classes:includes 'landscape' then
    local made = pandoc.Blocks {}
    made:insert(section(11906, 16838, false, 1531, 1531))
    made:extend(div.content)
    made:insert(section(16838, 11906, true, 1474, 1361))
    return made
  end
  for class, style in pairs(blocks) do
    if div.classes:includes(class) then div.attributes['custom-style'] = style end
  end
  return div
end
