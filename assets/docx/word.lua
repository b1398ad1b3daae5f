-- Names the styles of reference.docx where pandoc would format directly: table cells, emphasis.

if not FORMAT:match("docx") then
  return {}
end

local function styled(constructor, content, style)
  return constructor(content, { ["custom-style"] = style })
end

-- Word breaks a number that is too wide for its cell; five digits of table text fit the narrowest official column.
local function is_long_number(content)
  local text = pandoc.utils.stringify(content)
  return #text > 5 and text:match("^%d+$")
end

-- A custom style reaches paragraphs only, so plain blocks become paragraphs.
local function set_style(row, style, narrow)
  for _, cell in ipairs(row.cells) do
    local blocks = cell.contents:map(function(block)
      if block.t ~= "Plain" then
        return block
      elseif narrow and cell.col_span == 1 and is_long_number(block.content) then
        return pandoc.Para({ styled(pandoc.Span, block.content, "Table Long Number") })
      end
      return pandoc.Para(block.content)
    end)
    cell.contents = { styled(pandoc.Div, blocks, style) }
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

return {
  {
    Table = function(tbl)
      local all = rows(tbl)
      for position, row in ipairs(all) do
        set_style(row, position < #all and "Table Text" or "Table Text Last Row", #tbl.colspecs >= 10)
      end
      return tbl
    end,
    Strong = function(inline)
      return styled(pandoc.Span, inline.content, "Strong")
    end,
    Emph = function(inline)
      return styled(pandoc.Span, inline.content, "Emphasis")
    end,
  },
}
