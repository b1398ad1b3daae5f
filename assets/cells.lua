-- What cells give, for both engines after their own filters: an object that shows itself as nothing but its name is refused,
-- colours of a terminal are no text. In Word a figure keeps the words that describe it.

local function plain(text)
  return (text:gsub("\27%[[%d;]*%a", ""))
end

function CodeBlock(el)
  local object = el.text:match("<IPython%.core%.display%.%w+ object>")
  if object then
    -- Quarto goes on after an error of a filter, and not after its end.
    io.stderr:write("单元格输出的网页片段 " .. object .. " 在 PDF 和 Word 里显示不了；请改为打印文字或 Markdown\n")
    os.exit(1)
  end
  el.text = plain(el.text)
  return el
end

function Image(el)
  local words = el.attributes["fig-alt"]
  if FORMAT:match("docx") and words then
    el.attributes["fig-alt"] = nil
    el.caption = { pandoc.Str(words) }
    return el
  end
end
