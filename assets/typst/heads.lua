-- Lets a table go on on the next page within a part of the form, and not within a group of its rows, as no other cell may break; and
-- marks head cells outside <thead>, which pandoc's Typst writer makes ordinary ones. An inline quotation without quotation
-- marks changes no glyph and reaches the PDF's tag tree, where helpers/finishing/pdf_tags.py makes a head of its cell.

if not FORMAT:match("typst") then
  return {}
end

-- The form's longest group within a part has eight rows; a part itself is longer than a page can hold together.
local LONGEST_GROUP = 10

local OPEN = pandoc.RawInline("typst", "#quote(block: false, quotes: false)[")
local CLOSE = pandoc.RawInline("typst", "]")

local function mark(cell)
  cell.contents = cell.contents:map(function(block) return pandoc.Plain({ OPEN } .. block.content .. { CLOSE }) end)
end

-- Lines that stand in one piece: half a page. What is longer would end below the edge of the paper.
local MOST_LINES, LINE_WIDTH, CHARACTER = 24, 442, 10

-- The bytes of text (three for each character of Han) that a cell of one column may have in one piece.
local function most_text(tbl)
  local narrowest = 1 / #tbl.colspecs
  for _, spec in ipairs(tbl.colspecs) do
    narrowest = math.min(narrowest, spec[2] or 1)
  end
  return 3 * MOST_LINES * narrowest * LINE_WIDTH / CHARACTER
end

return {
  {
    Table = function(tbl)
      local most = most_text(tbl)
      local is_long = #pandoc.utils.stringify(tbl) > most
      for _, body in ipairs(tbl.bodies) do
        for _, row in ipairs(body.body) do
          local cells, breaks = row.cells, false
          for _, cell in ipairs(cells) do
            local long = cell.row_span > LONGEST_GROUP -- asked first: pandoc goes through the attributes again for what is asked after
            local attributes = cell.attributes
            if long then
              attributes["typst:breakable"] = "true"
            end
            if attributes.scope then
              mark(cell)
            elseif is_long and #pandoc.utils.stringify(cell) > most * cell.col_span then
              breaks = true
            end
          end
          for _, cell in ipairs(breaks and cells or {}) do
            cell.attributes["typst:breakable"] = "true"
          end
        end
      end
      return tbl
    end,
  },
}
