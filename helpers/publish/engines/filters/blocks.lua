-- Divs and tables that Quarto gives a form: landscape pages, widths of columns.

local format = context.format

local function open_xml(text) return pandoc.RawBlock('openxml', '<w:p><w:pPr><w:sectPr>' .. text .. '</w:sectPr></w:pPr></w:p>') end

-- The sections' size and margins come from the document's last one: helpers/finishing/word_package.py.
local function landscape(el)
  if format == 'typst' then
    el.content:insert(1, pandoc.RawBlock('typst', '#set page(flipped: true)'))
    el.content:insert(pandoc.RawBlock('typst', '#set page(flipped: false)'))
    return el.content
  end
  if format == 'docx' then
    el.content:insert(1, open_xml(''))
    el.content:insert(open_xml('<w:pgSz w:orient="landscape" w:w="16838" w:h="11906"/>'))
    return el.content
  end
end

local function table_widths(tbl)
  local given = tbl.attributes['tbl-colwidths']
  if not given then return nil end
  tbl.attributes['tbl-colwidths'] = nil
  if given == 'true' or given == 'auto' then return tbl end
  local widths, sum = {}, 0
  for value in given:gmatch('[%d.]+') do table.insert(widths, tonumber(value)) end
  for position = 1, #tbl.colspecs do sum = sum + (widths[math.min(position, #widths)] or 0) end
  tbl.colspecs = tbl.colspecs:map(function(spec, position)
    local width = widths[math.min(position, #widths)]
    return {spec[1], width and width / math.max(sum, 100)}
  end)
  return tbl
end

local function refuse_style(el)
  if format ~= 'html' and el.attributes.style then fail('inline-style', el.attributes.style) end
end

local function div(el)
  refuse_style(el)
  local widths = el.attributes['tbl-colwidths']
  if widths then
    el.attributes['tbl-colwidths'] = nil
    el.content = el.content:walk({Table = function(tbl)
      if not tbl.attributes['tbl-colwidths'] then tbl.attributes['tbl-colwidths'] = widths end
      return tbl
    end})
    if el.identifier == '' and #el.classes == 0 and #el.attributes == 0 then return el.content end
  end
  return el.classes:includes('landscape') and landscape(el) or el
end

local function document(doc)
  doc.blocks = doc.blocks:walk({traverse = 'topdown', Div = div})
  doc.blocks = doc.blocks:walk({
    traverse = 'topdown', Table = table_widths, CodeBlock = refuse_style, Span = refuse_style, Header = refuse_style, Code = refuse_style, Link = refuse_style,
  })
  return doc
end

return {{Pandoc = document}}
