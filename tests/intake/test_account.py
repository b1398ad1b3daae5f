"""Nothing vanishes: what stands in a file stands in the folder, or in the list for people."""

import io
import re
from collections.abc import Callable

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import intake
from helpers.intake.matching import account, matcher, sections
from helpers.intake.matching.model import Cell, Document, Grid, Imported, Text
from helpers.intake.readers import kinds
from helpers.report.form import FORM
from tests.intake import make

MARK = "骉猋麤"
"""Three rare characters by which an inserted text is known; no label of the form holds any of them."""

SENTENCES = (
    "{}共公开{{}}条，其中甲类3条、乙类12条、丙类0条。",
    "{}和上年持平；",
    "(三){}的主要形式",
    "（二）{}",
    "1.{}",
    "三是{}，见下表：",
    "{}",
    "关于{}的说明，未收到意见",
    "{}行政许可 5 0 0",
    "注：{}。",
    "某市〔2024〕12号{}",
    "{}　　2025年1月10日",
)
TEXTS = st.sampled_from(SENTENCES).map(lambda one: one.format(MARK).replace("{}", "128"))


def said(imported: Imported) -> str:
    """All that a folder and its list say, without white space and Markdown's escapes."""
    prose = [imported.lead, *(text or "" for text in imported.sections.values())]
    listed = [f"{entry.where}{entry.text}" for entry in imported.unread]
    return re.sub(r"[\s\\]", "", "".join([*prose, imported.title or "", imported.organ or "", *listed]))


def assert_nothing_lost(content: bytes, inserted: str, figures: make.Figures) -> None:
    imported = matcher.place(kinds.read(content))
    assert re.sub(r"\s", "", inserted) in said(imported)
    counts = imported.characters
    assert counts["read"] == counts["kept"] + counts["listed"] + counts["known"]
    assert not [entry for entry in imported.unread if entry.where == "原文"]
    for table, rows in imported.figures.items():
        for row, cells in rows.items():
            assert all(value in {None, figures[table][row][column]} for column, value in cells.items())


def in_page(figures: make.Figures, where: float, text: str) -> bytes:
    page = make.page({name: make.web_table(rows) for name, rows in make.grids(figures).items()})
    ends = [found.end() for found in re.finditer(r"(?<!</td>)</p>(?!</td>)|</table>", page)]
    place = ends[round(where * (len(ends) - 1))]
    return f"{page[:place]}<p>{text}</p>{page[place:]}".encode()


def in_row(figures: make.Figures, where: float, text: str) -> bytes:
    """A row more in one of the tables."""
    page = make.page({name: make.web_table(rows) for name, rows in make.grids(figures).items()})
    ends = [found.end() for found in re.finditer("</tr>", page)]
    place = ends[round(where * (len(ends) - 1))]
    return f"{page[:place]}<tr><td colspan=3>{text}</td><td>7</td></tr>{page[place:]}".encode()


def in_text(style: str) -> Callable[[make.Figures, float, str], bytes]:
    def write(figures: make.Figures, where: float, text: str) -> bytes:
        lines = make.text(figures, style=style).decode().split("\n")
        lines.insert(1 + round(where * (len(lines) - 1)), text)
        return "\n".join(lines).encode()

    return write


def in_word(figures: make.Figures, where: float, text: str) -> bytes:
    file = docx.Document(io.BytesIO(make.word(figures)))
    blocks = list(file.element.body)[:-1]
    blocks[round(where * (len(blocks) - 1))].addnext(file.add_paragraph(text)._p)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def in_cell(figures: make.Figures, where: float, text: str) -> bytes:
    """A remark behind the last column of one row."""
    file = docx.Document(io.BytesIO(make.word(figures)))
    for table in file.tables:
        table.add_column(docx.shared.Mm(20))
    rows = [row for table in file.tables for row in table.rows]
    rows[round(where * (len(rows) - 1))].cells[-1].text = text
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def in_pdf(figures: make.Figures, where: float, text: str) -> bytes:
    return make.pdf(figures, inserted=(where, text))


WRITERS = {
    "page": in_page,
    "row": in_row,
    "word": in_word,
    "cell": in_cell,
    **{style: in_text(style) for style in make.STYLES if style != "flat"},
}


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=12, deadline=None)
@given(where=st.floats(0, 1), text=TEXTS)
def test_what_is_put_in_anywhere_is_kept_or_listed(writer, where, text):
    figures = make.distinct()
    assert_nothing_lost(WRITERS[writer](figures, where, text), text, figures)


@settings(max_examples=10, deadline=None)
@given(where=st.floats(0, 1), text=TEXTS)
def test_what_is_put_into_a_pdf_is_kept_or_listed(where, text):
    figures = make.distinct()
    assert_nothing_lost(in_pdf(figures, where, text), text, figures)


@pytest.mark.parametrize(
    "written",
    [
        make.web,
        make.word,
        make.pdf,
        make.workbook,
        *(lambda f, s=s: make.text(f, style=s) for s in make.STYLES),
    ],
)
def test_characters_read_are_those_kept_listed_and_known(written):
    counts = matcher.place(kinds.read(written(make.tallying(3)))).characters
    assert counts["read"] == counts["kept"] + counts["listed"] + counts["known"] > 1000
    assert counts["listed"] == 0


def test_what_a_reader_loses_is_listed_too():
    blocks = kinds.read(make.web(make.tallying(1))).blocks
    source = "".join(block.text for block in blocks if isinstance(block, Text)) + "".join(
        cell.text
        for block in blocks
        if isinstance(block, Grid)
        for cell in dict.fromkeys(cell for row in block.rows for cell in row if cell)
    )
    imported = matcher.place(Document(blocks=blocks, source=f"{source}{MARK}和别的"))
    (entry,) = [entry for entry in imported.unread if entry.where == "原文"]
    assert MARK in entry.text
    assert sorted(entry.text) == sorted(f"{MARK}和别的")
    assert "没有着落" in entry.why


def test_long_texts_stand_whole_in_the_notes_of_the_folder(tmp_path):
    sentence = "本年度" + "又公开了一批信息，" * 30 + MARK + "。"
    source = tmp_path / "page.html"
    source.write_bytes(in_page(make.tallying(1), 0.55, sentence))
    imported = intake.read(source)
    folder = intake.write(imported, tmp_path / "out")
    written = "".join(path.read_text("utf-8-sig") for path in folder.iterdir())
    assert sentence in written
    assert all(len(line) < 300 for line in imported.messages())


def test_footnotes_and_text_outside_the_article_are_listed():
    note = f"{MARK}是网页上另起一块的说明，不在正文里。"
    around = f'<div class="nav"><a href="/">首页</a></div><div>{{}}</div><div><p>{note}</p><p>主办单位：某县</p></div>'
    figures = make.distinct()
    page = make.page(
        {name: make.web_table(rows) for name, rows in make.grids(figures).items()}, around=around
    )
    imported = matcher.place(kinds.read(page.encode()))
    assert [entry.text for entry in imported.unread] == [note]


@pytest.mark.parametrize(
    ("lines", "kept", "listed"),
    [
        (["青禾县人民政府", "2025年1月20日"], "", []),
        (["青禾县人民政府办公室 2025年1月20日印发"], "", []),
        (["青禾县人民政符", "2025年1月20日"], "", ["青禾县人民政符"]),
        (["青禾县人民政府", "二〇二五年一月十九日"], "", ["二〇二五年一月十九日"]),
        (["（此件公开发布）"], "", []),
        (["特此报告。", "青禾县人民政府"], "特此报告。", []),
        (["一批项目已经完成", "其他事项见附表"], "一批项目已经完成\n\n其他事项见附表", []),
    ],
)
def test_signature_and_date_leave_the_last_section(lines, kept, listed):
    page = make.page({name: make.web_table(rows) for name, rows in make.grids(make.tallying()).items()})
    end = f"<p>{make.OTHER[0]}</p>" if f"<p>{make.OTHER[0]}</p>" in page else make.OTHER[0] + "</p>"
    report = matcher.place(
        kinds.read(page.replace(end, end + "".join(f"<p>{line}</p>" for line in lines)).encode())
    )
    assert report.sections["other"] == "\n\n".join([make.OTHER[0], *([kept] if kept else [])]) + "\n"
    assert [entry.text for entry in report.unread] == listed


@pytest.mark.parametrize(
    "printed", ["五、存在问题和明年打算", "四、因政府信息公开被申请行政复议、提起行政诉讼的情况"]
)
def test_a_heading_in_other_words_is_told(printed):
    key = "problems" if printed.startswith("五") else "proceedings"
    page = make.page({name: make.web_table(rows) for name, rows in make.grids(make.tallying()).items()})
    report = matcher.place(kinds.read(page.replace(FORM.sections[key], printed).encode()))
    assert [(entry.where, entry.text) for entry in report.unread] == [(FORM.sections[key], printed)]
    assert report.sections["problems"]


@pytest.mark.parametrize("end", ["：", "，现予公布", "；"])
def test_a_lead_without_a_full_stop_is_kept(end):
    lead = make.LEAD.replace("。", "，").removesuffix("，") + end
    page = make.page({name: make.web_table(rows) for name, rows in make.grids(make.tallying()).items()})
    report = matcher.place(kinds.read(page.replace(make.LEAD, lead).encode()))
    assert report.lead == lead + "\n"
    assert report.unread == []


@pytest.mark.parametrize("style", ["(二)", "（二）", "〔二〕", "（ 二 ）"])
def test_a_subheading_of_a_section_of_tables_is_no_heading(style):
    inserted = f"{style}主动公开政府信息的主要类别"
    content = in_page(make.tallying(1), 0.5, inserted)
    report = matcher.place(kinds.read(content))
    assert report.sections["overview"] == "\n\n".join(make.OVERVIEW) + "\n"
    assert [entry.text for entry in report.unread] == [inserted]


_ODD = st.text(st.sampled_from("甲1.）)（-+#>|*_[]<`\\~&! "), max_size=20).map(str.strip)


@given(texts=st.lists(_ODD, min_size=1, max_size=3), mark=st.sampled_from(["", "## ", "- ", "1. "]))
def test_prose_says_what_was_read(texts, mark):
    for blocks in ([Text(text, mark) for text in texts], [Grid([[Cell(text) for text in texts]] * 2)]):
        read = "".join(texts) * (2 if isinstance(blocks[0], Grid) else 1)
        assert account.said(sections.markdown(blocks)) == account.squeezed(read)
