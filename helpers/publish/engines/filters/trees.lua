-- Blocks that a cell gave as pandoc's own tree: the raw block {=pandoc-json}, as Quarto has it. Read by itself for notebooks, too.

local function tree(el)
  if el.format == 'pandoc-json' then return pandoc.read(el.text, 'json').blocks end
end

return {{RawBlock = tree}}
