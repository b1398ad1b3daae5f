"""Tables read back from HTML and laid out on their grid, by code that shares nothing with what made them."""

from dataclasses import dataclass

from lxml import html


@dataclass(frozen=True)
class Cell:
    row: int
    column: int
    rows: int
    columns: int
    text: str
    tag: str


def cells(table: html.HtmlElement) -> list[Cell]:
    """Cells in reading order, rows and columns counted from 1."""
    taken: set[tuple[int, int]] = set()
    found: list[Cell] = []
    for row, line in enumerate(table.iter("tr"), 1):
        column = 1
        for cell in line.iterchildren("th", "td"):
            while (row, column) in taken:
                column += 1
            rows, columns = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
            area = {(row + down, column + right) for down in range(rows) for right in range(columns)}
            assert not area & taken, f"cells overlap at row {row}, column {column}"
            taken |= area
            found.append(Cell(row, column, rows, columns, "".join(cell.itertext()).strip(), cell.tag))
    height, width = max(row for row, _ in taken), max(column for _, column in taken)
    assert len(taken) == height * width, "the grid has holes"
    return found


def all_cells(text: str) -> list[list[Cell]]:
    """Cells of every table of a fragment of HTML."""
    return [cells(table) for table in html.fromstring(f"<div>{text}</div>").iter("table")]
