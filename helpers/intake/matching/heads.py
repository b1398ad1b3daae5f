"""What stands above the numbers of a grid, and the cells that stand below it."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from helpers.intake.matching.labels import BLOCK_GROUPS, BLOCKS, RESULTS
from helpers.intake.matching.model import Cell
from helpers.intake.matching.similarity import among


@dataclass(frozen=True)
class Entry:
    """A cell of one row and the columns it covers."""

    cell: Cell
    columns: frozenset[int]

    @property
    def blank(self) -> bool:
        """Nothing stands in the cell."""
        return not self.cell.text.strip() and not self.cell.doubt


@dataclass
class Head:
    """What stands above the numbers: columns by key, columns of something else, keys row by row as printed."""

    columns: dict[str, set[int]] = field(default_factory=dict)
    foreign: set[int] = field(default_factory=set)
    printed: list[list[str]] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    width: int = 0

    def reach(self, entries: Iterable[Entry]) -> None:
        """Note how far the heads reach to the right."""
        self.width = max([self.width, *(column + 1 for entry in entries for column in entry.columns)])

    def add(
        self, entries: Sequence[tuple[Entry, str | None]], skipped: Sequence[Entry], own: Container[Cell]
    ) -> None:
        """Add one row of heads: cells with their key (None for something else), and cells that cover groups.

        ``own`` are the cells that begin in this row; others reach into it from above.
        """
        for entry, key in entries:
            if key is None:
                self.foreign |= entry.columns
            else:
                self.columns.setdefault(key, set()).update(entry.columns)
        for entry in skipped:
            self.foreign -= entry.columns
        self.foreign -= {column for columns in self.columns.values() for column in columns}
        self.printed.append([key for entry, key in entries if key and entry.cell in own])


def cells_of(row: Sequence[Cell | None]) -> list[Entry]:
    """Cells of a row in order, each once."""
    columns: dict[Cell, set[int]] = {}
    for column, cell in enumerate(row):
        if cell is not None:
            columns.setdefault(cell, set()).add(column)
    return [Entry(cell, frozenset(places)) for cell, places in columns.items()]


def below_heads(
    after: Sequence[Entry], keys: Sequence[str], head: Head, covered: set[int]
) -> list[Cell] | None:
    """Cells that stand below the heads; ``covered`` are the columns in which the row has any cell.

    None where a head is missing, the row does not end where the heads end, a number stands below no head or two, or two
    below one: then heads and numbers do not line up.
    """
    reached = {column for entry in after for column in entry.columns}
    begin = min(reached, default=0)
    if not all(head.columns.get(key, set()) & reached for key in keys) or covered - set(range(begin)) != set(
        range(begin, head.width)
    ):
        return None
    chosen: dict[str, Cell] = {}
    for entry in after:
        if entry.blank or entry.columns <= head.foreign:
            continue
        claims = [key for key in keys if entry.columns & head.columns[key]]
        if len(claims) != 1 or claims[0] in chosen:
            return None
        chosen[claims[0]] = entry.cell
    return [chosen.get(key, Cell("")) for key in keys]


def in_order(head: Head, keys: Sequence[str]) -> bool:
    """Return whether the heads were seen (all but one at least), each printed row in the form's order."""
    seen = {key for row in head.printed for key in row}
    return len(seen) >= len(keys) - 1 and all(
        row == sorted(row, key=list(keys).index) for row in head.printed
    )


def placed_in_order(head: Head, keys: Sequence[str]) -> bool:
    """Return whether the columns of the keys stand in the form's order."""
    first = [min(head.columns[key]) for key in keys if head.columns.get(key)]
    return first == sorted(first)


def proceedings_head(rows: Sequence[Sequence[Entry]]) -> Head:
    """Keys of the columns from the stack of heads above each: the result lowest, the proceeding above it."""
    head = Head()
    for row in rows:
        head.reach(row)
        head.printed.append(
            [RESULTS[label] for entry in row if (label := among(entry.cell.text, RESULTS)) is not None]
        )
    for column in sorted({column for row in rows for entry in row for column in entry.columns}):
        stack = [entry.cell.text for row in rows for entry in row if column in entry.columns]
        block = next((found for text in reversed(stack) if (found := among(text, BLOCKS))), None)
        result = next((found for text in reversed(stack) if (found := among(text, RESULTS))), None)
        if block and result:
            head.columns.setdefault(f"{BLOCKS[block]} {RESULTS[result]}", set()).add(column)
        elif any(text.strip() and not among(text, [*BLOCKS, *BLOCK_GROUPS, *RESULTS]) for text in stack):
            head.foreign.add(column)
    return head
