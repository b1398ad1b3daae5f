"""The page of GB/T 9704-2012, measured from the glyph boxes of a finished PDF."""

import io
import itertools
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pdfplumber
import pikepdf
import pytest
import typst

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, 184 * MM, 37 * MM, 262 * MM
ADVANCE = (RIGHT - LEFT) / 28
PITCH, BODY, TITLE, PAGE_NUMBER = 28.95, 16, 22, 14
ASCENT, DASH = 0.88, 0.38  # of the em box above the baseline; of a dash above the baseline
HAN = re.compile(r"[\u4e00-\u9fff]")

Char = dict[str, Any]
Line = list[Char]
Pages = pdfplumber.PDF
Typeset = Callable[..., bytes]
HEADER = "---\ntitle: 标题\nlang: zh-CN\n---\n\n"


def lines_of(page: Any) -> dict[float, Line]:
    """The characters of a page by baseline, from the top, each line from the left; the footer and artefacts are left out."""
    lines: dict[float, Line] = defaultdict(list)
    for char in page.chars:
        if char["tag"] != "Artifact":
            lines[round(page.height - char["matrix"][5], 2)].append(char)
    return {y: sorted(lines[y], key=lambda char: char["x0"]) for y in sorted(lines)}


def text(line: Line) -> str:
    return "".join(char["text"] for char in line)


def find(pdf: Pages, wanted: str) -> tuple[Any, float, Line]:
    """The page, the baseline and the characters of the first line that begins with the wanted text."""
    for page in pdf.pages:
        for y, line in lines_of(page).items():
            if text(line).startswith(wanted):
                return page, y, line
    raise AssertionError(f"no line begins with {wanted}")


def fonts(line: Line) -> set[str]:
    return {char["fontname"].split("+")[1].removesuffix("-Identity-H") for char in line}


def is_slanting(char: Char) -> bool:
    return bool(abs(char["matrix"][1]) > 0.1)


def opened(pages: bytes) -> Pages:
    return pdfplumber.open(io.BytesIO(pages))


@pytest.fixture(scope="module")
def full_page(pdf: Pages) -> Any:
    """A page that holds nothing but prose."""
    return pdf.pages[-2]


def test_paper_is_a4(pdf: Pages) -> None:
    for page in pdf.pages:
        assert (page.width, page.height) == pytest.approx((210 * MM, 297 * MM), abs=0.5)


def test_a_page_has_22_lines_at_the_official_pitch(full_page: Any) -> None:
    baselines = list(lines_of(full_page))
    assert len(baselines) == 22
    assert [below - above for above, below in itertools.pairwise(baselines)] == pytest.approx(
        [PITCH] * 21, abs=0.05
    )


def test_a_line_has_28_characters_of_16_points(full_page: Any) -> None:
    for line in lines_of(full_page).values():
        assert len(line) == 28
        assert {char["size"] for char in line} == {BODY}
        assert fonts(line) == {"FandolFang-Regular"}


def test_prose_fills_the_text_block(full_page: Any) -> None:
    lines = lines_of(full_page)
    first, last = min(lines), max(lines)
    assert first - ASCENT * BODY == pytest.approx(TOP, abs=MM)
    assert last + (1 - ASCENT) * BODY == pytest.approx(BOTTOM - (PITCH - BODY), abs=MM * 3)
    assert last + (1 - ASCENT) * BODY <= BOTTOM
    for line in lines.values():
        assert line[0]["x0"] == pytest.approx(LEFT, abs=0.2 * MM)
        assert line[-1]["x1"] == pytest.approx(RIGHT, abs=0.2 * MM)


def test_title_is_centred_with_the_organ_on_a_line_of_its_own(pdf: Pages) -> None:
    lines = list(lines_of(pdf.pages[0]).values())[:2]
    assert [text(line) for line in lines] == ["甲市乙县丙镇人民政府", "2024年政府信息公开工作年度报告"]
    for line in lines:
        assert fonts(line) == {"FandolSong-Bold"}
        assert {char["size"] for char in line} == {TITLE}
        assert (line[0]["x0"] + line[-1]["x1"]) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.2 * MM)


@pytest.mark.parametrize(
    ("heading", "font"),
    [
        ("一、总体情况", "FandolHei-Regular"),
        ("（一）主动公开", "FandolKai-Regular"),
        ("1.公文类信息", "FandolFang-Regular"),
    ],
)
def test_headings_have_the_official_fonts_and_an_indent(pdf: Pages, heading: str, font: str) -> None:
    _, _, line = find(pdf, heading)
    assert fonts([char for char in line if HAN.match(char["text"])]) == {font}
    assert {char["size"] for char in line} == {BODY}
    assert line[0]["x0"] == pytest.approx(LEFT + 2 * ADVANCE, abs=MM)


def test_every_paragraph_is_indented_also_the_first_after_a_heading(pdf: Pages) -> None:
    for start in ("根据《中华人民共和国", "本年主动公开", "天地玄黄"):
        _, _, line = find(pdf, start)
        assert line[0]["x0"] == pytest.approx(LEFT + 2 * ADVANCE, abs=0.2 * MM)


def test_page_numbers_stand_outside_below_the_block(pdf: Pages) -> None:
    assert len(pdf.pages) >= 4
    for number, page in enumerate(pdf.pages, 1):
        footer = [char for char in page.chars if char["tag"] == "Artifact" and char["text"].strip()]
        assert text(footer) == f"—{number}—"
        assert fonts(footer) == {"FandolSong-Regular"}
        assert {char["size"] for char in footer} == {PAGE_NUMBER}
        dash = page.height - footer[0]["matrix"][5] - DASH * PAGE_NUMBER
        assert dash == pytest.approx(BOTTOM + 7 * MM, abs=0.5 * MM)
        if number % 2:
            assert footer[-1]["x1"] == pytest.approx(RIGHT - PAGE_NUMBER, abs=0.5 * MM)
        else:
            assert footer[0]["x0"] == pytest.approx(LEFT + PAGE_NUMBER, abs=0.5 * MM)


def test_nothing_leaves_the_text_block(pdf: Pages) -> None:
    for page in pdf.pages:
        content = [char for char in page.chars if char["tag"] != "Artifact"]
        for box in (*content, *page.lines, *page.rects, *page.images):
            assert box["x0"] >= LEFT - 0.3 * MM, box
            # The right half of a mark at the end of a line is empty, and left out.
            empty = box["size"] / 2 if box.get("text", " ") in "，。、；：！？）》〉”" else 0
            assert box["x1"] - empty <= RIGHT + 0.3 * MM, box
            assert box["top"] >= TOP - MM, box
            assert box["bottom"] <= BOTTOM + 0.3 * MM, box


def test_rules_of_tables_are_hairlines_of_the_full_width(pdf: Pages) -> None:
    page, _, _ = find(pdf, "三、收到和处理")
    assert {rule["linewidth"] for rule in page.lines} == {0.5}
    assert min(rule["x0"] for rule in page.lines) == pytest.approx(LEFT, abs=0.3 * MM)
    assert max(rule["x1"] for rule in page.lines) == pytest.approx(RIGHT, abs=0.3 * MM)


def test_official_proportions_of_the_applications_table(pdf: Pages) -> None:
    page, _, _ = find(pdf, "三、收到和处理")
    edges = sorted({round(rule["x0"], 1) for rule in page.lines if rule["x0"] == rule["x1"]})
    widths = [(right - left) / MM for left, right in itertools.pairwise(edges)]
    assert widths == pytest.approx([12.1, 14.7, 52.4, *[11.0] * 7], abs=0.15)


def test_no_character_crosses_a_rule(pdf: Pages) -> None:
    # half of the box of a bracket is empty, and Typst lets that half hang out at the end of a line
    brackets = "（）“”，、"
    for page in pdf.pages:
        verticals = [rule for rule in page.lines if rule["x0"] == rule["x1"]]
        for char, rule in itertools.product(page.chars, verticals):
            middle = (char["top"] + char["bottom"]) / 2
            if (
                char["tag"] != "Artifact"
                and char["text"] not in brackets
                and rule["top"] < middle < rule["bottom"]
            ):
                assert not char["x0"] + 0.1 < rule["x0"] < char["x1"] - 0.1, (char["text"], rule)


def test_wide_numbers_stay_in_one_line(pdf: Pages) -> None:
    words = [word["text"] for page in pdf.pages for word in page.extract_words(x_tolerance=1)]
    assert words.count("1234567") == 2 + 14 + 2
    assert words.count("1234567.0123456789") == 1


def test_no_label_is_squeezed_into_one_character_a_line(pdf: Pages) -> None:
    for start in ("三、收到和处理", "四、政府信息公开行政复议"):
        page, _, _ = find(pdf, start)
        cells = [cell for table in page.extract_tables() for row in table for cell in row if cell]
        labels = [line for cell in cells if HAN.search(cell) for line in cell.split("\n")]
        assert labels
        assert all(len(line) >= 2 for line in labels), labels


def test_labels_of_narrow_columns_break_between_words(pdf: Pages) -> None:
    page, _, _ = find(pdf, "三、收到和处理")
    cells = {cell for table in page.extract_tables() for row in table for cell in row if cell}
    assert {
        "自然人",
        "商业\n企业",
        "社会\n公益\n组织",
        "三、\n本年度\n办理\n结果",
        "（六）\n其他\n处理",
    } <= cells
    page, _, _ = find(pdf, "四、政府信息公开行政复议")
    cells = {cell for table in page.extract_tables() for row in table for cell in row if cell}
    assert {"结果\n维持", "尚未\n审结", "总计"} <= cells


def test_official_tables_stand_on_one_page_below_their_headings(pdf: Pages) -> None:
    for heading, last in (
        ("二、主动公开", "行政事业性收费"),
        ("三、收到和处理", "四、结转下年度继续办理"),
        ("四、政府信息公开行政复议", "0"),
    ):
        page, above, _ = find(pdf, heading)
        assert any(text(line).startswith(last) for y, line in lines_of(page).items() if y > above)


@pytest.mark.parametrize("filled", [12, 15, 18])
def test_a_table_that_fits_on_a_page_is_not_broken(typeset: Typeset, filled: int) -> None:
    above = "\n\n".join(["一行文字。"] * filled)
    rows = "\n".join(f"| 行{i} | {i} |" for i in range(1, 21))
    with opened(typeset(f"{HEADER}{above}\n\n# 一、附表\n\n| 名称 | 数量 |\n|---|---|\n{rows}\n")) as pdf:
        assert find(pdf, "行1")[0] is find(pdf, "行20")[0] is find(pdf, "一、附表")[0]


def test_a_long_table_repeats_its_header_and_breaks_no_row(typeset: Typeset) -> None:
    rows = "\n".join(f"| 起{i}始 | {'说明的文字' * 30}终{i}止 |" for i in range(1, 40))
    with opened(typeset(f"{HEADER}# 一、附表\n\n| 名称栏 | 说明栏 |\n|---|------|\n{rows}\n")) as pdf:
        pages = ["".join(page.extract_text().split()) for page in pdf.pages]
    assert len(pages) > 2
    assert all("名称栏" in page and "说明栏" in page for page in pages)
    for i in range(1, 40):
        assert [f"起{i}始" in page for page in pages] == [f"终{i}止" in page for page in pages]


def test_cells_may_hold_anything(typeset: Typeset) -> None:
    cells = [
        "",
        "[a](b*c+",
        "（三）（四）",
        "**重**要的*内容*在此",
        "甲乙丙丁戊己庚",
        "A very long wordindeed",
    ]
    columns = "".join(f"<td>{cell}</td>" for cell in cells)
    widths = '<col style="width:8%">' * len(cells)
    grid = f"<table><colgroup>{widths}</colgroup><tr>{columns}</tr></table>"
    with opened(typeset(f"{HEADER}```{{=html}}\n{grid}\n```\n")) as pdf:
        assert "甲乙丙丁戊己庚" in "".join(pdf.pages[0].extract_tables()[0][0][4].split())


@pytest.mark.parametrize(
    "title", ["题", "很长的标题" * 9, "没有机关名称的很长的政府信息公开工作年度报告的标题"]
)
def test_a_title_of_any_length_stays_in_the_block(typeset: Typeset, title: str) -> None:
    with opened(typeset(f"---\ntitle: {title}\nlang: zh-CN\n---\n\n正文。\n")) as pdf:
        lines = [line for line in lines_of(pdf.pages[0]).values() if line[0]["size"] == TITLE]
    assert "".join(map(text, lines)) == title
    assert all(line[0]["x0"] >= LEFT - 0.1 and line[-1]["x1"] <= RIGHT + 0.1 for line in lines)
    widths = [line[-1]["x1"] - line[0]["x0"] for line in lines]
    assert max(widths) - min(widths) <= 3 * TITLE


@pytest.mark.parametrize("filled", [18, 19, 20, 21, 22])
def test_a_heading_never_ends_a_page(typeset: Typeset, filled: int) -> None:
    above = "\n\n".join(["一行文字。"] * filled)
    with opened(
        typeset(
            f"---\nlang: zh-CN\ntitle-meta: 无\n---\n\n{above}\n\n# 一、标题\n\n{'下文。' * 60}\n",
            "-M",
            "title=题",
        )
    ) as pdf:
        page, y, _ = find(pdf, "一、标题")
        assert y < max(lines_of(page))


def test_no_page_begins_or_ends_with_a_single_line_of_a_paragraph(typeset: Typeset) -> None:
    for filled in range(16, 21):
        above = "\n\n".join(["一行文字。"] * filled)
        with opened(typeset(f"{HEADER}{above}\n\n{'天' * 100}\n")) as pdf:
            counts = [sum("天" in text(line) for line in lines_of(page).values()) for page in pdf.pages]
        assert sum(counts) == 4
        assert 1 not in counts


def test_watermark_is_on_every_page_and_no_part_of_the_text(typeset: Typeset, document: str) -> None:
    with opened(typeset(document, "-M", "watermark=审阅稿")) as pdf:
        for page in pdf.pages:
            slanting = [char for char in page.chars if is_slanting(char)]
            assert text(slanting) == "审阅稿"
            assert {char["tag"] for char in slanting} == {"Artifact"}
            assert all(0.9 < shade < 1 for char in slanting for shade in char["non_stroking_color"])


def test_without_the_word_there_is_no_watermark(pdf: Pages) -> None:
    assert not any(is_slanting(char) for page in pdf.pages for char in page.chars)


def test_every_font_is_embedded_and_every_glyph_has_a_character(pdf_bytes: bytes, pdf: Pages) -> None:
    with pikepdf.open(io.BytesIO(pdf_bytes)) as file:
        faces = [
            obj
            for obj in file.objects
            if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/FontDescriptor"
        ]
        assert len(faces) >= 5
        assert all("/FontFile3" in face or "/FontFile2" in face for face in faces)
    assert not {char["text"] for page in pdf.pages for char in page.chars} & {"\ufffd", "\x00"}


def test_rare_characters_come_from_the_fallback(pdf: Pages) -> None:
    rare = [char for page in pdf.pages for char in page.chars if char["text"] in "堃镕犇燚"]
    assert len(rare) == 4
    assert "NianbaoFallbackSerif-Regular" in fonts(rare)


def test_a_character_of_no_font_is_an_error_that_names_it(typeset: Typeset) -> None:
    with pytest.raises(typst.TypstError, match="𠀀"):
        typeset(f"{HEADER}张𠀀。")


def test_document_properties(pdf_bytes: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf_bytes)) as file:
        assert file.Root.Lang == "zh-CN"
        with file.open_metadata() as meta:
            assert meta["dc:title"] == "甲市乙县丙镇人民政府2024年政府信息公开工作年度报告"
            assert meta["dc:creator"] == ["甲市乙县丙镇人民政府"]
            assert "年度报告" in meta["pdf:Keywords"]
            assert meta["dc:description"] == "本报告说明“一句话”。"
            assert meta["xmp:CreateDate"].startswith("2025-01-10")
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
        with file.open_outline() as outline:
            sections = [item.title for item in outline.root]
    assert [section[:2] for section in sections] == ["一、", "二、", "三、", "四、", "五、"]


def test_the_clock_is_not_asked(typeset: Typeset) -> None:
    first, second = (typeset(f"{HEADER}# 一、甲\n\n文字。\n") for _ in range(2))
    assert first == second
    with pikepdf.open(io.BytesIO(first)) as file:
        assert file.docinfo["/CreationDate"] == "D:19700101000000Z"


def test_tag_tree_has_headings_header_cells_and_alternative_texts(pdf_bytes: bytes) -> None:
    tags: dict[str, int] = defaultdict(int)
    alternatives = []

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            tags[str(node.S)] += 1
            if "/Alt" in node:
                alternatives.append(str(node.Alt))
            walk(node.get("/K", pikepdf.Array()))

    with pikepdf.open(io.BytesIO(pdf_bytes)) as file:
        walk(file.Root.StructTreeRoot.K)
    assert (tags["/H1"], tags["/H2"], tags["/H3"]) == (5, 1, 1)
    assert tags["/Table"] == 4
    # the header cells of two official tables and of the table in the prose
    assert tags["/TH"] == (2 + 3 + 5) + (2 + 7 + 10) + 2
    assert alternatives == ["柱形图：行政许可403件，行政处罚18件。"]
