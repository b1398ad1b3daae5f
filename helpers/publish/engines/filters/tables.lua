-- Raw HTML tables become native ones where the format is not HTML.

-- Only <thead> makes header rows: pandoc would make one of any first row of <th>, which the page has as a body row.
local function parsed(html)
  local text = html:gsub('<(/?)[tT][hH]([%s>])', '<%1td%2')
  -- What no other format has is half of a table's text; and pandoc reads an attribute sooner than a style.
  text = text:gsub('%sheaders="[^"]*"', ''):gsub('(<td[^>]-)%sid="[^"]*"', '%1')
  text = text:gsub('(<td[^>]-)%sstyle="text%-align: (%a+)"', '%1 align="%2"')
  return pandoc.read(text, 'html')
end

-- Tables that differ in whole numbers alone have one form: pandoc reads a form once, with places for the numbers.
local function filled(html)
  local numbers, forms = {}, remembered.forms
  local form = html:gsub('>(%d+)</td>', function(number)
    table.insert(numbers, number)
    return '>\u{e000}' .. #numbers .. '\u{e001}</td>'
  end)
  forms[form] = forms[form] or remembered.earlier[form] or pandoc.write(parsed(form), 'json')
  local tree, places = forms[form]:gsub('\u{e000}(%d+)\u{e001}', function(place) return numbers[tonumber(place)] end)
  return places == #numbers and pandoc.read(tree, 'json') or parsed(html)
end

-- A pandoc that stays (formats.lua) remembers these, and what it read for another format of the report. Headings have identifiers of words.
local function read(html)
  if not remembered or html:find('<[hH]%d') or html:find('\u{e000}') then return pandoc.Div(parsed(html).blocks) end
  remembered.tables[html] = remembered.tables[html] or filled(html)
  return pandoc.Div(remembered.tables[html]:clone().blocks)
end

local function without_style(el)
  el.attributes.style = nil
  return el
end

-- What a cell displays as HTML and nothing else: its text and tables, without the look.
local function displayed(html)
  if context.format == 'html' then return pandoc.RawBlock('html', html) end
  local blocks = read(html):walk({
    Div = function(el) return el.content end,
    RawBlock = function() return {} end,
    RawInline = function() return {} end,
    Span = without_style, Header = without_style,
  }).content
  blocks = blocks:filter(function(block) return block.t ~= 'Plain' or #block.content > 0 end)
  local shown = false
  blocks:walk({Str = function() shown = true end, Image = function() shown = true end, Math = function() shown = true end})
  if not shown then fail('empty-html', html:gsub('%s+', ' '):sub(1, 40)) end
  return blocks
end

local function raw_block(el)
  if el.format == 'publish-html' then return displayed(el.text) end
  if context.format == 'html' or not context.html_tables then return nil end
  if el.format ~= 'html' or not el.text:lower():find('<table[%s>]') then return nil end
  local tables = pandoc.List()
  read(el.text):walk({traverse = 'topdown', Table = function(tbl)
    tables:insert(tbl)
    return tbl, false
  end})
  if #tables > 0 then return tables end
end

return {{RawBlock = raw_block}}
