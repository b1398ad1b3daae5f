"""``python -m helpers.checks > docs/rules.md`` writes the page that lists all rules."""

from helpers.checks.catalogue import page

print(page(), end="")
