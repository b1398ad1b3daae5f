-- Content shown in some formats, profiles or cases only; page breaks; values of the metadata.

dofile(pandoc.path.join({pandoc.path.directory(PANDOC_SCRIPT_FILE), 'setup.lua'}))

local meta

local function meta_value(path)
  local value = meta
  for key in path:gmatch('[^.]+') do
    if type(value) ~= 'table' then return nil end
    value = value[key]
  end
  return value
end

-- Whether one of the attributes KIND-format, KIND-profile, KIND-meta holds; nil where none stands there.
local function condition(attributes, kind)
  local given = false
  local format, profile, key = attributes[kind .. '-format'], attributes[kind .. '-profile'], attributes[kind .. '-meta']
  local holds = kind == 'when'
  local function take(value)
    given = true
    if kind == 'when' then holds = holds and value else holds = holds or value end
  end
  if format then take(format == context.format) end
  if profile then take(profile == context.profile) end
  if key then
    local value = meta_value(key)
    take(value ~= nil and value ~= false)
  end
  if given then return holds end
end

local function shown(el)
  local when, unless = condition(el.attributes, 'when'), condition(el.attributes, 'unless')
  local holds = when ~= false and unless ~= true
  if el.classes:includes('content-visible') then return holds end
  return (when ~= nil or unless ~= nil) and not holds
end

local function conditional(el)
  local visible, hidden = el.classes:includes('content-visible'), el.classes:includes('content-hidden')
  if not visible and not hidden then return nil end
  if not shown(el) then return {} end
  for _, kind in ipairs({'when', 'unless'}) do
    for _, what in ipairs({'format', 'profile', 'meta'}) do el.attributes[kind .. '-' .. what] = nil end
  end
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
