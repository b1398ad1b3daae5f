"""The charts of a report, made with matplotlib: what each shows, its caption and its alternative text.

A chart is given as Markdown with one block a format: an image in the page, a vector in the PDF, a picture in Word. All
are of one colour and labelled where they stand, so that they can be read in grey and need no legend; every figure stands
at its bar or point. The page, where a picture cannot be copied from, has those of several years in a folded table besides.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from helpers.document.cell_display import Display
from helpers.document.chart_drawing import WIDTH_IN, Bars, draw_bars, draw_panels, pixels, vector
from helpers.document.outputs import INDEX, TREND_DATA, TRENDS_HEADING, Output
from helpers.document.pandoc_ast import raw_html, typst_string
from helpers.document.table_html import table
from helpers.files.templates import Markup, filled
from helpers.report.figures import Figure as Number
from helpers.report.figures import format_figure
from helpers.report.folder import Report, read
from helpers.report.form import FORM, HANDLED, NEW, RESULTS, TOTAL, Item

if TYPE_CHECKING:
    from matplotlib.figure import Figure


FEWEST_YEARS = 3
"""A trend is shown from so many years on."""


@dataclass(frozen=True)
class Chart:
    """One chart: bars with a label and a count each.

    Attributes
    ----------
    output
        Its entry in the index of outputs.
    title
        What is counted; its number is the engine's.
    bars
        Labels and counts, in the order of the form.
    """

    output: Output
    title: str
    bars: Bars

    @property
    def key(self) -> str:
        """Identifies it in the document, as in ``@fig-decisions``."""
        return self.output.key

    @property
    def alt(self) -> str:
        """Alternative text that states every number of the chart."""
        unit = self.output.unit
        return f"条形图：{self.title}。{'，'.join(f'{label}{count}{unit}' for label, count in self.bars)}。"

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(count for _, count in self.bars)

    @property
    def table(self) -> Markup:
        """Nothing: the form's own table stands above it."""
        return Markup()

    def draw(self) -> "Figure":
        """Draw horizontal bars with their counts at the end."""
        return draw_bars(self.bars)


@dataclass(frozen=True)
class Trend:
    """One chart of several years: a panel a series, each with its label above and its figures at the points.

    Attributes
    ----------
    output, title
        As in :class:`Chart`.
    years
        The years, in order.
    series
        Labels and figures, one figure a year; counts, or percentages with one decimal place.
    """

    output: Output
    title: str
    years: tuple[int, ...]
    series: tuple[tuple[str, tuple[Number, ...]], ...]

    @property
    def key(self) -> str:
        """Identifies it in the document, as in ``@fig-trend-decisions``."""
        return self.output.key

    @property
    def alt(self) -> str:
        """Alternative text that states every number of the chart."""
        unit = self.output.unit
        lines = (
            f"{label}：{'，'.join(f'{year}年{format_figure(figure)}{unit}' for year, figure in zip(self.years, figures, strict=True))}"
            for label, figures in self.series
        )
        return f"折线图：{self.title}。{'；'.join(lines)}。"

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(figure for _, figures in self.series for figure in figures)

    @property
    def table(self) -> Markup:
        """The figures as an HTML table, a row a year."""
        count = len(self.series) + 1
        rows = [
            (f"{year}年", *(format_figure(figures[place]) for _, figures in self.series))
            for place, year in enumerate(self.years)
        ]
        return table(
            ["年度", *(label for label, _ in self.series)],
            rows,
            attributes={"id": f"data-{self.key}", "aria-label": self.title},
            widths=[f"{100 / count:.2f}%"] * count,
            align=["center"] * count,
        )

    def draw(self) -> "Figure":
        """Draw small panels side by side, all with the same scale."""
        return draw_panels(self.years, self.series)


AnyChart = Chart | Trend


# What is shown --------------------------------------------------------------------------------------------------------


def decisions(report: Report) -> Bars:
    """Administrative decisions of section 2 (条例 art. 20 (5) and (6)): licences, penalties, compulsion."""
    table = FORM.tables["disclosure"]
    keys = ("licensing", "penalties", "compulsion")
    return tuple((table.row[key].labels[1], _count(report, table.name, key, "value")) for key in keys)


def outcomes(report: Report) -> Bars:
    """Outcomes of the applications handled (section 3, part 三), summed by the form's groups （一） to （六）."""
    table = FORM.tables["applications"]
    sums: dict[str, int] = {}
    for key in RESULTS:
        label = _group(table.row[key])
        sums[label] = sums.get(label, 0) + _count(report, table.name, key)
    return tuple(sums.items())


def _group(row: Item) -> str:
    return row.labels[1].partition("（区分")[0]


def _received_and_handled(report: Report) -> Bars:
    """Applications received in the year, and handled (section 3)."""
    table = FORM.tables["applications"]
    return tuple((table.row[key].subject, _count(report, table.name, key)) for key in (NEW, HANDLED))


def _proceedings(report: Report) -> Bars:
    """Totals of the three kinds of proceeding (section 4)."""
    table = FORM.tables["proceedings"]
    return tuple((row.label, _count(report, table.name, row.key)) for row in table.rows)


def _shares(report: Report) -> tuple[tuple[str, Decimal], ...]:
    """Outcomes as percentages of all applications handled, to one place."""
    counts = outcomes(report)
    total = sum(count for _, count in counts)
    return tuple(
        (
            label,
            (Decimal(100 * count) / max(total, 1)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP),
        )
        for label, count in counts
    )


def _count(report: Report, table: str, row: str, column: str = TOTAL) -> int:
    return int(report.figure(table, row, column) or 0)


CHARTS: dict[str, Callable[[Report], Bars]] = {"decisions": decisions, "outcomes": outcomes}

TRENDS: dict[str, Callable[[Report], Sequence[tuple[str, Number]]]] = {
    "trend-decisions": decisions,
    "trend-applications": _received_and_handled,
    "trend-outcomes": _shares,
    "trend-proceedings": _proceedings,
}


def history(report: Report) -> list[Report]:
    """Return the reports linked by ``previous``, the oldest first, this one last.

    The chain ends where a folder cannot be read, is not of the year before, or is another organ's.
    """
    linked = [report]
    while (folder := linked[0].linked(linked[0].previous)) is not None:
        before = read(folder).report
        if before is None or before.year != linked[0].year - 1 or before.organ != report.organ:
            break
        linked.insert(0, before)
    return linked


def shown(report: Report, years: Sequence[Report] = ()) -> list[AnyChart]:
    """Charts with something to show, in the order of the document.

    Parameters
    ----------
    years
        The report's :func:`history`; without at least three years in it, or where report.yml says ``trends: false``,
        no trend is shown.
    """
    charts: list[AnyChart] = []
    for key, output in INDEX.items():
        if key in CHARTS:
            charts.append(Chart(output, output.named(report.year), CHARTS[key](report)))
        elif key in TRENDS and report.trends and len(years) >= FEWEST_YEARS:
            charts.append(_trend(output, years))
    return [chart for chart in charts if not chart.empty]


def _trend(output: Output, years: Sequence[Report]) -> Trend:
    of_year = [TRENDS[output.key](one) for one in years]
    series = tuple(
        (label, tuple(figures[place][1] for figures in of_year))
        for place, (label, _) in enumerate(of_year[0])
    )
    numbers = tuple(one.year for one in years)
    return Trend(output, output.named(numbers[-1], numbers[0]), numbers, series)


def display(report: Report, key: str, years: Sequence[Report] = ()) -> Display | None:
    """One chart with its caption; None where there is nothing to show.

    Parameters
    ----------
    key
        Key of the chart in the index of outputs.
    years
        As for :func:`shown`.
    """
    charts = {chart.key: chart for chart in shown(report, years)}
    return _drawn(charts[key]) if key in charts else None


def display_trends(report: Report, years: Sequence[Report]) -> Display | None:
    """Every trend below a heading of its own, which follows the form's six sections; None where none is shown.

    The last two stand on one page, so that none is alone on the last.

    Parameters
    ----------
    years
        As for :func:`shown`.
    """
    trends = [chart for chart in shown(report, years) if chart.key in TRENDS]
    if not trends:
        return None
    parts = [_drawn(one, kept=one in trends[-2:-1]) for one in trends]
    heading = TRENDS_HEADING.format(first=years[0].year, year=report.year)
    markdown = "\n\n".join([f"# {heading} {{#trends}}", *(part.markdown for part in parts)])
    return Display(
        markdown, Markup("<h1>{}</h1>").format(heading) + Markup("".join(part.page for part in parts))
    )


# On the page ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _drawn(chart: AnyChart, *, kept: bool = False) -> Display:
    """Draw the chart, once for each format, in a figure that the engine numbers with all others; ``kept`` on one page with what follows.

    The pictures are written out, so that nothing need lie beside the document.
    """
    svg = vector(chart.draw())
    picture = pixels(svg)
    identity, caption = f"fig-{chart.key}", f"{chart.title}（单位：{chart.output.unit}）"
    address = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    shown = partial(filled, identity=identity, address=address, alt=chart.alt, caption=caption)
    pdf = f'#image(bytes({typst_string(svg)}), format: "svg", width: 100%, alt: {typst_string(chart.alt)})'
    data = base64.b64encode(picture).decode()
    word = f'![](data:image/png;base64,{data}){{fig-alt="{chart.alt}" width={WIDTH_IN}in}}'
    markdown = (
        f"::: {{#{identity}}}\n\n{raw_html(str(shown('image.html')))}\n\n{_typst(pdf)}\n\n"
        f'::: {{.content-visible when-format="docx"}}\n{word}\n:::\n\n{caption}\n\n:::'
    )
    if kept:  # in Word by word_package.py
        markdown = "\n\n".join([_typst("#block(sticky: true)["), markdown, _typst("]")])
    page = str(shown("figure.html"))
    if not chart.table:
        return Display(markdown, page, picture)
    fold = str(
        filled(
            "fold.html",
            summary=TREND_DATA.format(title=chart.title),
            label=f"data-{chart.key}",
            content=chart.table,
        )
    )
    markdown += f'\n\n::: {{.content-visible when-format="html"}}\n{raw_html(fold)}\n:::'
    return Display(markdown, page + fold, picture)


def _typst(code: str) -> str:
    return f"```{{=typst}}\n{code}\n```"
