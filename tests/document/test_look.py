"""The look, judged as an official would: on reports of several years and of long figures, measured on real renders."""

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from pathlib import Path

import pdfplumber
import pytest
from axe import violations
from city import make_city
from conftest import ROOT, XIAODUKOU
from lxml import html
from playwright.sync_api import Browser
from published import ENGINES, publish
from readback import from_docx, from_html, from_pdf

from helpers.document.charts import TRENDS
from helpers.report.form import FORM

MM = 72 / 25.4
TOP, BOTTOM, LEFT, RIGHT = 37 * MM, 262 * MM, 28 * MM, 184 * MM
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
    addresses = html.fromstring(page.read_text(encoding="utf-8")).xpath("//figure//img/@src")
    return [base64.b64decode(address.partition(",")[2]).decode() for address in addresses]


class TestTrends:
    """Charts over several years, as ADR 21 has them."""

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


# Long figures, long names, a table in the middle of a page ---------------------------------------------------------------

Printed = dict[str, Path]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with figures of eight digits and long names."""
    work = tmp_path_factory.mktemp("city")
    return publish("built-in", make_city(work), work / "published")


@pytest.fixture(scope="module")
def tall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report whose section 3 begins high on a page that does not hold its table, with dashes and numbers at every place of a line."""
    work = tmp_path_factory.mktemp("tall")
    folder = Path(shutil.copytree(XIAODUKOU, work / "tall"))
    with (folder / "overview.md").open("a", encoding="utf-8") as stream:
        stream.write("\n" + "这里另写一行文字。\n\n" * 7)
    with (folder / "other.md").open("a", encoding="utf-8") as stream:
        for number in range(16, 27):
            stream.write(f"\n{'甲' * number}——“乙丙”……（丁戊）《己庚》，{'辛' * 20}。\n")
            stream.write(f"\n{'甲' * number}电话：0736-3612417，邮箱：renmin@example.cn，见前。\n")
    return publish("built-in", folder, work / "published")


@pytest.fixture(scope="module")
def printed(
    city: Path,
    tall: Path,
    browser: Browser,
    program: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Printed]:
    """Both reports on paper: the PDF, the page by a browser, the Word file by an office without any Chinese serif face."""
    made: dict[str, Printed] = {}
    for name, out in (("city", city), ("tall", tall)):
        work = tmp_path_factory.mktemp(name)
        tab = browser.new_page()
        tab.goto((out / "report.html").as_uri())
        tab.pdf(path=work / "page.pdf", prefer_css_page_size=True)
        tab.close()
        word = print_anywhere(program("soffice"), out / "report.docx", work)
        made[name] = {"pdf": out / "report.pdf", "page": work / "page.pdf", "word": word}
    return made


FACES = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><cachedir>CACHE</cachedir>
<match target="pattern"><test name="family"><string>Times New Roman</string></test>
<edit name="family" mode="assign" binding="same"><string>DejaVu Serif</string></edit></match></fontconfig>
"""


def print_anywhere(soffice: str, source: Path, home: Path) -> Path:
    """Print a Word file where none of the faces it names is installed, and the widest digits stand in for its own."""
    settings = home / "fonts.conf"
    settings.write_text(FACES.replace("CACHE", str(home / "cache")), encoding="utf-8")
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    command = [soffice, "--headless", profile, "--convert-to", "pdf", "--outdir", str(home), str(source)]
    environment = os.environ | {"FONTCONFIG_FILE": str(settings)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return home / f"{source.stem}.pdf"


def lines(pdf: Path) -> Iterator[list[dict[str, float | str]]]:
    """The lines of prose, each with its characters from the left; neither tables nor page numbers."""
    with pdfplumber.open(pdf) as opened:
        for page in opened.pages:
            prose = [char for char in page.chars if 15.5 < char["size"] < 16.5 and char["text"].strip()]
            prose.sort(key=lambda char: (round(page.height - char["matrix"][5]), char["x0"]))
            for _, line in groupby(prose, key=lambda char: round(page.height - char["matrix"][5])):
                yield list(line)


@pytest.mark.parametrize("form", ["pdf", "page", "word"])
@pytest.mark.parametrize("name", ["city", "tall"])
class TestOnPaper:
    """What holds for the PDF, for the page printed by a browser and for the Word file without the faces it names."""

    def test_no_page_but_the_last_is_half_white(
        self, printed: dict[str, Printed], name: str, form: str
    ) -> None:
        *pages, _ = white(printed[name][form])
        assert max(pages) < 0.5

    def test_section_3_begins_where_its_table_does(
        self, printed: dict[str, Printed], name: str, form: str
    ) -> None:
        with pdfplumber.open(printed[name][form]) as pdf:
            texts = ["".join((page.extract_text() or "").split()) for page in pdf.pages]
        (page,) = (text for text in texts if FORM.sections["applications"] in text)
        assert "8.属于行政查询事项" in page.partition(FORM.sections["applications"])[2]

    def test_the_table_breaks_between_its_groups(
        self, printed: dict[str, Printed], name: str, form: str
    ) -> None:
        with pdfplumber.open(printed[name][form]) as pdf:
            texts = ["".join((page.extract_text() or "").split()) for page in pdf.pages]
        pages = [text for text in texts if "（本列数据的勾稽关系为" in text.replace("(", "（")]
        assert len(pages) == {"city": 1, "tall": 2}[name]
        for first, last in (
            ("1.属于国家秘密", "8.属于"),
            ("1.信访举报", "5.要求行政"),
            ("1.申请人", "3.其他"),
        ):
            assert [first in page for page in pages] == [last in page for page in pages]

    def test_no_mark_stands_where_it_may_not(self, printed: dict[str, Printed], name: str, form: str) -> None:
        texts = ["".join(str(char["text"]) for char in line) for line in lines(printed[name][form])]
        assert len(texts) > 20
        for text, following in pairwise(texts):
            assert text[0] not in "，。、；：！？）》〉”’〕"
            assert text[-1] not in "（《〈“‘〔"
            # LibreOffice parts the halves of a dash; Word and WPS do not.
            assert form == "word" or (text[-1], following[0]) not in {("—", "—"), ("…", "…")}


@pytest.mark.parametrize("form", ["pdf", "page", "word"])
def test_a_quarter_of_a_character_stands_between_han_and_digits(
    printed: dict[str, Printed], form: str
) -> None:
    # The lines at the end of a paragraph and headings are not justified.
    gaps = [
        float(after["x0"]) - float(before["x1"])
        for line in lines(printed["city"][form])
        if float(line[-1]["x1"]) < RIGHT - 32
        for before, after in pairwise(line)
        if str(before["text"]).isdigit() and "一" <= str(after["text"]) <= "龥"
    ]
    assert gaps
    assert 0.1 * 16 < min(gaps) <= max(gaps) < 0.4 * 16


def test_no_paragraph_of_the_pdf_ends_with_one_character(printed: dict[str, Printed]) -> None:
    for name in ("city", "tall"):
        for line in lines(printed[name]["pdf"]):
            begins = float(line[0]["x0"]) < LEFT + 8
            assert not begins or len(line) > 2 or float(line[-1]["x1"]) > RIGHT - 16


def test_no_line_of_the_pdf_is_stretched_for_a_long_number(printed: dict[str, Printed]) -> None:
    for name in ("city", "tall"):
        for line in lines(printed[name]["pdf"]):
            steps = sorted(
                float(after["x0"]) - float(before["x0"])
                for before, after in pairwise(line)
                if re.fullmatch("[一-龥]{2}", f"{before['text']}{after['text']}")
            )
            assert not steps or steps[len(steps) // 2] < 16 * 1.2, "".join(str(char["text"]) for char in line)


FIGURES = ("33137222", "33137221", "22111118", "10888896", "12340002", "10000002")


@pytest.mark.parametrize("form", ["pdf", "page", "word"])
def test_figures_of_eight_digits_stay_in_one_line_and_can_be_read(
    printed: dict[str, Printed], form: str
) -> None:
    with pdfplumber.open(printed["city"][form]) as pdf:
        words = [
            word
            for page in pdf.pages
            for word in page.extract_words(x_tolerance=1, extra_attrs=["size"])
            if word["text"] in FIGURES and word["size"] < 11
        ]
    assert {word["text"] for word in words} == set(FIGURES)
    assert min(word["size"] for word in words) >= 7.5


def test_no_figure_leaves_its_cell_in_a_wider_face(city: Path, browser: Browser) -> None:
    tab = browser.new_page(viewport={"width": 1000, "height": 800})
    tab.goto((city / "report.html").as_uri())
    tab.add_style_tag(content=f"td {{ font-family: '{WIDE}' !important }}")
    wide = "[...document.querySelectorAll('.gt_table td')].filter(cell => cell.scrollWidth > cell.clientWidth).length"
    assert tab.evaluate(wide) == 0
    tab.close()


def test_a_name_too_long_for_a_line_is_cut_in_the_middle(city: Path) -> None:
    with pdfplumber.open(city / "report.pdf") as pdf:
        title = [line["text"].replace(" ", "") for line in pdf.pages[0].extract_text_lines()[:3]]
    assert title[2] == "2024年政府信息公开工作年度报告"
    assert abs(len(title[0]) - len(title[1])) <= 2


@pytest.mark.parametrize("columns", [2, 6])
@pytest.mark.parametrize("engine", ENGINES)
def test_no_text_of_a_cell_longer_than_a_page_is_lost(engine: str, columns: int, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    shutil.copytree(XIAODUKOU, folder)
    words = "".join(chr(0x4E00 + number) for number in range(2000 // columns))
    rows = [["甲"] * columns, ["---"] * columns, [words, *["短"] * (columns - 1)], ["乙"] * columns]
    with (folder / "other.md").open("a", encoding="utf-8") as prose:
        prose.write("\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n")
    made = publish(engine, folder, tmp_path / "made")
    with pdfplumber.open(made / "report.pdf") as opened:
        seen = {char["text"] for page in opened.pages for char in page.chars if char["bottom"] < BOTTOM + MM}
    assert set(words) <= seen
