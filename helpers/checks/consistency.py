"""The prose against the tables: every number it states, and what section 6 says of the 信息处理费."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from helpers.checks.claim_doubt import digits_of, is_credible
from helpers.checks.claim_measures import COURSES, GROUPS, Claim, Measure
from helpers.checks.claim_words import DECISIONS
from helpers.checks.context import Context
from helpers.checks.numerals import NUMBER, read, tidy
from helpers.checks.rule import rule
from helpers.report.cell_names import Cell, place
from helpers.report.figures import Figure, format_figure
from helpers.report.findings import Finding, finding
from helpers.report.form import AMOUNTS, CARRIED_OVER, FORM, HANDLED, NEW, TOTAL

_WHOLES: tuple[Measure, ...] = tuple(
    tuple(("applications", row, TOTAL) for row in rows) for rows in ((HANDLED,), (NEW,), (NEW, CARRIED_OVER))
)
"""What a share of the applications may be a share of."""
_DECISIONS: Measure = tuple(("disclosure", row, "value") for row in DECISIONS)
_LITIGATION = COURSES["litigation"]
_COURTS = (_LITIGATION, (*COURSES["reconsideration"], *_LITIGATION))


# Numbers --------------------------------------------------------------------------------------------------------------


@rule("T-CLAIM")
def claimed(context: Context) -> Iterator[Finding]:
    """Hold every number that the prose states about the tables against them."""
    for (file, _), claims in groupby(context.claims, lambda one: (one[0], one[1].sentence)):
        agreeing: list[Claim] = []
        wholes: list[Measure] = []
        doubtful: list[tuple[Claim, list[Decimal]]] = []
        for _, stated in claims:
            claim = _of_wholes(stated, wholes)
            if any(cell in context.reported for measure in claim.measures for cell in measure):
                continue
            meant = [list(_meant(context, claim, measure)) for measure in claim.measures]
            values = [value for one in meant for value in one]
            if any(_agrees(claim, value) for value in values):
                agreeing.append(claim)
                wholes += _right(claim, meant)
            elif all(meant):
                doubtful.append((claim, values))
        seen = digits_of(agreeing) if doubtful else 0
        for claim, values in doubtful:
            named = not claim.guessed and not (claim.bare and claim.kind != "share")
            slip = named or is_credible(claim, values, _last_year(context, claim), seen)
            if slip or not claim.guessed:
                sure = slip and not claim.guessed
                yield from _wrong_claim(context, claim, values, file, sure)


def _agrees(claim: Claim, value: Decimal) -> bool:
    return claim.number.rounds(value) if claim.kind in {"share", "growth"} else claim.number.agrees(value)


def _right(claim: Claim, meant: list[list[Decimal]]) -> Iterator[Measure]:
    """Yield what a count of applications can mean, its number being right."""
    for measure, values in zip(claim.measures, meant, strict=True):
        whole = {(table, column) for table, _, column in measure} == {("applications", TOTAL)}
        if claim.kind == "count" and whole and any(_agrees(claim, value) for value in values):
            yield measure


def _of_wholes(claim: Claim, wholes: list[Measure]) -> Claim:
    """Let an applicant's number be a part of a whole that its sentence rightly states, if it states one: 收到12件，其中自然人9件."""
    stated = [{row for _, row, _ in whole} for whole in wholes]
    kept = tuple(one for one in claim.measures if {row for _, row, _ in one} in stated)
    applicants = any(column not in {TOTAL, "value"} for _, _, column in claim.measures[0])
    return replace(claim, measures=kept) if kept and applicants and claim.kind == "count" else claim


def _last_year(context: Context, claim: Claim) -> Iterator[Decimal]:
    """Yield what a count's number was last year, where it has changed."""
    if claim.kind != "count" or context.previous is None:
        return
    for measure in claim.measures:
        before, now = _sum(context.previous, measure), _sum(context, measure)
        if before is not None and before != now:
            yield before


def _wrong_claim(
    context: Context, claim: Claim, values: list[Decimal], file: str, sure: bool
) -> Iterator[Finding]:
    first = claim.measures[0]
    table, row, column = first[0]
    where = {"file": file, "line": claim.line, "table": table}
    if len(first) == 1:
        where |= {"row": row, "column": column}
    unit = "%" if claim.kind in {"share", "growth"} else ""
    figures = dict.fromkeys(_written(value, claim) + unit for value in values)
    expected, actual = " 或 ".join(figures), _written(claim.number.value, claim) + unit
    if any(_agrees(claim, value) for measure in claim.loose for value in _meant(context, claim, measure)):
        over = _sum(context, (("applications", CARRIED_OVER, TOTAL),))
        message = (
            f"正文写“{claim.quote}”，{_describe(first)}是 {expected}，加上年结转 {over} 件才是 {actual}；"
            f"请写明“新收 {expected} 件，上年结转 {over} 件”。"
        )
        yield replace(finding("T-CLAIM", message, expected=expected, actual=actual, **where), level="warning")
        return
    end = "两处应当一致。" if sure else "如果说的是同一件事，两处应当一致。"
    message = f"正文写“{claim.quote}”，{_SUBJECT[claim.kind].format(_describe(first))}是 {expected}，{end}"
    wrong = finding("T-CLAIM", message, expected=expected, actual=actual, **where)
    yield wrong if sure else replace(wrong, level="warning")


_SUBJECT = {
    "count": "{}",
    "share": "按表格计算，{}所占比例",
    "change": "与上一年度报告相比，{}的增减",
    "growth": "与上一年度报告相比，{}的增幅",
}


def _meant(context: Context, claim: Claim, measure: Measure) -> Iterator[Decimal]:
    """Yield what a claim's number should be if it means one measure; nothing where the figures are not known."""
    value = _sum(context, measure)
    if value is None:
        return
    match claim.kind:
        case "count":
            yield value
        case "share":
            of = claim.whole or (*_wholes(measure), *claim.of)
            wholes = [_sum(context, whole) for whole in of if whole != measure]
            yield from dict.fromkeys(value / whole * 100 for whole in wholes if whole)
        case "change" | "growth":
            before = _sum(context.previous, measure) if context.previous else None
            if before is not None and claim.kind == "change":
                yield value - before
            elif before:
                yield (value - before) / before * 100


def _wholes(measure: Measure) -> Iterable[Measure]:
    """Return what a share may be a share of."""
    if measure[0][0] == "applications":
        groups = [group for group in GROUPS.values() if {row for _, row, _ in measure} < set(group)]
        return [*_WHOLES, *(tuple(("applications", row, TOTAL) for row in group) for group in groups)]
    if measure[0][0] == "proceedings":
        rows = dict.fromkeys(row for _, row, _ in measure)
        wholes = [tuple(rows), *(every for every in _COURTS if set(rows) < set(every))]
        return [tuple(("proceedings", row, TOTAL) for row in whole) for whole in wholes]
    return [_DECISIONS]


def _sum(context: Context, measure: Measure) -> Decimal | None:
    figures: list[Figure] = [context.figures[cell] for cell in measure if cell in context.figures]
    return Decimal(sum(figures)) if len(figures) == len(measure) else None


def _written(value: Decimal, claim: Claim) -> str:
    """Write a value with as many digits as the claim has."""
    step = min(claim.number.step, Decimal(1))
    exact = claim.kind in {"count", "change"}
    return format_figure((value if exact else value.quantize(step)).normalize() + 0)


def _describe(measure: Measure) -> str:
    if len(measure) == 1:
        return place(measure[0])
    form = FORM.tables[measure[0][0]]
    groups = {form.row[row].labels[-2:-1] for _, row, _ in measure}
    group = groups.pop() if len(groups) == 1 else ()
    parts = (
        "、".join(group)
        if group and len(measure) > 2
        else "、".join(dict.fromkeys(form.row[row].label for _, row, _ in measure))
    )
    columns = dict.fromkeys(form.column[column].label for _, _, column in measure)
    return f"{form.part}“{parts}”{'、'.join(columns)}之和"


# The fee --------------------------------------------------------------------------------------------------------------

_FEE = "信息(?:公开)?(?:信息)?处理费"
_MONEY = re.compile(
    rf"{_FEE}(?:金额|总额|收入|共计|合计|累计|总计|为|是|共|计|：|:)*{NUMBER}元|收取了?{NUMBER.replace('P<', 'P<second_')}元的?{_FEE}"
)
_NONE = re.compile("[未无没免不零]")


@rule("T-FEE")
def fee(context: Context) -> Iterator[Finding]:
    """See that section 6 says what was charged as 信息处理费, as report.yml does, and that it is within the fees."""
    charged = context.report.information_fee_yuan
    if charged is None:
        return
    if "other" in context.paragraphs:
        yield from _stated(context, charged)
    (row,) = AMOUNTS
    cell: Cell = ("disclosure", row, "value")
    fees = context.figures.get(cell)
    if fees is not None and Decimal(charged) > Decimal(fees) * 10_000:
        message = (
            f"report.yml 写信息处理费 {format_figure(charged)} 元，{place(cell)}只有 {format_figure(fees)} 万元；"
            "信息处理费是行政事业性收费的一部分，不能大于它。"
        )
        expected = f"不小于 {format_figure(Decimal(charged).scaleb(-4))}"
        yield finding("T-FEE", message, expected=expected, actual=format_figure(fees), **context.where(cell))


def _stated(context: Context, charged: Figure) -> Iterator[Finding]:
    due = f"收取信息处理费 {format_figure(charged)} 元" if charged else "未收取信息处理费"
    mentions = [
        (paragraph.line, sentence)
        for paragraph in context.paragraphs["other"]
        for sentence in re.split("[。！？]", re.sub("《[^《》]*》", "", tidy(paragraph.text)))
        if re.search(_FEE, sentence)
    ]
    if not mentions:
        message = f"第六部分没有写信息处理费的情况；没有收取的也要写明，例如“{context.report.year}年未收取信息处理费”。"
        line = context.paragraphs["other"][0].line if context.paragraphs["other"] else 1
        yield finding("T-FEE", message, file="other.md", line=line, expected=due)
        return
    amounts = [(line, _amount(found)) for line, sentence in mentions for found in _MONEY.finditer(sentence)]
    line = mentions[0][0]
    if any(amount == charged for _, amount in amounts):
        return
    if amounts:
        line, amount = amounts[0]
        message = f"第六部分写收取信息处理费 {format_figure(amount)} 元，report.yml 的 information_fee_yuan 是 {format_figure(charged)} 元，两处应当一致。"
        yield finding(
            "T-FEE", message, file="other.md", line=line, expected=due, actual=f"{format_figure(amount)} 元"
        )
    elif not any(_NONE.search(sentence) for _, sentence in mentions):
        message = "第六部分提到信息处理费，但没有写明收取了多少或没有收取，请写明。"
        yield finding("T-FEE", message, file="other.md", line=line, expected=due, actual=mentions[0][1])
    elif charged:
        message = f"第六部分写没有收取信息处理费，report.yml 的 information_fee_yuan 是 {format_figure(charged)} 元，两处应当一致。"
        yield finding("T-FEE", message, file="other.md", line=line, expected=due, actual=mentions[0][1])


def _amount(found: re.Match[str]) -> Decimal:
    if found["number"] is None:
        groups = found.groupdict()
        again = re.match(NUMBER, groups["second_number"] + groups["second_scale"] + groups["second_about"])
        assert again is not None
        found = again
    return read(found).value.normalize()
