"""Cells: where a figure stands, and what it is called."""

from itertools import chain

from helpers.report.form import FORM, TOTAL

Cell = tuple[str, str, str]
"""A figure's place: table, row and column by key."""

CELLS: dict[str, list[Cell]] = {
    name: [(name, row, column) for row in table.row for column in table.column]
    for name, table in FORM.tables.items()
}
"""All cells by table, row by row."""

BY_NAME: dict[str, Cell] = {
    **{
        row: (name, row, TOTAL if TOTAL in table.column else "value")
        for name, table in FORM.tables.items()
        for row in table.row
    },
    **{
        f"{row}.{column}": (name, row, column)
        for name, row, column in chain(*CELLS.values())
        if column != "value"
    },
}
"""Cells by the names they have in prose: ``licensing``, ``new_received.business``, and ``new_received`` for the total."""


def place(cell: Cell) -> str:
    """Name a cell for people: 第三部分“（七）总计”自然人一栏."""
    table, row, column = cell
    return FORM.tables[table].place(row, column)
