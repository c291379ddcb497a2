-- What the reports need beyond plain Markdown in Typst. Numbers and captions stand in the text already.
if not FORMAT:match 'typst' then return {} end

local colours = {
  met = '#1B7F5C', notmet = '#B83B2E', pending = '#8F5B10', missing = '#5B626E',
  notapplicable = '#6A717C', notarget = '#4A6A86', label = '#1F4E6B',
  reached = '#1B7F5C', notyet = '#4A6A86', nocomparison = '#5B626E', baseyear = '#6A717C',
}

local function typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('[\r\n]', ' ') .. '"'
end

function Table(tbl)
  return {
    pandoc.RawBlock('typst', tbl.classes:includes 'lines' and '#[\n#set table(..working-table)' or '#[\n#set table(..official-table)'),
    tbl,
    pandoc.RawBlock('typst', ']'),
  }
end

-- Typst reads `...`, `-?` and a minus before a figure as something else; pandoc does not escape them.
function Str(str)
  local minus = str.text:match '^%-%d'
  if not (minus or str.text:find('...', 1, true) or str.text:find('-?', 1, true)) then return nil end
  local inlines, rest = pandoc.Inlines {}, str.text
  if minus then
    inlines:insert(pandoc.RawInline('typst', '\\-'))
    rest = rest:sub(2)
  end
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
      local inlines = pandoc.Inlines { pandoc.RawInline('typst', string.format('#text(fill: rgb("%s"))[', colours[class])) }
      inlines:extend(span.content)
      inlines:insert(pandoc.RawInline('typst', ']'))
      return inlines
    end
  end
end

function Div(div)
  if div.classes:includes 'landscape' then
    local made = pandoc.Blocks {}
    made:insert(pandoc.RawBlock('typst', '#set page(..landscape-page)'))
    made:extend(div.content)
    made:insert(pandoc.RawBlock('typst', '#set page(..portrait-page)'))
    return made
  end
  for _, class in ipairs { 'calc', 'brief', 'example', 'note' } do
    if div.classes:includes(class) then
      local made = pandoc.Blocks { pandoc.RawBlock('typst', '#' .. class .. '-block[') }
      made:extend(div.content)
      made:insert(pandoc.RawBlock('typst', ']'))
      return made
    end
  end
  if div.classes:includes 'block' then return div.content end
end

-- The text of inlines; what `Str` wrote for Typst is text again.
local function plain(inlines)
  return pandoc.utils.stringify(inlines:walk { RawInline = function(raw) return pandoc.Str((raw.text:gsub('\\(.)', '%1'))) end })
end

function Figure(figure)
  local image
  figure.content:walk { Image = function(found) image = found end }
  if not image then return nil end
  local caption = pandoc.write(pandoc.Pandoc(figure.caption.long), 'typst'):gsub('%s+$', '')
  local label = figure.identifier ~= '' and ' <' .. figure.identifier .. '>' or ''
  return pandoc.RawBlock('typst', string.format('#picture(%s, %s, %s, [%s])%s', typst_string(image.src),
    image.attributes.width or '100%', typst_string(plain(image.caption)), caption, label))
end

-- The name of an annex without its number; nil for a chapter.
local function annex(block)
  if block.t ~= 'Header' or block.level ~= 1 then return nil end
  local title = plain(block.content)
  return title:match '^附件%d+%s*(.*)$' or title:match '^Annex %d+[%s:.]*(.*)$'
end

-- An annex begins a new page, in a technical report the first one. Above the first one, or at the end, an official paper is signed.
function Pandoc(doc)
  local made, names, first, chapters = pandoc.Blocks {}, {}, nil, false
  for _, block in ipairs(doc.blocks) do
    local name = annex(block)
    chapters = chapters or block.t == 'Header'
    if name then
      if not first then
        first = #made + 1
        while first > 1 and made[first - 1].t == 'RawBlock' and made[first - 1].text:match '^#set page' do first = first - 1 end
      end
      made:insert(pandoc.RawBlock('typst', #names > 0 and '#annex-break' or '#pagebreak(weak: true)'))
      table.insert(names, typst_string((name:gsub('^　+', ''))) .. ',')
    end
    made:insert(block)
  end
  if chapters then
    made:insert(first or #made + 1, pandoc.RawBlock('typst', '#signing((' .. table.concat(names) .. '))'))
  end
  return pandoc.Pandoc(made, doc.meta)
end
