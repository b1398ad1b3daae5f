-- What every filter of the built-in engine begins with, alone or together with the others.

if not context then
  context = pandoc.json.decode(io.open(os.getenv('PUBLISH_CONTEXT')):read('a'))

  -- Reported as a line that pandoc.py knows; the document is not converted.
  function fail(what, detail)
    io.stderr:write('PUBLISH ' .. what .. ' ' .. detail .. '\n')
    os.exit(84)
  end
end
