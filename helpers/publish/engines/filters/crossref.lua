-- Figures and tables numbered, captioned and referred to; pictures found, described and sized; cell wrappers undone.

local is_typst, is_html = context.format == 'typst', context.format == 'html'
local nbsp = '\u{a0}'

local index = {}                      -- what can be referred to: identifier -> {kind, number}
local counters = {fig = 0, tbl = 0}

local function kind_of(identifier) return identifier:match('^(%l+)%-') end

local function register(identifier, kind, number)
  if index[identifier] then fail('duplicate-label', identifier) end
  index[identifier] = {kind = kind, number = number}
end

local function number(identifier, kind)
  counters[kind] = counters[kind] + 1
  register(identifier, kind, tostring(counters[kind]))
  return index[identifier].number
end

-- "图 1: " before a caption, "图 1" where there is none.
local function numbered(kind, count, caption)
  local text = context.titles[kind] .. nbsp .. count
  if #caption == 0 then return pandoc.Inlines({pandoc.Str(text)}) end
  return pandoc.Inlines({pandoc.Str(text .. context.delimiter), pandoc.Space()}) .. caption
end

local function inlines_of(blocks)
  return pandoc.utils.blocks_to_inlines(blocks or {}, {pandoc.Space()})
end

local function typst(text) return pandoc.RawBlock('typst', text) end

-- A Typst figure as Quarto writes it, so that one page design serves both.
local function typst_figure(identifier, kind, content, caption)
  local captioned = pandoc.Blocks({typst('],')})
  if #caption > 0 then
    local position = kind == 'tbl' and 'top' or 'bottom'
    local open = typst(('], caption: figure.caption(position: %s, ['):format(position))
    captioned = pandoc.Blocks({open, pandoc.Plain(caption), typst(']),')})
  end
  local known = identifier and ')\n<' .. identifier .. '>' or ', numbering: none)'
  local last = typst(('kind: "quarto-float-%s", supplement: "%s"%s'):format(kind, context.titles[kind], known))
  return pandoc.Blocks({typst('#figure([')}) .. pandoc.Blocks(content) .. captioned .. {last}
end

-- A raw HTML table with its caption, which stands above it like that of any other table.
local function captioned_html(raw, identifier, captioned)
  local caption = pandoc.write(pandoc.Pandoc({pandoc.Plain(captioned)}), 'html')
  raw.text = raw.text:gsub('<[tT][aA][bB][lL][eE][^>]*>', function(tag) return tag .. '<caption>' .. caption .. '</caption>' end, 1)
  return pandoc.Div(raw, pandoc.Attr(identifier))
end

local function float(identifier, kind, content, caption)
  local count = number(identifier, kind)
  if is_typst then return typst_figure(identifier, kind, content, caption) end
  local captioned = numbered(kind, count, caption)
  local tbl = #content == 1 and content[1].t == 'Table' and content[1]
  if tbl then
    tbl.caption = {long = {pandoc.Plain(captioned)}}
    tbl.identifier = identifier
    return tbl
  end
  if is_html and kind == 'tbl' and #content == 1 and content[1].t == 'RawBlock' and content[1].text:lower():find('<table') then
    return captioned_html(content[1], identifier, captioned)
  end
  return pandoc.Figure(content, {long = {pandoc.Plain(captioned)}}, pandoc.Attr(identifier, {'quarto-float', 'quarto-float-' .. kind}))
end

local function figure(el)
  local caption = inlines_of(el.caption.long)
  el.content = el.content:walk({Image = function(image)
    if not image.attributes.alt and not image.attributes['fig-alt']
      and pandoc.utils.stringify(image.caption) == pandoc.utils.stringify(caption) then
      image.caption = {}
    end
    return image
  end})
  local kind = kind_of(el.identifier) -- a picture of a table is a table
  if kind == 'fig' or kind == 'tbl' then return float(el.identifier, kind, el.content, caption), false end
  if is_typst then return typst_figure(nil, 'fig', el.content, caption), false end
  return el, false
end

local function lone_image(block)
  if block and (block.t == 'Para' or block.t == 'Plain') and #block.content == 1 and block.content[1].t == 'Image' then
    return block.content[1]
  end
end

local function para(el)
  local image = lone_image(el)
  if not image or kind_of(image.identifier) ~= 'fig' then return nil end
  local identifier, caption = image.identifier, image.caption
  image.identifier, image.caption = '', {}
  return float(identifier, 'fig', {pandoc.Plain({image})}, caption), false
end

local function plain_table(el)
  if is_typst and not el.classes:includes('typst:no-figure') then el.classes:insert('typst:no-figure') end
  return el
end

local function html_table(el)
  local caption, identifier = inlines_of(el.caption.long), el.identifier
  plain_table(el)
  if #caption == 0 or (identifier == '' and not is_typst) then return el, false end
  el.caption = {long = {}}
  if identifier == '' then return typst_figure(nil, 'tbl', {el}, caption), false end
  if is_typst then el.identifier = '' end
  return float(identifier, 'tbl', {el}, caption), false
end

-- Cells that print nothing visible leave nothing; those that do lose wrappers without a name, unless these are kept.
local function unwrapped(blocks, kept)
  return blocks:walk({Div = function(el)
    local cell = el.classes:includes('cell')
    if cell and #el.content == 0 then return {} end
    if not kept and el.identifier == '' and (cell or el.classes:includes('cell-output')) then return el.content end
  end})
end

local function refuse_labelled(el)
  if kind_of(el.identifier) == 'fig' or kind_of(el.identifier) == 'tbl' then fail('sub-float', el.identifier) end
end

-- The blocks and the caption of ::: {#fig-x} and ::: {#tbl-x}: that is the last paragraph, where there is one.
local function parts_of(el)
  local blocks = unwrapped(el.content)
  local last, caption = blocks[#blocks], nil
  if #blocks > 1 and last.t == 'Para' and not lone_image(last) then caption = blocks:remove().content end
  local content = blocks:walk({
    traverse = 'topdown',
    Div = refuse_labelled,
    Figure = function(inner)
      refuse_labelled(inner)
      caption = caption or inlines_of(inner.caption.long)
      return inner.content, false
    end,
    Para = function(inner)
      local image = lone_image(inner)
      if not image then return nil end
      refuse_labelled(image)
      return pandoc.Plain({image}), false
    end,
    Table = function(inner)
      caption = caption or inlines_of(inner.caption.long)
      inner.caption = {long = {}}
      return plain_table(inner), false
    end,
  })
  return content, caption or pandoc.Inlines({})
end

-- Pictures side by side: what they are, with the caption of each.
local function pictures(el, columns)
  local found = pandoc.List()
  for _, block in ipairs(unwrapped(el.content)) do
    local inlines = block.t == 'Figure' and inlines_of(block.content) or block.content
    for _, inline in ipairs((block.t == 'Figure' or block.t == 'Para' or block.t == 'Plain') and inlines or {block}) do
      if inline.t == 'Image' then
        local identifier = block.t == 'Figure' and block.identifier or inline.identifier
        local caption = block.t == 'Figure' and inlines_of(block.caption.long) or inline.caption
        inline.identifier = ''
        if caption == inline.caption then inline.caption = {} end
        found:insert({image = inline, identifier = identifier, caption = caption})
      elseif inline.t ~= 'Space' and inline.t ~= 'SoftBreak' and inline.t ~= 'LineBreak' then
        fail('layout', columns)
      end
    end
  end
  return found
end

local function caption_of(picture)
  if kind_of(picture.identifier) ~= 'fig' then return picture.caption end
  local text = numbered('fig', number(picture.identifier, 'fig'), picture.caption)
  return is_typst and text or pandoc.Inlines({pandoc.Span(text, pandoc.Attr(picture.identifier))})
end

local function word_block(inlines, style)
  return pandoc.Div(pandoc.Para(inlines), pandoc.Attr('', {}, {['custom-style'] = style}))
end

-- One row of pictures: in Word a line of pictures and a line of captions, elsewhere a grid.
local function side_by_side(found, columns)
  local blocks = pandoc.Blocks({})
  local line, captions = pandoc.Inlines({}), pandoc.Inlines({})
  for position, picture in ipairs(found) do
    local caption = caption_of(picture)
    if context.format == 'docx' then
      picture.image.attributes.width = math.floor(96 / columns) .. '%'
      line:insert(picture.image)
      if #captions > 0 and #caption > 0 then captions:insert(pandoc.Str('\u{3000}')) end
      captions:extend(caption)
      if position % columns == 0 or position == #found then
        blocks:insert(word_block(line, 'Captioned Figure'))
        if #captions > 0 then blocks:insert(word_block(captions, 'Image Caption')) end
        line, captions = pandoc.Inlines({}), pandoc.Inlines({})
      end
    elseif is_typst then
      picture.image.attributes.width = picture.image.attributes.width or '100%'
      blocks:insert(typst(position == 1 and '#grid(columns: (1fr,) * ' .. columns .. ', gutter: 1em, align: center, [' or ', ['))
      if kind_of(picture.identifier) == 'fig' then
        blocks:extend(typst_figure(picture.identifier, 'fig', {pandoc.Plain(picture.image)}, picture.caption))
      else
        blocks:insert(pandoc.Para(picture.image))
        if #caption > 0 then blocks:insert(pandoc.Para(caption)) end
      end
      blocks:insert(typst(position == #found and '])' or ']'))
    else
      local cell = pandoc.Blocks({pandoc.Plain(picture.image)})
      if #caption > 0 then cell:insert(pandoc.Plain(caption)) end
      blocks:insert(pandoc.Div(cell, pandoc.Attr('', {'quarto-layout-cell'}, {style = 'text-align: center'})))
    end
  end
  if not is_html then return blocks end
  local style = ('display: grid; grid-template-columns: repeat(%d, 1fr); gap: 1em'):format(columns)
  return pandoc.Blocks({pandoc.Div(blocks, pandoc.Attr('', {'quarto-layout-panel'}, {style = style}))})
end

local function layout(el)
  local columns = math.tointeger(tonumber(el.attributes['layout-ncol']))
  if not columns or columns < 1 then fail('layout', el.attributes['layout-ncol']) end
  el.attributes['layout-ncol'] = nil
  if kind_of(el.identifier) == 'fig' then fail('sub-float', el.identifier) end
  return side_by_side(pictures(el, columns), columns), false
end

local function div(el)
  if el.attributes['layout-ncol'] then return layout(el) end
  local kind = kind_of(el.identifier)
  if kind ~= 'fig' and kind ~= 'tbl' then return nil end
  local content, caption = parts_of(el)
  return float(el.identifier, kind, content, caption), false
end

-- HTML keeps its own tables as they were written; only the number goes into the caption.
local function raw_block(el)
  if not is_html or el.format ~= 'html' or not el.text:lower():find('<caption[%s>]') then return nil end
  local prefixes = pandoc.List()
  pandoc.Div(pandoc.read(el.text, 'html').blocks):walk({traverse = 'topdown', Table = function(tbl)
    if tbl.identifier ~= '' and #tbl.caption.long > 0 then
      prefixes:insert(pandoc.utils.stringify(numbered('tbl', number(tbl.identifier, 'tbl'), pandoc.Inlines({pandoc.Str('')}))))
    end
    return tbl, false
  end})
  el.text = el.text:gsub('<caption[^>]*>', function(tag) return tag .. (prefixes:remove(1) or '') end)
  return el
end

local sections = {}

local function header(el)
  local counted = context.number_sections and not el.classes:includes('unnumbered')
  if counted then
    for level = el.level + 1, #sections do sections[level] = nil end
    for level = 1, el.level do sections[level] = sections[level] or 0 end
    sections[el.level] = sections[el.level] + 1
  end
  if kind_of(el.identifier) == 'sec' then register(el.identifier, 'sec', counted and table.concat(sections, '.')) end
end

-- @fig-x, [-@fig-x], [参看 @fig-x], [@fig-x; @tbl-y]
local function reference(citation)
  local identifier = citation.id:gsub('^%u', string.lower)
  local target = index[identifier]
  if not target then fail('unknown-reference', citation.id) end
  if not target.number then fail('unnumbered-section', citation.id) end
  local word = context.prefixes[target.kind]
  if citation.id:match('^%u') then word = word:gsub('^%l', string.upper) end
  local prefix = #citation.prefix > 0 and citation.prefix or pandoc.Inlines({pandoc.Str(word)})
  if citation.mode == 'SuppressAuthor' then prefix = pandoc.Inlines({}) end
  if is_typst then
    local open = pandoc.RawInline('typst', '#ref(<' .. identifier .. '>, supplement: [')
    return pandoc.Inlines({open}) .. prefix .. pandoc.Inlines({pandoc.RawInline('typst', ']);')}) .. citation.suffix
  end
  local text = prefix .. {pandoc.Str(nbsp), pandoc.Str(target.number)}
  if #prefix == 0 then text:remove(1) end
  return pandoc.Inlines({pandoc.Link(text, '#' .. identifier, '', pandoc.Attr('', {'quarto-xref'}))}) .. citation.suffix
end

local function cite(el)
  local result = pandoc.Inlines({})
  for position, citation in ipairs(el.citations) do
    local known = context.prefixes[kind_of(citation.id:lower()) or '']
    if not known then return not context.citations and el.content or nil end
    if position > 1 then result:extend({pandoc.Str(','), pandoc.Space()}) end
    result:extend(reference(citation))
  end
  return result
end

-- Figures of cells lie in the folder of this render, everything else beside the document.
local function absolute(path)
  if pandoc.path.is_absolute(path) then return path end
  local own = path:sub(1, #context.figures + 1) == context.figures .. '/'
  return pandoc.path.join({own and context.work or context.folder, path}), own
end

local function typst_length(value)
  local pixels = tonumber((value:gsub('px$', '')))
  return pixels and pixels / 96 .. 'in' or value
end

local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

local function image(el)
  local alt = el.attributes['fig-alt'] or el.attributes.alt or pandoc.utils.stringify(el.caption)
  el.attributes['fig-alt'], el.attributes.alt, el.attributes['fig-align'] = nil, nil, nil
  if not is_typst then el.caption = alt == '' and {} or {pandoc.Str(alt)} end
  if el.src:match('^data:') then
    if is_typst then fail('data-image', el.src:sub(1, 30)) end
    return el
  end
  if el.src:match('^%a[%w+.-]+:') and not el.src:match('^%a:[/\\]') or el.src:match('^//') then fail('remote-image', el.src) end
  local path = el.src:gsub('%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end)
  local file, own = absolute(path)
  if not pandoc.path.exists(file, 'file') then fail('missing-image', path) end
  if not is_typst then
    if context.format == 'docx' and path:lower():match('%.svg$') then
      local png = context.figures .. '/' .. pandoc.utils.sha1(path) .. '.png'
      pandoc.system.make_directory(pandoc.path.join({context.work, context.figures}), true)
      local width = pandoc.pipe(context.python, {context.rasterize, file, (absolute(png))}, '')
      if not el.attributes.width and not el.attributes.height then el.attributes.width = width end
      el.src = png
    end
    return el
  end
  if alt == '' and context.accessible then fail('missing-alt', path) end
  if own or pandoc.path.is_absolute(path) or path:match('^%.%.') then path = 'publish:' .. file end
  local arguments = {quoted((path:gsub('\\', '/')))}
  if alt ~= '' then table.insert(arguments, 'alt: ' .. quoted(alt)) end
  for _, side in ipairs({'height', 'width'}) do
    if el.attributes[side] then table.insert(arguments, side .. ': ' .. typst_length(el.attributes[side])) end
  end
  return pandoc.RawInline('typst', '#box(image(' .. table.concat(arguments, ', ') .. '));')
end

local function document(doc)
  doc.blocks = doc.blocks:walk({
    traverse = 'topdown', Figure = figure, Div = div, Para = para, Table = html_table, RawBlock = raw_block, Header = header,
  })
  doc.blocks = doc.blocks:walk({Cite = cite, Image = image})
  doc.blocks = unwrapped(doc.blocks, is_html)
  return doc
end

return {{Pandoc = document}}
