-- What cells give, for both engines after their own filters: an object that shows itself as nothing but its name is refused, and in the
-- PDF a picture without words, before Typst is asked; colours of a terminal are no text. In Word a figure keeps the words that describe it.

local function plain(text)
  return (text:gsub("\27%[[%d;]*%a", ""))
end

-- The lines of a document in order, each with its file and its number there; a file that it includes stands where it is named.
local function lines_of(path, lines)
  lines = lines or pandoc.List()
  local file, number = io.open(path), 0
  for line in file and file:lines() or function() end do
    number = number + 1
    local included = line:match("^%s*{{<%s*include%s+(.-)%s*>}}%s*$")
    if included then
      lines_of(pandoc.path.join({ pandoc.path.directory(path), included }), lines)
    else
      lines:insert({ text = line, place = ("%s:%d："):format(pandoc.path.filename(path), number) })
    end
  end
  if file then file:close() end
  return lines
end

-- The cells of the document, in order.
local function cells_of(lines)
  local cells, ticks = {}, nil
  for _, line in ipairs(lines) do
    local opens = not ticks and line.text:match("^ *(```+)%s*{python")
    if opens then
      ticks = opens
      table.insert(cells, { place = line.place, count = #cells + 1, text = "" })
    elseif ticks then
      local cell = cells[#cells]
      cell.text = cell.text .. line.text .. "\n"
      cell.label = cell.label or line.text:match("^#|%s*label:%s*(%S+)")
      if line.text:match("^ *" .. ticks .. "%s*$") then ticks = nil end
    end
  end
  return cells
end

-- Where the first cell stands that is meant, or the first line of the text; the label of that cell.
local function found(is_meant, text)
  local lines = lines_of(quarto.doc.input_file)
  for _, cell in ipairs(cells_of(lines)) do
    if is_meant(cell) then return cell.place, cell.label end
  end
  for _, line in ipairs(lines) do
    if text and line.text:find(text, 1, true) then return line.place end
  end
end

-- Quarto goes on after an error of a filter, and not after its end.
local function refuse(place, message)
  io.stderr:write(place or "", message, "\n")
  os.exit(1)
end

function CodeBlock(el)
  local object = el.text:match("<IPython%.core%.display%.(%w+) object>")
  if object then
    local place = quarto and found(function(cell) return cell.text:find(object .. "(", 1, true) end)
    refuse(place, "单元格输出的网页片段 " .. object .. " 在 PDF 和 Word 里显示不了；请改为打印文字或 Markdown")
  end
  el.text = plain(el.text)
  return el
end

-- By now Quarto has made Typst's own of pictures with words. It names a picture by the label of its cell or by its number, with the
-- header for the first; with -P there is a cell of parameters more than the document has.
local function refuse_without_words(source)
  local name = source:match("([^/]+)%-output%-%d+%.%w+$")
  local count = name and tonumber(name:match("^cell%-(%d+)$")) or 0
  local place, label
  for ahead = 1, name and 2 or 0 do
    place, label = found(function(cell)
      return (cell.label == name or cell.count == count - ahead) and not cell.text:find("#|%s*fig%-alt:")
    end)
    if place then break end
  end
  if name then
    label = label and " " .. label .. " " or ""
    refuse(place, ("单元格%s的图没有替代文字，PDF/UA 要求有；请写 #| fig-alt: 图上有什么"):format(label))
  end
  refuse(found(function() end, source), ("图片 %s 没有替代文字，PDF/UA 要求有；请写 fig-alt"):format(source))
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
