"""One year's report against last year's, and that against the year before, as far back as they are linked."""

from collections.abc import Iterator
from dataclasses import replace

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.checks.slips import difference
from helpers.report.cell_names import place
from helpers.report.figures import format_figure
from helpers.report.findings import Finding, finding
from helpers.report.folder import Report
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM, TOTAL

STOCKS = ("regulations", "normative")
"""Kinds of document whose number in force is carried from year to year, by the beginning of their keys."""


@rule("LINK")
def link(context: Context) -> Iterator[Finding]:
    """See that ``previous`` and ``parent`` lead where they should, and that ``children.yml`` does."""
    yield from _link(context, "previous", context.report.year - 1, "上一年度报告")
    yield from _link(context, "parent", context.report.year, "上级机关报告")
    yield from context.children.findings


def _link(context: Context, key: str, year: int, name: str) -> Iterator[Finding]:
    written = getattr(context.report, key)
    if written is None:
        return
    other = context.linked(key)
    if other is None:
        reason = "这个文件夹读不到，有关的核对没有做；没有的写 null"
    elif other.place == context.place:
        reason = "指的是本报告自己；没有的写 null"
    elif other.report.year != year:
        reason = f"它是 {other.report.year} 年度的，应是 {year} 年度的，有关的核对没有做"
    elif key == "previous" and other.report.organ != context.report.organ:
        reason = f"它是“{other.report.organ}”的报告，本报告的机关是“{context.report.organ}”，请核对"
    else:
        return
    yield finding(
        "LINK", f"{key}（{name}）写的是“{written}”，{reason}。", actual=written, **context.setting(key)
    )


@rule("X-CARRY")
def carried(context: Context) -> Iterator[Finding]:
    """Hold what was carried over against what last year carried forward, column by column."""
    for this, last in context.years():
        for column in FORM.tables["applications"].column:
            over, forward = ("applications", CARRIED_OVER, column), ("applications", CARRIED_FORWARD, column)
            actual, expected = this.figures.get(over), last.figures.get(forward)
            if actual is None or expected is None or actual == expected:
                continue
            message = (
                f"{place(over)}填 {format_figure(actual)}，{last.report.year} 年度报告"
                f"“{FORM.tables['applications'].row[CARRIED_FORWARD].label}”同一栏是 {format_figure(expected)}，应当一致。"
            )
            found = finding(
                "X-CARRY",
                message,
                expected=format_figure(expected),
                actual=format_figure(actual),
                **this.where(over),
            )
            yield from _of_year(context, this.report, found)


@rule("X-STOCK")
def stock(context: Context) -> Iterator[Finding]:
    """Hold documents in force against last year's, plus issued, less repealed."""
    for this, last in context.years():
        for kind in STOCKS:
            issued, repealed, in_force = (
                ("disclosure", f"{kind}_{what}", "value") for what in ("issued", "repealed", "in_force")
            )
            known = [
                this.figures.get(issued),
                this.figures.get(repealed),
                this.figures.get(in_force),
                last.figures.get(in_force),
            ]
            if None in known:
                continue
            more, fewer, actual, before = (figure or 0 for figure in known)
            expected = before + more - fewer
            if actual == expected:
                continue
            message = (
                f"{place(in_force)}填 {format_figure(actual)}；上一年度现行有效 {format_figure(before)}，加本年制发 {format_figure(more)}，"
                f"减本年废止 {format_figure(fewer)}，等于 {format_figure(expected)}，相差 {difference(actual, expected)}。"
                f"请核对这三个数；确有原因（如全面清理、机构划转）的，在 report.yml 的 explanations 里写明。"
            )
            found = finding(
                "X-STOCK",
                message,
                expected=format_figure(expected),
                actual=format_figure(actual),
                **this.where(in_force),
            )
            yield from _of_year(context, this.report, found)


@rule("X-PENDING")
def pending(context: Context) -> Iterator[Finding]:
    """See that proceedings pending last year reappear in this year's totals."""
    if context.previous is None:
        return
    for block, item in FORM.tables["proceedings"].row.items():
        total = ("proceedings", block, TOTAL)
        waiting, actual = (
            context.previous.figures.get(("proceedings", block, "pending")),
            context.figures.get(total),
        )
        if waiting is None or actual is None or actual >= waiting:
            continue
        message = (
            f"{place(total)}填 {format_figure(actual)}，上一年度“{item.label}”尚未审结 {format_figure(waiting)} 件；"
            "这些案件应当出现在本年的某一种结果里，请核对是否漏计。"
        )
        yield finding(
            "X-PENDING",
            message,
            expected=f"不小于 {format_figure(waiting)}",
            actual=format_figure(actual),
            **context.where(total),
        )


def _of_year(context: Context, year: Report, found: Finding) -> Iterator[Finding]:
    """Yield a finding of this year as it is; one between earlier years, which no edit of this folder mends, as information."""
    if year is context.report:
        yield found
    elif found.rule not in year.explanations:
        message = f"往年（{year.year} 年度报告）：{found.message}"
        yield replace(found, level="info", message=message, file=None, line=None)
