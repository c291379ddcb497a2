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
