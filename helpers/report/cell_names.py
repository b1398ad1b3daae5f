"""Cells: where a figure stands, and what it is called."""

from helpers.report.form import FORM

Cell = tuple[str, str, str]
"""A figure's place: table, row and column by key."""

CELLS: dict[str, list[Cell]] = {
    name: [(name, row, column) for row in table.row for column in table.column]
    for name, table in FORM.tables.items()
}
"""All cells by table, row by row."""


def place(cell: Cell) -> str:
    """Name a cell for people: 第三部分“（七）总计”自然人一栏."""
    table, row, column = cell
    return FORM.tables[table].place(row, column)
