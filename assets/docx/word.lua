-- Names the styles of reference.docx where pandoc would format directly: table cells, emphasis.

if not FORMAT:match("docx") then
  return {}
end

local function styled(constructor, content, style)
  return constructor(content, { ["custom-style"] = style })
end

-- Word breaks a number that is too wide for its cell. Digits of the widest face that stands in for the official ones
-- (DejaVu) are 0.64 em wide; a style for each twentieth of that width makes them smaller and narrower (make_reference.py).
local SIZE, DIGIT, MARGINS = 10, 0.64, 2

local function number_style(text, width)
  local share = width > 0 and (width - MARGINS) / (#text * SIZE * DIGIT) or 1
  if share >= 1 or not text:match("^%d+$") then
    return nil
  end
  return "Table Number " .. math.max(math.floor(share * 20), 6) * 5
end

local function is_han(text)
  for _, code in utf8.codes(text) do
    if code < 0x4E00 or code > 0x9FFF then
      return false
    end
  end
  return true
end

-- A label such as "三、本年度办理结果" in lines as the form has them: the ordinal, then words of two characters, of which the
-- first takes three where their number is odd.
local function label_lines(text)
  local ordinal = text:match("^（.-）") or text:match("^.-、") or ""
  local words = text:sub(#ordinal + 1)
  local length = pandoc.text.len(words)
  if length <= 3 or not is_han(words) then
    return nil
  end
  local lines = pandoc.List(ordinal ~= "" and { pandoc.Str(ordinal) } or {})
  local start, stop = 1, 2 + length % 2
  while start <= length do
    lines:insert(pandoc.Str(pandoc.text.sub(words, start, stop)))
    start, stop = stop + 1, stop + 2
  end
  return lines
end

-- What a cell is asked for. Whenever it is asked for more, pandoc goes through all that it was asked for before, and an alignment
-- takes longest: what is short comes first, and the alignment is asked of a copy of the cell.
local function parts_of(cell, copy)
  local one = { cell = cell, down = cell.row_span, columns = cell.col_span, centred = copy.alignment == "AlignCenter" }
  one.blocks = cell.contents
  local block = #one.blocks == 1 and one.blocks[1]
  if block and block.t == "Plain" then
    one.inlines = block.content
    local inline = #one.inlines == 1 and one.inlines[1]
    one.word = inline and inline.t == "Str" and inline.text or nil -- the only one, as most cells have it
  end
  return one
end

local function narrow_content(content, text, width)
  local number = number_style(text, width)
  if number then
    return { styled(pandoc.Span, content, number) }
  end
  local label = pandoc.Inlines({})
  for position, line in ipairs(label_lines(text) or {}) do
    label:extend(position == 1 and { line } or { pandoc.LineBreak(), line })
  end
  return #label > 0 and label or content
end

-- In points: the text block without a heading's line and the least that stands of a table before it breaks, a line and the margins of a table's row, a character, the room beside text.
local BLOCK = { width = 442, height = 608, beginning = 200 }
local LINE, ROW, CHARACTER, BESIDE = 13, 3.5, 10, 6

local function text_width(text)
  local width = 0
  for _, code in utf8.codes(text) do
    width = width + (code < 0x2000 and CHARACTER / 2 or CHARACTER)
  end
  return width
end

local function lines_of(one)
  if one.width == 0 or one.down > 1 then
    return 1
  end
  local text = one.word or pandoc.utils.stringify(one.blocks)
  if text:match("^%d+$") then
    return 1
  end
  return math.ceil(text_width(text) / (one.width - BESIDE))
end

-- The form's longest group within a part has eight rows; a part itself is longer than a page can hold together.
local LONGEST_GROUP, LAST_ROWS = 10, 2

-- The rows of a table, each with its cells and their widths in points (0: as wide as its text), about how high it will be, and
-- whether a group of rows goes on below it.
local function measured(tbl, all, copies)
  local lines, free_from, grouped_to = pandoc.List({}), {}, 0
  local widths = tbl.colspecs:map(function(spec) return spec[2] or 0 end)
  for position, row in ipairs(all) do
    local column, high, cells = 1, 1, pandoc.List({})
    local copied = copies[position].cells
    for number, cell in ipairs(row.cells) do
      while (free_from[column] or position) > position do
        column = column + 1
      end
      local one, width = parts_of(cell, copied[number]), 0
      for covered = column, column + one.columns - 1 do
        width = width + (widths[covered] or 0) * BLOCK.width
        free_from[covered] = position + one.down
      end
      if one.down <= LONGEST_GROUP then
        grouped_to = math.max(grouped_to, position + one.down - 1)
      end
      one.width = width
      cells:insert(one)
      high = math.max(high, lines_of(one))
      column = column + one.columns
    end
    lines:insert({ cells = cells, height = high * LINE + ROW, goes_on = grouped_to > position })
  end
  return lines
end

local function has_picture(one)
  if one.word then
    return false
  end
  local found = false
  one.blocks:walk({ Image = function() found = true end })
  return found
end

-- A custom style reaches paragraphs only, so plain blocks become paragraphs.
local function paragraphs(one, is_narrow)
  return one.blocks:map(function(block)
    if block.t ~= "Plain" then
      return block:walk({ Plain = function(plain) return pandoc.Para(plain.content) end }) -- of a list
    end
    local inlines = one.inlines or block.content
    local text = is_narrow and (one.word or pandoc.utils.stringify(inlines))
    return pandoc.Para(is_narrow and narrow_content(inlines, text, one.width) or inlines)
  end)
end

-- What is made of a word is known for the next cell that has it and looks the same.
local function set_style(cells, is_free, has_narrow, known)
  for _, one in ipairs(cells) do
    local is_narrow = has_narrow and one.columns == 1 and one.centred
    local style = one.centred and "Table Text" or "Table Text Indented"
    style = is_free and style .. " Last Row" or style
    if has_picture(one) then -- whose line is as high as it
      style = is_free and "Figure" or "Captioned Figure"
    end
    local look = one.word and table.concat({ style, one.word, is_narrow and one.width or "" }, "\0")
    local contents = look and known[look] or pandoc.Blocks({ styled(pandoc.Div, paragraphs(one, is_narrow), style) })
    if look then
      known[look] = contents
    end
    one.cell.contents = contents
  end
end

local function rows(tbl)
  local all = pandoc.List({})
  all:extend(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do
    all:extend(body.head)
    all:extend(body.body)
  end
  all:extend(tbl.foot.rows)
  return all
end

-- Characters of the title in a line. The organ's name stands on lines of its own, equally long where it needs more than one.
local TITLE_LINE = 20

local function even_lines(meta)
  local organ = meta["title-organ"] and pandoc.utils.stringify(meta["title-organ"]) or ""
  local length = pandoc.text.len(organ)
  if length > TITLE_LINE and is_han(organ) then
    local line = math.ceil(length / math.ceil(length / TITLE_LINE))
    local lines = pandoc.Inlines({})
    for start = 1, length, line do
      if start > 1 then
        lines:insert(pandoc.LineBreak())
      end
      lines:insert(pandoc.Str(pandoc.text.sub(organ, start, start + line - 1)))
    end
    meta["title-organ"] = pandoc.MetaInlines(lines)
  end
  return meta
end

-- A property of the file is text: the margins reach helpers/finishing/word_package.py as one.
local function margin_as_text(meta)
  if pandoc.utils.type(meta.margin) == "table" then
    local sides = pandoc.List({})
    for side, length in pairs(meta.margin) do
      sides:insert(side .. ": " .. pandoc.utils.stringify(length))
    end
    sides:sort()
    meta.margin = table.concat(sides, "; ")
  end
  return meta
end

return {
  { Meta = margin_as_text },
  { Meta = even_lines },
  {
    Table = function(tbl)
      local known = {}
      local all = measured(tbl, rows(tbl), rows(tbl:clone()))
      local whole = 0
      for _, row in ipairs(all) do
        whole = whole + row.height
      end
      local above = 0
      for position, row in ipairs(all) do
        above = above + row.height
        -- A table of up to half a page stands on one page. A longer one may break behind its head and some rows, not within a
        -- group of them, and not before its last rows.
        local breaks = whole > BLOCK.height / 2 and above >= BLOCK.beginning and position < #all - LAST_ROWS and not row.goes_on
        set_style(row.cells, position == #all or breaks, #tbl.colspecs >= 10, known)
      end
      return tbl
    end,
    -- Quarto keeps what a picture shows beside it, where pandoc's writer does not look.
    Image = function(image)
      local alt = image.attributes["fig-alt"] or image.attributes.alt
      if alt and #image.caption == 0 then
        image.caption = { pandoc.Str(alt) }
      end
      return image
    end,
    Strong = function(inline)
      return styled(pandoc.Span, inline.content, "Strong")
    end,
    Emph = function(inline)
      return styled(pandoc.Span, inline.content, "Emphasis")
    end,
  },
}
