-- Writes every word as a string of Typst. Pandoc's own writer escapes what begins markup, but not what goes on with an
-- expression (after "#strong[甲]" a word ".func()" would be called), and not what begins a list in a property ("1. 甲").

if not FORMAT:match("typst") then
  return {}
end

-- Properties that the template prints as content; others, such as lang, stand inside strings of its own.
local SHOWN = { "title", "subtitle", "abstract", "abstract-title", "toc-title", "author", "by-author", "keywords", "description", "watermark" }

local function string_of(el)
  local text = el.text:gsub('[\\"]', "\\%0")
  return pandoc.RawInline("typst", '#"' .. text .. '";')
end

local function words(doc)
  local shown = {}
  for _, name in ipairs(SHOWN) do
    shown[name] = doc.meta[name]
  end
  local written = pandoc.Pandoc(doc.blocks, shown):walk({ Str = string_of })
  for name, value in pairs(written.meta) do
    doc.meta[name] = value
  end
  doc.blocks = written.blocks
  return doc
end

return { { Pandoc = words } }
