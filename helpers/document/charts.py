"""The charts of a report, made with matplotlib: what each shows, its caption and its alternative text.

A chart is printed as Markdown with one block a format: an image in the page, a vector in the PDF, a picture in Word. A
chart over several years has a table with its figures below it. All are of one colour and labelled where they stand, so
that they can be read in grey and need no legend.
"""

import base64
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.document.outputs import INDEX, Output
from helpers.document.pandoc_ast import raw_html
from helpers.report.figures import Figure as Number
from helpers.report.figures import format_figure
from helpers.report.folder import Report, read
from helpers.report.form import FORM, HANDLED, NEW, RESULTS, TOTAL, Item

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONT = Path(__file__).resolve().parents[2] / "assets" / "fonts" / "FandolHei-Regular.otf"
WIDTH_IN = 6.0
"""Width of every chart in inches: 152 mm, within the text block of 156 mm."""

_INK, _BAR, _PALE = "#1f2933", "#2f5d8a", "#c9ced4"
_DPI = 200
_SAVING: dict[str, Any] = {
    "svg": {"metadata": {"Date": None}},
    # Of bars this is the quickest way to pack, and the smallest.
    "png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_type": zlib.Z_RLE}},
}


FEWEST_YEARS = 3
"""A trend is shown from so many years on."""

Bars = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Chart:
    """One chart: bars with a label and a count each.

    Attributes
    ----------
    output
        Its entry in the index of outputs.
    title
        What is counted, without number; the caption adds the number of the chart.
    bars
        Labels and counts, in the order of the form.
    """

    output: Output
    title: str
    bars: Bars

    @property
    def key(self) -> str:
        """Identifies it in the document, as in ``#chart-decisions``."""
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
    def table(self) -> str:
        """Nothing: the form's own table stands above it."""
        return ""

    def draw(self) -> "Figure":
        """Draw horizontal bars with their counts at the end."""
        return _draw_bars(self.bars)


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
        """Identifies it in the document, as in ``#chart-trend-decisions``."""
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
    def table(self) -> str:
        """The figures as an HTML table, a row a year."""
        heads = "".join(
            f'<th scope="col" style="text-align: center">{label}</th>' for label, _ in self.series
        )
        width = 100 / (len(self.series) + 1)
        columns = "\n".join(f'<col style="width: {width:.2f}%">' for _ in range(len(self.series) + 1))
        rows = "\n".join(
            f'<tr><th scope="row" style="text-align: center">{year}年</th>'
            + "".join(
                f'<td style="text-align: center">{format_figure(figures[place])}</td>'
                for _, figures in self.series
            )
            + "</tr>"
            for place, year in enumerate(self.years)
        )
        return (
            f'<table id="data-{self.key}" aria-label="{self.title}">\n<colgroup>\n{columns}\n</colgroup>\n<thead>\n<tr><th scope="col" style="text-align: center">'
            f"年度</th>{heads}</tr>\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
        )

    def draw(self) -> "Figure":
        """Draw small panels side by side, all with the same scale."""
        return _draw_panels(self.years, self.series)


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
    """Charts with something to show, in the order of the document; their numbers count from 1 in it.

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


def markdown(report: Report, key: str, years: Sequence[Report] = ()) -> str:
    """One chart with its caption as Markdown for an ``asis`` cell; empty where there is nothing to show.

    Parameters
    ----------
    key
        Key of the chart in the index of outputs.
    years
        As for :func:`shown`.
    """
    charts = {chart.key: chart for chart in shown(report, years)}
    if key not in charts:
        return ""
    chart = charts[key]
    blocks = _blocks(chart, f"{chart.output.numbered(charts)}　{chart.title}（单位：{chart.output.unit}）")
    if not chart.table:
        return blocks
    region = f'{{.table-region role="region" tabindex="0" aria-labelledby="data-{key}"}}'
    return f"{blocks}\n\n::: {region}\n\n{raw_html(chart.table)}\n\n:::"


# On the page ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _blocks(chart: AnyChart, caption: str) -> str:
    """Print the chart once for each format.

    Each block is written out, instead of one Markdown image, because Quarto puts a captioned image into a table in Word
    and loses its alternative text there.
    """
    figure = chart.draw()
    vector, picture = (_saved(figure, file_format) for file_format in ("svg", "png"))
    identity = f"chart-{chart.key}"
    page = (
        f'<figure id="{identity}"><img src="data:image/svg+xml;base64,{base64.b64encode(vector).decode()}" '
        f'alt="{chart.alt}"><figcaption>{caption}</figcaption></figure>'
    )
    pdf = (
        f'#figure(image(bytes({_typst(vector.decode())}), format: "svg", width: 100%, alt: {_typst(chart.alt)}), '
        f"caption: [{caption}], kind: image, supplement: none, numbering: none) <{identity}>"
    )
    if chart.table:  # which stands on the same page
        pdf = f"#block(sticky: true)[{pdf}]"
    word = (
        f'::: {{custom-style="Captioned Figure"}}\n![{chart.alt}](data:image/png;base64,'
        f"{base64.b64encode(picture).decode()}){{width={WIDTH_IN}in}}\\ \n:::\n\n"
        f'::: {{custom-style="Image Caption"}}\n{caption}\n:::'
    )
    return (
        f"{raw_html(page)}\n\n```{{=typst}}\n{pdf}\n```\n\n"
        f'::: {{.content-visible when-format="docx"}}\n{word}\n:::'
    )


def _typst(text: str) -> str:
    """Return ``text`` as a Typst string literal; JSON's escapes are Typst's for all that occurs here."""
    return json.dumps(text, ensure_ascii=False)


_ROW, _BAR_HEIGHT, _GAP = 0.5, 0.3, 0.05
"""Inches from bar to bar, of a bar, and between a bar or the axis and its text."""


def _draw_bars(bars: Bars) -> "Figure":
    # Drawn in inches and without matplotlib's axes, which take longer than all else here.
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    height = _ROW * len(bars) + 2 * _GAP
    figure = Figure(figsize=(WIDTH_IN, height))
    inches = figure.dpi_scale_trans
    text = {"font": _font(), "fontsize": 12, "color": _INK, "va": "center_baseline", "transform": inches}
    left, right = (
        _widest(texts, 12) + 2 * _GAP
        for texts in ((label for label, _ in bars), (str(count) for _, count in bars))
    )
    scale = (WIDTH_IN - left - right) / max(*(count for _, count in bars), 1)
    for place, (label, count) in enumerate(reversed(bars), 1):
        middle = _GAP + _ROW * (place - 0.5)
        bar = (left, middle - _BAR_HEIGHT / 2), count * scale, _BAR_HEIGHT
        figure.add_artist(Rectangle(*bar, color=_BAR, transform=inches))
        figure.text(left - _GAP, middle, label, ha="right", **text)
        figure.text(left + count * scale + _GAP, middle, str(count), ha="left", **text)
    figure.add_artist(Line2D([left, left], [0, height], color=_INK, linewidth=0.8, transform=inches))
    return figure


_PANELS = 3
"""Panels side by side."""

_LONGEST_LABEL = 14
"""Characters of a panel's label in one line."""


def _draw_panels(years: Sequence[int], series: Sequence[tuple[str, Sequence[Number]]]) -> "Figure":
    from matplotlib.figure import Figure

    rows = -(-len(series) // _PANELS)
    height = 0.1 + 1.6 * rows
    figure = Figure(figsize=(WIDTH_IN, height))
    figure.subplots_adjust(0.01, 0.3 / height, 0.99, 1 - 0.35 / height, wspace=0.04, hspace=0.4)
    grid = figure.subplots(rows, min(_PANELS, len(series)), sharex=True, sharey=True, squeeze=False)
    highest = max(float(one) for _, figures in series for one in figures)
    for axes, (label, figures) in zip(grid.flat, series, strict=True):
        points = [float(one) for one in figures]
        axes.plot(years, points, color=_BAR, marker="o", markersize=4, linewidth=1.6, clip_on=False)
        for place, (year, one) in enumerate(zip(years, figures, strict=True)):
            # Below the line in a valley, above it elsewhere: there the line does not run through the number.
            beside = points[max(place - 1, 0) : place + 2]
            valley = points[place] == min(beside) < max(beside)
            axes.annotate(
                format_figure(one),
                (year, points[place]),
                xytext=(0, -5 if valley else 5),
                textcoords="offset points",
                ha="center",
                va="top" if valley else "bottom",
                font=_font(),
                fontsize=9,
                color=_INK,
            )
        title = (
            label
            if len(label) <= _LONGEST_LABEL
            else f"{label[: len(label) // 2]}\n{label[len(label) // 2 :]}"
        )
        axes.set_title(title, font=_font(), fontsize=10, color=_INK)
        axes.set_ylim(-highest * 0.2, highest * 1.2)
        axes.set_xlim(years[0] - 0.4, years[-1] + 0.4)
        axes.set_yticks([])
        axes.set_xticks(years, [str(year) for year in years], font=_font(), fontsize=9, color=_INK)
        axes.tick_params(length=0)
        axes.axhline(0, color=_PALE, linewidth=0.8, zorder=0)
        axes.spines[:].set_visible(False)
    return figure


@cache
def _font() -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=FONT)


def _widest(texts: Iterable[str], size: int) -> float:
    """Return the width of the longest text in inches, set in points of ``size``."""
    from matplotlib.textpath import text_to_path

    font = _font().copy()
    font.set_size(size)
    return max(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] for text in texts) / 72


def _saved(figure: "Figure", file_format: str) -> bytes:
    """Save with nothing in it that changes from run to run: no date, no random id.

    Words in an SVG stay words: the PDF has their face, the page that of its reader, and both are a fifth as large.
    """
    import matplotlib

    stream = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "nianbao", "svg.fonttype": "none"}):
        figure.savefig(stream, format=file_format, dpi=_DPI, **_SAVING[file_format])
    # matplotlib lists faces of its own and not the one it measured with.
    family = f"font-family: {_font().get_name()}, sans-serif".encode()
    return re.sub(rb"font-family: [^;]*", family, stream.getvalue())
