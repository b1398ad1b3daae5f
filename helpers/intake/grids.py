"""Grids placed on the form by their labels.

Every row that bears a label of the form is read, whatever stands around it. A number belongs to the column whose head
stands above it; where heads and numbers do not line up, the numbers must be as many as the form has columns, and the
heads must stand in the form's order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from helpers.form import FORM, Item
from helpers.intake import cells
from helpers.intake.model import Cell, Grid
from helpers.intake.readings import (
    APPLICATIONS,
    DISCLOSURE,
    OTHER_HANDLING,
    PROCEEDINGS,
    Readings,
    Slot,
    sums_hold,
)
from helpers.intake.words import among, find, normal

_GROUP = "#"
"""Marks keys of labels that are no row of figures, but must not be taken for one."""

_BLANK = "这一行没有数字"
_NO_HEAD = "看不到完整的表头，各数之和又不等于总计，分不清各属哪一列"


def _groups(items: Iterable[Item]) -> dict[str, str]:
    labels = dict.fromkeys(label for item in items for label in item.labels[:-1])
    return {_GROUP + label: label for label in labels}


_APPLICATIONS = FORM.tables[APPLICATIONS]
APPLICATION_ROWS = {row.key: row.label for row in _APPLICATIONS.rows} | _groups(_APPLICATIONS.rows)
_APPLICANTS = {column.label: column.key for column in _APPLICATIONS.columns}
_TELLING_APPLICANTS = [label for label in _APPLICANTS if len(label) > 2]
_APPLICANT_GROUPS = [label for column in _APPLICATIONS.columns for label in column.labels[:-1]] + [
    _APPLICATIONS.spanner,
    _APPLICATIONS.stubhead,
]

_DISCLOSURE = FORM.tables[DISCLOSURE]
CONTENTS = {item.labels[1]: item.labels[1] for item in _DISCLOSURE.rows}
METRICS = {
    content: {item.labels[2]: item.key for item in _DISCLOSURE.rows if item.labels[1] == content}
    for content in CONTENTS
}
_METRIC_LABELS = {label: label for metrics in METRICS.values() for label in metrics}

_PROCEEDINGS = FORM.tables[PROCEEDINGS]
_RESULTS = {column.label: column.key for column in _PROCEEDINGS.columns}
_TELLING_RESULTS = [label for label in _RESULTS if len(label) > 2]
_BLOCKS = {row.label: row.key for row in _PROCEEDINGS.rows}
_BLOCK_GROUPS = [label for row in _PROCEEDINGS.rows for label in row.labels[:-1]]
PROCEEDING_SLOTS: list[Slot] = [
    (PROCEEDINGS, row.key, column.key) for row in _PROCEEDINGS.rows for column in _PROCEEDINGS.columns
]


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

    def add(self, entries: Sequence[tuple[Entry, str | None]], skipped: Sequence[Entry]) -> None:
        """Add one row of heads: cells with their key (None for something else), and cells that cover groups."""
        for entry, key in entries:
            if key is None:
                self.foreign |= entry.columns
            else:
                self.columns.setdefault(key, set()).update(entry.columns)
        for entry in skipped:
            self.foreign -= entry.columns
        self.foreign -= {column for columns in self.columns.values() for column in columns}
        self.printed.append([key for _, key in entries if key])


class GridReader:
    """Reads the grids of one document in order; heads carry over to a grid of the same width (a page break)."""

    def __init__(self, readings: Readings) -> None:
        self.readings = readings
        self.heads: dict[str, Head] = {}
        self.header_rows: list[list[Entry]] = []
        self.width = 0
        self.in_head: str | None = None
        self.torn = ""
        self.covered: set[int] = set()
        self.above: set[Cell] = set()
        self.own: set[Cell] = set()

    def read(self, grid: Grid) -> None:
        """Read every row of a grid that bears a label of the form, and the row of the proceedings' numbers."""
        width = max((len(row) for row in grid.rows), default=0)
        if width != self.width or not grid.aligned:
            self.heads, self.header_rows = {}, []
        self.width, self.in_head = width if grid.aligned else 0, None
        for row in grid.rows:
            self._read_row(_entries(row), grid.aligned)

    def _read_row(self, entries: list[Entry], aligned: bool) -> None:
        self.covered = {column for entry in entries for column in entry.columns}
        self.own = {entry.cell for entry in entries} - self.above
        self.above = {entry.cell for entry in entries}
        values = [entry for entry in entries if cells.is_value(entry.cell.text)]
        first = next(
            (place for place, entry in enumerate(entries) if entry in values and not entry.blank), None
        )
        labels = [entry.cell.text for entry in entries[:first] if entry not in values]
        key = _row_key(labels, APPLICATION_ROWS) or (
            find(self.torn + labels[-1], APPLICATION_ROWS) if labels else None
        )
        # A row broken over two pages: half of the label above, the other half and the numbers here.
        self.torn = labels[-1] if labels and first is None else ""
        content = _row_key(labels, CONTENTS)
        after = _after_label(entries)
        if first is None and self._head_table(entries):
            self._read_head(entries)
        elif key:
            self.in_head = None
            self._read_application(key, after)
        elif content:
            self.in_head = None
            self._read_disclosure(content, after, aligned)
        elif sum(not value.blank for value in values) >= len(_RESULTS) and self.header_rows:
            self._read_proceedings(values)

    # Heads ------------------------------------------------------------------------------------------------------------

    def _head_table(self, entries: Sequence[Entry]) -> str | None:
        texts = [entry.cell.text for entry in entries if not entry.blank]
        if any(among(text, [*_TELLING_APPLICANTS, *_APPLICANT_GROUPS]) for text in texts):
            return APPLICATIONS
        if any(among(text, [*_TELLING_RESULTS, *_BLOCKS, *_BLOCK_GROUPS]) for text in texts):
            return PROCEEDINGS
        if any(metric(text) or among(text, [_DISCLOSURE.stubhead]) for text in texts):
            return DISCLOSURE
        return None

    def _read_head(self, entries: list[Entry]) -> None:
        table = self._head_table(entries)
        assert table
        fresh = self.in_head != table
        self.in_head = table
        filled = [entry for entry in entries if not entry.blank]
        if table == PROCEEDINGS:
            self.header_rows = [entries] if fresh else [*self.header_rows, entries]
            return
        head = Head() if fresh or table == DISCLOSURE else self.heads[table]
        self.heads[table] = head
        head.reach(entries)
        if table == DISCLOSURE:
            named = [entry for entry in filled if not among(entry.cell.text, [_DISCLOSURE.stubhead])]
            head.add([(entry, metric(entry.cell.text)) for entry in named], [])
            head.labels = [metric(entry.cell.text) for entry in named]
            return
        groups = [entry for entry in filled if among(entry.cell.text, _APPLICANT_GROUPS)]
        named = [entry for entry in filled if entry not in groups]
        head.add(
            [(entry, _APPLICANTS.get(among(entry.cell.text, _APPLICANTS) or "")) for entry in named], groups
        )

    # Rows -------------------------------------------------------------------------------------------------------------

    def _read_application(self, key: str, after: list[Entry]) -> None:
        if key.startswith(_GROUP) and key != _GROUP + OTHER_HANDLING:
            return
        row = key.removeprefix(_GROUP)
        settled = _filled(after) >= len(_APPLICATIONS.columns)
        if all(entry.blank for entry in after):
            self.readings.fail(APPLICATIONS, row, "", _BLANK)
            return
        head = self.heads.get(APPLICATIONS, Head())
        keys = list(_APPLICATIONS.column)
        chosen = self._choose(APPLICATIONS, after, keys, head, _in_order(head, keys))
        if isinstance(chosen, str):
            self.readings.fail(APPLICATIONS, row, _joined(after), chosen, settled=settled)
        elif key.startswith(_GROUP):
            self.readings.put_other_handling(chosen)
        else:
            self.readings.put([(APPLICATIONS, key, column) for column in keys], chosen)

    def _read_disclosure(self, content: str, after: list[Entry], aligned: bool) -> None:
        head = self.heads.get(DISCLOSURE)
        metrics = METRICS[content]
        slots: list[Slot] = [(DISCLOSURE, key, "value") for key in metrics.values()]
        text = _joined(after)
        if all(entry.blank for entry in after):
            for _, key, _ in slots:
                self.readings.fail(DISCLOSURE, key, "", _BLANK)
            return
        chosen: list[Cell] | None = None
        single = [entry.cell for entry in after if not entry.blank]
        if head is None or (not head.foreign and len(metrics) == len(single) == 1):
            chosen = single if len(metrics) == len(single) == 1 else None
        elif not set(metrics) <= set(head.columns):
            pass
        elif aligned:
            chosen = _below_heads(after, list(metrics), head, self.covered)
        elif len(head.labels) == len(after):
            by_label = dict(zip(head.labels, after, strict=True))
            chosen = [by_label[label].cell for label in metrics]
        elif len(head.labels) == len(metrics) == len(single):
            chosen = single
        if chosen is None:
            self._fail_disclosure(content, text, head, settled=_filled(after) >= len(metrics))
        else:
            self.readings.put(slots, chosen)

    def _fail_disclosure(self, content: str, text: str, head: Head | None, *, settled: bool) -> None:
        metrics = METRICS[content]
        printed = "、".join(normal(label) for label in metrics if head is None or label not in head.columns)
        why = (
            f"表头里没有“{printed}”这样的列（2019 年的旧格式口径不同），不能照搬"
            if printed
            else "数字和表头对不上"
        )
        for key in metrics.values():
            self.readings.fail(DISCLOSURE, key, text, why, settled=settled)

    def _read_proceedings(self, values: list[Entry]) -> None:
        head = _proceedings_head(self.header_rows)
        names = [f"{row} {column}" for _, row, column in PROCEEDING_SLOTS]
        ordered = all(results in (list(_RESULTS.values()) * n for n in range(4)) for results in head.printed)
        chosen = self._choose(PROCEEDINGS, values, names, head, ordered)
        if isinstance(chosen, str):
            settled = _filled(values) >= len(PROCEEDING_SLOTS)
            self.readings.fail(PROCEEDINGS, "", _joined(values), chosen, settled=settled)
        else:
            self.readings.put(PROCEEDING_SLOTS, chosen)

    def _choose(
        self, table: str, after: Sequence[Entry], keys: Sequence[str], head: Head, ordered: bool
    ) -> list[Cell] | str:
        """Choose a cell for each key, or say why that cannot be done for certain.

        Below complete heads a cell's place decides. Otherwise there must be as many numbers as keys, and either the
        lines are text whose heads stand in the form's order, or the form's sums confirm that order.
        """
        if self.width and (below := _below_heads(after, keys, head, self.covered)):
            return below
        filled = [entry.cell for entry in after if not entry.blank]
        if len(filled) != len(keys) or not self.own.issuperset(filled):
            return f"数字有 {len(filled)} 个，和 {len(keys)} 列的表头对不上"
        if (ordered and not self.width) or sums_hold(table, [cells.read(cell).value for cell in filled]):
            return filled
        return _NO_HEAD


def _entries(row: Sequence[Cell | None]) -> list[Entry]:
    """Cells of a row in order, each once."""
    columns: dict[Cell, set[int]] = {}
    for column, cell in enumerate(row):
        if cell is not None:
            columns.setdefault(cell, set()).add(column)
    return [Entry(cell, frozenset(places)) for cell, places in columns.items()]


def _row_key(labels: Sequence[str], known: dict[str, str]) -> str | None:
    """Key of a row by its innermost label, or by its labels run together (a label split over cells)."""
    if not labels:
        return None
    key = find(labels[-1], known)
    return key or find("".join(labels[-2:]), known) or find("".join(labels), known)


def _after_label(entries: Sequence[Entry]) -> list[Entry]:
    """Cells behind the last label; a remark behind the numbers is none."""
    filled = [
        place for place, entry in enumerate(entries) if cells.is_value(entry.cell.text) and not entry.blank
    ]
    stop = filled[0] if filled else len(entries)
    last = max((place for place in range(stop) if not cells.is_value(entries[place].cell.text)), default=-1)
    return [entry for entry in entries[last + 1 :] if cells.is_value(entry.cell.text)]


def metric(text: str) -> str | None:
    """Label of the disclosure column that a head means; an amount in another unit than 万元 is none."""
    label = among(text, _METRIC_LABELS) or find(text, _METRIC_LABELS)
    if label and "元" in label and "元" in text and "万元" not in "".join(text.split()):
        return None
    return label


def _below_heads(
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


def _in_order(head: Head, keys: Sequence[str]) -> bool:
    """Tell whether the heads were seen (all but one at least), each printed row in the form's order."""
    seen = {key for row in head.printed for key in row}
    return len(seen) >= len(keys) - 1 and all(
        row == sorted(row, key=list(keys).index) for row in head.printed
    )


def _proceedings_head(rows: Sequence[Sequence[Entry]]) -> Head:
    """Keys of the columns from the stack of heads above each: the result lowest, the proceeding above it."""
    head = Head()
    for row in rows:
        head.reach(row)
        head.printed.append(
            [_RESULTS[label] for entry in row if (label := among(entry.cell.text, _RESULTS)) is not None]
        )
    for column in sorted({column for row in rows for entry in row for column in entry.columns}):
        stack = [entry.cell.text for row in rows for entry in row if column in entry.columns]
        block = next((found for text in reversed(stack) if (found := among(text, _BLOCKS))), None)
        result = next((found for text in reversed(stack) if (found := among(text, _RESULTS))), None)
        if block and result:
            head.columns.setdefault(f"{_BLOCKS[block]} {_RESULTS[result]}", set()).add(column)
        elif any(text.strip() and not among(text, [*_BLOCKS, *_BLOCK_GROUPS, *_RESULTS]) for text in stack):
            head.foreign.add(column)
    return head


def _filled(entries: Sequence[Entry]) -> int:
    return sum(not entry.blank for entry in entries)


def _joined(entries: Sequence[Entry]) -> str:
    return " | ".join(entry.cell.text.strip() for entry in entries)
