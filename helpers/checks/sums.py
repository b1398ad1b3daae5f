"""Sums within the tables: the form's own identity, totals of rows, of columns and of proceedings."""

from collections.abc import Iterator

from helpers.checks.context import Context
from helpers.checks.equations import violated
from helpers.checks.rule import rule
from helpers.checks.slips import difference
from helpers.report.cell_names import place
from helpers.report.figures import format_figure
from helpers.report.findings import Finding, finding
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW


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
        yield finding(name, message, expected=expected, actual=actual, **where)


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
            message,
            expected=expected,
            actual=format_figure(figures[wrong]),
            **context.where(wrong),
        )
