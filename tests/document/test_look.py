"""The look, judged as an official would: on reports of several years, measured on real renders."""

import base64
from pathlib import Path

import pdfplumber
import pytest
from axe import violations
from conftest import ROOT
from lxml import html
from playwright.sync_api import Browser
from published import ENGINES, publish
from readback import from_docx, from_html, from_pdf

from helpers.document.charts import TRENDS
from helpers.report.form import FORM

MM = 72 / 25.4
TOP, BOTTOM = 37 * MM, 262 * MM
WIDE = "DejaVu Sans"
"""A face whose digits are wider than those that charts are measured with."""


@pytest.fixture(scope="module", params=ENGINES)
def pingtan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report with four years behind it."""
    return publish(request.param, ROOT / "data" / "pingtan-2025", tmp_path_factory.mktemp("look") / "pingtan")


def white(pdf: Path) -> list[float]:
    """Share of each page's type area that is white below the last line, rule or picture."""
    shares = []
    with pdfplumber.open(pdf) as opened:
        for page in opened.pages:
            things = (*page.chars, *page.rects, *page.lines, *page.images)
            lowest = max(one["bottom"] for one in things if one["bottom"] < BOTTOM + MM)
            shares.append(max(BOTTOM - lowest, 0) / (BOTTOM - TOP))
    return shares


def pictures(page: Path) -> list[str]:
    """The vector pictures of a page, as SVG."""
    addresses = html.fromstring(page.read_text(encoding="utf-8")).xpath("//figure/img/@src")
    return [base64.b64decode(address.partition(",")[2]).decode() for address in addresses]


class TestTrends:
    """Charts over several years, as ADR 15 has them."""

    def test_three_formats_say_the_same(self, pingtan: Path) -> None:
        read = from_html(pingtan / "report.html")
        assert from_docx(pingtan / "report.docx") == read
        assert from_pdf(pingtan / "report.pdf") == read

    def test_stand_behind_the_six_sections(self, pingtan: Path) -> None:
        read = from_html(pingtan / "report.html")
        headings = [block.text for block in read if block.kind == "heading" and block.text[0] != "（"]
        assert headings == [*FORM.sections.values(), "附：2021—2025年数据变化"]
        behind = read[[block.text for block in read].index(headings[-1]) + 1 :]
        assert [block.kind for block in behind] == ["caption"] * len(TRENDS)

    def test_figures_stand_at_the_points_and_the_page_folds_them_besides(self, pingtan: Path) -> None:
        page = html.fromstring((pingtan / "report.html").read_text(encoding="utf-8"))
        folded = page.xpath("//details[summary]//table")
        assert len(folded) == len(TRENDS)
        for table, picture in zip(folded, pictures(pingtan / "report.html")[-len(TRENDS) :], strict=True):
            drawn = html.fromstring(picture.encode()).xpath("//text/text()")
            figures = [cell.text for cell in table.iter("td")]
            assert sorted(figures) == sorted(text for text in drawn if text in figures and text[:2] != "20")

    def test_no_chart_is_alone_on_a_page(self, pingtan: Path) -> None:
        with pdfplumber.open(pingtan / "report.pdf") as pdf:
            for page in pdf.pages:
                captions = [line["text"] for line in page.extract_text_lines() if line["text"][:1] == "图"]
                prose = [char for char in page.chars if char["size"] == 16]
                assert len(captions) != 1 or prose


def test_a_folded_table_and_its_summary_are_accessible(pingtan: Path, browser: Browser) -> None:
    tab = browser.new_page()
    tab.goto((pingtan / "report.html").as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert violations(tab) == []
    tab.close()


def test_words_of_a_chart_keep_their_room_in_a_wider_face(pingtan: Path, browser: Browser) -> None:
    tab = browser.new_page(viewport={"width": 900, "height": 600})
    for picture in pictures(pingtan / "report.html"):
        face = f"<style>text {{ font-family: '{WIDE}' !important }}</style>"
        tab.set_content(picture[picture.index("<svg") :].replace("</svg>", f"{face}</svg>"))
        outside = tab.evaluate(
            """() => {
              const frame = document.querySelector("svg").getBoundingClientRect();
              return [...document.querySelectorAll("text")].filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < frame.left - 0.5 || box.right > frame.right + 0.5;
              }).map(text => text.textContent);
            }"""
        )
        assert outside == []
    tab.close()
