"""Changes that may undo one mistake: a figure, a figure with the totals made of it, figures that stand one place off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from helpers.checks.slips import Slip, misfigured, moved
from helpers.report.cell_names import CELLS, Cell
from helpers.report.figures import Figure
from helpers.report.form import FORM, HANDLED, RESULTS, TOTAL

Figures = Mapping[Cell, Figure]

_FOLLOWED = 2.0
"""Bits for a wrong figure that went on into the totals made of it."""


@dataclass(frozen=True)
class Move:
    """Cells with the figures they should have, and the slip that this would undo."""

    changes: tuple[tuple[Cell, Figure], ...]
    slip: Slip

    @property
    def cells(self) -> frozenset[Cell]:
        """Cells it changes."""
        return frozenset(cell for cell, _ in self.changes)


@cache
def bundles() -> dict[Cell, list[tuple[Cell, ...]]]:
    """By cell: the cell alone, and the cell with the totals that whoever added it up carried the mistake into."""
    found: dict[Cell, list[tuple[Cell, ...]]] = {
        cell: [(cell,)] for cells in CELLS.values() for cell in cells
    }
    for cell in CELLS["applications"]:
        table, row, column = cell
        if column == TOTAL:
            continue
        found[cell].append((cell, (table, row, TOTAL)))
        if row in RESULTS:
            found[cell].append((cell, (table, HANDLED, column)))
            found[cell].append((cell, (table, row, TOTAL), (table, HANDLED, column), (table, HANDLED, TOTAL)))
    return found


def is_total(cell: Cell) -> bool:
    """Return whether somebody added a figure up."""
    return cell[2] == TOTAL or cell[1] == HANDLED


def shifted_by(bundle: Sequence[Cell], delta: Figure, figures: Figures) -> Move | None:
    """Return the change of every cell of a bundle by the same amount; None where one would fall below nought."""
    changes = tuple((cell, figures[cell] + delta) for cell in bundle)
    if any(figure < 0 for _, figure in changes):
        return None
    cell, meant = changes[0]
    slip = misfigured(meant, figures[cell], is_total(cell))
    if len(bundle) > 1:
        slip = Slip(f"{slip.reason}，总计也跟着错了", slip.bits + _FOLLOWED * len(bundle) / 2, slip.typed)
    return Move(changes, slip)


# One place off --------------------------------------------------------------------------------------------------------


@cache
def _lines() -> tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]:
    """Where a place can be mistaken for the next: (行 or 栏, the places in the order of the form, each its cells)."""
    lines: list[tuple[str, tuple[tuple[Cell, ...], ...]]] = []
    for name in ("applications", "proceedings"):
        table = FORM.tables[name]
        lines += [("栏", tuple(((name, row, column),) for column in table.column)) for row in table.row]
        lines += [("行", tuple(((name, row, column),) for row in table.row)) for column in table.column]
        lines.append(
            ("行", tuple(tuple((name, row, column) for column in table.column) for row in table.row))
        )
    # Printed, the three blocks of proceedings stand side by side: the total of one touches the first of the next.
    lines.append(("栏", tuple((cell,) for cell in CELLS["proceedings"])))
    counts = tuple((cell,) for cell in CELLS["disclosure"] if cell[1] != "fees")
    lines.append(("行", counts))
    return tuple(lines)


def misplaced(figures: Figures) -> Iterator[Move]:
    """Yield every change that puts figures back by one place; what changes nothing is left out."""
    seen: set[tuple[tuple[Cell, Figure], ...]] = set()
    for axis, places in _lines():
        known = all(cell in figures for place in places for cell in place)
        filled = [any(figures.get(cell) for cell in place) for place in places]
        for start, end in _segments(filled) if known else ():
            for step in (1, -1):
                move = _put_back(places[start : end + 1], step, axis, figures)
                if move and move.changes not in seen:
                    seen.add(move.changes)
                    yield move


def _segments(filled: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield neighbours of which one holds a figure, and longer runs with an empty place at one end."""
    for start in range(len(filled)):
        for end in range(start + 1, len(filled)):
            if end == start + 1:
                if filled[start] or filled[end]:
                    yield start, end
            elif filled[start] != filled[end]:
                yield start, end


def _put_back(places: Sequence[tuple[Cell, ...]], step: int, axis: str, figures: Figures) -> Move | None:
    """Move every place's figures by one, those at the end to the beginning; a run only ever loses an empty place."""
    count = len(places)
    if count == 2 and step < 0:  # two places changed over are the same either way
        return None
    lost = places[0] if step > 0 else places[-1]
    if count > 2 and any(figures[cell] for cell in lost):
        return None
    moved_to = [(place, places[(at + step) % count]) for at, place in enumerate(places)]
    changed = [
        at
        for at, (place, source) in enumerate(moved_to)
        if [figures[cell] for cell in place] != [figures[cell] for cell in source]
    ]
    if not changed:
        return None
    changes = tuple(
        (cell, figures[source])
        for place, sources in moved_to
        for cell, source in zip(place, sources, strict=True)
        if figures[cell] != figures[source]
    )
    # What only moves noughts is no part of the run.
    values = [sum(figures[cell] for cell in place) for place in places[changed[0] : changed[-1] + 1]]
    return Move(changes, moved(values, axis))
