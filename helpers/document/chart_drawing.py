"""Bars and panels drawn with matplotlib, and saved so that every run gives the same bytes."""

import io
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.document.pandoc_ast import typst_string
from helpers.report.figures import Figure as Number
from helpers.report.figures import format_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONT = Path(__file__).resolve().parents[2] / "assets" / "fonts" / "FandolHei-Regular.otf"
WIDTH_IN = 6.0
"""Width of every chart in inches: 152 mm, within the text block of 156 mm."""

_INK, _BAR, _PALE = "#1f2933", "#2f5d8a", "#c9ced4"
_DPI = 200

Bars = tuple[tuple[str, int], ...]


_ROW, _BAR_HEIGHT, _GAP = 0.42, 0.26, 0.05
"""Inches from bar to bar, of a bar, and between a bar or the axis and its text."""


def draw_bars(bars: Bars) -> "Figure":
    """Draw horizontal bars with their counts at the end."""
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
"""Most panels side by side."""

_TITLE, _LABEL, _RISE, _YEAR = 0.18, 0.2, 0.28, 0.17
"""Inches of a panel from above: a line of its title, room for figures, from the highest point to 0, such room again, years."""

_LONGEST_TITLE = 14
"""Characters of a panel's title in one line."""


def draw_panels(years: Sequence[int], series: Sequence[tuple[str, Sequence[Number]]]) -> "Figure":
    """Draw one small panel a series, side by side and all with the same scale; fewer where figures are long."""
    from matplotlib.figure import Figure

    panels, size = _room_for([format_figure(one) for _, figures in series for one in figures], len(years))
    panels = min(panels, len(series))
    rows = -(-len(series) // panels)
    titles = [_lines(label) for label, _ in series]
    above = _TITLE * max(title.count("\n") + 1 for title in titles)
    plot = _RISE + 2 * _LABEL
    row_height = above + plot + _YEAR
    height = rows * row_height + _GAP
    figure = Figure(figsize=(WIDTH_IN, height))
    highest = max(float(one) for _, figures in series for one in figures)
    margin = highest * _LABEL / _RISE
    for place, (title, (_, figures)) in enumerate(zip(titles, series, strict=True)):
        row, column = divmod(place, panels)
        bottom = height - (row + 1) * row_height + _YEAR
        box = column / panels, bottom / height, 1 / panels, plot / height
        axes = figure.add_axes(box, ylim=(-margin, highest + margin), xlim=(-0.5, len(years) - 0.5))
        _draw_line(axes, [float(one) for one in figures], [format_figure(one) for one in figures], size)
        axes.set_title(title, font=_font(), fontsize=10, color=_INK, pad=3)
        axes.set_xticks(
            range(len(years)), [str(year) for year in years], font=_font(), fontsize=9, color=_INK
        )
        axes.set_yticks([])
        axes.tick_params(length=0, pad=1)
        axes.axhline(0, color=_PALE, linewidth=0.8, zorder=0)
        axes.spines[:].set_visible(False)
    return figure


def _room_for(labels: Iterable[str], years: int) -> tuple[int, float]:
    """Return how many panels stand side by side, and the size of their figures in points, so that none touches the next."""
    width = max(_widest([label], 9) for label in labels) + _GAP
    for panels in range(_PANELS, 0, -1):
        share = WIDTH_IN / panels / years / width
        if share >= 8 / 9:
            return panels, min(9, 9 * share)
    return 1, 9 * share


def _lines(title: str) -> str:
    half = len(title) // 2
    return title if len(title) <= _LONGEST_TITLE else f"{title[:half]}\n{title[half:]}"


def _draw_line(axes: Any, points: Sequence[float], labels: Sequence[str], size: float) -> None:
    """Draw a line with a figure at each point: below it in a valley, above it elsewhere, where the line does not run."""
    axes.plot(points, color=_BAR, marker="o", markersize=4, linewidth=1.6, clip_on=False)
    for place, (point, label) in enumerate(zip(points, labels, strict=True)):
        beside = points[max(place - 1, 0) : place + 2]
        valley = point == min(beside) < max(beside)
        axes.annotate(
            label,
            (place, point),
            xytext=(0, -4 if valley else 4),
            textcoords="offset points",
            ha="center",
            va="top" if valley else "bottom",
            font=_font(),
            fontsize=size,
            color=_INK,
        )


@cache
def _font() -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=FONT)


def _widest(texts: Iterable[str], size: float) -> float:
    """Return the width of the longest text in inches, set in points of ``size``."""
    return max(_width(text, size) for text in texts) / 72


@lru_cache(maxsize=256)  # the form's labels are those of every report
def _width(text: str, size: float) -> float:
    from matplotlib.textpath import text_to_path

    font = _font().copy()
    font.set_size(size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


_WORD = re.compile(r'<text (style="font-size: ([\d.]+)px)([^>]*)>([^<]*)</text>')
"""A text of matplotlib's SVG; points are its pixels."""


def vector(figure: "Figure") -> str:
    """Return a figure as SVG, with nothing in it that changes from run to run: no date, no random id.

    Words stay words: the PDF has their face, the page that of its reader, and both are a fifth as large. Each has the width it
    was measured with, into which a wider face is pressed.
    """
    import matplotlib

    stream = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "nianbao", "svg.fonttype": "none"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return _fitted(stream.getvalue())


def pixels(vector: str) -> bytes:
    """Draw an SVG of :func:`vector` as a PNG, by the program that draws it in the PDF: half of matplotlib's time and size."""
    code = f'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes({typst_string(vector)}), format: "svg")'
    drawn = _compiler().compile(code.encode(), format="png", ppi=_DPI)
    assert isinstance(drawn, bytes)
    return drawn


@cache
def _compiler() -> Any:
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT.parent)]
    )
    return typst.Compiler(font_paths=fonts)


def _fitted(vector: str) -> str:
    """Let words take their measured width, in the face they were measured with: matplotlib lists faces of its own."""

    def fitted(word: re.Match[str]) -> str:
        style, size, place, text = word.groups()
        width = _width(unescape(text), float(size))
        return f'<text textLength="{width:g}" lengthAdjust="spacingAndGlyphs" {style}{place}>{text}</text>'

    family = f"font-family: {_font().get_name()}, sans-serif"
    return _WORD.sub(fitted, re.sub("font-family: [^;]*", family, vector))
