"""The three statistical tables of the form, as HTML that every format understands.

Each is a bare ``<table>`` whose look is the page's own in every format; what it holds is structure: cells over several
rows and columns, the scope of each head cell, the head cells that each figure belongs to. No figure changes any of it, so
it is laid out once, with a place for each figure; filling the places is all that a further report takes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby

from helpers.document.table_html import Cell, grid, region
from helpers.report.figures import format_figure
from helpers.report.folder import Report
from helpers.report.form import FORM, Item, Table

UNREADABLE = "—"
"""Stands for a figure that could not be read; only a draft that was forced can hold one."""


@cache
def disclosure() -> str:
    """Section 2: 14 rows of 4 columns; each clause of article 20 has a heading row and a head row of its own."""
    page = _Layout(FORM.tables["disclosure"])
    width = len(page.table.widths)
    for clause, of_clause in _grouped(page.table.rows, 0):
        group = page.head(clause, "colgroup", over=(1, width))
        page.end_row()
        labels = list(dict.fromkeys(item.labels[2] for item in of_clause))
        page.head(page.table.stubhead, "col")
        fill = width - len(labels)
        heads = [page.head(label, "col", fill=fill if label == labels[-1] else 1) for label in labels]
        page.end_row()
        for label, items in _grouped(of_clause, 1):
            stub = page.head(label, "row")
            for item, head in zip(items, heads, strict=True):
                page.figure(item.key, "value", [group, stub, head], fill=fill if head == heads[-1] else 1)
            page.end_row()
    return page.html()


@cache
def applications() -> str:
    """Section 3: 28 rows of 10 columns; three label columns, then the kinds of applicant and the total."""
    page = _Layout(FORM.tables["applications"])
    rows, columns = page.table.rows, page.table.columns
    stubs = max(len(row.labels) for row in rows)
    heads = page.column_heads(
        [(page.table.spanner, *column.labels) for column in columns], (page.table.stubhead, stubs)
    )
    outer: dict[tuple[str, ...], str] = {}
    for row in rows:
        for depth in range(1, len(row.labels)):
            path = row.labels[:depth]
            if path not in outer:
                below = sum(other.labels[:depth] == path for other in rows)
                outer[path] = page.head(path[-1], "rowgroup", over=(below, 1))
        stub = page.head(row.label, "row", fill=stubs - len(row.labels) + 1)
        beside = [outer[row.labels[:depth]] for depth in range(1, len(row.labels))]
        for column, above in zip(columns, heads, strict=True):
            page.figure(row.key, column.key, [*beside, stub, *above])
        page.end_row()
    return page.html()


@cache
def proceedings() -> str:
    """Section 4: 4 rows of 15 columns; the results of the three kinds of proceeding side by side."""
    page = _Layout(FORM.tables["proceedings"])
    cells = [(row, column) for row in page.table.rows for column in page.table.columns]
    heads = page.column_heads([(*row.labels, column.label) for row, column in cells])
    for (row, column), above in zip(cells, heads, strict=True):
        page.figure(row.key, column.key, above)
    page.end_row()
    return page.html()


LAYOUTS: dict[str, Callable[[], str]] = {
    "disclosure": disclosure,
    "applications": applications,
    "proceedings": proceedings,
}


def html_table(report: Report, name: str) -> str:
    """One table with its figures, as HTML.

    Parameters
    ----------
    name
        ``disclosure``, ``applications`` or ``proceedings``.
    """

    def printed(place: re.Match[str]) -> str:
        figure = report.figure(name, place[1], place[2])
        return UNREADABLE if figure is None else format_figure(figure)

    return _PLACE.sub(printed, LAYOUTS[name]())


def markdown(report: Report, name: str) -> str:
    """One table as Markdown for an ``asis`` cell: raw HTML in a region that scrolls by itself on a narrow screen.

    Parameters
    ----------
    name
        As for :func:`html_table`; also the id of the heading that names the table.
    """
    return region(name, html_table(report, name))


# From the form to its grid -------------------------------------------------------------------------------------------


_PLACE = re.compile(r"\{(\w+)\.(\w+)\}")
"""Where a figure is to stand: its row and its column."""


def _grouped(items: Iterable[Item], depth: int) -> Iterator[tuple[str, list[Item]]]:
    """Neighbouring items that share a label at ``depth``."""
    for label, group in groupby(items, key=lambda item: item.labels[depth]):
        yield label, list(group)


class _Layout:
    """A table put together cell by cell and row by row, with a place for each figure; head cells are numbered."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._heads = 0
        self._head_rows: list[list[Cell]] = []
        self._rows: list[list[Cell]] = []
        self._row: list[Cell] = []

    def head(self, text: str, scope: str, over: tuple[int, int] = (1, 1), fill: int = 1) -> str:
        """Add a head cell and return its id.

        Parameters
        ----------
        over
            Rows and columns of which it is the head.
        fill
            Columns over which its own text runs, where the form has fewer labels than columns.
        """
        self._heads += 1
        name = f"{self.table.name}-{self._heads}"
        # In the form only the innermost labels of the long stub run from the left.
        aligned = "left" if scope == "row" and self.table.name == "applications" else "center"
        attributes: dict[str, str | int] = {
            "rowspan": over[0],
            "colspan": over[1],
            "scope": scope,
            "id": name,
        }
        self._cell("th", text, attributes, fill, aligned)
        return name

    def figure(self, row: str, column: str, heads: Sequence[str], fill: int = 1) -> None:
        """Add the place of a figure, with the ids of the head cells it belongs to."""
        self._cell("td", f"{{{row}.{column}}}", {"headers": " ".join(heads)}, fill, "center")

    def _cell(self, tag: str, text: str, given: dict[str, str | int], fill: int, aligned: str) -> None:
        attributes = {key: str(value) for key, value in given.items() if value != 1}
        if fill > 1:
            attributes["colspan"] = str(fill)
        # Alignment stands in the cell: no class of it reaches Word.
        self._row.append(Cell(text, {**attributes, "style": f"text-align: {aligned}"}, tag))

    def end_row(self, *, head: bool = False) -> None:
        """Begin the next row."""
        (self._head_rows if head else self._rows).append(self._row)
        self._row = []

    def column_heads(
        self, paths: Sequence[tuple[str, ...]], stub: tuple[str, int] | None = None
    ) -> list[list[str]]:
        """Add the head rows.

        Parameters
        ----------
        paths
            Labels of each column, from the outermost to its own.
        stub
            Text and columns of the head over the rows' labels, if there is one.

        Returns
        -------
        list of list of str
            Ids of the head cells of each column, likewise.
        """
        depth = max(map(len, paths))
        heads: list[list[str]] = [[] for _ in paths]
        for level in range(depth):
            if stub and level == 0:
                self.head(stub[0], "colgroup", over=(depth, stub[1]))
            reaching = [number for number, path in enumerate(paths) if len(path) > level]
            for _, found in groupby(reaching, key=lambda number: paths[number][: level + 1]):
                columns = list(found)
                own = len(paths[columns[0]]) == level + 1
                scope, rows = ("col", depth - level) if own else ("colgroup", 1)
                name = self.head(paths[columns[0]][level], scope, over=(rows, len(columns)))
                for number in columns:
                    heads[number].append(name)
            self.end_row(head=True)
        return heads

    def html(self) -> str:
        """Return the whole table."""
        name, widths = self.table.name, self.table.widths
        attributes = {"class": "gt_table", "id": f"table-{name}", "aria-labelledby": name}
        shares = [f"{100 * width / sum(widths):.2f}%" for width in widths]
        return str(grid(self._head_rows, self._rows, attributes, shares))
