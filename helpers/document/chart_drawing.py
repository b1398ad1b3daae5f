"""Bars and panels drawn with matplotlib, and saved so that every run gives the same bytes."""

import io
import re
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.report.figures import Figure as Number
from helpers.report.figures import format_figure

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

Bars = tuple[tuple[str, int], ...]


_ROW, _BAR_HEIGHT, _GAP = 0.5, 0.3, 0.05
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
"""Panels side by side."""

_LONGEST_LABEL = 14
"""Characters of a panel's label in one line."""


def draw_panels(years: Sequence[int], series: Sequence[tuple[str, Sequence[Number]]]) -> "Figure":
    """Draw one small panel a series, side by side and all with the same scale."""
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


def saved(figure: "Figure", file_format: str) -> bytes:
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
