-- Callouts (::: {.callout-note}) in a form that passes in every format: a rule beside the text, and what it is in words. Quarto's
-- own has icons without alternative text in the PDF and tables without widths in Word, so _quarto.yml names this file for Quarto too.

local html, docx = FORMAT:match('html'), FORMAT:match('docx')
if not (html or docx or FORMAT:match('typst')) then return {} end

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

-- In Word one cell, since a paragraph's own rule would follow the indents of lists and stop at tables.
local FRAME = docx and { [[
<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders><w:top w:val="nil"/>
<w:left w:val="single" w:sz="16" w:space="0" w:color="6E6E6E"/><w:bottom w:val="nil"/><w:right w:val="nil"/></w:tblBorders>
<w:tblCellMar><w:left w:w="200" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblGrid><w:gridCol w:w="8000"/></w:tblGrid><w:tr><w:trPr><w:cantSplit w:val="off"/></w:trPr>
<w:tc><w:tcPr><w:vAlign w:val="top"/></w:tcPr>]], '</w:tc></w:tr></w:tbl>' }
  or { '#block(width: 100%, inset: (left: 1em), stroke: (left: 2pt + luma(110)))[', ']' }

local function raw(text)
  return pandoc.RawBlock(docx and 'openxml' or 'typst', text)
end

local function titled(title)
  if #title == 0 then return pandoc.Blocks({}) end
  local para = pandoc.Para({ pandoc.Strong(title) })
  if html or docx then
    local look = html and pandoc.Attr('', { 'admonition-title' }) or pandoc.Attr('', {}, { ['custom-style'] = 'Callout Title' })
    return pandoc.Blocks({ pandoc.Div(para, look) })
  end
  return pandoc.Blocks({ raw('#block(sticky: true)[#set par(first-line-indent: 0pt)'), para, raw(']') })
end

local function form(el, kind)
  local blocks = titled(title_of(el, kind)) .. el.content
  if docx and #blocks == 0 then
    blocks:insert(pandoc.Para({})) -- a cell ends with one; what a table at its end needs is done by word_package.py
  end
  return html and blocks or pandoc.Blocks({ raw(FRAME[1]) }) .. blocks .. { raw(FRAME[2]) }
end

local function is_callout(class)
  return class == 'callout' or class:match('^callout%-') ~= nil
end

local function callout(el)
  local own = el.classes:filter(is_callout)
  if #own == 0 then return nil end
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
  if html then
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
