"""Sums within the tables: the form's own identity, totals of rows, of columns and of proceedings.

One wrong figure breaks every sum it stands in, and a pattern of broken sums often tells which figure it is; the
findings then say so.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.report.cell_names import Cell, place
from helpers.report.figures import Figure, format_figure
from helpers.report.findings import Finding, finding
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL


@dataclass(frozen=True)
class Equation:
    """``total`` = the sum of ``addends`` less the sum of ``subtrahends``.

    ``parts`` names the right-hand side for people; ``axis`` says what separates an equation of a rule from the next.
    """

    rule: str
    total: Cell
    addends: tuple[Cell, ...]
    parts: str
    axis: str
    subtrahends: tuple[Cell, ...] = ()

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell of the equation."""
        return (self.total, *self.addends, *self.subtrahends)

    def complete(self, figures: dict[Cell, Figure]) -> bool:
        """Return whether every figure of it could be read."""
        return all(cell in figures for cell in self.cells)

    def expected(self, figures: dict[Cell, Figure]) -> Figure:
        """Return what the total should be."""
        return sum(figures[cell] for cell in self.addends) - sum(figures[cell] for cell in self.subtrahends)

    def excess(self, figures: dict[Cell, Figure]) -> Figure:
        """Return by how much the total is too large."""
        return figures[self.total] - self.expected(figures)

    def corrected(self, cell: Cell, figures: dict[Cell, Figure]) -> Figure:
        """Return what a cell would have to be for the equation to hold, all others as they are."""
        excess = self.excess(figures)
        return figures[cell] + (excess if cell in self.addends else -excess)


def _applicants(row: str) -> tuple[Cell, ...]:
    return tuple(
        ("applications", row, column) for column in FORM.tables["applications"].column if column != TOTAL
    )


@cache
def equations() -> dict[str, list[Equation]]:
    """All equations by rule, each rule's in the order of the form."""
    applications, proceedings = FORM.tables["applications"], FORM.tables["proceedings"]
    every = [
        *(
            Equation("B-ROWSUM", ("applications", row, TOTAL), _applicants(row), "六类申请人之和", "行")
            for row in applications.row
        ),
        *(
            Equation(
                "B-RESULT",
                ("applications", HANDLED, column),
                tuple(("applications", row, column) for row in RESULTS),
                "各项办理结果之和",
                "栏",
            )
            for column in applications.column
        ),
        *(
            Equation(
                "B-IDENT",
                ("applications", CARRIED_FORWARD, column),
                (("applications", NEW, column), ("applications", CARRIED_OVER, column)),
                "勾稽关系",
                "栏",
                (("applications", HANDLED, column),),
            )
            for column in applications.column
        ),
        *(
            Equation(
                "C-SUM",
                ("proceedings", block, TOTAL),
                tuple(("proceedings", block, column) for column in proceedings.column if column != TOTAL),
                "四种结果之和",
                "类",
            )
            for block in proceedings.row
        ),
    ]
    by_rule: dict[str, list[Equation]] = defaultdict(list)
    for equation in every:
        by_rule[equation.rule].append(equation)
    return by_rule


@cache
def _equations_of() -> dict[Cell, list[Equation]]:
    by_cell: dict[Cell, list[Equation]] = defaultdict(list)
    for rules in equations().values():
        for equation in rules:
            for cell in equation.cells:
                by_cell[cell].append(equation)
    return by_cell


def violated(name: str, figures: dict[Cell, Figure]) -> Iterator[Equation]:
    """Equations of one rule that can be judged and do not hold."""
    for equation in equations()[name]:
        if equation.complete(figures) and equation.excess(figures):
            yield equation


# The rules ------------------------------------------------------------------------------------------------------------


@rule("B-ROWSUM")
def row_sum(context: Context) -> Iterator[Finding]:
    """Hold each row's total against its six applicants."""
    return _totals("B-ROWSUM", context)


@rule("B-RESULT")
def result_sum(context: Context) -> Iterator[Finding]:
    """Hold each column's （七）总计 against its 21 results."""
    return _totals("B-RESULT", context)


@rule("C-SUM")
def proceedings_sum(context: Context) -> Iterator[Finding]:
    """Hold each block's total against its four outcomes."""
    return _totals("C-SUM", context)


def _totals(name: str, context: Context) -> Iterator[Finding]:
    figures = context.figures
    for equation in violated(name, figures):
        actual, expected = format_figure(figures[equation.total]), format_figure(equation.expected(figures))
        message = (
            f"{place(equation.total)}填 {actual}，{equation.parts}为 {expected}，"
            f"相差 {difference(figures[equation.total], equation.expected(figures))}。"
        )
        where = context.where(equation.total)
        yield finding(name, message + hint(equation, figures), expected=expected, actual=actual, **where)


@rule("B-IDENT")
def identity(context: Context) -> Iterator[Finding]:
    """Hold new + carried over against handled + carried forward in each column."""
    table = FORM.tables["applications"]
    figures = context.figures
    for equation in violated("B-IDENT", figures):
        column = equation.total[2]
        new, over, handled, forward = (
            figures["applications", row, column] for row in (NEW, CARRIED_OVER, HANDLED, CARRIED_FORWARD)
        )
        message = (
            f"{table.part}{table.column[column].label}一栏：第一项 {new} 加第二项 {over} 等于 {new + over}，"
            f"第三项总计 {handled} 加第四项 {forward} 等于 {handled + forward}，相差 {abs(equation.excess(figures))}。"
        )
        # The fourth item is what is left over; where more was handled than came in, it cannot be that one.
        row = CARRIED_FORWARD if handled <= new + over else HANDLED if forward <= new + over else NEW
        wrong = ("applications", row, column)
        expected = format_figure(equation.corrected(wrong, figures))
        yield finding(
            "B-IDENT",
            message + hint(equation, figures),
            expected=expected,
            actual=format_figure(figures[wrong]),
            **context.where(wrong),
        )


# Where the mistake is -------------------------------------------------------------------------------------------------


def hint(equation: Equation, figures: dict[Cell, Figure]) -> str:
    """Say where the mistake is, if the broken sums tell; else nothing."""
    for guess in _GUESSES:
        said = guess(equation, figures)
        if said:
            return said
    return ""


def _single_wrong_cell(equation: Equation, figures: dict[Cell, Figure]) -> str:
    """Name the one cell that explains every broken sum it stands in."""
    found = []
    for cell in equation.cells:
        shared = _equations_of()[cell]
        if len(shared) > 1 and all(other.complete(figures) for other in shared):
            corrected = {other.corrected(cell, figures) for other in shared}
            if len(corrected) == 1 and all(other.excess(figures) for other in shared) and min(corrected) >= 0:
                found.append((cell, corrected.pop(), len(shared)))
    if len(found) != 1:
        return ""
    cell, value, count = found[0]
    swap = "（两位数字颠倒了）" if is_transposition(figures[cell], value) else ""
    return f"很可能错在{place(cell)}：把 {format_figure(figures[cell])} 改成 {format_figure(value)}{swap}，有关的 {count} 处合计就都对上了。"


def _transposed(equation: Equation, figures: dict[Cell, Figure]) -> str:
    """Say which figure mends the sum when two of its neighbouring digits change places: the total, or one of the parts."""
    found = [
        cell for cell in equation.cells if is_transposition(figures[cell], equation.corrected(cell, figures))
    ]
    if len(found) != 1 and equation.total not in found:
        return ""
    right = format_figure(equation.corrected(found[0], figures))
    return f"可能是两位数字颠倒：{place(found[0])}的 {format_figure(figures[found[0]])} 应为 {right}。"


def _shifted(equation: Equation, figures: dict[Cell, Figure]) -> str:
    """Say that the total is that of the row (or column) before or after, whose own total is wrong too."""
    for other, side in _neighbours(equation, figures):
        if figures[equation.total] == other.expected(figures) != 0:
            return f"这个数正是{side}一{equation.axis}应填的总计，可能错了一{equation.axis}。"
    return ""


def _misplaced(equation: Equation, figures: dict[Cell, Figure]) -> str:
    """Say that what one row (or column) has too little its neighbour has too much."""
    for other, side in _neighbours(equation, figures):
        if other.excess(figures) == -equation.excess(figures):
            return f"{side}一{equation.axis}正好反过来相差同样多，可能有一个数填错了{equation.axis}。"
    return ""


def _forgotten(equation: Equation, figures: dict[Cell, Figure]) -> str:
    """Say that a total was left at nought."""
    if equation.subtrahends or figures[equation.total]:
        return ""
    return "总计填的是 0，可能漏填了；留空也可以，会自动算出。"


_GUESSES: tuple[Callable[[Equation, dict[Cell, Figure]], str], ...] = (
    _shifted,
    _single_wrong_cell,
    _transposed,
    _misplaced,
    _forgotten,
)


def _neighbours(equation: Equation, figures: dict[Cell, Figure]) -> Iterator[tuple[Equation, str]]:
    """Yield the broken sums right before and after a sum of parts, and on which side each is."""
    if equation.subtrahends:
        return
    row = equations()[equation.rule]
    here = row.index(equation)
    sides = ("上", "下") if equation.axis == "行" else ("前", "后")
    for there, side in zip((here - 1, here + 1), sides, strict=True):
        if 0 <= there < len(row) and row[there].complete(figures) and row[there].excess(figures):
            yield row[there], side


def difference(one: Figure, other: Figure) -> str:
    """Write the difference of two figures, without a sign."""
    return format_figure(max(one - other, other - one))


def is_transposition(one: Figure, other: Figure) -> bool:
    """Return whether two figures differ by two neighbouring digits in the wrong order."""
    left, right = format_figure(one), format_figure(other)
    if len(left) != len(right):
        return False
    differ = [place for place in range(len(left)) if left[place] != right[place]]
    if len(differ) != 2:
        return False
    first, second = differ
    return second - first == 1 and left[first] == right[second] and left[second] == right[first]
