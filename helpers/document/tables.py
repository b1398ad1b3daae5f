"""The three statistical tables of the form, made with great-tables, as HTML that every format understands.

Each table is one great-tables object (stub, spanners, row groups). great-tables leaves blank cells where the form has
one cell over several, so a last step merges those; the result is a bare ``<table>`` whose look is the page's own in every
format. No figure changes any of it, so it is laid out once, with a place for each figure, and kept until the form or
great-tables changes; filling the places is all that a report takes.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import version
from itertools import groupby
from typing import TYPE_CHECKING, Any

from helpers.document.table_html import region
from helpers.files.kept import kept
from helpers.report.figures import format_figure
from helpers.report.folder import Report
from helpers.report.form import FORM, Item, Table

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT

UNREADABLE = "—"
"""Stands for a figure that could not be read; only a draft that was forced can hold one."""


def disclosure() -> str:
    """Section 2: 14 rows of 4 columns; each clause of article 20 has a heading row and a head row of its own."""
    table = FORM.tables["disclosure"]
    rows: list[list[str]] = []
    for clause, of_clause in _grouped(table.rows, 0):
        rows.append(
            [clause, table.stubhead, *_padded((item.labels[2] for item in of_clause), 3, unique=True)]
        )
        for label, items in _grouped(of_clause, 1):
            rows.append([clause, label, *_padded((_place(item.key) for item in items), 3)])
    frame = _frame(rows, ["clause", "item", "first", "second", "third"])
    grid = _grid(frame, table, rowname_col="item", groupname_col="clause").cols_align("center")
    root = _rendered(grid)
    root.remove(root.find("thead"))
    _make_heads_of_groups(root, table)
    return _finished(root, table)


def applications() -> str:
    """Section 3: 28 rows of 10 columns; three label columns, then the kinds of applicant and the total."""
    table = FORM.tables["applications"]
    stub = ["part", "result", "case"]
    rows = [
        [
            *_padded(row.labels, len(stub)),
            *(_place(row.key, column) for column in table.column),
        ]
        for row in table.rows
    ]
    grid = (
        _grid(_frame(rows, [*stub, *table.column]), table, rowname_col=stub)
        .tab_stubhead(table.stubhead)
        .cols_label({column.key: column.label for column in table.columns})
        .cols_align("center", list(table.column))
    )
    for label, columns in _grouped(table.columns, 0):
        if len(columns) > 1:
            grid = grid.tab_spanner(label, [column.key for column in columns])
    return _finished(_rendered(grid.tab_spanner(table.spanner, list(table.column))), table)


def proceedings() -> str:
    """Section 4: 4 rows of 15 columns; the results of the three kinds of proceeding side by side."""
    table = FORM.tables["proceedings"]
    cells = [(row, column) for row in table.rows for column in table.columns]
    keys = [f"{row.key}-{column.key}" for row, column in cells]
    figures = [_place(row.key, column.key) for row, column in cells]
    grid = (
        _grid(_frame([figures], keys), table)
        .cols_label({key: column.label for key, (_, column) in zip(keys, cells, strict=True)})
        .cols_align("center")
    )
    depth = max(len(row.labels) for row in table.rows)
    for level in range(depth):
        for label, rows in _grouped([row for row in table.rows if len(row.labels) > level], level):
            spanned = [key for key, (row, _) in zip(keys, cells, strict=True) if row in rows]
            grid = grid.tab_spanner(label, spanned, level=depth - 1 - level)
    return _finished(_rendered(grid), table)


LAYOUTS: dict[str, Callable[[], str]] = {
    "disclosure": disclosure,
    "applications": applications,
    "proceedings": proceedings,
}


@cache
def layouts() -> dict[str, str]:
    """Return the tables as HTML by name, each with a place for every figure."""
    made_from = (repr(FORM), *(f"{name} {version(name)}" for name in ("great-tables", "pandas", "lxml")))
    return kept(
        __file__,
        (text.encode() for text in made_from),
        lambda: {name: lay_out() for name, lay_out in LAYOUTS.items()},
    )


def html_table(report: Report, name: str) -> str:
    """One table with its figures, as HTML.

    Parameters
    ----------
    name
        ``disclosure``, ``applications`` or ``proceedings``.
    """
    widths = column_widths(report, name)

    def printed(place: re.Match[str]) -> str:
        if place[1] == _COLUMN:
            return f"{widths[int(place[2])]:.2f}%"
        figure = report.figure(name, place[1], place[2])
        return UNREADABLE if figure is None else format_figure(figure)

    return _PLACE.sub(printed, layouts()[name])


def column_widths(report: Report, name: str) -> list[float]:
    """Return the width of each column of a table, in per cent of the table's.

    They are the form's, but where a figure is too long for its column, others give it of what their labels do not need;
    where that is not enough, all columns of long figures are so narrow that each figure is printed equally small.
    """
    table = FORM.tables[name]
    official = [_TEXT_WIDTH * width / sum(table.widths) for width in table.widths]
    least = [width * share for width, share in zip(official, _LEAST[name], strict=True)]
    figures = [0.0] * len(official)
    columns = _figures_in_columns(table)
    for place, keys in enumerate(columns, len(official) - len(columns)):
        digits = max(len(format_figure(report.figure(name, *key) or 0)) for key in keys)
        figures[place] = digits * _DIGIT + _BESIDE
    size = 1.0
    while sum(needed := list(map(max, least, (size * width for width in figures)))) > _TEXT_WIDTH:
        size -= 0.005
    spare = [max(width - need, 0) for width, need in zip(official, needed, strict=True)]
    share = (_TEXT_WIDTH - sum(needed)) / sum(spare)
    return [100 * (need + own * share) / _TEXT_WIDTH for need, own in zip(needed, spare, strict=True)]


_TEXT_WIDTH, _DIGIT, _BESIDE = 442.2, 5.0, 4.0
"""Points: of the text block of 156 mm, a digit of a table's type of 10 pt, and the room beside a figure."""

_LEAST = {
    "disclosure": (0.84,) * 4,
    # What most labels need to stay in one line, or in lines of two or three characters.
    "applications": (1.0, 0.86, 0.95, 1.0, *(0.84,) * 6),
    "proceedings": (0.84,) * 15,
}
"""What a column needs for its labels, as a share of its official width."""


def _figures_in_columns(table: Table) -> list[list[tuple[str, str]]]:
    """Return the places (row, column) of the figures that stand in one column each, column by column."""
    match table.name:
        case "applications":
            return [[(row, column) for row in table.row] for column in table.column]
        case "proceedings":
            return [[(row, column)] for row in table.row for column in table.column]
    return []  # its columns hold any figure


def markdown(report: Report, name: str) -> str:
    """One table as Markdown for an ``asis`` cell: raw HTML in a region that scrolls by itself on a narrow screen.

    Parameters
    ----------
    name
        As for :func:`html_table`; also the id of the heading that names the table.
    """
    return region(name, html_table(report, name))


# From the form to rows -------------------------------------------------------------------------------------------------


_PLACE = re.compile(r"\{(\w+)\.(\w+)\}")
"""Where a figure is to stand: its row and its column; or the width of a column."""

_COLUMN = "column_width"


def _place(row: str, column: str = "value") -> str:
    return f"{{{row}.{column}}}"


def _grouped(items: Iterable[Item], depth: int) -> Iterator[tuple[str, list[Item]]]:
    """Neighbouring items that share a label at ``depth``."""
    for label, group in groupby(items, key=lambda item: item.labels[depth]):
        yield label, list(group)


def _padded(labels: Iterable[str], width: int, *, unique: bool = False) -> list[str]:
    """Labels filled up with blanks to ``width``; the blanks are merged into the last label by :func:`_merge_blanks`."""
    listed = list(dict.fromkeys(labels)) if unique else list(labels)
    return listed + [""] * (width - len(listed))


# From great-tables to the form's grid ---------------------------------------------------------------------------------


def _frame(rows: list[list[str]], columns: list[str]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(rows, columns=columns)


def _grid(frame: "pd.DataFrame", table: Table, **columns: Any) -> "GT":
    from great_tables import GT

    return GT(frame, id=table.name, **columns)


def _rendered(grid: "GT") -> Any:
    from lxml import html

    return html.fromstring(grid.as_raw_html()).find(".//table")


def _make_heads_of_groups(root: Any, table: Table) -> None:
    """Turn each clause's second row into head cells, and let the figures below refer to them."""
    heads: list[str] = []
    for row in root.iter("tr"):
        cells = list(row)
        if cells[0].text_content() == table.stubhead:
            heads = []
            for cell in cells[1:]:
                cell.tag = "th"
                cell.attrib.update({"scope": "col", "id": f"{cells[0].get('id')}-{len(heads) + 1}"})
                cell.attrib.pop("headers")
                heads.append(cell.get("id"))
            cells[0].set("scope", "col")
        elif len(cells) > 1:
            for cell, head in zip(cells[1:], heads, strict=True):
                group, stub, _ = cell.get("headers").split()
                cell.set("headers", f"{group} {stub} {head}")


def _finished(root: Any, table: Table) -> str:
    from lxml import html

    _merge_blanks(root)
    _tidy(root, table)
    return str(html.tostring(root, encoding="unicode")).strip()


def _merge_blanks(root: Any) -> None:
    """Merge a blank head cell with the one below it, and a blank body cell with the one to its left."""
    for cell in [cell for cell in root.iter("th", "td") if not cell.text_content().strip()]:
        row = cell.getparent()
        if row.getparent().tag == "thead":
            below = row.getnext()[0]
            below.set("rowspan", str(int(below.get("rowspan", 1)) + 1))
            row.replace(cell, below)
        else:
            left = cell.getprevious()
            left.set("colspan", str(int(left.get("colspan", 1)) + 1))
            row.remove(cell)


def _tidy(root: Any, table: Table) -> None:
    """Keep structure, drop great-tables' look: the page has its own, and alignment must stand in the cell for Word."""
    heads = {cell.get("id"): f"{table.name}-{number}" for number, cell in enumerate(root.iter("th"), 1)}
    for cell in root.iter("th", "td"):
        text = cell.text_content().strip()
        for child in list(cell):
            cell.remove(child)
        cell.text = text
        cell.attrib.pop("class", None)
        # In the form only the innermost labels of the long stub run from the left.
        aligned = "left" if cell.get("scope") == "row" and table.name == "applications" else "center"
        cell.set("style", f"text-align: {aligned}")
        if cell.tag == "th":
            cell.set("id", heads[cell.get("id")])
        if "headers" in cell.attrib:
            named = cell.get("headers").split()
            cell.set("headers", " ".join(heads[head] for head in named if head in heads))
        for span in ("rowspan", "colspan"):
            if cell.get(span) == "1":
                del cell.attrib[span]
    root.attrib.clear()
    root.attrib.update({"class": "gt_table", "id": f"table-{table.name}", "aria-labelledby": table.name})
    columns = root.makeelement("colgroup")
    for number in range(len(table.widths)):
        columns.append(root.makeelement("col", style=f"width: {_place(_COLUMN, str(number))}"))
    root.insert(0, columns)
    for part in root.iter("thead", "tbody", "tr"):
        part.attrib.pop("class", None)
    for part in root.iter():  # one row a line
        part.tail = "\n" if part.tag in {"colgroup", "thead", "tbody", "tr"} else None
        if part.tag not in {"th", "td"}:
            part.text = "\n" if part.tag in {"table", "thead", "tbody"} else None
