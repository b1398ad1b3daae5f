-- The built-in engine's filters of some names in one, so that pandoc hands the document over once. They all know
-- `context`, as pandoc_options.py gathers it.

-- Reported as a line that pandoc.py knows; the document is not converted.
function fail(what, detail)
  io.stderr:write('PUBLISH ' .. what .. ' ' .. detail .. '\n')
  os.exit(84)
end

return function(names)
  local filters = pandoc.List()
  for _, name in ipairs(names) do
    filters:extend(dofile(pandoc.path.join({pandoc.path.directory(PANDOC_SCRIPT_FILE), name .. '.lua'})))
  end
  return filters
end
