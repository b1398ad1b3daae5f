"""The Word page: what pandoc takes over from reference.docx, and how LibreOffice prints it."""

import importlib.util
import itertools
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from docx import Document
from docx.document import Document as DocumentType
from docx.oxml.ns import qn
from lxml import etree

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, 184 * MM, 37 * MM, 262 * MM
PITCH, PAGE_NUMBER, DASH = 28.95, 14, 0.38
OFFICIAL = {"仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"}


@pytest.fixture(scope="module")
def word(pandoc: Callable[..., Path], document: str, assets: Path) -> Path:
    """The document as pandoc writes it for Word."""
    folder = assets / "docx"
    return pandoc(
        document,
        "document.docx",
        *("--reference-doc", folder / "reference.docx", "--template", folder / "template.openxml"),
        *("--lua-filter", folder / "word.lua"),
    )


@pytest.fixture(scope="module")
def opened(word: Path) -> DocumentType:
    return Document(str(word))


@pytest.fixture(scope="module")
def printed(word: Path, libreoffice: Callable[[Path], Path]) -> Any:
    with pdfplumber.open(libreoffice(word)) as pdf:
        yield pdf


def part(word: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(word) as package:
        return etree.fromstring(package.read(name))


def values(root: etree._Element, tag: str, attribute: str = "w:val") -> list[str]:
    return [element.get(qn(attribute)) for element in root.iter(qn(tag)) if element.get(qn(attribute))]


def rendered_lines(page: Any) -> dict[float, list[dict[str, Any]]]:
    lines: dict[float, list[dict[str, Any]]] = defaultdict(list)
    for char in page.chars:
        lines[round(page.height - char["matrix"][5], 1)].append(char)
    return {y: sorted(lines[y], key=lambda char: char["x0"]) for y in sorted(lines)}


def text(line: list[dict[str, Any]]) -> str:
    return "".join(char["text"] for char in line)


def test_reference_is_what_its_script_makes(assets: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_reference", assets / "docx" / "make_reference.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.reference_document() == (assets / "docx" / "reference.docx").read_bytes()


def test_page_is_the_official_one(opened: DocumentType) -> None:
    section = opened.sections[0]
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((210, 297), abs=0.1)
    margins = (
        section.top_margin.mm,
        section.left_margin.mm,
        section.right_margin.mm,
        section.bottom_margin.mm,
    )
    assert margins == pytest.approx((37, 28, 26, 35), abs=0.05)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


def test_page_numbers_are_fields_between_dashes_odd_right_even_left(opened: DocumentType) -> None:
    assert opened.settings.odd_and_even_pages_header_footer
    section = opened.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        assert paragraph.text == "— 1 —"
        assert [element.text.strip() for element in paragraph._p.iter(qn("w:instrText"))] == ["PAGE"]
        assert values(paragraph._p, "w:jc") == [side]
        assert values(paragraph._p, "w:ind", f"w:{side}Chars") == ["100"]


def test_every_style_in_use_is_defined(word: Path) -> None:
    defined = set(values(part(word, "word/styles.xml"), "w:style", "w:styleId"))
    body = part(word, "word/document.xml")
    used = {name for tag in ("w:pStyle", "w:rStyle", "w:tblStyle") for name in values(body, tag)}
    assert {
        "Title",
        "Heading1",
        "Heading2",
        "Heading3",
        "FirstParagraph",
        "Table",
        "TableText",
        "BlockText",
    } <= used
    assert used <= defined


@pytest.mark.parametrize(
    ("style", "font", "points"),
    [
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Heading 3", "仿宋_GB2312", 16),
        ("Normal", "仿宋_GB2312", 16),
        ("Table Text", "宋体", 10),
        ("footer", "宋体", 14),
    ],
)
def test_styles_have_the_official_fonts_and_sizes(
    opened: DocumentType, style: str, font: str, points: float
) -> None:
    found = opened.styles[style]
    assert values(found.element, "w:rFonts", "w:eastAsia") == [font]
    size = found.font.size or opened.styles["Normal"].font.size
    assert size.pt == points


@pytest.mark.parametrize("style", ["Body Text", "Heading 1", "Heading 2", "Heading 3"])
def test_paragraphs_and_headings_are_indented_by_two_characters(opened: DocumentType, style: str) -> None:
    assert values(opened.styles[style].element, "w:ind", "w:firstLineChars") == ["200"]


def test_first_paragraph_is_indented_too(opened: DocumentType) -> None:
    assert opened.styles["First Paragraph"].base_style.name == "Body Text"


def test_lines_have_the_official_pitch(word: Path) -> None:
    defaults = part(word, "word/styles.xml").find(qn("w:docDefaults"))
    assert values(defaults, "w:spacing", "w:line") == ["579"]
    assert values(defaults, "w:spacing", "w:lineRule") == ["exact"]


def test_every_official_font_has_a_substitute(word: Path) -> None:
    table = part(word, "word/fontTable.xml")
    substitutes = {font.get(qn("w:name")): values(font, "w:altName") for font in table}
    assert set(substitutes) >= OFFICIAL
    assert all(substitutes[name] for name in OFFICIAL)


def test_tables_have_hairlines_repeated_headers_and_fill_the_width(opened: DocumentType) -> None:
    borders = opened.styles["Table"].element.find(f".//{qn('w:tblBorders')}")
    assert {border.get(qn("w:sz")) for border in borders} == {"4"}
    assert len(borders) == 6
    applications = opened.tables[2]
    assert applications.style is not None and applications.style.name == "Table"
    headers = [bool(row._tr.findall(f".//{qn('w:tblHeader')}")) for row in applications.rows]
    assert headers == [True] * 3 + [False] * 25
    assert values(applications._tbl.tblPr, "w:tblW", "w:w") == ["5000"]


def test_rows_keep_together_until_the_last(opened: DocumentType) -> None:
    rows = opened.tables[3].rows
    styles = [{paragraph.style.name for cell in row.cells for paragraph in cell.paragraphs} for row in rows]
    assert styles == [{"Table Text"}] * (len(rows) - 1) + [{"Table Text Last Row"}]
    assert opened.styles["Table Text"].paragraph_format.keep_with_next
    assert opened.styles["Table Text Last Row"].paragraph_format.keep_with_next is False


def test_author_and_date_are_properties_and_no_lines_of_the_text(opened: DocumentType) -> None:
    properties = opened.core_properties
    assert properties.author == "甲市乙县丙镇人民政府"
    assert properties.title == "甲市乙县丙镇人民政府2024年政府信息公开工作年度报告"
    assert properties.language == "zh-CN"
    assert [paragraph.style.name for paragraph in opened.paragraphs[:2]] == ["Title", "First Paragraph"]
    assert opened.paragraphs[1].text.startswith("根据《中华人民共和国")


def test_emphasis_is_a_change_of_font(word: Path) -> None:
    body = part(word, "word/document.xml")
    assert {"Strong", "Emphasis"} <= set(values(body, "w:rStyle"))
    assert not list(body.iter(qn("w:b"), qn("w:i")))


def test_printed_prose_has_28_characters_a_line_at_the_pitch(printed: Any) -> None:
    lines = {y: line for y, line in rendered_lines(printed.pages[-2]).items() if y < BOTTOM}
    assert len(lines) == 22
    assert {len(line) for line in lines.values()} == {28}
    gaps = [below - above for above, below in itertools.pairwise(lines)]
    assert gaps == pytest.approx([PITCH] * 21, abs=0.15)
    for line in lines.values():
        assert line[0]["x0"] == pytest.approx(LEFT, abs=MM)
        assert line[-1]["x1"] == pytest.approx(RIGHT, abs=MM)


def test_printed_pages_stay_in_the_block_and_are_numbered(printed: Any) -> None:
    for number, page in enumerate(printed.pages, 1):
        *lines, (y, footer) = [(y, line) for y, line in rendered_lines(page).items() if text(line).strip()]
        assert text(footer).replace(" ", "") == f"—{number}—"
        assert y - DASH * PAGE_NUMBER == pytest.approx(BOTTOM + 7 * MM, abs=MM)
        if number % 2:
            assert footer[-1]["x1"] == pytest.approx(RIGHT - PAGE_NUMBER, abs=MM)
        else:
            assert footer[0]["x0"] == pytest.approx(LEFT + PAGE_NUMBER, abs=MM)
        for y, line in lines:
            assert TOP <= y <= BOTTOM
            assert line[0]["x0"] >= LEFT - MM
            # a full stop that hangs out at the end of a line is empty in its right half
            assert line[-1]["x0"] + line[-1]["size"] / 2 <= RIGHT + MM


def test_wide_numbers_stay_in_one_line(printed: Any) -> None:
    words = [word["text"] for page in printed.pages for word in page.extract_words(x_tolerance=1)]
    assert words.count("1234567") == 2 + 14 + 2
    assert words.count("1234567.0123456789") == 1
