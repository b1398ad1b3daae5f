"""A page judged by axe-core: WCAG 2.2 AA and best practices."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# target-size is off by default, and the one rule of WCAG 2.2 AA that axe has.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    """Every violation, with the element it stands at."""
    found = Axe().run(page, options=RULES).response
    assert found["passes"] or found["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]
