-- Content shown in some formats, profiles or cases only; page breaks; values of the metadata.

local meta

local function meta_value(path)
  local value = meta
  for key in path:gmatch('[^.]+') do
    if type(value) ~= 'table' then return nil end
    value = value[key]
  end
  return value
end

-- Visible when all of when-… hold and none of unless-…, hidden then; takes those attributes away.
local function shown(el)
  local given, all = false, true
  for _, what in ipairs({'format', 'profile'}) do
    local wanted, unwanted = el.attributes['when-' .. what], el.attributes['unless-' .. what]
    given = given or wanted or unwanted
    all = all and (not wanted or wanted == context[what]) and unwanted ~= context[what]
    el.attributes['when-' .. what], el.attributes['unless-' .. what] = nil, nil
  end
  if el.classes:includes('content-visible') then return all end
  return given and not all
end

local function conditional(el)
  if not el.classes:includes('content-visible') and not el.classes:includes('content-hidden') then return nil end
  if not shown(el) then return {} end
  el.classes = el.classes:filter(function(c) return c ~= 'content-visible' and c ~= 'content-hidden' end)
  if el.content and el.identifier == '' and #el.classes == 0 and #el.attributes == 0 then return el.content end
  return el
end

local page_breaks = {
  html = pandoc.RawBlock('html', '<div style="page-break-after: always;"></div>'),
  typst = pandoc.RawBlock('typst', '#pagebreak()'),
  docx = pandoc.RawBlock('openxml', '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'),
}

local function div(el)
  if el.classes:includes('publish-pagebreak') then return page_breaks[context.format] end
  return conditional(el)
end

local function span(el)
  if el.classes:includes('publish-meta') then
    local value = meta_value(el.attributes.key)
    if value == nil then fail('unknown-meta', el.attributes.key) end
    if pandoc.utils.type(value) == 'Inlines' then return value end
    return pandoc.Str(pandoc.utils.stringify(value))
  end
  return conditional(el)
end

local function document(doc)
  meta = doc.meta
  doc.blocks = doc.blocks:walk({traverse = 'topdown', Div = div, Span = span, CodeBlock = conditional})
  return doc
end

return {{Pandoc = document}}
