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
  return scrolled(tbl)
end

function Div(div)
  if div.classes:includes 'block' then
    div.attributes['control'] = nil
    return div
  end
end
