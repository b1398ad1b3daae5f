-- Numbers as Chinese documents print them, for both engines after their own filters: "图1　甲图" and "见图1", not "图 1: 甲图" and
-- "见图 1". In the PDF, where Typst counts, typst-template.typ does the same.

local NUMBER = "^([^%w%p%s]+)\u{a0}([%d.]+)(:?)$"

-- The words that a line begins with, and from where to where they stand; Quarto has its own marks before those of a caption in Word.
local function leading_text(inlines)
  local text, first = "", 1
  while inlines[first] and inlines[first].t == "RawInline" do
    first = first + 1
  end
  local last = first - 1
  while inlines[last + 1] and inlines[last + 1].t == "Str" do
    last = last + 1
    text = text .. inlines[last].text
  end
  return text, first, last
end

local function caption(inlines)
  local text, first, last = leading_text(inlines)
  local word, number, colon = text:match(NUMBER)
  local follows = inlines[last + 1]
  if not word or (colon == "") ~= (follows == nil) or follows and follows.t ~= "Space" then
    return nil
  end
  local written = pandoc.Inlines({ table.unpack(inlines, 1, first - 1) })
  written:insert(pandoc.Str(word .. number .. (follows and "\u{3000}" or "")))
  written:extend({ table.unpack(inlines, last + 2) })
  return written
end

-- Quarto numbers headings in Word itself, and by another form than in page and PDF.
local function heading(el)
  if el.content[2] and el.content[2].t == "Str" and el.content[2].text == ". " then
    el.content[2] = pandoc.Space()
    return el
  end
end

-- A table that stays as it was written in HTML.
local function raw_block(el)
  if el.format == "html" then
    el.text = el.text:gsub("(<caption[^>]*>[^<%w]-)\u{a0}(%d+): ", "%1%2\u{3000}")
    return el
  end
end

-- Most tables have none of these: to read one as a text is quicker than to ask for the words of each cell.
local function table_without(el)
  local text = pandoc.write(pandoc.Pandoc({ el }), "json")
  if not text:find("\u{a0}", 1, true) and not text:find('"Header"', 1, true) then
    return el, false
  end
end

return { { traverse = "topdown", Inlines = caption, Header = heading, RawBlock = raw_block, Table = table_without } }
