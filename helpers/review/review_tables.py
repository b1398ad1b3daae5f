"""Tables and texts of the reviewer's appendix."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import zip_longest

from helpers.document import pandoc_ast as ast
from helpers.document import tables
from helpers.document.pandoc_ast import Node
from helpers.report.figures import format_figure
from helpers.report.folder import Report
from helpers.report.form import FORM
from helpers.review.figure_pairs import Pair, signed
from helpers.review.text_diff import Section, Span


def joined(*parts: str) -> str:
    """Return blocks of Markdown as one text."""
    return "\n\n".join(part for part in parts if part)


def appendix_table(
    label: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    shades: Sequence[str] = (),
) -> str:
    """Return a table named by the heading ``label``; its first column heads the rows.

    Parameters
    ----------
    widths
        Widths of the columns in per cent.
    shades
        Class of each row's last two cells.
    """
    columns = "".join(f'<col style="width: {width}%">' for width in widths)
    head = "".join(f'  <th scope="col">{escape(name, quote=False)}</th>\n' for name in heads)
    body = "".join(_row(row, shade) for row, shade in zip_longest(rows, shades[: len(rows)]))
    table = (
        f'<table class="review-table" aria-labelledby="{label}">\n<colgroup>{columns}</colgroup>'
        f"<thead>\n\n<tr>\n{head}</tr>\n</thead>\n<tbody>\n{body}</tbody>\n\n</table>"
    )
    region = f'{{.table-region role="region" tabindex="0" aria-labelledby="{label}"}}'
    return f"::: {region}\n\n{ast.raw_html(table)}\n\n:::"


def _row(row: Sequence[str], shade: str | None) -> str:
    """Return a row: its first cell a head, its last two of the class ``shade``."""
    shaded = f' class="{shade}"' if shade else ""
    cells = [f'<th scope="row">{escape(row[0], quote=False)}</th>']
    for place, text in enumerate(row[1:], 1):
        cells.append(f"<td{shaded if place >= len(row) - 2 else ''}>{escape(text, quote=False)}</td>")
    return "".join(("  <tr>\n", *(f"    {cell}\n" for cell in cells), "  </tr>\n"))


def percent(pair: Pair) -> str:
    """Return the relative change of a figure, with an arrow."""
    if pair.percent is None:
        return "新增"
    return f"{'↑' if pair.percent > 0 else '↓' if pair.percent < 0 else ''}{signed(pair.percent)}%"


def shade(pair: Pair) -> str:
    """Class of a movement: up or down, in three steps (any, half, double)."""
    if not pair.difference:
        return "level"
    share = 100 if pair.percent is None else abs(pair.percent)
    step = 3 if share >= 100 else 2 if share >= 50 else 1
    return f"{'up' if pair.difference > 0 else 'down'}-{step}"


def compared(section: Section) -> Iterable[str]:
    """Set a prose section beside last year's: deletions struck through, additions underlined."""
    yield f"**{section.heading}**：新写的占 {section.new_share:.0%}，下面划去的只在上一年度，带下划线的只在本年度。"
    yield ast.raw_block(
        [ast.para([inline for span in sentence for inline in _marked(span)]) for sentence in section.changed]
    )


def _marked(span: Span) -> list[Node]:
    text = ast.text(span.text.strip())
    if span.mark == "removed":
        return [ast.strikeout(text)]
    return [ast.underline(text)] if span.mark == "added" else text


def grouped(digest: str) -> str:
    """Return a digest in groups of eight digits."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def figures(report: Report, table: str, row: str) -> str:
    """Return the figures of one row as text."""
    figures = (report.figure(table, row, column) for column in FORM.tables[table].column)
    return "、".join(tables.UNREADABLE if figure is None else format_figure(figure) for figure in figures)
