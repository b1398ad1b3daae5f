"""Rows of cells with spans, spread over a grid."""

from collections.abc import Iterable

from helpers.intake.matching.model import Cell, Grid
from helpers.intake.readers.limits import Budget

_WIDEST = 200
_TALLEST = 2_000

Spanned = tuple[Cell, int, int]
"""A cell, the columns and the rows it covers."""


def expand(rows: Iterable[Iterable[Spanned]], budget: Budget) -> Grid:
    """Put each cell at every place it covers (HTML's rules; spans that reach out of the table are cut)."""
    listed = [list(row) for row in rows]
    grid: list[dict[int, Cell]] = [{} for _ in listed]
    for place, row in enumerate(listed):
        column = 0
        for cell, wide, tall in row:
            while column in grid[place]:
                column += 1
            across = range(column, column + max(1, min(wide, _WIDEST)))
            down = range(place, min(place + max(1, min(tall, _TALLEST)), len(listed)))
            budget.spend(cells=len(across) * len(down))
            for line in down:
                for covered in across:
                    grid[line].setdefault(covered, cell)
            column = across.stop
    width = max((max(row, default=-1) for row in grid), default=-1) + 1
    budget.spend(cells=width * len(grid))
    return Grid([[row.get(column) for column in range(width)] for row in grid])
