-- The title is the page's only first-level heading. Not pandoc's shift-heading-level-by, which is done before the
-- blocks that cells give as pandoc's tree are in their place.

function Header(el)
  el.level = el.level + 1
  return el
end
