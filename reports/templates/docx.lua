-- What the reports need beyond plain Markdown in Word. Numbers and captions stand in the text already.
if not FORMAT:match 'docx' then return {} end

local styles = {
  met = 'Status Met', notmet = 'Status Not Met', pending = 'Status Pending', missing = 'Status Missing',
  notapplicable = 'Status Not Applicable', notarget = 'Status No Target', label = 'Calculation Label',
  reached = 'Status Reached', notyet = 'Status Not Yet', nocomparison = 'Status No Comparison', baseyear = 'Status Base Year',
}
local blocks = { calc = 'Calculation', brief = 'Calculation Short', example = 'Example Notice', note = 'Table Note' }

-- Where a section ends. How large its page is depends on the form of the report and is set when the file is finished.
local function section(landscape)
  local size = landscape and '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>' or '<w:pgSz w:w="11906" w:h="16838"/>'
  return pandoc.RawBlock('openxml', '<w:p><w:pPr><w:sectPr><w:type w:val="nextPage"/>' .. size .. '</w:sectPr></w:pPr></w:p>')
end

function Table(tbl)
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
    made:insert(section(false))
    made:extend(div.content)
    made:insert(section(true))
    return made
  end
  -- What may be edited in Word is marked here; rendering/word_blocks.py makes content controls of it.
  if div.classes:includes 'block' then
    local made = pandoc.Blocks { pandoc.RawBlock('openxml', '<?evalkit-block ' .. (div.attributes.control or '') .. '?>') }
    made:extend(div.content)
    made:insert(pandoc.RawBlock('openxml', '<?evalkit-block-end?>'))
    return made
  end
  for class, style in pairs(blocks) do
    if div.classes:includes(class) then div.attributes['custom-style'] = style end
  end
  return div
end
