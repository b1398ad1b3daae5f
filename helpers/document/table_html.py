"""From rows to a table: the one builder of every table with one head row, in the document, for reviewers and on the pages beside it.

(The form's three tables, whose heads are nested, are great-tables': ``tables.py``.) Its look is the page's own. What must hold in Word and in the PDF too, widths and alignment, stands in the table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from helpers.document.pandoc_ast import raw_html
from helpers.files.templates import Markup, filled


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    content
        Text; or HTML of ours (:class:`~helpers.files.templates.Markup`).
    attributes
        Its attributes in HTML, in their order.
    tag
        ``th`` names a row or columns.
    """

    content: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    tag: str = "td"


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str | Cell]],
    *,
    attributes: Mapping[str, str],
    widths: Sequence[str] = (),
    align: Sequence[str] = (),
    stub: bool = True,
) -> Markup:
    """Return a table with one head row.

    Parameters
    ----------
    attributes
        Those of the table: what names it, its class.
    widths
        Of the columns, in CSS.
    align
        Alignment of each column; without it the page decides.
    stub
        The first cell of a row is its head.
    """

    def cell(place: int, content: str | Cell, tag: str, scope: str = "") -> Cell:
        given = content if isinstance(content, Cell) else Cell(content)
        styled = {"style": f"text-align: {align[place]}"} if align else {}
        return Cell(given.content, {**({"scope": scope} if scope else {}), **given.attributes, **styled}, tag)

    def line(row: Sequence[str | Cell]) -> list[Cell]:
        return [
            cell(place, content, "th", "row") if stub and place == 0 else cell(place, content, "td")
            for place, content in enumerate(row)
        ]

    head = [cell(place, name, "th", "col") for place, name in enumerate(heads)]
    return filled("table.html", heads=[head], rows=map(line, rows), attributes=attributes, widths=widths)


def region(label: str, content: str) -> str:
    """Return a table as Markdown for an ``asis`` cell, in a region that scrolls by itself on a narrow screen.

    Parameters
    ----------
    label
        Identifier of what names it.
    """
    attributes = f'{{.table-region role="region" tabindex="0" aria-labelledby="{label}"}}'
    return f"::: {attributes}\n\n{raw_html(str(content))}\n\n:::"
