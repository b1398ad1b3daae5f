-- Raw blocks that cells gave, which stand aside while pandoc reads the text; those that are trees are taken apart.

local tree = dofile(pandoc.path.join({pandoc.path.directory(PANDOC_SCRIPT_FILE), 'trees.lua'}))[1].RawBlock

local function raw_block(el)
  local aside = el.format == 'publish-aside' and context.aside[tonumber(el.text)]
  if not aside then return tree(el) end
  aside.found = true
  local block = pandoc.RawBlock(aside.format, aside.text)
  return tree(block) or block
end

-- In code, say, or in a comment it would be dropped.
local function all_found()
  for _, aside in ipairs(context.aside) do
    if not aside.found then fail('raw-block', aside.text:gsub('%s+', ' '):sub(1, 40)) end
  end
end

return {{RawBlock = raw_block, Pandoc = all_found}}
