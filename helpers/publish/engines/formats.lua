-- Writes documents in several formats in one process, as pandoc with the same defaults does in a process each: `pandoc lua
-- formats.lua`. A line on standard input is a request (JSON, see resident.py), a line on standard output says that it is done.
-- Whatever goes wrong ends the process; why stands on standard error.

local function give_up(code, ...)
  io.stderr:write(table.concat({...}), '\n')
  os.exit(code)
end

-- Text as pandoc takes it from a file.
local function text_of(path)
  local file <close> = assert(io.open(path, 'rb'))
  local text = file:read('a'):gsub('^\u{feff}', '')
  return text:find('\r', 1, true) and text:gsub('\r', '') or text
end

local last = {}

-- The formats of a report have the same text, but for what stands aside: it is read once.
local function read(path, text, options)
  local folder = pandoc.path.directory(pandoc.path.directory(path)) -- of one render
  local key = folder .. pandoc.json.encode(options) .. text
  if last.key ~= key then
    last = {key = key, doc = pandoc.read(text, 'markdown', options), meta = {}}
    remembered = {tables = {}, forms = {}, earlier = remembered and remembered.forms or {}} -- of the report before
  end
  return last.doc:clone()
end

local function document(defaults, metadata)
  local options = {
    standalone = true, tab_stop = defaults['tab-stop'] or 4, columns = 72,
    strip_comments = defaults['strip-comments'] or false,
    indented_code_classes = defaults['indented-code-classes'] or {},
  }
  local path = defaults['input-files'][1]
  local doc = read(path, text_of(path), options)
  doc.meta.bibliography, doc.meta.csl = defaults.bibliography or doc.meta.bibliography, defaults.csl or doc.meta.csl
  last.meta[metadata] = last.meta[metadata] or pandoc.read('---\n' .. metadata .. '\n---\n', 'markdown', options).meta
  local meta = doc.meta
  for name, value in pairs(last.meta[metadata]) do
    if meta[name] == nil then meta[name] = value end
  end
  doc.meta = meta
  return doc
end

-- Each filter finds the world as if it were the first: nothing of another is left in it.

local worlds = {[_G] = {}, [package.loaded] = {}}

local function forget()
  for world, known in pairs(worlds) do
    for name in pairs(world) do
      if not known[name] then world[name] = nil end
    end
  end
end

local function filtered(doc, path)
  if path == 'citeproc' then return pandoc.utils.citeproc(doc) end
  PANDOC_SCRIPT_FILE = path
  local fine, result = pcall(pandoc.utils.run_lua_filter, doc, path)
  if not fine then give_up(83, 'Error running filter ', path, ':\n', tostring(result)) end
  forget()
  return result
end

-- What a template says, with what stands beside it where it calls that by "$name()$".
local function wording(path)
  local all = {pandoc.path.filename(path), text_of(path)}
  if all[2]:find('()', 1, true) then
    local folder = pandoc.path.directory(path)
    local names = pandoc.system.list_directory(folder)
    table.sort(names)
    for _, name in ipairs(names) do
      local file <close> = io.open(pandoc.path.join({folder, name}), 'rb')
      table.insert(all, name .. '\n' .. (file and file:read('a') or '')) -- nothing of a folder
    end
  end
  return table.concat(all, '\n')
end

local templates = {} -- by format, the last one: to compile them takes 5 ms a report

local function compiled(path, format)
  local text = path and wording(path) or ''
  if not templates[format] or templates[format].text ~= text then
    local template = pandoc.template.compile(path and text_of(path) or pandoc.template.default(format), path)
    templates[format] = {text = text, template = template}
  end
  return templates[format].template
end

local INCLUDED = {['include-before-body'] = 'include-before', ['include-after-body'] = 'include-after', ['include-in-header'] = 'header-includes'}

local function variables(defaults)
  local all = defaults.variables or {}
  local function extend(name, values)
    local own = all[name]
    all[name] = pandoc.List(type(own) == 'table' and own or {own}) .. values
  end
  for option, name in pairs(INCLUDED) do
    if defaults[option] then extend(name, pandoc.List(defaults[option]):map(text_of)) end
  end
  if defaults.css then extend('css', defaults.css) end
  return all
end

local function writer_options(defaults)
  local place = defaults['reference-location']
  return pandoc.WriterOptions({
    template = compiled(defaults.template, defaults.to), variables = variables(defaults), reference_doc = defaults['reference-doc'],
    wrap_text = 'wrap-' .. defaults.wrap, tab_stop = defaults['tab-stop'], dpi = defaults.dpi,
    prefer_ascii = defaults.ascii, email_obfuscation = defaults['email-obfuscation'], html_q_tags = defaults['html-q-tags'],
    number_sections = defaults['number-sections'], section_divs = defaults['section-divs'], table_of_contents = defaults.toc,
    toc_depth = defaults['toc-depth'], reference_location = place and 'end-of-' .. place,
    highlight_method = defaults['highlight-style'] or defaults['syntax-highlighting'],
    html_math_method = 'mathml',
  })
end

-- Headings in the PDF begin with the first level, whatever level the document's begin with.
local function raised(doc)
  local first = false
  doc:walk({Header = function(el) first = first or el.level == 1 end})
  if first then return doc end
  return doc:walk({Header = function(el)
    el.level = el.level - 1
    return el
  end})
end

local function write(defaults, metadata)
  FORMAT = defaults.to
  PANDOC_WRITER_OPTIONS = writer_options(defaults)
  local doc, to = document(defaults, metadata), FORMAT
  for _, filter in ipairs(defaults.filters) do
    doc = filtered(doc, filter)
    if filter == 'citeproc' and to == 'typst' then to = 'typst-citations' end -- they are set already
  end
  if FORMAT == 'typst' then doc = raised(doc) end
  if FORMAT == 'docx' then doc = pandoc.mediabag.fill(doc) end
  local file = assert(io.open(defaults['output-file'], 'wb'))
  assert(file:write(pandoc.write(doc, to, PANDOC_WRITER_OPTIONS)))
  assert(file:close())
  pandoc.mediabag.empty()
end

-- Pandoc keeps every function of a filter for ever, and with it what the function knows of a document.

local registry = debug.getregistry()
local kept = #registry

local function forget_functions()
  for number = #registry, kept + 1, -1 do
    if type(registry[number]) == 'function' then registry[number] = nil end
  end
end

local function carry_out(request)
  context = request.context
  local environment = pandoc.system.environment()
  environment.SOURCE_DATE_EPOCH = type(request.epoch) == 'string' and request.epoch or nil
  pandoc.system.with_environment(environment, function()
    pandoc.system.with_working_directory(request.folder, function()
      pandoc.with_state({resource_path = request.defaults['resource-path']}, function() write(request.defaults, request.metadata) end)
    end)
  end)
  context = nil
  forget_functions()
  collectgarbage() -- what Lua holds of documents is small to it, and large to pandoc
end

-- Filters talk to nobody, as in a pandoc that ends: requests and answers are not theirs.

local requests, answers = io.stdin, io.stdout
local nothing = pandoc.system.os == 'mingw32' and 'NUL' or '/dev/null'
io.stdin, io.stdout = io.open(nothing, 'r'), io.open(nothing, 'w')
io.input(io.stdin)
io.output(io.stdout)
print = function() end

for world, known in pairs(worlds) do
  for name in pairs(world) do known[name] = true end
end
for _, name in ipairs({'context', 'remembered', 'our_filters', 'FORMAT', 'PANDOC_WRITER_OPTIONS', 'PANDOC_SCRIPT_FILE'}) do worlds[_G][name] = true end

for line in requests:lines() do
  local fine, why = pcall(carry_out, pandoc.json.decode(line, false))
  if not fine then give_up(1, tostring(why)) end
  answers:write('done\n')
  answers:flush()
end
