-- Lets a table go on on the next page within a part of the form, and not within a group of its rows, as no other cell may break; and
-- marks head cells outside <thead>, which pandoc's Typst writer makes ordinary ones. An inline quotation without quotation
-- marks changes no glyph and reaches the PDF's tag tree, where helpers/finishing/pdf_tags.py makes a head of its cell.

if not FORMAT:match("typst") then
  return {}
end

-- The form's longest group within a part has eight rows; a part itself is longer than a page can hold together.
local LONGEST_GROUP = 10

local function mark(cell)
  cell.contents = cell.contents:map(function(block)
    local inlines = pandoc.Inlines({ pandoc.RawInline("typst", "#quote(block: false, quotes: false)[") })
    inlines:extend(block.content)
    inlines:insert(pandoc.RawInline("typst", "]"))
    return pandoc.Plain(inlines)
  end)
end

return {
  {
    Table = function(tbl)
      for _, body in ipairs(tbl.bodies) do
        for _, row in ipairs(body.body) do
          for _, cell in ipairs(row.cells) do
            if cell.row_span > LONGEST_GROUP then
              cell.attributes["typst:breakable"] = "true"
            end
            if cell.attributes.scope then
              mark(cell)
            end
          end
        end
      end
      return tbl
    end,
  },
}
