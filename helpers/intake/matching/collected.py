"""What has been read of the three tables so far: one reading a figure, and never two that differ."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from helpers.intake.matching import cell_values
from helpers.intake.matching.cell_values import Reading
from helpers.intake.matching.model import Cell, Figure
from helpers.intake.matching.similarity import numbered
from helpers.report.form import AMOUNTS, CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL

Slot = tuple[str, str, str]
"""Table name, row key, column key."""

DISCLOSURE, APPLICATIONS, PROCEEDINGS = FORM.tables

OTHER_HANDLING = FORM.tables[APPLICATIONS].row["other_reason"].labels[1]
"""（六）其他处理, which the form of 2019 had as one row."""

OTHER_ROWS = tuple(row.key for row in FORM.tables[APPLICATIONS].rows if OTHER_HANDLING in row.labels[1:2])

_TWICE = "在文件里出现了两次，内容不同，分不清以哪一个为准"
_TELLING = 8
"""Characters by which a long label is known."""


@dataclass(frozen=True)
class Read:
    """A reading together with the text it was read from."""

    text: str
    reading: Reading


@dataclass
class Failure:
    """Numbers that could not be placed: what stands there, why, and whether people are told."""

    text: str
    why: str
    cells: list[Cell]
    found: Sequence[Cell | str]
    told: bool = False


@dataclass
class Readings:
    """What has been read and what has not.

    Attributes
    ----------
    failures
        Why a row could not be placed, by (table, row) or, for a whole table, (table, "").
    other_handling
        The single row （六）其他处理 of the form of 2019, by column; ``other_cells`` are its cells.
    used, told
        Cells whose figures are placed, and those of failures that are told to people.
    spoken
        Digits by table that running text gave, placed or told.
    settled
        Rows that could not be placed though all their cells were there: no other way of reading may try them.
    """

    read: dict[Slot, Read] = field(default_factory=dict)
    failures: dict[tuple[str, str], Failure] = field(default_factory=dict)
    other_handling: dict[str, Read] = field(default_factory=dict)
    other_cells: list[Cell] = field(default_factory=list)
    used: set[Cell] = field(default_factory=set)
    told: set[Cell] = field(default_factory=set)
    spoken: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    told_runs: list[object] = field(default_factory=list)
    settled: set[tuple[str, str]] = field(default_factory=set)

    @cached_property
    def texts(self) -> set[str]:
        """Figures as the file writes them; to be asked for when all is read."""
        return {read.text.strip() for read in self.read.values()}

    def has(self, table: str, row: str) -> bool:
        """Return whether any figure of a row has been placed."""
        return any((table, row, column) in self.read for column in FORM.tables[table].column)

    def put(self, slots: Sequence[Slot], chosen: Sequence[Cell]) -> None:
        """Place cells; a slot that two places of the file fill differently becomes unreadable."""
        for slot, cell in zip(slots, chosen, strict=True):
            new = Read(cell.text, cell_values.read(cell, amount=slot[1] in AMOUNTS))
            old = self.read.get(slot)
            if old and old.reading.value != new.reading.value:
                text = f"{old.text} / {new.text}"
                new = Read(text, Reading(None, cell.doubt or _TWICE))
            self.read[slot] = new
        self.use(chosen)

    def use(self, chosen: Iterable[Cell]) -> None:
        """Note cells as placed, with the cells they were made of."""
        for cell in chosen:
            self.used.add(cell)
            self.use(cell.parts)

    def put_other_handling(self, chosen: Sequence[Cell]) -> None:
        """Keep the single row （六）其他处理 by column."""
        for column, cell in zip(FORM.tables[APPLICATIONS].column, chosen, strict=True):
            self.other_handling[column] = Read(cell.text, cell_values.read(cell))
        self.other_cells = list(chosen)

    def fail(
        self, table: str, row: str, found: Sequence[Cell | str], why: str, *, settled: bool = False
    ) -> None:
        """Note why a row's numbers could not be placed: cells, or digits of running text."""
        cells_found = [piece for piece in found if isinstance(piece, Cell)]
        texts = [piece.text.strip() if isinstance(piece, Cell) else piece for piece in found]
        text = (" | " if cells_found else " ").join(texts)
        self.failures.setdefault((table, row), Failure(text, why, cells_found, found))
        if settled:
            self.settled.add((table, row))

    def doubt(self, table: str, row: str, text: str, why: str) -> None:
        """Take back the figures of a row."""
        for column in FORM.tables[table].column:
            self.read[table, row, column] = Read(text, Reading(None, why))

    def tell(self, table: str, row: str) -> Failure | None:
        """Return why a row could not be placed, and note that people are told."""
        failure = self.failures.get((table, row))
        if failure and not failure.told:
            failure.told = True
            self.tell_cells(failure.cells)
            if not failure.cells and not any(one is failure.found for one in self.told_runs):
                self.told_runs.append(failure.found)
                self.spoken[table].update(filter(str.isdigit, failure.text))
        return failure

    def tell_cells(self, found: Iterable[Cell]) -> None:
        """Note cells as told, with the cells they were made of."""
        for cell in found:
            self.told.add(cell)
            self.tell_cells(cell.parts)

    def split_other_handling(self, words: str) -> None:
        """Spread the single row over the three rows of today's form: only a zero can be spread for certain.

        Parameters
        ----------
        words
            All text of the file for comparison; where it names one of the three rows, there is no single row.
        """
        labels = (numbered(FORM.tables[APPLICATIONS].row[row].label)[1] for row in OTHER_ROWS)
        if any(label[:_TELLING] in words for label in labels if len(label) > _TELLING):
            return
        for column, one in self.other_handling.items():
            if one.reading.value == 0 or one.reading.value is None:
                spread = one
            else:
                why = f"旧格式只有一行“{OTHER_HANDLING}”，合计 {one.reading.value}，分不到现在的三行"
                spread = Read(one.text, Reading(None, why))
            for row in OTHER_ROWS:
                self.read[APPLICATIONS, row, column] = spread
        self.use(self.other_cells)


def sums_hold(table: str, values: Sequence[Figure | None]) -> bool:
    """Return whether the figures of one row (or of the whole of *proceedings*, in order) add up to their totals."""
    width = len(FORM.tables[table].columns)
    parts = list(FORM.tables[table].column)
    total = parts.index(TOTAL)
    if None in values or len(values) % width:
        return False
    rows = [values[start : start + width] for start in range(0, len(values), width)]
    return all(sum(_known(row[:total])) == row[total] for row in rows)


def columns_hold(values: Mapping[Slot, Figure | None]) -> bool:
    """Tell whether the columns of *applications* add up, as far as all their figures are known."""

    def total(column: str, rows: Iterable[str]) -> Figure | None:
        own = [values.get((APPLICATIONS, row, column)) for row in rows]
        return None if None in own else sum(_known(own))

    sides = [
        (total(column, one), total(column, other))
        for column in FORM.tables[APPLICATIONS].column
        for one, other in ((RESULTS, [HANDLED]), ([NEW, CARRIED_OVER], [HANDLED, CARRIED_FORWARD]))
    ]
    return all(one == other for one, other in sides if one is not None and other is not None)


def _known(values: Iterable[Figure | None]) -> list[Figure]:
    return [value for value in values if value is not None]
