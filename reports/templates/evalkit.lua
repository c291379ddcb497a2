-- What each format needs beyond plain Markdown: column widths, landscape pages, coloured statuses, figures with
-- alternative text. Numbers and captions stand in the text already.

local colours = {
  met = '#1B7F5C', notmet = '#B83B2E', pending = '#8F5B10', missing = '#5B626E',
  notapplicable = '#6A717C', notarget = '#4A6A86', label = '#1F4E6B',
  reached = '#1B7F5C', notyet = '#4A6A86', nocomparison = '#5B626E', baseyear = '#6A717C',
}
local styles = {
  met = 'Status Met', notmet = 'Status Not Met', pending = 'Status Pending', missing = 'Status Missing',
  notapplicable = 'Status Not Applicable', notarget = 'Status No Target', label = 'Calculation Label',
  reached = 'Status Reached', notyet = 'Status Not Yet', nocomparison = 'Status No Comparison', baseyear = 'Status Base Year',
}
local is_docx, is_typst = FORMAT:match 'docx' ~= nil, FORMAT:match 'typst' ~= nil

local function typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('[\r\n]', ' ') .. '"'
end

local function section(width, height, orientation, left, top)
  local orient = orientation and ' w:orient="landscape"' or ''
  return pandoc.RawBlock('openxml', string.format(
    '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/><w:sectPr><w:type w:val="nextPage"/>' ..
    '<w:pgSz w:w="%d" w:h="%d"%s/><w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="850" w:footer="850" w:gutter="0"/>' ..
    '</w:sectPr></w:pPr></w:p>', width, height, orient, top, left, top, left))
end

-- A table scrolls in a box of its own on a narrow screen; its caption stays outside and is read in full.
local function scrolled(tbl)
  local caption = pandoc.utils.blocks_to_inlines(tbl.caption.long)
  tbl.caption = pandoc.Caption {}
  local size = #tbl.colspecs > 9 and 'widest' or #tbl.colspecs > 4 and 'wide' or 'narrow'
  local label = pandoc.utils.stringify(caption)
  -- a list of pairs, not a table of names: attributes are written in this order every time
  local box = pandoc.Div({ tbl }, pandoc.Attr('', { 'scroll', size }, { { 'tabindex', '0' }, { 'role', 'region' }, { 'aria-label', label } }))
  if #caption == 0 then return box end
  return pandoc.Div({ pandoc.Div({ pandoc.Plain(caption) }, pandoc.Attr('', { 'caption' })), box }, pandoc.Attr('', { 'tabled' }))
end

function Table(tbl)
  local widths = tbl.attributes['tbl-colwidths']
  if widths then
    local place = 1
    for number in widths:gmatch '[%d.]+' do
      if tbl.colspecs[place] then
        tbl.colspecs[place] = { tbl.colspecs[place][1], tonumber(number) / 100 }
      end
      place = place + 1
    end
    tbl.attributes['tbl-colwidths'] = nil
  end
  local lines = tbl.classes:includes 'lines'
  if is_docx then
    tbl.attributes['custom-style'] = lines and 'WorkingTable' or 'OfficialTable'
  elseif is_typst then
    return {
      pandoc.RawBlock('typst', lines and '#[\n#set table(..working-table)' or '#[\n#set table(..official-table)'),
      tbl,
      pandoc.RawBlock('typst', ']'),
    }
  elseif FORMAT:match 'html' then
    return scrolled(tbl)
  end
  return tbl
end

-- Typst reads `...` and `-?` as something else; pandoc does not escape them.
function Str(str)
  if not is_typst or not (str.text:find('...', 1, true) or str.text:find('-?', 1, true)) then return nil end
  local inlines, rest = pandoc.Inlines {}, str.text
  while rest ~= '' do
    local dots, soft = rest:find('...', 1, true), rest:find('-?', 1, true)
    local first = math.min(dots or #rest + 1, soft or #rest + 1)
    if first > 1 then inlines:insert(pandoc.Str(rest:sub(1, first - 1))) end
    if first > #rest then break end
    local length = first == dots and 3 or 2
    inlines:insert(pandoc.RawInline('typst', (rest:sub(first, first + length - 1):gsub('.', '\\%0'))))
    rest = rest:sub(first + length)
  end
  return inlines
end

function Span(span)
  for _, class in ipairs(span.classes) do
    if colours[class] then
      if is_docx then
        span.attributes['custom-style'] = styles[class]
        return span
      elseif is_typst then
        local inlines = pandoc.Inlines { pandoc.RawInline('typst', string.format('#text(fill: rgb("%s"))[', colours[class])) }
        inlines:extend(span.content)
        inlines:insert(pandoc.RawInline('typst', ']'))
        return inlines
      end
    end
  end
end

function Strong(strong)
  if is_docx then
    return pandoc.Span(strong.content, pandoc.Attr('', {}, { ['custom-style'] = 'Strong Words' }))
  end
end

function Div(div)
  if div.classes:includes 'landscape' then
    local blocks = pandoc.Blocks {}
    if is_docx then
      blocks:insert(section(11906, 16838, false, 1531, 1531))
      blocks:extend(div.content)
      blocks:insert(section(16838, 11906, true, 1474, 1361))
      return blocks
    elseif is_typst then
      blocks:insert(pandoc.RawBlock('typst', '#set page(..landscape-page)'))
      blocks:extend(div.content)
      blocks:insert(pandoc.RawBlock('typst', '#set page(..portrait-page)'))
      return blocks
    end
    return div
  end
  for class, style in pairs { calc = 'Calculation', brief = 'Calculation Short', example = 'Example Notice', note = 'Table Note' } do
    if div.classes:includes(class) then
      if is_docx then
        div.attributes['custom-style'] = style
      elseif is_typst then
        local blocks = pandoc.Blocks { pandoc.RawBlock('typst', '#' .. class .. '-block[') }
        blocks:extend(div.content)
        blocks:insert(pandoc.RawBlock('typst', ']'))
        return blocks
      end
    end
  end
  return div
end

function Figure(figure)
  if not is_typst then return nil end
  local image
  figure.content:walk { Image = function(found) image = found end }
  if not image then return nil end
  local caption = pandoc.write(pandoc.Pandoc(figure.caption.long), 'typst'):gsub('%s+$', '')
  return pandoc.RawBlock('typst', string.format('#figure(image(%s, width: %s, alt: %s), caption: [%s], kind: image, alt: %s)',
    typst_string(image.src), image.attributes.width or '100%', typst_string(image.attributes.alt or ''), caption,
    typst_string(image.attributes.alt or '')))
end
