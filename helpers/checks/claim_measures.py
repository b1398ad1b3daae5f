"""What the prose claims: a number, and the cells of the form whose sum, share or change it states."""

from dataclasses import dataclass
from typing import Literal

from helpers.checks.numerals import Number
from helpers.report.cell_names import Cell
from helpers.report.form import RESULTS, TOTAL

Measure = tuple[Cell, ...]
"""The sum over some cells."""


def sum_over(*rows: str, column: str = TOTAL, table: str = "applications") -> Measure:
    """Return the measure that sums some rows of a table in one column, or in several, joined by ``+``."""
    return tuple((table, row, one) for row in rows for one in column.split("+"))


GROUPS: dict[str, list[str]] = {}
for _row in RESULTS:
    GROUPS.setdefault(_row.split("_")[0] + "_*", []).append(_row)
GROUPS = {name: rows for name, rows in GROUPS.items() if len(rows) > 1}
COURSES: dict[str, tuple[str, ...]] = {
    "reconsideration": ("reconsideration",),
    "litigation": ("litigation_direct", "litigation_after_reconsideration"),
    "disputes": ("reconsideration", "litigation_direct", "litigation_after_reconsideration"),
    "litigation_direct": ("litigation_direct",),
    "litigation_after_reconsideration": ("litigation_after_reconsideration",),
}

Kind = Literal["count", "share", "change", "growth"]


@dataclass(frozen=True)
class Claim:
    """One number that the prose states about the tables.

    Attributes
    ----------
    kind
        ``count``: the measure itself (件, or 万元); ``share``: the measure in per cent of its whole; ``change``: the
        measure less last year's; ``growth``: that in per cent of last year's.
    measures
        What the words may mean; the claim is true if one of them agrees.
    loose
        What the words cannot mean in the form's terms, though they are often used so.
    number
        The number stated; negative for a decrease.
    quote
        The clause.
    line
        Line of the prose file on which its paragraph begins.
    """

    kind: Kind
    measures: tuple[Measure, ...]
    number: Number
    quote: str
    line: int
    loose: tuple[Measure, ...] = ()
    bare: bool = False
    """What is counted is known only from other clauses."""
    of: tuple[Measure, ...] = ()
    """What else a share may be a share of: the counts before it."""
    whole: tuple[Measure, ...] = ()
    """What the words say that a share is of; empty where they do not."""
    guessed: bool = False
    """The clause holds words that are not known."""
    sentence: int = 0
    """Number of the sentence in its file."""

    def __str__(self) -> str:
        """Return the claim as the table of worked examples writes it."""
        measures = " | ".join(_name(measure) for measure in self.measures)
        kind = "" if self.kind == "count" else f"{self.kind} "
        about = "余" if self.number.about else ""
        kind = f"? {kind}" if self.guessed else kind
        return f"{kind}{measures} = {self.number.value.normalize():f}{about}"


def _name(measure: Measure) -> str:
    rows = [row for _, row, _ in measure]
    if rows in GROUPS.values():
        return f"{rows[0].split('_')[0]}_*"
    return "+".join(row if column in {TOTAL, "value"} else f"{row}.{column}" for _, row, column in measure)
