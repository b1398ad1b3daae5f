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

-- A number of a telephone, an address of mail or of the web may go on in the next line behind its marks, as in Word: the line
-- before it would be stretched.
local LONG = 10
local BREAK = "#h(0.001pt);" -- none at all would be left out

local function string_of(el)
  local written = pandoc.List({})
  local rest = el.text
  for long in el.text:gmatch("[%w@%._/%-]+") do
    for mark in (#long > LONG and long or ""):gmatch("[^@/%.%-]*[@/%.%-]+%f[%w]") do
      local _, stop = rest:find(mark, 1, true)
      if not mark:match("%d%.$") then
        written:insert("#" .. quoted(rest:sub(1, stop)) .. ";" .. BREAK)
        rest = rest:sub(stop + 1)
      end
    end
  end
  return pandoc.RawInline("typst", table.concat(written) .. "#" .. quoted(rest) .. ";")
end

-- The last words of a paragraph, three characters with their mark, stand in one line: none ends with a line of one character.
local LAST, CLOSING, OPENING = 3, "，。、；：！？）》〉”’〕】…—", "（《〈“‘〔【…—"

local function is_han(char)
  return #char == 3 and char >= "\u{3400}" and char <= "\u{9FFF}"
end

local function has(set, char)
  return set:find(char, 1, true) ~= nil
end

local function keep_last(para)
  local last = para.content[#para.content]
  if not last or last.t ~= "Str" then
    return nil
  end
  local chars = pandoc.List({})
  for _, code in utf8.codes(last.text) do
    chars:insert(utf8.char(code))
  end
  local start = #chars - LAST + 1
  while start > 1 and (has(CLOSING, chars[start]) or has(OPENING, chars[start - 1]) or not is_han(chars[start])) do
    start = start - 1
  end
  if start <= 1 or start < #chars - 2 * LAST then
    return nil
  end
  local head, tail = table.concat(chars, "", 1, start - 1), table.concat(chars, "", start)
  para.content[#para.content] = pandoc.Str(head)
  para.content:insert(pandoc.RawInline("typst", "#box(" .. quoted(tail) .. ");"))
  return para
end

local function words(doc)
  local shown = {}
  for _, name in ipairs(SHOWN) do
    shown[name] = doc.meta[name]
  end
  local written = pandoc.Pandoc(doc.blocks, shown):walk({ Para = keep_last }):walk({ Str = string_of })
  for name, value in pairs(written.meta) do
    doc.meta[name] = value
  end
  doc.blocks = written.blocks
  return doc
end

return { { Pandoc = words } }
