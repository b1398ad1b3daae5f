"""Figures of two reports side by side, and the movements a person should be told of."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from helpers.report.figures import Figure, format_figure
from helpers.report.folder import Report
from helpers.report.form import FORM, TOTAL

LARGE_COUNT, LARGE_PERCENT = 10, 50
"""A movement is large where it is at least so much, and so many per cent of what stood there."""


@dataclass(frozen=True)
class Pair:
    """One figure in two reports; its place by keys, ``before`` in the first report and ``after`` in the second."""

    table: str
    row: str
    column: str
    before: Figure
    after: Figure

    @property
    def place(self) -> str:
        """Name of the figure for people: 第三部分“（七）总计”自然人一栏."""
        return FORM.tables[self.table].place(self.row, self.column)

    @property
    def difference(self) -> Decimal:
        """``after`` less ``before``, in the row's own unit."""
        after, before = Decimal(self.after), Decimal(self.before)
        return after - before

    @property
    def percent(self) -> Decimal | None:
        """``difference`` as a percentage of ``before``, to one place; None where nothing stood before."""
        if not self.before:
            return None
        return (Decimal(self.difference) * 100 / Decimal(self.before)).quantize(
            Decimal("0.1"), rounding=ROUND_HALF_UP
        )

    @property
    def large(self) -> bool:
        """Whether a person should be told of the movement."""
        enough = self.percent is None or abs(self.percent) >= LARGE_PERCENT
        return abs(self.difference) >= LARGE_COUNT and enough

    @property
    def movement(self) -> str:
        """The movement as a sentence for people."""
        unit = FORM.tables[self.table].row[self.row].unit or "件"
        verb, change = ("增至", "增加") if self.difference > 0 else ("减至", "减少")
        share = "" if self.percent is None else f"（{signed(self.percent)}%）"
        moved = f"{change} {format_figure(abs(self.difference))} {unit}{share}"
        return f"{self.place}由 {format_figure(self.before)} {unit}{verb} {format_figure(self.after)} {unit}，{moved}。"

    def to_json(self) -> dict[str, Any]:
        """Return the pair as a JSON object; figures keep their digits as text."""
        return {
            "table": self.table,
            "row": self.row,
            "column": self.column,
            "place": self.place,
            "before": format_figure(self.before),
            "after": format_figure(self.after),
            "difference": format_figure(self.difference),
            "percent": None if self.percent is None else format_figure(self.percent),
        }


def signed(figure: Figure) -> str:
    """Digits of a difference with its sign, a real minus; none before a zero."""
    return f"+{format_figure(figure)}" if figure > 0 else format_figure(figure).replace("-", "−")


def pairs(before: Report, after: Report) -> list[Pair]:
    """Every figure of two reports, in the order of the form; a figure that cannot be read counts as none."""
    return [
        Pair(
            table.name,
            row,
            column,
            before.figure(table.name, row, column) or 0,
            after.figure(table.name, row, column) or 0,
        )
        for table in FORM.tables.values()
        for row in table.row
        for column in table.column
    ]


def movements(compared: Iterable[Pair]) -> list[str]:
    """Sentences that name the large movements among totals and single figures, the largest change first."""
    large = [pair for pair in compared if pair.large and pair.column in {TOTAL, "value"}]
    return [pair.movement for pair in sorted(large, key=lambda pair: -abs(pair.difference))]
