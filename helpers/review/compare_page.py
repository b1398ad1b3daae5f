"""A comparison as a page of its own, without script, for any browser."""

from helpers.document.table_html import Cell, table
from helpers.files.templates import Markup, filled
from helpers.report.figures import format_figure
from helpers.review.compare import Comparison, heading, meaning
from helpers.review.figure_pairs import Pair, signed

_HEADS = ("项目", "前一份", "后一份", "增减", "增减幅度")


def html(comparison: Comparison) -> str:
    """Return the comparison as a page of its own, without script, for any browser."""
    return filled(
        "compare.html",
        title="两份报告的比较",
        heading=heading(comparison),
        same=comparison.same,
        table=_table(comparison),
        sections=[one for one in comparison.sections if one.changed],
    )


def _table(comparison: Comparison) -> Markup | None:
    pairs = [(meaning(key), before, after, "", "") for key, before, after in comparison.settings]
    pairs += [
        (pair.place, format_figure(pair.before), format_figure(pair.after), *_moved(pair))
        for pair in comparison.figures
    ]
    rows: list[tuple[str | Cell, ...]] = [
        (place, *(Cell(value, {"class": "short"}) for value in values)) for place, *values in pairs
    ]
    align = ("left", *["right"] * 4)
    return table(_HEADS, rows, attributes={"aria-labelledby": "figures"}, align=align) if rows else None


def _moved(pair: Pair) -> tuple[str, str]:
    return signed(pair.difference), "" if pair.percent is None else f"{signed(pair.percent)}%"
