"""Reports with mistakes planted in them, to measure how often the wrong cell is named.

Figures are those of the examples, and made ones that look like townships, bureaus and big cities: consistent, many
zeros, most applicants natural persons. Mistakes are those that people make; what no sum can show is not planted.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from benchmarks.measure import ROOT
from helpers.checks.equations import equations
from helpers.checks.hints import held
from helpers.checks.suspects import Known, troubles
from helpers.report.cell_names import CELLS, Cell
from helpers.report.figures import Figure
from helpers.report.folder import load
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL

Figures = dict[Cell, Figure]

ROWS, COLUMNS = list(FORM.tables["applications"].row), list(FORM.tables["applications"].column)
BLOCKS, OUTCOMES = list(FORM.tables["proceedings"].row), list(FORM.tables["proceedings"].column)
SIZES = (("township", 0, 12), ("bureau", 10, 150), ("county", 100, 900), ("city", 1_000, 30_000))


@dataclass(frozen=True)
class Planted:
    """A report with mistakes: what is known of it, and per mistake its kind and what its cells should be."""

    known: Known
    mistakes: tuple[tuple[str, Figures], ...]


def planted(count: int, seed: int) -> Iterator[Planted]:
    """Yield reports with one mistake or two, every second one linked to the year before."""
    chance = random.Random(seed)
    for number in range(count):
        right = dict(chance.choice(_examples())) if chance.random() < 0.25 else _made(chance)
        last = _last_year(right) if number % 2 else {}
        wrong = dict(right)
        mistakes: list[tuple[str, Figures]] = []
        while len(mistakes) < 1 + (number // 2) % 2:
            kind, change = _mistake(chance, wrong)
            taken = {cell for _, cells in mistakes for cell in cells}
            if taken.isdisjoint(change) and _shows({**right, **change}) and _shows({**wrong, **change}):
                wrong |= change
                mistakes.append((kind, {cell: right[cell] for cell in change}))
        yield Planted(held(wrong, last), tuple(mistakes))


def named(case: Planted) -> list[bool]:
    """Say of each mistake whether one of the first proposals puts all its cells right."""
    proposals = [proposal.changes for trouble in troubles(case.known) for proposal in trouble.proposals]
    return [any(right.items() <= changes.items() for changes in proposals) for _, right in case.mistakes]


# Figures that are right -----------------------------------------------------------------------------------------------


@cache
def _examples() -> list[Figures]:
    reports = [load(path.parent) for path in sorted((ROOT / "data").glob("*/report.yml"))]
    figures = [
        {cell: report.figure(*cell) or 0 for cells in CELLS.values() for cell in cells} for report in reports
    ]
    return [one for one in figures if one["applications", NEW, TOTAL]]


def _made(chance: random.Random) -> Figures:
    _, least, most = chance.choice(SIZES)
    handled = chance.randint(least, most)
    figures: Figures = {cell: 0 for cells in CELLS.values() for cell in cells}
    shares = [chance.paretovariate(0.7) if chance.random() < 0.5 else 0.0 for _ in RESULTS]
    shares[0] += 2
    people = [6.0, chance.choice([0.0, 0.3, 1.5]), *(chance.choice([0.0, 0.0, 0.05]) for _ in range(4))]
    for row, column in zip(
        chance.choices(RESULTS, shares, k=handled),
        chance.choices(COLUMNS[:-1], people, k=handled),
        strict=True,
    ):
        figures["applications", row, column] += 1
    for column in COLUMNS[:-1]:
        done = sum(figures["applications", row, column] for row in RESULTS)
        forward = chance.randint(0, int(done) // 10 + 1) if done else 0
        over = chance.randint(0, int(done) // 12 + 1) if done else 0
        figures["applications", HANDLED, column] = done
        figures["applications", CARRIED_FORWARD, column] = forward
        figures["applications", CARRIED_OVER, column] = min(over, done + forward)
        figures["applications", NEW, column] = done + forward - figures["applications", CARRIED_OVER, column]
    for row in ROWS:
        figures["applications", row, TOTAL] = sum(
            figures["applications", row, column] for column in COLUMNS[:-1]
        )
    for block in BLOCKS:
        for outcome in OUTCOMES[:-1]:
            figures["proceedings", block, outcome] = chance.choice(
                [0, 0, chance.randint(0, handled // 20 + 2)]
            )
        figures["proceedings", block, TOTAL] = sum(
            figures["proceedings", block, one] for one in OUTCOMES[:-1]
        )
    return figures


def _last_year(right: Figures) -> Figures:
    """Return the year before: what it carried forward is what was carried over; documents in force as they must be."""
    last = {
        ("applications", CARRIED_FORWARD, column): right["applications", CARRIED_OVER, column]
        for column in COLUMNS
    }
    for kind in ("regulations", "normative"):
        issued, repealed, in_force = (
            right["disclosure", f"{kind}_{what}", "value"] for what in ("issued", "repealed", "in_force")
        )
        last["disclosure", f"{kind}_in_force", "value"] = in_force - issued + repealed
    return last


# Mistakes -------------------------------------------------------------------------------------------------------------


def _shows(figures: Figures) -> bool:
    return any(one.excess(figures) for rules in equations().values() for one in rules)


def _mistake(chance: random.Random, figures: Figures) -> tuple[str, Figures]:
    while True:
        kind, make = chance.choice(_KINDS)
        change = {cell: figure for cell, figure in make(chance, figures).items() if figure != figures[cell]}
        if change:
            return kind, change


def _any_cell(chance: random.Random, figures: Figures, digits: int) -> Cell:
    """Return a cell of the two tables with sums; mostly one that is not nought, with so many digits at least."""
    cells = CELLS["applications"] if chance.random() < 0.8 else CELLS["proceedings"]
    wanted = [cell for cell in cells if figures[cell] >= 10 ** (digits - 1)]
    return chance.choice(wanted or cells) if digits > 1 or chance.random() < 0.8 else chance.choice(cells)


def _swapped(chance: random.Random, figures: Figures) -> Figures:
    cell = _any_cell(chance, figures, 2)
    text = str(figures[cell])
    at = chance.randrange(len(text))
    return {cell: int(text[:at] + text[at : at + 2][::-1] + text[at + 2 :])}


def _mistyped(chance: random.Random, figures: Figures) -> Figures:
    cell = _any_cell(chance, figures, 1)
    text = str(figures[cell])
    at = chance.randrange(len(text))
    return {cell: int(text[:at] + chance.choice("0123456789") + text[at + 1 :])}


def _dropped(chance: random.Random, figures: Figures) -> Figures:
    cell = _any_cell(chance, figures, 2)
    text = str(figures[cell])
    at = chance.randrange(len(text))
    return {cell: int(text[:at] + text[at + 1 :] or "0")}


def _extra(chance: random.Random, figures: Figures) -> Figures:
    cell = _any_cell(chance, figures, 1)
    text = str(figures[cell])
    at = chance.randrange(len(text) + 1)
    return {cell: int(text[:at] + chance.choice([text[max(at - 1, 0)], *"0123456789"]) + text[at:])}


def _total(chance: random.Random, figures: Figures) -> Figures:
    totals = [
        cell
        for name in ("applications", "proceedings")
        for cell in CELLS[name]
        if (cell[2] == TOTAL or cell[1] == HANDLED) and figures[cell]
    ]
    if not totals:
        return {}
    cell = chance.choice(totals)
    step = chance.choice([-10, -3, -2, -1, 1, 2, 3, 10, 100])
    return {cell: chance.choice([max(figures[cell] + step, 0), max(figures[cell] + step, 0), 0])}


def _next_column(chance: random.Random, figures: Figures) -> Figures:
    table, row, column = _any_cell(chance, figures, 1)
    columns = list(FORM.tables[table].column)
    at = columns.index(column)
    near = columns[chance.choice([one for one in (at - 1, at + 1) if 0 <= one < len(columns)])]
    here, there = (table, row, column), (table, row, near)
    return {here: figures[there], there: figures[here]}


def _next_row(chance: random.Random, figures: Figures) -> Figures:
    table, row, column = _any_cell(chance, figures, 1)
    rows = list(FORM.tables[table].row)
    at = rows.index(row)
    near = rows[chance.choice([one for one in (at - 1, at + 1) if 0 <= one < len(rows)])]
    here, there = (table, row, column), (table, near, column)
    return {here: figures[there], there: figures[here]}


def _run_of_rows(chance: random.Random, figures: Figures) -> Figures:
    """Shift a column's figures down by one row, over an empty cell at the end of the run."""
    column = chance.choice(COLUMNS)
    start = chance.randrange(len(ROWS) - 2)
    ends = [at for at in range(start + 2, len(ROWS)) if not figures["applications", ROWS[at], column]]
    if not ends:
        return {}
    cells = [("applications", row, column) for row in ROWS[start : chance.choice(ends) + 1]]
    return {cell: figures[before] for cell, before in zip(cells, [cells[-1], *cells[:-1]], strict=True)}


_KINDS: tuple[tuple[str, Callable[[random.Random, Figures], Figures]], ...] = (
    ("two digits swapped", _swapped),
    ("a digit mistyped", _mistyped),
    ("a digit missing", _dropped),
    ("a digit too many", _extra),
    ("a total typed wrongly", _total),
    ("in the neighbouring column", _next_column),
    ("in the neighbouring row", _next_row),
    ("a run of rows shifted", _run_of_rows),
)
