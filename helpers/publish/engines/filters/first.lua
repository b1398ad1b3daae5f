-- What comes before the filters of a document: its tables are native ones then.
local ours = dofile(pandoc.path.join({pandoc.path.directory(PANDOC_SCRIPT_FILE), 'ours.lua'}))
return ours({'aside', 'conditional', 'captioned', 'tables'})
