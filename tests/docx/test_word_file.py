"""The Word file: nothing an office would have to repair, the same with either engine, and printed like the PDF."""

import csv
import difflib
import functools
import itertools
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pdfplumber
import pytest
from conftest import XIAODUKOU, Validate
from docx import Document
from docx.document import Document as DocumentType
from docx.oxml.ns import qn
from lxml import etree
from office import print_file
from published import ENGINES, copy_project, publish
from readback import from_docx

from helpers.finishing.finish import finish

LONG, AMOUNT, WATERMARK = "1234567", "1234567.0123456789", "草稿 & 审阅"
PAGE_OFFICIAL_MM, TWIPS_PER_MM = 156, 1440 / 25.4
WIDTHS_MM = {
    "disclosure": [39.0] * 4,
    "applications": [12.1, 14.7, 52.4] + [11.0] * 7,
    "proceedings": [10.4] * 15,
}
LAST_ROW = {"Table Text Last Row", "Table Text Indented Last Row"}
MAY_BREAK_BEHIND = {"applications": {14, 17, 22}}
"""Last rows of （三） to （五）: a table that fills its page goes on on the next between its groups."""
HEAD_ROWS = {"disclosure": 0, "applications": 3, "proceedings": 3}
VML, RELATIONS = (
    "{urn:schemas-microsoft-com:vml}",
    "{http://schemas.openxmlformats.org/package/2006/relationships}",
)

Printed = Callable[[Path], Any]


@pytest.fixture(scope="session")
def printed(
    program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Path], Any]]:
    """Print a Word file and open its pages; each file is printed once."""
    soffice, home = program("soffice"), tmp_path_factory.mktemp("libreoffice")
    opened: dict[Path, Any] = {}

    def pages(source: Path) -> Any:
        if source not in opened:
            opened[source] = pdfplumber.open(print_file(soffice, source, home / str(len(opened)), home))
        return opened[source].pages

    yield pages
    for pdf in opened.values():
        pdf.close()


@pytest.fixture(scope="session")
def word(outputs: Path) -> Path:
    """The default report as a Word file, by either engine."""
    return outputs / "report.docx"


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of a report with the longest figures, with lists, a table and a quotation in its prose."""
    work = tmp_path_factory.mktemp("busy")
    folder = Path(shutil.copytree(XIAODUKOU, work / "busy"))
    _set(folder / "disclosure.csv", {"licensing": [LONG], "fees": [AMOUNT]})
    received = [LONG] * 6 + [""]
    _set(
        folder / "applications.csv",
        {"new_received": received, "granted": received, "total_handled": received},
    )
    _set(folder / "proceedings.csv", {"litigation_direct": [LONG, LONG, "0", "0", ""]})
    (folder / "overview.md").write_text(
        "主动公开、依申请公开、政府信息管理、平台建设、监督保障工作有序。", encoding="utf-8"
    )
    (folder / "problems.md").write_text(
        "1. 第一条\n2. 第二条\n\n- 甲\n- 乙\n\n| 事项 | 次数 |\n|---|---:|\n| 培训 | 3 |\n\n| 另一张 |\n|---|\n| 表 |\n\n> 引用。\n\n**重**与*轻*。\n",
        encoding="utf-8",
    )
    with (folder / "other.md").open("a", encoding="utf-8") as stream:
        rows = "".join(f"| {number} | 第{number}行 |\n" for number in range(1, 61))
        stream.write(f"\n| 序号 | 内容 |\n|---|---|\n{rows}")
    return publish("built-in", folder, work / "published")


def _set(path: Path, figures: dict[str, list[str]]) -> None:
    """Put figures at the end of the rows with these keys."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    for row in rows:
        if values := figures.get(row[0]):
            row[-len(values) :] = values
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)


@pytest.fixture(scope="session")
def make_draft(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The default report as a Word file of a profile that sets a watermark; made once by each engine."""

    @functools.cache
    def make(engine: str) -> Path:
        project = copy_project(tmp_path_factory.mktemp("draft") / engine)
        (project / "_quarto-draft.yml").write_text(f"watermark: {WATERMARK}\n", encoding="utf-8")
        own = [sys.executable, "-m", "helpers", "render", "--engine", "pandoc", "--out", "_output"]
        done = subprocess.run(
            [*(own if engine == "built-in" else ["quarto", "render"]), "--profile", "draft", "--to", "docx"],
            cwd=project,
            env=os.environ | {"QUARTO_PYTHON": sys.executable},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        return project / "_output" / "report.docx"

    return make


@pytest.fixture(params=ENGINES)
def draft(request: pytest.FixtureRequest, make_draft: Callable[[str], Path]) -> Path:
    return make_draft(request.param)


@pytest.fixture(scope="session")
def opened(word: Path) -> DocumentType:
    return Document(str(word))


@pytest.fixture(scope="session")
def tables(opened: DocumentType) -> dict[str, Any]:
    assert len(opened.tables) == 3
    return dict(zip(WIDTHS_MM, opened.tables, strict=True))


def numbers(elements: Any, attribute: str = "w:w") -> list[int]:
    return [int(element.get(qn(attribute))) for element in elements]


def part(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read(name))


def text_of(page: Any) -> str:
    """Text of a printed page without its number and without anything that slants."""
    upright = page.filter(lambda item: item["object_type"] != "char" or not item["matrix"][1])
    words = (upright.extract_text() or "").replace(" ", "")
    return re.sub(r"\s", "", re.sub(r"—\d+—\s*$", "", words))


# Nothing to repair ----------------------------------------------------------------------------------------------------


def test_office_finds_no_fault(word: Path, validate: Validate) -> None:
    assert validate(word) == []


def test_office_finds_no_fault_in_rich_prose_or_a_watermark(
    busy: Path, draft: Path, validate: Validate
) -> None:
    assert validate(busy / "report.docx") == []
    assert validate(draft) == []


@pytest.mark.parametrize(
    ("part_name", "sound", "broken"),
    [
        (
            "word/document.xml",
            b'<w:pStyle w:val="Heading1"/>',
            b'<w:jc w:val="left"/><w:pStyle w:val="Heading1"/>',
        ),
        ("word/document.xml", b"<w:cantSplit/>", b"<w:cantBreak/>"),
        ("word/header1.xml", b"</w:p>", b"</w:p><w:wrong/>"),
        ("word/_rels/document.xml.rels", b'Target="footer1.xml"', b'Target="footer9.xml"'),
    ],
)
def test_office_would_find_one(
    word: Path, validate: Validate, tmp_path: Path, part_name: str, sound: bytes, broken: bytes
) -> None:
    spoilt = tmp_path / "report.docx"
    with zipfile.ZipFile(word) as old, zipfile.ZipFile(spoilt, "w") as new:
        assert sound in old.read(part_name)
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(sound, broken, 1) if name == part_name else content)
    assert validate(spoilt)


def test_every_reference_leads_somewhere(word: Path) -> None:
    with zipfile.ZipFile(word) as package:
        names = package.namelist()
        assert len(names) == len(set(names))
        for name in (name for name in names if name.endswith(".rels")):
            folder = PurePosixPath(name).parent.parent
            relations = etree.fromstring(package.read(name)).iter(f"{RELATIONS}Relationship")
            for relation in (one for one in relations if one.get("TargetMode") != "External"):
                target = relation.get("Target")
                assert (target.lstrip("/") if target.startswith("/") else str(folder / target)) in names


def test_names_and_numbers_of_things_are_unique(word: Path) -> None:
    body = part(word, "word/document.xml")
    starts = list(body.iter(qn("w:bookmarkStart")))
    for values in (
        [element.get("id") for element in body.iter(qn("wp:docPr"))],
        [element.get(qn("w:id")) for element in starts],
        [element.get(qn("w:name")) for element in starts],
    ):
        assert values
        assert len(values) == len(set(values))


# Tables ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WIDTHS_MM)
def test_columns_have_the_official_proportions_and_fill_the_text_block(
    tables: dict[str, Any], name: str
) -> None:
    columns = numbers(tables[name]._tbl.tblGrid)
    assert sum(columns) == pytest.approx(PAGE_OFFICIAL_MM * TWIPS_PER_MM, abs=2)
    assert [width / TWIPS_PER_MM for width in columns] == pytest.approx(WIDTHS_MM[name], abs=0.3)


@pytest.mark.parametrize("name", WIDTHS_MM)
def test_every_row_fills_the_grid_and_every_cell_knows_its_width(tables: dict[str, Any], name: str) -> None:
    columns = numbers(tables[name]._tbl.tblGrid)
    edges = list(itertools.accumulate(columns, initial=0))
    for row in tables[name]._tbl.tr_lst:
        left = 0
        for cell in row.tc_lst:
            right = left + cell.grid_span
            assert numbers(cell.iter(qn("w:tcW"))) == [edges[right] - edges[left]]
            assert cell[-1].tag == qn("w:p")
            left = right
        assert left == len(columns)


@pytest.mark.parametrize("name", WIDTHS_MM)
def test_head_rows_are_repeated_and_no_row_is_split(tables: dict[str, Any], name: str) -> None:
    rows = tables[name]._tbl.tr_lst
    heads = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows]
    assert heads == [True] * HEAD_ROWS[name] + [False] * (len(rows) - HEAD_ROWS[name])
    assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)


@pytest.mark.parametrize("name", WIDTHS_MM)
def test_rows_keep_with_the_next_also_through_merged_cells(
    opened: DocumentType, tables: dict[str, Any], name: str
) -> None:
    *rows, last = tables[name]._tbl.tr_lst
    names = {style.style_id: style.name for style in opened.styles}

    def styles(row: Any) -> set[str]:
        found = (paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}") for paragraph in row.iter(qn("w:p")))
        return {names[style.get(qn("w:val"))] for style in found}

    free = {number for number, row in enumerate(rows) if styles(row) <= LAST_ROW}
    assert free == MAY_BREAK_BEHIND.get(name, set())
    assert all(
        styles(row) <= {"Table Text", "Table Text Indented"} for n, row in enumerate(rows) if n not in free
    )
    assert styles(last) <= LAST_ROW
    assert opened.styles["Table Text"].paragraph_format.keep_with_next is True
    for style in ("Table Text Last Row", "Table Text Indented Last Row"):
        assert opened.styles[style].paragraph_format.keep_with_next is False


def test_neighbouring_tables_stay_two_and_none_ends_the_document(busy: Path) -> None:
    body = part(busy / "report.docx", "word/document.xml")[0]
    tags = [element.tag for element in body if not element.tag.startswith(qn("w:bookmark"))]
    assert tags.count(qn("w:tbl")) == 3 + 3
    for one, following in itertools.pairwise(tags):
        assert one != qn("w:tbl") or following == qn("w:p")


def test_a_table_longer_than_a_page_follows_its_heading_at_once(busy: Path, printed: Printed) -> None:
    (page,) = (
        page for page in map(text_of, printed(busy / "report.docx")) if "六、其他需要报告的事项" in page
    )
    assert "第1行" in page.partition("六、其他需要报告的事项")[2]
    assert sum("序号内容" in text_of(page) for page in printed(busy / "report.docx")) >= 2


def test_labels_of_groups_break_between_words(tables: dict[str, Any]) -> None:
    cells = [cell.text for row in tables["applications"].rows for cell in row.cells[:2]]
    assert {"三、\n本年度\n办理\n结果", "（三）\n不予\n公开", "（六）\n其他\n处理"} <= set(cells)


# The document ---------------------------------------------------------------------------------------------------------


def test_properties_language_and_alternative_texts(word: Path, opened: DocumentType) -> None:
    properties = opened.core_properties
    assert properties.title == "澧县小渡口镇人民政府2024年政府信息公开工作年度报告"
    assert properties.author == "澧县小渡口镇人民政府"
    assert properties.language == "zh-CN"
    assert "政府信息公开" in properties.keywords
    assert (properties.created, properties.modified) == (properties.created,) * 2
    assert f"{properties.created:%Y-%m-%d}" == "2024-12-31"
    language = opened.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert language.get(qn("w:eastAsia")) == "zh-CN"
    pictures = list(opened.element.iter(qn("wp:docPr")))
    assert pictures
    assert all(re.match(r"条形图：.*行政许可403件", picture.get("descr")) for picture in pictures)
    assert b"data:image" not in etree.tostring(part(word, "word/document.xml"))


def test_styles_are_the_offices_own_and_none_is_left_over(opened: DocumentType) -> None:
    names = {style.name for style in opened.styles}
    assert {"Normal", "Title", "Heading 1", "Body Text", "Header", "Footer", "Caption"} <= names
    assert not [name for name in names if name.endswith("Tok")]


def test_odd_and_even_pages_have_headers_and_numbers(opened: DocumentType) -> None:
    section = opened.sections[0]
    assert opened.settings.odd_and_even_pages_header_footer
    for footer in (section.footer, section.even_page_footer):
        assert [element.text.strip() for element in footer._element.iter(qn("w:instrText"))] == ["PAGE"]
    for header in (section.header, section.even_page_header):
        assert not header.is_linked_to_previous
        assert [paragraph.text for paragraph in header.paragraphs] == [""]


def test_finishing_again_changes_nothing(draft: Path, tmp_path: Path) -> None:
    again = Path(shutil.copy(draft, tmp_path))
    finish(again)
    assert again.read_bytes() == draft.read_bytes()


@pytest.mark.quarto
def test_both_engines_write_the_same_bytes(make_draft: Callable[[str], Path]) -> None:
    assert make_draft("built-in").read_bytes() == make_draft("quarto").read_bytes()


# Watermark ------------------------------------------------------------------------------------------------------------


def test_a_watermark_is_in_every_header(draft: Path) -> None:
    section = Document(str(draft)).sections[0]
    for header in (section.header, section.even_page_header):
        assert [path.get("string") for path in header._element.iter(f"{VML}textpath")] == [None, WATERMARK]


def test_a_watermark_is_printed_on_every_page_and_no_part_of_the_text(draft: Path, printed: Printed) -> None:
    for page in printed(draft):
        assert grey_shapes(page)
        assert "草稿" not in text_of(page)
    assert not [block for block in from_docx(draft) if "草稿" in block.text]


def test_without_the_word_there_is_no_watermark(word: Path, printed: Printed) -> None:
    assert not [shape for page in printed(word) for shape in grey_shapes(page)]


def grey_shapes(page: Any) -> list[Any]:
    """The light grey shapes of a printed page."""
    colours = ((curve, curve["non_stroking_color"]) for curve in page.curves if curve["fill"])
    return [curve for curve, colour in colours if colour and all(0.9 < shade < 1 for shade in colour)]


# Printed --------------------------------------------------------------------------------------------------------------


def test_pages_are_those_of_the_pdf(outputs: Path, word: Path, printed: Printed) -> None:
    with pdfplumber.open(outputs / "report.pdf") as pdf:
        ours = [text_of(page) for page in pdf.pages]
    theirs = [text_of(page) for page in printed(word)]
    assert len(theirs) == len(ours)
    headings = [block.text for block in from_docx(word) if block.kind == "heading"]
    assert len(headings) > 6
    for heading in headings:
        assert [heading in page for page in theirs] == [heading in page for page in ours], heading
    # Both fill lines one by one, with faces and marks that differ by a hair: a line may differ.
    for one, other in zip(ours, theirs, strict=True):
        assert difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() > 0.95


def test_the_table_of_applications_stands_on_one_page_with_its_heading(
    busy: Path, word: Path, printed: Printed
) -> None:
    for source in (word, busy / "report.docx"):
        (page,) = (page for page in map(text_of, printed(source)) if "勾稽关系" in page)
        assert page.startswith("三、收到和处理政府信息公开申请情况")
        assert "四、结转下年度继续办理" in page


def test_the_longest_figures_stay_in_one_line(busy: Path, printed: Printed) -> None:
    pages = printed(busy / "report.docx")
    words = [word["text"] for page in pages for word in page.extract_words(x_tolerance=1)]
    assert words.count(AMOUNT) == 1
    # once among the decisions, six applicants in three rows, two results of litigation
    assert words.count(LONG) == 1 + 18 + 2
    assert words.count(str(6 * int(LONG))) == 3
