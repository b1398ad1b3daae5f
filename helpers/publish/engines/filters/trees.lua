-- Raw blocks that cells gave, which stand aside while pandoc reads the text; {=pandoc-json} is pandoc's own tree, as Quarto has it.

dofile(pandoc.path.join({pandoc.path.directory(PANDOC_SCRIPT_FILE), 'setup.lua'}))

local function raw_block(el)
  local aside = el.format == 'publish-aside' and context.aside[tonumber(el.text)]
  if aside then
    aside.found = true
    el = pandoc.RawBlock(aside.format, aside.text)
  end
  if el.format == 'pandoc-json' then return pandoc.read(el.text, 'json').blocks end
  return aside and el or nil
end

-- In code, say, or in a comment it would be dropped.
local function all_found()
  for _, aside in ipairs(context.aside) do
    if not aside.found then fail('raw-block', aside.text:gsub('%s+', ' '):sub(1, 40)) end
  end
end

return {{RawBlock = raw_block, Pandoc = all_found}}
