-- What comes once the tables of a document are native ones, and behind its filters that ask for no more.
local ours = dofile(pandoc.path.join({pandoc.path.directory(PANDOC_SCRIPT_FILE), 'ours.lua'}))
return ours({'callouts', 'blocks', 'formulas', 'crossref'})
