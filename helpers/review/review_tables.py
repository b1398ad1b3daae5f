"""Tables and texts of the reviewer's appendix."""

from collections.abc import Iterable, Sequence

from helpers.document import pandoc_ast as ast
from helpers.document import tables
from helpers.document.pandoc_ast import Node
from helpers.document.table_html import Cell, region, table
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
    cells: list[list[str | Cell]] = [list(row) for row in rows]
    for row, shade in zip(cells, shades, strict=False):
        row[-2:] = [Cell(str(text), {"class": shade}) for text in row[-2:]]
    attributes = {"class": "review-table", "aria-labelledby": label}
    return region(label, table(heads, cells, attributes=attributes, widths=[f"{width}%" for width in widths]))


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
