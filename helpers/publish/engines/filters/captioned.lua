-- Every picture or table with a caption is numbered, whether or not anything can refer to it: a report whose figures were numbered
-- here and not there would seem to lack some. Quarto by itself numbers pictures without a label in the PDF alone, and drops the
-- captions of such tables there; code loses the name of its file but in the page. So _quarto.yml names this file for Quarto too.

local RAW = { html = 'html', typst = 'typst', docx = 'openxml' }
local format = FORMAT:match('html') or FORMAT:match('typst') or FORMAT:match('docx')
local count = 0

local function labelled(el, kind)
  if el.identifier:match('^fig%-') or el.identifier:match('^tbl%-') or #el.caption.long == 0 then
    return nil
  end
  count = count + 1
  local own = el.identifier
  el.identifier = kind .. '-unlabelled-' .. count
  return own == '' and el or pandoc.Div({ el }, pandoc.Attr(own)), false -- a link leads to it as before
end

local function labelled_table(el)
  if not pandoc.utils.stringify(el.caption.long):find('{#tbl-', 1, true) then -- which Quarto reads itself
    return labelled(el, 'tbl')
  end
end

-- Of a figure that is written out for each format, the block for this one; a table in HTML becomes one in each.
local function of_this_format(block)
  if block.t == 'RawBlock' then
    return block.format == RAW[format] or block.text:lower():find('<table') ~= nil
  end
  local wanted = block.t == 'Div' and block.classes:includes('content-visible') and block.attributes['when-format']
  return not wanted or wanted == format
end

local function named_code(el)
  local name = el.attributes.filename
  if not name then return nil end
  el.attributes.filename = nil
  return pandoc.Div({ pandoc.Para(pandoc.Strong(name)), el }, pandoc.Attr('', { 'code-with-filename' })), false
end

return {
  {
    traverse = 'topdown',
    Div = function(el)
      if el.identifier:match('^fig%-') then
        el.content = el.content:filter(of_this_format)
        return el, false
      elseif el.identifier:match('^tbl%-') then
        return el, false
      elseif el.attributes['layout-ncol'] or el.attributes['layout-nrow'] or el.attributes.layout then
        el.content = el.content:walk({ Table = labelled_table }) -- pictures without a label have no number there
        return el, false
      end
    end,
    Figure = function(el)
      return labelled(el, 'fig')
    end,
    Table = labelled_table,
    CodeBlock = named_code,
  },
}
