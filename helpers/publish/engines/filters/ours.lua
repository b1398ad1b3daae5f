-- The built-in engine's filters of some names in one, so that pandoc hands the document over once. They all know
-- `context`, as pandoc_options.py gathers it.

-- Reported as a line that pandoc.py knows; the document is not converted.
function fail(what, detail)
  io.stderr:write('PUBLISH ' .. what .. ' ' .. detail .. '\n')
  os.exit(84)
end

our_filters = our_filters or {} -- what their files say, compiled once by a pandoc that stays (formats.lua)

return function(names)
  local filters = pandoc.List()
  for _, name in ipairs(names) do
    local path = pandoc.path.join({pandoc.path.directory(PANDOC_SCRIPT_FILE), name .. '.lua'})
    our_filters[path] = our_filters[path] or assert(loadfile(path))
    filters:extend(our_filters[path]())
  end
  return filters
end
