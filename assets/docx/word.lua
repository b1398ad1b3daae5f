-- Names the styles of reference.docx where pandoc would format directly: table cells, emphasis.

if not FORMAT:match("docx") then
  return {}
end

local function styled(constructor, content, style)
  return constructor(content, { ["custom-style"] = style })
end

-- Word breaks a number that is too wide for its cell; five digits of table text fit the narrowest official column.
local function is_long_number(text)
  return #text > 5 and text:match("^%d+$")
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

local function narrow_content(content)
  local text = pandoc.utils.stringify(content)
  if is_long_number(text) then
    return { styled(pandoc.Span, content, "Table Long Number") }
  end
  local label = pandoc.Inlines({})
  for position, line in ipairs(label_lines(text) or {}) do
    label:extend(position == 1 and { line } or { pandoc.LineBreak(), line })
  end
  return #label > 0 and label or content
end

-- A custom style reaches paragraphs only, so plain blocks become paragraphs.
local function set_style(row, is_free, is_narrow)
  for _, cell in ipairs(row.cells) do
    local blocks = cell.contents:map(function(block)
      if block.t ~= "Plain" then
        return block:walk({ Plain = function(plain) return pandoc.Para(plain.content) end }) -- of a list
      end
      local narrow = is_narrow and cell.col_span == 1 and cell.alignment == "AlignCenter"
      return pandoc.Para(narrow and narrow_content(block.content) or block.content)
    end)
    local style = cell.alignment == "AlignCenter" and "Table Text" or "Table Text Indented"
    cell.contents = { styled(pandoc.Div, blocks, is_free and style .. " Last Row" or style) }
  end
end

-- In points: the text block without a heading's line, a line and the margins of a table's row, a character, the room beside text.
local BLOCK = { width = 442, height = 608 }
local LINE, ROW, CHARACTER, BESIDE = 13, 3.5, 10, 6

local function text_width(text)
  local width = 0
  for _, code in utf8.codes(text) do
    width = width + (code < 0x2000 and CHARACTER / 2 or CHARACTER)
  end
  return width
end

local function lines_of(cell, width)
  local text = pandoc.utils.stringify(cell.contents)
  if cell.row_span > 1 or width == 0 or is_long_number(text) then
    return 1
  end
  return math.ceil(text_width(text) / (width - BESIDE))
end

-- About how high a table will be; a column of no given width counts as wide enough.
local function height(tbl, all)
  local total, free_from = 0, {}
  for position, row in ipairs(all) do
    local column, lines = 1, 1
    for _, cell in ipairs(row.cells) do
      while (free_from[column] or position) > position do
        column = column + 1
      end
      local width = 0
      for covered = column, column + cell.col_span - 1 do
        width = width + (tbl.colspecs[covered][2] or 0) * BLOCK.width
        free_from[covered] = position + cell.row_span
      end
      lines = math.max(lines, lines_of(cell, width))
      column = column + cell.col_span
    end
    total = total + lines * LINE + ROW
  end
  return total
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

-- A property of the file is text: the margins reach helpers/publish/word_package.py as one.
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
  {
    Table = function(tbl)
      local all = rows(tbl)
      local fits = height(tbl, all) <= BLOCK.height
      for position, row in ipairs(all) do
        -- A table that fits on a page stands on one page; of a longer one only the head keeps with what follows.
        local is_free = position == #all or not fits and position > #tbl.head.rows
        set_style(row, is_free, #tbl.colspecs >= 10)
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
