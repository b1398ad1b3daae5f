-- The filters of the built-in engine in one, so that pandoc hands the document over once.

local folder = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local filters = pandoc.List()
for _, name in ipairs({'aside', 'conditional', 'captioned', 'tables', 'callouts', 'blocks', 'formulas', 'crossref'}) do
  filters:extend(dofile(pandoc.path.join({folder, name .. '.lua'})))
end
return filters
