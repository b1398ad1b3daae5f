"""What printing does to a report: page ends, running heads, lying pages, tables without outer rules."""

import io
import random
import re

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.intake.matching import matcher
from helpers.intake.matching.model import Imported
from helpers.intake.readers import kinds
from tests.intake import make

NARROW = "12mm, 12mm, 12mm" + ", 1fr" * 7
"""Widths that break every label over many lines, as Word does where nobody sets any."""

OPEN = "(x, y) => (top: 0.5pt, bottom: 0.5pt, left: if x > 0 { 0.5pt } else { none })"
LONG = (
    "我机关按要求更新目录、公布指南、回应来信，并在网站和大厅同步公开有关内容，接受群众监督，" * 30
    + "成效逐步显现。"
)


def imported(content: bytes) -> Imported:
    return matcher.place(kinds.read(content))


def wrong(report: Imported, figures: make.Figures) -> list[tuple[str, str, str, object]]:
    return [
        (table, row, column, value)
        for table, rows in report.figures.items()
        for row, cells in rows.items()
        for column, value in cells.items()
        if value != figures[table][row][column]
    ]


@settings(max_examples=10, deadline=None)
@given(millimetres=st.integers(0, 180), spread=st.booleans(), repeated=st.booleans())
def test_a_row_may_go_on_on_the_next_page_wherever_the_page_ends(millimetres, spread, repeated):
    figures = make.distinct() if spread else make.tallying(millimetres)
    head = "#show table: set table.cell(breakable: true)" if repeated else ""
    report = imported(make.pdf(figures, columns=NARROW, above=f"{millimetres}mm", settings=head))
    assert not wrong(report, figures)


@settings(max_examples=15, deadline=None)
@given(millimetres=st.integers(0, 180), spread=st.booleans())
def test_a_number_cut_by_the_page_end_is_never_read_as_its_first_half(millimetres, spread):
    figures = make.distinct() if spread else make.tallying(millimetres)
    # Word breaks long numbers where the cell ends, and a row where the page does.
    breaking = r'#show regex("\d"): digit => digit + sym.zws' + "\n#set text(costs: (widow: 0%, orphan: 0%))"
    columns = "20mm, 30mm, 90mm" + ", 5.6mm" * 7
    report = imported(make.pdf(figures, columns=columns, above=f"{millimetres}mm", settings=breaking))
    assert not [one for one in wrong(report, figures) if one[3] is not None]


@pytest.mark.parametrize(
    "stroke", [OPEN, "(x: 0.5pt, y: none)", "0.5pt"], ids=["open", "upright only", "all"]
)
def test_rules_that_are_left_out_cost_no_figure(stroke):
    figures = make.distinct() if stroke == OPEN else make.tallying(3)
    assert not wrong(imported(make.pdf(figures, stroke=stroke)), figures)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_that_lies_on_its_side_is_turned(turn):
    figures = make.distinct()
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(make.pdf(figures))) as file:
        file.pages[1].rotate(turn, relative=False)
        file.save(stream)
    report = imported(stream.getvalue())
    assert not wrong(report, figures)
    assert report.sections == imported(make.pdf(figures)).sections


def test_a_table_printed_lying_is_read():
    figures = make.distinct()
    report = imported(make.pdf(figures, lying=True))
    assert not wrong(report, figures)
    assert report.sections["problems"] == imported(make.pdf(figures)).sections["problems"]


@pytest.mark.parametrize("justify", ["true", "false"])
@pytest.mark.parametrize("indent", ["2em", "0em"])
@pytest.mark.parametrize("numbering", ['"— 1 —"', '"1"', '"第1页 共1页"', "none"])
def test_a_paragraph_goes_on_behind_page_ends_heads_and_feet(justify, indent, numbering):
    overview = ["（一）主动公开", LONG, "（二）依申请公开（https://www.example.gov.cn/index/open）", LONG]
    report = imported(
        make.pdf(
            make.tallying(1),
            overview=overview,
            settings=f"#set page(numbering: {numbering}, header: [青禾县人民政府 #h(1fr) 年度报告], footer-descent: 30%)\n"
            f"#set par(first-line-indent: (amount: {indent}, all: true), justify: {justify}, spacing: 1.4em)",
        )
    )
    assert report.sections["overview"] == "\n\n".join(overview) + "\n"
    assert report.lead == make.LEAD + "\n"
    assert not [entry for entry in report.unread if "年度报告" in entry.text]


@pytest.mark.parametrize(("indent", "body"), [("2em", "0.3em"), ("0em", "1.5em")])
def test_the_lines_of_an_item_hang_together_also_over_a_page_end(indent, body):
    rng = random.Random(5)
    words = [
        "".join(rng.choices("更新目录公布指南回应来信网站大厅有关内容", k=rng.randint(3, 18)))
        for _ in range(90)
    ]
    items = ["，".join(words) + "。", "成效逐步显现。", "，".join(words[:9]), "，".join(words[4:]) + "。"]
    look = "".join(
        f"#set {kind}(indent: {indent}, body-indent: {body}, tight: false)\n"
        f"#show {kind}: set par(first-line-indent: 0pt)\n"
        for kind in ("list", "enum")
    )
    bullets, numbers = ([f"{sign} {item}" for item in items] for sign in "-+")
    overview = ["主要问题：", *bullets, "下一步：", *numbers, "以上工作明年完成。"]
    report = imported(make.pdf(make.tallying(1), overview=overview, settings=look))
    read = report.sections["overview"]
    assert [re.sub(r"^(\d)\\?\. ?", r"\1. ", line) for line in read.split("\n") if line] == [
        "主要问题：",
        *(f"- {item}" for item in items),
        "下一步：",
        *(f"{number}. {item}" for number, item in enumerate(items, 1)),
        "以上工作明年完成。",
    ]


def test_figures_at_a_page_end_are_no_page_numbers():
    figures = make.tallying(4)
    for millimetres in range(0, 120, 13):
        report = imported(make.pdf(figures, stroke="none", above=f"{millimetres}mm"))
        for table, rows in report.figures.items():
            for row, cells in rows.items():
                assert all(value in {None, figures[table][row][column]} for column, value in cells.items())


def test_a_table_that_is_a_picture_is_told():
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(stream, "PNG")
    report = imported(make.pdf(make.tallying(1), picture=stream.getvalue()))
    (line,) = report.messages()
    assert "200 处" in line
    assert "图片" in line
