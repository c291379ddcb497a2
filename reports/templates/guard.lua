-- What every format needs, before its own filter.

-- A report shows its own figures and nothing else: no other file, no address. Word takes them as pictures, the others as drawings.
local extension = FORMAT:match 'docx' and '.png' or '.svg'

function Image(image)
  local name = image.src:match '^figures/([^/\\]+)$'
  if not name or name:find('..', 1, true) then
    error('picture outside the report: ' .. image.src)
  end
  if not name:find('.', 1, true) then
    image.src = image.src .. extension
    return image
  end
end

-- How wide columns look is said apart from how wide they stand in the source.
function Table(tbl)
  local place = 1
  for number in (tbl.attributes['tbl-colwidths'] or ''):gmatch '[%d.]+' do
    if tbl.colspecs[place] then
      tbl.colspecs[place] = { tbl.colspecs[place][1], tonumber(number) / 100 }
    end
    place = place + 1
  end
  tbl.attributes['tbl-colwidths'] = nil
  return tbl
end
