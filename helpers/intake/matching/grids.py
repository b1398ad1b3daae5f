"""Grids placed on the form by their labels.

Every row that bears a label of the form is read, whatever stands around it. A number belongs to the column whose head
stands above it; where heads and numbers do not line up, the numbers must be as many as the form has columns, and the
heads must stand in the form's order.
"""

from collections.abc import Sequence

from helpers.intake.matching import cell_values
from helpers.intake.matching.collected import (
    APPLICATIONS,
    DISCLOSURE,
    OTHER_HANDLING,
    PROCEEDINGS,
    Readings,
    Slot,
    sums_hold,
)
from helpers.intake.matching.glued import without_glue
from helpers.intake.matching.heads import (
    Entry,
    Head,
    below_heads,
    cells_of,
    in_order,
    placed_in_order,
    proceedings_head,
)
from helpers.intake.matching.labels import (
    APPLICANT_GROUPS,
    APPLICANTS,
    APPLICATION_ROWS,
    BLOCK_GROUPS,
    BLOCKS,
    CONTENTS,
    GROUP,
    METRICS,
    PROCEEDING_SLOTS,
    RESULTS,
    TELLING_APPLICANTS,
    TELLING_RESULTS,
    metric,
)
from helpers.intake.matching.model import Cell, Grid
from helpers.intake.matching.similarity import among, find, normal
from helpers.report.form import FORM

_STUBHEAD = FORM.tables[DISCLOSURE].stubhead
_COLUMNS = list(FORM.tables[APPLICATIONS].column)

_BLANK = "这一行没有数字"
_SPANS = "表头合并的格子和下面的列对不上，各数之和又不等于总计，分不清各属哪一列"
_CUT = "换页把一个数断成了两截"
_NO_HEAD = "看不到完整的表头，各数之和又不等于总计，分不清各属哪一列"


class GridReader:
    """Reads the grids of one document in order; heads carry over to a grid of the same width (a page break)."""

    def __init__(self, readings: Readings) -> None:
        self.readings = readings
        self.heads: dict[str, Head] = {}
        self.header_rows: list[list[Entry]] = []
        self.width = 0
        self.in_head: str | None = None
        self.torn = ""
        self.cut: list[Cell | None] | None = None
        self.covered: set[int] = set()
        self.above: set[Cell] = set()
        self.own: set[Cell] = set()

    def read(self, grid: Grid) -> None:
        """Read every row of a grid that bears a label of the form, and the row of the proceedings' numbers."""
        width = max((len(row) for row in grid.rows), default=0)
        if width != self.width or not grid.aligned:
            self.heads, self.header_rows, self.cut, self.in_head = {}, [], None, None
        self.width = width if grid.aligned else 0
        for row in grid.rows:
            entries = cells_of(row)
            if self.cut and not _is_head(entries):
                entries = cells_of(_rejoined(self.cut, row) or row)
                self.cut = None
            self._read_row(entries, grid.aligned)
        self.cut = grid.rows[-1] if grid.rows else None

    def _read_row(self, entries: list[Entry], aligned: bool) -> None:
        self.covered = {column for entry in entries for column in entry.columns}
        self.own = {entry.cell for entry in entries} - self.above
        self.above = {entry.cell for entry in entries}
        labels, filled = _anatomy(entries)
        # A label of the row itself names it, even before one that reaches down into it from the row above.
        own, _ = _anatomy([entry for entry in entries if entry.cell in self.own])
        key = (
            _row_key(own, APPLICATION_ROWS)
            or _row_key(labels, APPLICATION_ROWS)
            or (find(self.torn + labels[-1], APPLICATION_ROWS) if labels else None)
        )
        content = _row_key(labels, CONTENTS)
        after = _after_label(entries)
        if _is_head(entries):
            self._read_head(entries)
            return
        # A row broken over two pages: half of the label above, the other half and the numbers here.
        self.torn = labels[-1] if labels and not filled else ""
        if key:
            self.in_head = None
            self._read_application(key, after)
        elif content:
            self.in_head = None
            self._read_disclosure(content, after, aligned)
        elif len(filled) >= len(RESULTS) and self.header_rows:
            self._read_proceedings([entry for entry in entries if cell_values.is_value(entry.cell.text)])

    # Heads ------------------------------------------------------------------------------------------------------------

    def _read_head(self, entries: list[Entry]) -> None:
        table = _head_table(entries)
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
            named = [entry for entry in filled if not among(entry.cell.text, [_STUBHEAD])]
            head.add([(entry, metric(entry.cell.text)) for entry in named], [], self.own)
            head.labels = [metric(entry.cell.text) for entry in named]
            return
        groups = [entry for entry in filled if among(entry.cell.text, APPLICANT_GROUPS)]
        named = [entry for entry in filled if entry not in groups]
        head.add(
            [(entry, APPLICANTS.get(among(entry.cell.text, APPLICANTS) or "")) for entry in named],
            groups,
            self.own,
        )

    # Rows -------------------------------------------------------------------------------------------------------------

    def _read_application(self, key: str, after: list[Entry]) -> None:
        if key.startswith(GROUP) and key != GROUP + OTHER_HANDLING:
            return
        row = key.removeprefix(GROUP)
        settled = _filled(after) >= len(_COLUMNS)
        if all(entry.blank for entry in after):
            self.readings.fail(APPLICATIONS, row, [], _BLANK)
            return
        head = self.heads.get(APPLICATIONS, Head())
        keys = _COLUMNS
        chosen = self._choose(APPLICATIONS, after, keys, head, in_order(head, keys))
        if isinstance(chosen, str):
            self.readings.fail(APPLICATIONS, row, _cells(after), chosen, settled=settled)
        elif key.startswith(GROUP):
            self.readings.put_other_handling(chosen)
        else:
            self.readings.put(
                [(APPLICATIONS, key, column) for column in keys], without_glue(chosen, len(keys))
            )

    def _read_disclosure(self, content: str, after: list[Entry], aligned: bool) -> None:
        head = self.heads.get(DISCLOSURE)
        metrics = METRICS[content]
        slots: list[Slot] = [(DISCLOSURE, key, "value") for key in metrics.values()]
        if all(entry.blank for entry in after):
            for _, key, _ in slots:
                self.readings.fail(DISCLOSURE, key, [], _BLANK)
            return
        chosen: list[Cell] | None = None
        single = [entry.cell for entry in after if not entry.blank]
        if head is None or (not head.foreign and len(metrics) == len(single) == 1):
            chosen = single if len(metrics) == len(single) == 1 else None
        elif not set(metrics) <= set(head.columns):
            pass
        elif aligned:
            chosen = below_heads(after, list(metrics), head, self.covered)
        elif len(head.labels) == len(after):
            by_label = dict(zip(head.labels, after, strict=True))
            chosen = [by_label[label].cell for label in metrics]
        elif len(head.labels) == len(metrics) == len(single):
            chosen = single
        if chosen is None:
            self._fail_disclosure(content, _cells(after), head, settled=_filled(after) >= len(metrics))
        else:
            self.readings.put(slots, chosen)

    def _fail_disclosure(self, content: str, found: list[Cell], head: Head | None, *, settled: bool) -> None:
        metrics = METRICS[content]
        printed = "、".join(normal(label) for label in metrics if head is None or label not in head.columns)
        why = (
            f"表头里没有“{printed}”这样的列（2019 年的旧格式口径不同），不能照搬"
            if printed
            else "数字和表头对不上"
        )
        for key in metrics.values():
            self.readings.fail(DISCLOSURE, key, found, why, settled=settled)

    def _read_proceedings(self, values: list[Entry]) -> None:
        head = proceedings_head(self.header_rows)
        names = [f"{row} {column}" for _, row, column in PROCEEDING_SLOTS]
        ordered = all(results in (list(RESULTS.values()) * n for n in range(4)) for results in head.printed)
        chosen = self._choose(PROCEEDINGS, values, names, head, ordered)
        if isinstance(chosen, str):
            settled = _filled(values) >= len(PROCEEDING_SLOTS)
            self.readings.fail(PROCEEDINGS, "", _cells(values), chosen, settled=settled)
        else:
            self.readings.put(PROCEEDING_SLOTS, without_glue(chosen, len(RESULTS)))

    def _choose(
        self, table: str, after: Sequence[Entry], keys: Sequence[str], head: Head, ordered: bool
    ) -> list[Cell] | str:
        """Choose a cell for each key, or say why that cannot be done for certain.

        Below complete heads a cell's place decides. Otherwise there must be as many numbers as keys, and either the
        lines are text whose heads stand in the form's order, or the form's sums confirm that order.
        """
        if self.width and (below := below_heads(after, keys, head, self.covered)):
            if ordered and not placed_in_order(head, keys):
                return _without_wrong_spans(table, below, after)
            return below
        filled = [entry.cell for entry in after if not entry.blank]
        if len(filled) != len(keys) or not self.own.issuperset(filled):
            return f"数字有 {len(filled)} 个，和 {len(keys)} 列的表头对不上"
        if (ordered and not self.width) or sums_hold(
            table, [cell_values.read(cell).value for cell in filled]
        ):
            return filled
        return _NO_HEAD


def _without_wrong_spans(table: str, below: Sequence[Cell], after: Sequence[Entry]) -> list[Cell]:
    """Choose between the heads' places and the form's order where the heads' spans contradict each other.

    The sums decide; where they confirm neither, cells that the two would fill differently stay open, and so does a number
    that stands beside a blank in either order and may hold its digits too.
    """
    printed = [entry.cell for entry in after] if len(after) == len(below) else [Cell("")] * len(below)
    held = [
        order
        for order in (below, printed)
        if sums_hold(table, [cell_values.read(cell).value for cell in order])
    ]
    if len(held) == 1:
        return list(held[0])
    width = len(FORM.tables[table].columns)
    glued = {
        cell: checked.doubt
        for order in (below, printed)
        for cell, checked in zip(order, without_glue(order, width), strict=True)
        if checked is not cell
    }
    return [
        Cell(one.text, one.doubt or glued.get(one, _SPANS), (one,))
        if one in glued or one.text != other.text
        else one
        for one, other in zip(below, printed, strict=True)
    ]


def _head_table(entries: Sequence[Entry]) -> str | None:
    texts = [entry.cell.text for entry in entries if not entry.blank]
    if any(among(text, [*TELLING_APPLICANTS, *APPLICANT_GROUPS]) for text in texts):
        return APPLICATIONS
    if any(among(text, [*TELLING_RESULTS, *BLOCKS, *BLOCK_GROUPS]) for text in texts):
        return PROCEEDINGS
    if any(metric(text) or among(text, [_STUBHEAD]) for text in texts):
        return DISCLOSURE
    return None


def _is_head(entries: Sequence[Entry]) -> bool:
    return not _anatomy(entries)[1] and _head_table(entries) is not None


def _anatomy(entries: Sequence[Entry]) -> tuple[list[str], list[Entry]]:
    """Labels that stand before the first number of a row, and all its cells that hold a value."""
    filled = [entry for entry in entries if cell_values.is_value(entry.cell.text) and not entry.blank]
    first = entries.index(filled[0]) if filled else len(entries)
    return [entry.cell.text for entry in entries[:first] if not cell_values.is_value(entry.cell.text)], filled


def _rejoined(cut: Sequence[Cell | None], row: Sequence[Cell | None]) -> list[Cell | None] | None:
    """Join the last row of a page and the first of the next, where a page break cut one row in two.

    Only both halves of the label name a row of the form, or the second half has no label; a number of which a part stands
    on either page stays open.
    """
    labels, filled = _anatomy(cells_of(cut))
    more, others = _anatomy(cells_of(row))
    known = {**APPLICATION_ROWS, **CONTENTS}
    figures_first = filled and labels and more and not others and not _row_key(labels, known)
    figures_last = labels and others and not filled and not more and _row_key(labels, known)
    figures_twice = filled and others and labels and not _row_key(more, known)
    # Where labels have rows of their own, no cell of the label's row waits for a number.
    waiting = row if figures_first else cut
    taken = {column for entry in filled or others for column in entry.columns}
    fits = all((cell := waiting[column]) and not cell.text.strip() for column in taken)
    if not figures_twice and not (fits and (figures_first or figures_last)):
        return None
    joined: dict[tuple[Cell | None, Cell | None], Cell] = {}
    for pair in zip(cut, row, strict=True):
        texts = [cell.text for cell in pair if cell and cell.text.strip()]
        doubts = [cell.doubt for cell in pair if cell and cell.doubt]
        doubts += [_CUT] if len(texts) > 1 and all(map(cell_values.is_value, texts)) else []
        parts = tuple(cell for cell in pair if cell)
        joined.setdefault(pair, Cell("\n".join(texts), "；".join(doubts), parts))
    return [joined[pair] for pair in zip(cut, row, strict=True)]


def _row_key(labels: Sequence[str], known: dict[str, str]) -> str | None:
    """Key of a row by its innermost label, or by its labels run together (a label split over cells)."""
    if not labels:
        return None
    key = find(labels[-1], known)
    return key or find("".join(labels[-2:]), known) or find("".join(labels), known)


def _after_label(entries: Sequence[Entry]) -> list[Entry]:
    """Cells behind the last label; a remark behind the numbers is none."""
    filled = [
        place
        for place, entry in enumerate(entries)
        if cell_values.is_value(entry.cell.text) and not entry.blank
    ]
    stop = filled[0] if filled else len(entries)
    last = max(
        (place for place in range(stop) if not cell_values.is_value(entries[place].cell.text)), default=-1
    )
    return [entry for entry in entries[last + 1 :] if cell_values.is_value(entry.cell.text)]


def _filled(entries: Sequence[Entry]) -> int:
    return sum(not entry.blank for entry in entries)


def _cells(entries: Sequence[Entry]) -> list[Cell]:
    return [entry.cell for entry in entries]
