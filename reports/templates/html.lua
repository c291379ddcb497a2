-- What the reports need beyond plain Markdown in the web page. Numbers and captions stand in the text already.
if not FORMAT:match 'html' then return {} end

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

-- A reader of the page aloud says the head of the column with each cell.
local function headed(tbl)
  for _, row in ipairs(tbl.head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.attributes['scope'] = cell.col_span > 1 and 'colgroup' or 'col'
    end
  end
end

local function shaped(tbl)
  headed(tbl)
  return scrolled(tbl)
end

-- The title of the page is its one heading of the first level.
local function lower(header)
  header.level = math.min(header.level + 1, 6)
  return header
end

local function plain(div)
  if div.classes:includes 'block' then
    div.attributes['control'] = nil
    return div
  end
end

-- Every id of the document.
local function ids(doc)
  local found = {}
  local function note(element)
    if element.identifier ~= '' then found[element.identifier] = true end
  end
  doc:walk { Header = note, Div = note, Span = note, Table = note, Figure = note, CodeBlock = note }
  return found
end

function Pandoc(doc)
  local known = ids(doc)
  local function linked(span)
    local target = span.attributes['to']
    if not (target and span.classes:includes 'calc-link') then return nil end
    -- what no chapter explains stays plain text: no link leads nowhere
    return known[target] and pandoc.Link(span.content, '#' .. target, '', pandoc.Attr('', { 'calc-link' })) or span.content
  end
  doc = doc:walk { Span = linked }
  return doc:walk { Table = shaped, Header = lower, Div = plain }
end
