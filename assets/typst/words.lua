-- Writes every word as a string of Typst. Pandoc's own writer escapes what begins markup, but not what goes on with an
-- expression (after "#strong[甲]" a word ".func()" would be called), and not what begins a list in a property ("1. 甲").

if not FORMAT:match("typst") then
  return {}
end

-- Properties that the template prints as content; others, such as lang, stand inside strings of its own.
local SHOWN = { "title", "subtitle", "abstract", "abstract-title", "toc-title", "author", "by-author", "keywords", "description", "watermark" }

local function quoted(text)
  return '"' .. text:gsub('[\\"]', "\\%0") .. '"'
end

-- An address of mail or of the web may go on in the next line behind its marks, or the line before it would be stretched. A
-- number of a telephone stays whole.
local LONG = 12
local BREAK = "#h(0.001pt);" -- none at all would be left out

local function string_of(el)
  local written = pandoc.List({})
  local rest = el.text
  for long in el.text:gmatch("[%w@%._/%-]+") do
    for mark in (#long > LONG and long or ""):gmatch("[^@/%-]*[@/%-]+%f[%w]") do
      local _, stop = rest:find(mark, 1, true)
      if not mark:match("%d%-$") then
        written:insert("#" .. quoted(rest:sub(1, stop)) .. ";" .. BREAK)
        rest = rest:sub(stop + 1)
      end
    end
  end
  return pandoc.RawInline("typst", table.concat(written) .. "#" .. quoted(rest) .. ";")
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
