"""Levels of government: who may issue regulations; a report against those it gathers and the one that gathers it."""

from collections.abc import Iterable, Iterator, Mapping

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.checks.slips import difference, is_transposition
from helpers.checks.years import STOCKS
from helpers.report.cell_names import Cell, place
from helpers.report.figures import Figure, format_figure
from helpers.report.findings import Finding, finding
from helpers.report.folder import Report
from helpers.report.form import FORM, TOTAL

_WITHOUT_REGULATIONS = frozenset({"township", "county"})
_NAMED = 5
_DIGITS = 4
"""Shorter figures are often each other's with two digits swapped by chance."""


@rule("A-REGULATIONS")
def regulations(context: Context) -> Iterator[Finding]:
    """See that an organ below prefecture level states no regulations of its own."""
    level = _level(context)
    if level is None or not has_no_regulations(context):
        return
    for row in FORM.tables["disclosure"].row:
        cell = ("disclosure", row, "value")
        if row.startswith("regulations_") and context.figures.get(cell, 0) != 0:
            actual = format_figure(context.figures[cell])
            message = (
                f"{place(cell)}填 {actual}，{FORM.levels[level].name}及其部门没有规章制定权，应填 0；"
                "行政规范性文件请填在下一行。"
            )
            yield finding("A-REGULATIONS", message, expected="0", actual=actual, **context.where(cell))


def _level(context: Context) -> str | None:
    """Return the level of the organ, and of a department that of its linked parent."""
    level = context.report.level
    return context.parent.report.level if level == "department" and context.parent else level


def has_no_regulations(context: Context) -> bool:
    """Tell whether an organ's level may not issue regulations; a department without a linked parent is not judged."""
    return _level(context) in _WITHOUT_REGULATIONS


def summed(parent: Report, children: Iterable[tuple[Report, Mapping[Cell, Figure]]]) -> dict[Cell, Figure]:
    """Sum children per cell; a lawsuit that several of them stood in together is counted once.

    Parameters
    ----------
    parent
        Whose ``co_defendants`` count.
    children
        Reports with their figures.
    """
    known = list(children)
    sums: dict[Cell, Figure] = {}
    for _, figures in known:
        for cell, figure in figures.items():
            sums[cell] = sums.get(cell, 0) + figure
    for suit in parent.co_defendants:
        counted = sum(bool({child.organ, child.short_name} & set(suit["organs"])) for child, _ in known)
        for cell in (("proceedings", suit["block"], column) for column in (suit["result"], TOTAL)):
            if counted > 1 and cell in sums:
                sums[cell] -= counted - 1
    return sums


def gathered_sums(context: Context) -> dict[Cell, Figure]:
    """Sum the children that are known per cell."""
    return summed(context.report, ((child.report, child.figures) for child in context.children.contexts))


def _shares(cell: Cell, children: Iterable[Context]) -> str:
    """Name the children that have most in a cell."""
    shares = sorted(
        ((child.figures[cell], child.report.short_name) for child in children if child.figures.get(cell)),
        key=lambda share: -share[0],
    )
    named = "、".join(f"{name} {format_figure(figure)}" for figure, name in shares[:_NAMED])
    return f"{named}等 {len(shares)} 个" if len(shares) > _NAMED else named


@rule("H-SUM")
def gathered(context: Context) -> Iterator[Finding]:
    """Hold every cell against the sum over all children, where the list of them is complete."""
    children = context.children
    if not children.complete or not children.contexts:
        return
    for cell, expected in gathered_sums(context).items():
        actual = context.figures.get(cell)
        if (
            actual is None
            or actual == expected
            or any(cell not in child.figures for child in children.contexts)
        ):
            continue
        message = (
            f"{place(cell)}填 {format_figure(actual)}，{len(children.contexts)} 个下级之和为 {format_figure(expected)}"
            f"（{_shares(cell, children.contexts) or '都是 0'}），相差 {difference(actual, expected)}。"
        )
        yield finding(
            "H-SUM",
            message,
            expected=format_figure(expected),
            actual=format_figure(actual),
            **context.where(cell),
        )


@rule("H-BOUND")
def bounded(context: Context) -> Iterator[Finding]:
    """Hold every cell against the sum over the children that are known, and against the parent's cell."""
    children = context.children
    if not children.complete:
        for cell, least in gathered_sums(context).items():
            actual = context.figures.get(cell)
            if actual is not None and actual < least and not is_stock(cell):
                message = (
                    f"{place(cell)}填 {format_figure(actual)}，小于已知 {len(children.contexts)} 个下级之和 {format_figure(least)}"
                    f"（{_shares(cell, children.contexts)}），少了 {format_figure(least - actual)}。"
                )
                expected = f"不小于 {format_figure(least)}"
                yield finding(
                    "H-BOUND", message, expected=expected, actual=format_figure(actual), **context.where(cell)
                )
    if context.parent is not None:
        for cell, actual in context.figures.items():
            most = context.parent.figures.get(cell)
            if most is not None and actual > most and not is_stock(cell):
                message = (
                    f"{place(cell)}填 {format_figure(actual)}，上级“{context.parent.report.short_name}”汇总后的同一格只有 {format_figure(most)}，"
                    "请与上级核对是哪一方错了。"
                )
                expected = f"不大于 {format_figure(most)}"
                yield finding(
                    "H-BOUND", message, expected=expected, actual=format_figure(actual), **context.where(cell)
                )


@rule("H-SWAP")
def swapped(context: Context) -> Iterator[Finding]:
    """Look for a figure that is the parent's with two digits in the wrong order, where no sum tells."""
    parent = context.parent
    if parent is None:
        return
    for cell, least in context.figures.items():
        most = parent.figures.get(cell)
        if most is None or least > most or len(format_figure(most)) < _DIGITS:
            continue
        if is_transposition(least, most) and not _summed_up(parent, cell):
            actual, other = format_figure(least), format_figure(most)
            message = (
                f"{place(cell)}填 {actual}，上级“{parent.report.short_name}”的同一格是 {other}，"
                "只差两位数字的次序，请核对是哪一方颠倒了。"
            )
            yield finding("H-SWAP", message, expected=other, actual=actual, **context.where(cell))


def _summed_up(parent: Context, cell: Cell) -> bool:
    """Whether H-SUM judges a parent's cell, or what is known of its children makes it up: the likeness is chance."""
    return parent.children.complete or gathered_sums(parent).get(cell) == parent.figures[cell]


def is_stock(cell: Cell) -> bool:
    """Tell whether a cell counts regulations or normative documents."""
    return cell[1].split("_")[0] in STOCKS
