-- Callouts (::: {.callout-note}) in a form that passes in every format: a rule beside the text, and what it is in words. Quarto's
-- own has icons without alternative text in the PDF and tables without widths in Word, so _quarto.yml names this file for Quarto too.

if not (FORMAT:match('html') or FORMAT:match('docx') or FORMAT:match('typst')) then
  return {}
end

local WORDS = {
  zh = { note = '注记', tip = '提示', important = '重要', warning = '警告', caution = '注意' },
  en = { note = 'Note', tip = 'Tip', important = 'Important', warning = 'Warning', caution = 'Caution' },
}
-- How Quarto shows a callout on a screen; every word of it is shown here, in full and without a picture.
local SCREEN_ONLY = { 'appearance', 'collapse', 'icon' }
local NUMBERED = { nte = true, tip = true, imp = true, wrn = true, cau = true }

local words, colon

local function refuse(what, detail, message)
  if context then -- of the built-in engine, which finds the line
    fail(what, detail)
  end
  io.stderr:write(message:format(detail), '\n')
  os.exit(1) -- Quarto's own error() goes on
end

local function title_of(el, kind)
  local own = pandoc.Inlines({})
  local given = el.attributes.title
  if given and given ~= '' then
    own = pandoc.utils.blocks_to_inlines(pandoc.read(given, 'markdown').blocks)
  elseif el.content[1] and el.content[1].t == 'Header' then
    own = el.content:remove(1).content
  end
  local word = kind and words[kind] or ''
  local title = pandoc.Inlines(#own > 0 and word ~= '' and word .. colon or word)
  title:extend(own)
  return title
end

local function typst(text)
  return pandoc.RawBlock('typst', text)
end

local function html_form(title, content)
  local titled = pandoc.Div(title, pandoc.Attr('', { 'admonition-title' }))
  return pandoc.Blocks(#title > 0 and { titled } or {}) .. content
end

-- One cell, since a paragraph's own rule would follow the indents of lists and stop at tables.
local FRAME = [[
<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders><w:top w:val="nil"/>
<w:left w:val="single" w:sz="16" w:space="0" w:color="6E6E6E"/><w:bottom w:val="nil"/><w:right w:val="nil"/></w:tblBorders>
<w:tblCellMar><w:left w:w="200" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblGrid><w:gridCol w:w="8000"/></w:tblGrid><w:tr><w:trPr><w:cantSplit w:val="off"/></w:trPr>
<w:tc><w:tcPr><w:vAlign w:val="top"/></w:tcPr>]]

local function word_form(title, content)
  local titled = pandoc.Div(title, pandoc.Attr('', {}, { ['custom-style'] = 'Callout Title' }))
  local blocks = pandoc.Blocks({ pandoc.RawBlock('openxml', FRAME) })
  blocks:extend(#title > 0 and { titled } or {})
  -- A cell ends with a paragraph; what a table at its end needs is done by word_package.py.
  blocks:extend(#title + #content > 0 and content or { pandoc.Para({}) })
  return blocks .. { pandoc.RawBlock('openxml', '</w:tc></w:tr></w:tbl>') }
end

local function typst_form(title, content)
  local blocks = pandoc.Blocks({ typst('#block(width: 100%, inset: (left: 1em), stroke: (left: 2pt + luma(110)))[') })
  if #title > 0 then
    blocks:extend({ typst('#block(sticky: true)[#set par(first-line-indent: 0pt)'), title[1], typst(']') })
  end
  return blocks .. content .. { typst(']') }
end

local function form(el, kind)
  local inlines = title_of(el, kind)
  local title = pandoc.Blocks(#inlines > 0 and { pandoc.Para({ pandoc.Strong(inlines) }) } or {})
  if FORMAT:match('html') then
    return html_form(title, el.content)
  elseif FORMAT:match('docx') then
    return word_form(title, el.content)
  end
  return typst_form(title, el.content)
end

local function is_callout(class)
  return class == 'callout' or class:match('^callout%-') ~= nil
end

local function callout(el)
  local own = el.classes:filter(is_callout)
  if #own == 0 then
    return nil
  end
  local kind
  for _, class in ipairs(own) do
    kind = kind or class:match('^callout%-(.*)')
    if class ~= 'callout' and not words[kind] then
      refuse('unknown-callout', '.' .. class, '不认识提示框 %s')
    end
  end
  if NUMBERED[el.identifier:match('^(%l+)%-')] then
    refuse('numbered-callout', '#' .. el.identifier, '提示框不编号，此处是 %s')
  end
  el.content = form(el, kind)
  el.classes = el.classes:filter(function(class) return not is_callout(class) end)
  if FORMAT:match('html') then
    el.classes:extend({ 'admonition', 'admonition-' .. (kind or 'plain') })
    el.attributes.role = 'note'
  end
  el.attributes.title = nil
  for _, name in ipairs(SCREEN_ONLY) do
    el.attributes[name] = nil
  end
  return el
end

local function document(doc)
  local language = pandoc.utils.stringify(doc.meta.lang or 'en')
  words = WORDS[language:match('^%a+')] or WORDS.en
  colon = words == WORDS.zh and '：' or ': '
  doc.blocks = doc.blocks:walk({ Div = callout })
  return doc
end

return { { Pandoc = document } }
