"""Published reports made from figures, in the shapes and with the mess that real sites have."""

import html
import io
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL

Figures = dict[str, dict[str, dict[str, Any]]]
TITLE = "青禾县人民政府2024年政府信息公开工作年度报告"
LEAD = (
    "本报告依照《中华人民共和国政府信息公开条例》编制，数据统计期限为2024年1月1日至2024年12月31日。"
    "如有疑问，请与青禾县人民政府办公室联系（地址：青禾县人民路1号，电话：0555-1234567，电子邮箱：xxgk@example.cn）。"
)
OVERVIEW = ["（一）主动公开", "全年发布各类信息，按时更新目录。", "（二）依申请公开", "申请都在期限内答复。"]
PROBLEMS = ["一是公开不够及时；二是解读形式单一。", "下一步将健全机制。"]
OTHER = ["本年度没有收取信息处理费。"]


def distinct() -> Figures:
    """Every cell another number, so that no figure can stand in a wrong place unnoticed."""
    number = iter(range(1000, 9000, 7))
    figures = {
        table.name: {row: {column: next(number) for column in table.column} for row in table.row}
        for table in FORM.tables.values()
    }
    figures["disclosure"]["fees"]["value"] = Decimal("9116.360")
    return figures


def tallying(seed: int = 1) -> Figures:
    """Figures that obey every sum of the form."""
    chance = random.Random(seed)

    def count() -> int:
        return chance.choice([0, 0, 0, 1, 2, 7, 12, 130])

    disclosure = {row: {"value": count()} for row in FORM.tables["disclosure"].row}
    disclosure["fees"]["value"] = Decimal(chance.choice(["0", "9116.36", "24252.311082", "0.5"]))
    columns = list(FORM.tables["applications"].column)
    applications = {row: {column: count() for column in columns} for row in FORM.tables["applications"].row}
    for column in columns:
        applications[HANDLED][column] = sum(applications[row][column] for row in RESULTS)
        whole = applications[HANDLED][column] + applications[CARRIED_FORWARD][column]
        applications[CARRIED_OVER][column] = min(applications[CARRIED_OVER][column], whole)
        applications[NEW][column] = whole - applications[CARRIED_OVER][column]
    proceedings = {
        row: {column: count() for column in FORM.tables["proceedings"].column}
        for row in FORM.tables["proceedings"].row
    }
    for rows in (applications, proceedings):
        for row in rows.values():
            row[TOTAL] = sum(value for column, value in row.items() if column != TOTAL)
    return {"disclosure": disclosure, "applications": applications, "proceedings": proceedings}


def as_json(figures: Figures) -> dict[str, Any]:
    """Figures in the shape of ``import --json``."""
    disclosure, *others = FORM.tables
    return {
        disclosure: {row: cells["value"] for row, cells in figures[disclosure].items()},
        **{name: {row: list(cells.values()) for row, cells in figures[name].items()} for name in others},
    }


# The form's grids -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A cell as a page prints it."""

    text: str
    wide: int = 1
    tall: int = 1


Rows = list[list[Span]]


def grids(figures: Figures, *, single_other: bool = False) -> dict[str, Rows]:
    """Return the three official grids."""
    return {
        "disclosure": _disclosure(figures["disclosure"]),
        "applications": _applications(figures["applications"], single_other),
        "proceedings": _proceedings(figures["proceedings"]),
    }


def _disclosure(figures: dict[str, dict[str, Any]]) -> Rows:
    table, rows = FORM.tables["disclosure"], []
    for clause in dict.fromkeys(item.labels[0] for item in table.rows):
        own = [item for item in table.rows if item.labels[0] == clause]
        heads = list(dict.fromkeys(item.labels[2] for item in own))
        wide = 3 // len(heads)
        rows.append([Span(clause, 4)])
        rows.append([Span(table.stubhead), *(Span(head, wide) for head in heads)])
        for content in dict.fromkeys(item.labels[1] for item in own):
            values = [figures[item.key]["value"] for item in own if item.labels[1] == content]
            rows.append([Span(content), *(Span(str(value), wide) for value in values)])
    return rows


def _applications(figures: dict[str, dict[str, Any]], single_other: bool) -> Rows:
    table = FORM.tables["applications"]
    firm = [item.label for item in table.columns if len(item.labels) > 1]
    rows = [
        [Span(table.stubhead, 3, 3), Span(table.spanner, 7)],
        [Span("自然人", 1, 2), Span("法人或其他组织", 5), Span("总计", 1, 2)],
        [Span(label) for label in firm],
    ]
    items = list(table.rows)
    if single_other:
        rest = [item for item in items if "（六）其他处理" not in item.labels[1:2]]
        items = [*rest[:-2], replace(items[-3], key="other", labels=items[-3].labels[:2]), *rest[-2:]]
    shown: set[tuple[str, ...]] = set()
    for item in items:
        row = []
        for depth in range(len(item.labels)):
            path = item.labels[: depth + 1]
            if path in shown:
                continue
            shown.add(path)
            tall = sum(other.labels[: depth + 1] == path for other in items)
            wide = 3 - depth if depth == len(item.labels) - 1 else 1
            row.append(Span(path[-1], wide, tall))
        cells = figures.get(item.key) or {
            column: sum(
                figures[key][column] for key in ("other_not_corrected", "other_fee_unpaid", "other_reason")
            )
            for column in table.column
        }
        rows.append([*row, *(Span(str(value)) for value in cells.values())])
    return rows


def _proceedings(figures: dict[str, dict[str, Any]]) -> Rows:
    results = [item.label for item in FORM.tables["proceedings"].columns]
    return [
        [Span("行政复议", 5), Span("行政诉讼", 10)],
        [*(Span(result, 1, 2) for result in results), Span("未经复议直接起诉", 5), Span("复议后起诉", 5)],
        [Span(result) for result in results * 2],
        [Span(str(value)) for row in figures.values() for value in row.values()],
    ]


def expanded(rows: Rows) -> list[list[str]]:
    """Texts of a grid, a merged cell's text in its first place only."""
    taken: dict[tuple[int, int], str] = {}
    for top, row in enumerate(rows):
        left = 0
        for cell in row:
            while (top, left) in taken:
                left += 1
            for down in range(cell.tall):
                for across in range(cell.wide):
                    taken[top + down, left + across] = "" if down or across else cell.text
            left += cell.wide
    width = max(column for _, column in taken) + 1
    return [[taken.get((row, column), "") for column in range(width)] for row in range(len(rows))]


# Web pages ------------------------------------------------------------------------------------------------------------


def page(tables: dict[str, str], *, title: str = TITLE, head: str = "", around: str = "{}") -> str:
    """A page of paragraphs and tables as a content system writes them."""

    def paragraphs(texts: Iterable[str]) -> str:
        return "".join(f'<p style="text-indent: 2em;">{html.escape(text)}</p>' for text in texts)

    parts = {
        "overview": paragraphs(OVERVIEW),
        "problems": paragraphs(PROBLEMS),
        "other": paragraphs(OTHER),
    } | tables
    body = paragraphs([LEAD]) + "".join(
        paragraphs([heading]) + parts.get(key, "") for key, heading in FORM.sections.items()
    )
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="ArticleTitle" content="{title}">'
        f'<meta name="PubDate" content="2025-01-20 10:00">{head}<title>{title}_某站</title></head>'
        f"<body>{around.format(body)}</body></html>"
    )


def web_table(rows: Rows, cell: str = "<p>{}</p>") -> str:
    """A table of ``<td>`` only, as saved from Word by way of an editor."""
    lines = (
        "".join(
            f'<td colspan="{span.wide}" rowspan="{span.tall}" style="border:none">{cell.format(html.escape(span.text))}</td>'
            for span in row
        )
        for row in rows
    )
    return f'<table border="1"><tbody>{"".join(f"<tr>{line}</tr>" for line in lines)}</tbody></table>'


def web(figures: Figures) -> bytes:
    """A plain page of a report."""
    return page({name: web_table(rows) for name, rows in grids(figures).items()}).encode()


# Text -----------------------------------------------------------------------------------------------------------------


STYLES = ("pipes", "markdown", "tabs", "lines", "spaces", "flat")


def text(figures: Figures, *, style: str = "pipes") -> bytes:
    """Return a report as text in one of ``STYLES``: ``lines`` is one cell a line, ``flat`` all on one line."""
    parts: dict[str, Iterable[str]] = {"overview": OVERVIEW, "problems": PROBLEMS, "other": OTHER}
    lines = [TITLE, LEAD]
    for key, heading in FORM.sections.items():
        lines += [heading, *(parts[key] if key in parts else _text_rows(grids(figures)[key], style))]
    return ("" if style == "flat" else "\n").join(lines).encode()


def _text_rows(rows: Rows, style: str) -> Iterator[str]:
    for row in expanded(rows):
        cells = [cell for cell in row if cell] if style in {"pipes", "lines", "spaces", "flat"} else row
        match style:
            case "pipes":
                yield " | ".join(cells) + " |" * (len(row) - len(cells))
            case "markdown":
                yield "| " + " | ".join(cells) + " |"
                yield "|" + "---|" * len(cells)
            case "tabs":
                yield "\t".join(cells)
            case "lines":
                yield from cells
            case "spaces":
                yield "  ".join(cells)
            case "flat":
                yield " ".join(cells) + " "


# Word -----------------------------------------------------------------------------------------------------------------


def word(figures: Figures) -> bytes:
    """Return a report as a Word file."""
    import docx

    file = docx.Document()
    for line in (TITLE, LEAD):
        file.add_paragraph(line)
    parts = {"overview": OVERVIEW, "problems": PROBLEMS, "other": OTHER}
    for key, heading in FORM.sections.items():
        file.add_paragraph(heading)
        for line in parts.get(key, ()):
            file.add_paragraph(line)
        if key not in parts:
            _word_table(file, grids(figures)[key])
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def _word_table(file: Any, rows: Rows) -> None:
    width = len(expanded(rows)[0])
    table = file.add_table(rows=len(rows), cols=width)
    cells = [list(row.cells) for row in table.rows]
    taken: set[tuple[int, int]] = set()
    for top, row in enumerate(rows):
        left = 0
        for span in row:
            while (top, left) in taken:
                left += 1
            taken |= {(top + down, left + across) for down in range(span.tall) for across in range(span.wide)}
            merged = cells[top][left].merge(cells[top + span.tall - 1][left + span.wide - 1])
            merged.text = span.text
            left += span.wide


# PDF ------------------------------------------------------------------------------------------------------------------


def pdf(
    figures: Figures,
    *,
    stroke: str = "0.5pt",
    settings: str = "",
    above: str = "0pt",
    columns: str = "auto, auto, 1fr" + ", auto" * 7,
    lying: bool = False,
    picture: bytes = b"",
    overview: Iterable[str] = OVERVIEW,
    inserted: tuple[float, str] = (0.0, ""),
) -> bytes:
    """Return a report as a PDF whose tables break over pages.

    Parameters
    ----------
    stroke
        Rules of the tables as Typst writes them.
    settings
        Typst code before the text.
    above
        Empty space above the table of section 3, which moves the page breaks.
    columns
        Widths of that table.
    lying
        It is printed lying on its side.
    picture
        Stands in place of every table.
    inserted
        A paragraph more, and where: between 0 (before the lead) and 1 (at the end).
    """
    import typst

    def escaped(content: str) -> str:
        return '#"' + content.replace("\\", "\\\\").replace('"', '\\"') + '"'

    parts = {"overview": overview, "problems": PROBLEMS, "other": OTHER}
    lines = [
        '#set page(paper: "a4", numbering: "— 1 —")',
        settings,
        '#set text(font: "FandolSong", size: 12pt, lang: "zh")',
        "#set par(first-line-indent: (amount: 2em, all: true), justify: true)",
        f"#align(center)[{escaped(TITLE)}]",
        escaped(LEAD),
    ]
    for key, heading in FORM.sections.items():
        lines.append(escaped(heading))
        lines += [_typst_item(line, escaped) for line in parts.get(key, ())]
        if key not in parts:
            lying_one = lying and key == "applications"
            lines += [f"#v({above})"] if key == "applications" else []
            table = _typst_table(grids(figures)[key], stroke, columns, lying_one)
            lines.append(f"#image(bytes({tuple(picture)}), width: 12cm)" if picture else table)
    where, paragraph = inserted
    if paragraph:
        lines.insert(4 + round(where * (len(lines) - 4)), escaped(paragraph))
    fonts = FONTS
    return bytes(typst.compile("\n\n".join(lines).encode(), font_paths=[str(fonts)]))


def _typst_item(line: str, escaped: Callable[[str], str]) -> str:
    """Write a paragraph, or an item of a list as Markdown begins it: with - or +."""
    sign, _, rest = line.partition(" ")
    return f"{sign} {escaped(rest)}" if sign in {"-", "+"} else escaped(line)


def _typst_table(rows: Rows, stroke: str, columns: str, lying: bool) -> str:
    width = len(expanded(rows)[0])
    cells = ",\n".join(
        f'table.cell(colspan: {span.wide}, rowspan: {span.tall}, "{span.text}")'
        for row in rows
        for span in row
    )
    widths = columns if width == 10 else ", ".join(["1fr"] * width)
    table = f"table(columns: ({widths}), stroke: {stroke}, inset: {2 if lying else 3}pt, {cells})"
    if lying:
        table = f"page[#set text(size: 5pt)\n#rotate(-90deg, reflow: true, block(width: 24cm, {table}))]"
    return f"#[#set text(size: 7pt)\n#set par(first-line-indent: 0pt, justify: false)\n#{table}]"


def _fonts() -> Any:
    from pathlib import Path

    return Path(__file__).resolve().parents[2] / "assets" / "fonts"


FONTS = _fonts()


# Excel ----------------------------------------------------------------------------------------------------------------


def workbook(figures: Figures) -> bytes:
    """Return a report as somebody's own workbook, one sheet for all three tables."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    line = 1
    sheet.cell(line, 1, TITLE)
    for name, rows in grids(figures).items():
        line += 2
        sheet.cell(line, 1, FORM.tables[name].heading)
        taken: set[tuple[int, int]] = set()
        for top, row in enumerate(rows, line + 1):
            left = 1
            for span in row:
                while (top, left) in taken:
                    left += 1
                taken |= {
                    (top + down, left + across) for down in range(span.tall) for across in range(span.wide)
                }
                number = span.text.replace(".", "").isdigit()
                sheet.cell(top, left, float(span.text) if number else span.text)
                if span.wide * span.tall > 1:
                    sheet.merge_cells(
                        start_row=top,
                        start_column=left,
                        end_row=top + span.tall - 1,
                        end_column=left + span.wide - 1,
                    )
                left += span.wide
        line += len(rows)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
