"""The day of publication."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.report.findings import Finding, finding
from helpers.report.form import FORM


@rule("D-DATE")
def deadline(context: Context) -> Iterator[Finding]:
    """Hold the day of publication against the end of the counting period and the level's last day."""
    report = context.report
    if report.published is None or report.level is None:
        return
    level = FORM.levels[report.level]
    last = level.last_day(report.year)
    earlier = context.addendum and context.addendum.last_day(report.level, report.year)
    if earlier and earlier < report.published <= last:
        yield _late_by_notice(context, report.published, earlier)
        return
    if report.published > last:
        late = (report.published - last).days
        message = f"公布日期 {report.published} 晚于时限 {last}（{level.name}），迟了 {late} 天。"
        expected = f"不晚于 {last}"
    elif report.published.year <= report.year:
        message = (
            f"公布日期 {report.published} 早于统计期限的最后一天 {date(report.year, 12, 31)}，请核对年份。"
        )
        expected = f"{date(report.year + 1, 1, 1)} 至 {last}"
    else:
        return
    yield finding(
        "D-DATE", message, expected=expected, actual=str(report.published), **context.setting("published")
    )


def _late_by_notice(context: Context, published: date, last: date) -> Finding:
    """Tell of a day that the law allows and the local notice does not."""
    assert context.addendum is not None
    number = context.addendum.notice["number"]
    message = (
        f"公布日期 {published} 晚于地方通知（{number}）要求的 {last}，迟了 {(published - last).days} 天。"
    )
    found = finding(
        "D-DATE", message, expected=f"不晚于 {last}", actual=str(published), **context.setting("published")
    )
    return replace(found, level="warning")
