-- Raw HTML tables become native ones where the format is not HTML.

dofile(pandoc.path.join({pandoc.path.directory(PANDOC_SCRIPT_FILE), 'setup.lua'}))

local function raw_block(el)
  if context.format == 'html' or not context.html_tables then return nil end
  if el.format ~= 'html' or not el.text:lower():find('<table[%s>]') then return nil end
  -- Only <thead> makes header rows: pandoc would make one of any first row of <th>, which the page has as a body row.
  local text = el.text:gsub('<(/?)[tT][hH]([%s>])', '<%1td%2')
  text = text:gsub('%sheaders="[^"]*"', '')  -- half of a table's text, and in no other format
  local tables = pandoc.List()
  pandoc.Div(pandoc.read(text, 'html').blocks):walk({traverse = 'topdown', Table = function(tbl)
    tables:insert(tbl)
    return tbl, false
  end})
  if #tables > 0 then return tables end
end

return {{RawBlock = raw_block}}
