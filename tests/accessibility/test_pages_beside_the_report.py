"""The pages beside the report share one stylesheet, load nothing, show what they are given as text, and can be read by all."""

import re
import shutil
from pathlib import Path
from typing import Literal

import pytest
from axe import violations
from conftest import ROOT, XIAODUKOU
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from lxml import html
from playwright.sync_api import Browser

from helpers import checks
from helpers.checks import display
from helpers.county import portal
from helpers.county.listed import Listed, organ_page, row_of
from helpers.document.table_html import Cell, table
from helpers.files.templates import filled
from helpers.report.cell_names import CELLS
from helpers.review import compare, compare_page

HOSTILE = "坏<b>&\"'镇"
PAGES = ("compare", "check", "portal", "portal year", "portal organs", "portal organ")
STYLES = (ROOT / "assets" / "html" / "pages.css").read_text("utf-8").strip()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page, made of a report that is wrong and named by somebody who means ill."""
    bad = Path(shutil.copytree(XIAODUKOU, tmp_path_factory.mktemp("bad") / "bad-2024"))
    settings = re.sub("(?m)^organ:.*", f"organ: {HOSTILE}", (bad / "report.yml").read_text("utf-8"))
    (bad / "report.yml").write_text(settings, "utf-8")
    compared = compare_page.html(compare.compare(XIAODUKOU, bad))
    sums = (bad / "proceedings.csv").read_text("utf-8-sig")
    (bad / "proceedings.csv").write_text(sums.replace("行政复议,0", "行政复议,7"), "utf-8-sig")
    figures = ["1"] * sum(map(len, CELLS.values()))
    files = ("report.html", "report.pdf")
    rows = [
        row_of(Listed("a b", HOSTILE, "township", year, None, True, 0, 1, files, None, figures))
        for year in (2023, 2024)
    ]
    site = dict(portal.Pages(rows, portal.Site()))
    organ = organ_page(HOSTILE)
    return {
        "compare": compared,
        "check": display.page([checks.check(bad), checks.check(XIAODUKOU)]),
        "portal": site["index.html"],
        "portal year": site["years/2024.html"],
        "portal organs": site["organs/index.html"],
        "portal organ": site[organ],
        "preview": filled("preview.html", title="实时预览"),
    }


@pytest.mark.parametrize("name", [*PAGES, "preview"])
def test_a_page_has_the_one_stylesheet_and_loads_nothing(pages: dict[str, str], name: str) -> None:
    page = html.fromstring(pages[name])
    assert [style.text.strip() for style in page.iter("style")] == [STYLES]
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy
    assert not page.xpath("//link[not(@rel='alternate')] | //img | //script[@src]")
    assert ("script" in policy) == bool(page.xpath("//script")) == (name == "preview")


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_is_given_is_text(pages: dict[str, str], name: str) -> None:
    page = html.fromstring(pages[name])
    assert not page.xpath("//b")
    assert HOSTILE in page.text_content()


def test_links_of_the_portal_have_names_that_tell_them_apart(pages: dict[str, str]) -> None:
    links = html.fromstring(pages["portal"]).xpath("//td/a")
    assert [link.get("href") for link in links] == ["a%20b/report.html", "a%20b/report.pdf"]
    assert [link.get("aria-label") for link in links] == [
        f"{HOSTILE}2024年政府信息公开工作年度报告，{name}" for name in ("网页", "PDF")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    pages: dict[str, str], browser: Browser, name: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_content(pages[name])
    found = violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert found == []
    assert wide <= width, "the page scrolls sideways, and not the table in it"


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        filled("preview.html")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3), TEXT)
def test_a_table_shows_what_stands_in_its_rows(rows: list[tuple[str, str]], label: str) -> None:
    cells = [(first, Cell(second, {"class": second})) for first, second in rows]
    made = html.fromstring(table(["一", "二"], cells, attributes={"aria-label": label}, widths=["50%"] * 2))
    assert made.get("aria-label") == label
    assert [tuple(cell.text for cell in row) for row in made.iterfind("tbody/tr")] == rows
    assert [cell.get("class") for cell in made.iterfind("tbody/tr/td")] == [second for _, second in rows]
    assert {cell.get("scope") for cell in made.iter("th")} == {"row", "col"}
