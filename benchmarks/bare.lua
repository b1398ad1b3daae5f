-- Pandoc as it is, in one process: what helpers/publish/engines/formats.lua is measured against. A line on standard input is a
-- request as resident.py has it; the text is read, unless it is the last one again, the filters run, the format is written.

function fail(what, detail) error(what .. ' ' .. detail) end

local function contents(path)
  local file = assert(io.open(path, 'rb'))
  local text = file:read('a')
  file:close()
  return text
end

local last = {}

local function document(text, metadata)
  if last.text ~= text then last = {text = text, doc = pandoc.read(text, 'markdown')} end
  local meta = pandoc.read('---\n' .. metadata .. '\n---\n', 'markdown').meta
  for name, value in pairs(last.doc.meta) do meta[name] = value end
  return pandoc.Pandoc(last.doc.blocks:clone(), meta)
end

local function write(defaults, metadata)
  FORMAT = defaults.to
  PANDOC_WRITER_OPTIONS = pandoc.WriterOptions({
    wrap_text = 'wrap-' .. defaults.wrap, variables = defaults.variables, reference_doc = defaults['reference-doc'],
    template = defaults.template and pandoc.template.compile(contents(defaults.template), defaults.template),
  })
  local doc = document(contents(defaults['input-files'][1]), metadata)
  for _, filter in ipairs(defaults.filters) do
    PANDOC_SCRIPT_FILE = filter
    doc = pandoc.utils.run_lua_filter(doc, filter)
  end
  pandoc.write(doc, FORMAT, PANDOC_WRITER_OPTIONS)
end

for line in io.lines() do
  local request = pandoc.json.decode(line, false)
  context = request.context
  pandoc.system.with_working_directory(request.folder, function()
    pandoc.with_state({resource_path = request.defaults['resource-path']}, function() write(request.defaults, request.metadata) end)
  end)
  io.stdout:write('done\n')
  io.stdout:flush()
end
