-- PDF/UA wants words for a formula: its TeX. _quarto.yml names this file for Quarto too, which gives none.

local function formula(el)
  local text = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ el }) }), 'typst'):gsub('%s+$', '')
  local words = el.text:gsub('%s+', ' '):gsub('\\', '\\\\'):gsub('"', '\\"')
  local code = '#math.equation(block: %s, alt: "%s", %s.body);'
  return pandoc.RawInline('typst', code:format(el.mathtype == 'DisplayMath', words, text))
end

return FORMAT:match('typst') and { { Math = formula } } or {}
