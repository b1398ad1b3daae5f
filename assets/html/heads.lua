-- The title is the page's only first-level heading. Not pandoc's shift-heading-level-by, which is done before the
-- blocks that cells give as pandoc's tree are in their place.

function Header(el)
  el.level = el.level + 1
  return el
end

-- Pandoc counts the depth of its contents from the page's title.
function Pandoc(doc)
  if PANDOC_WRITER_OPTIONS.table_of_contents then
    local depth = PANDOC_WRITER_OPTIONS.toc_depth + 1
    local numbered = PANDOC_WRITER_OPTIONS.number_sections
    local options = pandoc.WriterOptions({ toc_depth = depth, number_sections = numbered })
    doc.meta["table-of-contents"] = pandoc.MetaBlocks({ pandoc.structure.table_of_contents(doc.blocks, options) })
  end
  return doc
end

-- A head cell that is blank, as over the rows' names, heads nothing: a screen reader would announce it with every cell.
function Table(el)
  for _, row in ipairs(el.head.rows) do
    for _, cell in ipairs(row.cells) do
      if #cell.contents == 0 then
        cell.attributes.role = "cell"
      end
    end
  end
  return el
end
