"""Ruled tables of a PDF page as grids, their outer rules supplied where they are left out."""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from helpers.intake.matching.model import Cell, Grid
from helpers.intake.readers.limits import Budget
from helpers.intake.readers.text_lines import joined, middle, rows_of

_SNAP = 3.0
"""Points within which two rules are one."""

_ROUNDING = 0.01

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the page's upper left corner."""


@dataclass(frozen=True)
class Ruled:
    """Rows of a ruled table on one page: each cell with its left and right; ``inside`` are ids of its characters."""

    top: float
    rows: list[list[tuple[float, float, Cell]]]
    across: list[float]
    inside: frozenset[int]

    def follows(self, other: "Ruled") -> bool:
        """Return whether this may be the rest of a table that begins on the page before."""
        ends = zip((self.across[0], self.across[-1]), (other.across[0], other.across[-1]), strict=True)
        return all(abs(one - two) <= _SNAP for one, two in ends)

    def grid(self, across: Sequence[float]) -> Grid:
        """Spread the cells over columns that begin and end at the given places."""
        lines: list[list[Cell | None]] = []
        for row in self.rows:
            line: list[Cell | None] = [None] * (len(across) - 1)
            for left, right, cell in row:
                columns = range(_place(across, left), _place(across, right))
                line[columns.start : columns.stop] = [cell] * len(columns)
            lines.append(line)
        return Grid(lines)


def grids(tables: Sequence[Ruled]) -> list[Grid]:
    """Grids of the parts of one table on neighbouring pages; all have the columns of all."""
    across = _edges(edge for table in tables for edge in table.across)
    return [table.grid(across) for table in tables]


def tables(page: Any, budget: Budget) -> Iterator[Ruled]:
    """Ruled tables of a page, from top to bottom where they do not stand beside each other."""
    chars = list(page.chars)
    for line in page.objects.get("line", []):
        _straighten(line)
    sides = list(_open_sides(page.debug_tablefinder().edges))
    for table in page.find_tables({"explicit_vertical_lines": sides}):
        for part in _parts(table.cells, chars, budget):
            yield part
            chars = [char for char in chars if id(char) not in part.inside]


def _straighten(line: dict[str, Any]) -> None:
    """Make a rule exactly upright or level that is so but for the rounding of a turned page."""
    for one, other in (("x0", "x1"), ("top", "bottom")):
        if abs(line[one] - line[other]) < _ROUNDING:
            line[other] = line[one]


def _open_sides(edges: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Outer left and right rules of tables that have only inner ones (开口表, usual in statistics).

    Two horizontal rules are of one table where a vertical one goes from one to the other.
    """
    upright = [edge for edge in edges if edge["orientation"] == "v"]
    level: list[list[Any]] = []
    for edge in sorted((edge for edge in edges if edge["orientation"] == "h"), key=lambda edge: edge["top"]):
        if level and edge["top"] - level[-1][0]["top"] <= _SNAP:
            level[-1].append(edge)
        else:
            level.append([edge])
    rules = [
        (row[0]["top"], min(edge["x0"] for edge in row), max(edge["x1"] for edge in row)) for row in level
    ]

    def crosses(above: float, below: float, left: float, right: float) -> bool:
        half = (above + below) / 2
        return any(
            edge["top"] < half < edge["bottom"] and left - _SNAP <= edge["x0"] <= right + _SNAP
            for edge in upright
        )

    table: list[tuple[float, float, float]] = []
    for rule, after in pairwise([*rules, None]):
        assert rule is not None
        table.append(rule)
        if after is not None and crosses(rule[0], after[0], min(rule[1], after[1]), max(rule[2], after[2])):
            continue
        left, right = min(one[1] for one in table), max(one[2] for one in table)
        framed = all(one[1] - left <= _SNAP and right - one[2] <= _SNAP for one in (table[0], table[-1]))
        for x in (left, right) if framed and len(table) > 1 else ():
            if not all(crosses(one[0], two[0], x, x) for one, two in pairwise(table)):
                top, bottom = table[0][0], table[-1][0]
                yield {
                    "object_type": "line",
                    **{"x0": x, "x1": x, "top": top, "bottom": bottom, "width": 0, "height": bottom - top},
                }
        table = []


def _parts(boxes: Sequence[Box], chars: Sequence[Any], budget: Budget) -> Iterator[Ruled]:
    """Rows of at least two cells of one ruled area.

    Rules also frame paragraphs; a row of one cell is left to the text.
    """
    across = _edges(x for box in boxes for x in (box[0], box[2]))
    down = _edges(y for box in boxes for y in (box[1], box[3]))
    budget.spend(cells=len(across) * len(down))
    owner: dict[tuple[int, int], int] = {}
    for number, (left, top, right, bottom) in enumerate(boxes):
        for row in range(_place(down, top), _place(down, bottom)):
            for column in range(_place(across, left), _place(across, right)):
                owner[row, column] = number
    columns = range(len(across) - 1)
    rows = [[owner.get((row, column)) for column in columns] for row in range(len(down) - 1)]
    held: dict[int, list[Any]] = {}
    for char in chars:
        row, column = bisect(down, middle(char)) - 1, bisect(across, (char["x0"] + char["x1"]) / 2) - 1
        if (row, column) in owner:
            held.setdefault(owner[row, column], []).append(char)
    doubtful = _crossing(held, chars)
    cells = {number: _cell(held.get(number, []), number in doubtful) for number in range(len(boxes))}
    tabular = [len({number for number in row if number is not None}) > 1 for row in rows]
    for is_grid, run in groupby(range(len(rows)), key=lambda row: tabular[row]):
        listed = list(run)
        if is_grid:
            numbers = {number for row in listed for number in rows[row] if number is not None}
            yield Ruled(
                down[listed[0]],
                [
                    [
                        (boxes[number][0], boxes[number][2], cells[number])
                        for number in dict.fromkeys(rows[row])
                        if number is not None
                    ]
                    for row in listed
                ],
                across,
                frozenset(id(char) for number in numbers for char in held.get(number, [])),
            )


def _edges(values: Iterable[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _SNAP:
            edges.append(value)
    return edges


def _place(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda place: abs(edges[place] - value))


def _crossing(held: dict[int, list[Any]], chars: Sequence[Any]) -> set[int]:
    """Cells that share a number with their neighbour: its digits stand across a rule."""
    owner = {id(char): number for number, inside in held.items() for char in inside}
    shared: set[int] = set()
    for line in rows_of(char for char in chars if char["text"].strip()):
        for left, right in pairwise(line):
            pair = {owner.get(id(left)), owner.get(id(right))}
            is_number = all(re.fullmatch(r"[\d.,]", char["text"]) for char in (left, right))
            if is_number and len(pair) > 1 and right["x0"] - left["x1"] < 0.15 * right["size"]:
                shared |= {number for number in pair if number is not None}
    return shared


def _cell(chars: Sequence[Any], crossing: bool) -> Cell:
    rows = rows_of(char for char in chars if char["text"].strip())
    digits = [char["size"] for char in chars if char["text"].isdigit()]
    doubt = ""
    if crossing:
        doubt = "数字压在格线上，分不清属于哪一格"
    elif digits and min(digits) < 0.8 * max(digits):
        doubt = "数字大小不一，可能带了角标"
    return Cell("\n".join(joined(row) for row in rows), doubt)
