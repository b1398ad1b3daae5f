-- What cells give, for both engines after their own filters: an object that shows itself as nothing but its name is refused, and in the
-- PDF a picture without words, before Typst is asked; colours of a terminal are no text. In Word a figure keeps the words that describe it.

local function plain(text)
  return (text:gsub("\27%[[%d;]*%a", ""))
end

-- The cells of the document, in order.
local function cells_of(path)
  local cells, ticks, number = {}, nil, 0
  for line in io.lines(path) do
    number = number + 1
    local opens = not ticks and line:match("^ *(```+)%s*{python")
    if opens then
      ticks = opens
      table.insert(cells, { line = number, count = #cells + 1, text = "" })
    elseif ticks then
      local cell = cells[#cells]
      cell.text = cell.text .. line .. "\n"
      cell.label = cell.label or line:match("^#|%s*label:%s*(%S+)")
      if line:match("^ *" .. ticks .. "%s*$") then ticks = nil end
    end
  end
  return cells
end

-- The first cell that is meant, or the first line of the text.
local function found(path, is_meant, text)
  for _, cell in ipairs(cells_of(path)) do
    if is_meant(cell) then return cell.line, cell.label end
  end
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    if text and line:find(text, 1, true) then return number end
  end
end

-- Quarto goes on after an error of a filter, and not after its end.
local function refuse(line, message)
  local path = quarto and quarto.doc.input_file
  local place = line and path and ("%s:%d："):format(pandoc.path.filename(path), line) or ""
  io.stderr:write(place, message, "\n")
  os.exit(1)
end

function CodeBlock(el)
  local object = el.text:match("<IPython%.core%.display%.(%w+) object>")
  if object then
    local line = quarto and found(quarto.doc.input_file, function(cell) return cell.text:find(object .. "(", 1, true) end)
    refuse(line, "单元格输出的网页片段 " .. object .. " 在 PDF 和 Word 里显示不了；请改为打印文字或 Markdown")
  end
  el.text = plain(el.text)
  return el
end

-- By now Quarto has made Typst's own of pictures with words. It names a picture by the label of its cell or by its number, with the
-- header for the first; with -P there is a cell of parameters more than the document has.
local function refuse_without_words(source)
  local name = source:match("([^/]+)%-output%-%d+%.%w+$")
  local count = name and tonumber(name:match("^cell%-(%d+)$")) or 0
  local line, label
  for ahead = 1, name and 2 or 0 do
    line, label = found(quarto.doc.input_file, function(cell)
      return (cell.label == name or cell.count == count - ahead) and not cell.text:find("#|%s*fig%-alt:")
    end)
    if line then break end
  end
  if name then
    label = label and " " .. label .. " " or ""
    refuse(line, ("单元格%s的图没有替代文字，PDF/UA 要求有；请写 #| fig-alt: 图上有什么"):format(label))
  end
  line = found(quarto.doc.input_file, function() end, source)
  refuse(line, ("图片 %s 没有替代文字，PDF/UA 要求有；请写 fig-alt"):format(source))
end

function Image(el)
  if FORMAT:match("typst") and quarto then
    refuse_without_words(el.src)
  end
  local words = el.attributes["fig-alt"]
  if FORMAT:match("docx") and words then
    el.attributes["fig-alt"] = nil
    el.caption = { pandoc.Str(words) }
    return el
  end
end
