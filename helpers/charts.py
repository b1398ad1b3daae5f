"""The charts of a report, made with matplotlib: what each shows, its caption and its alternative text.

A chart is printed as Markdown with one block a format: an image in the page, a vector in the PDF, a picture in Word.
"""

import base64
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.form import FORM, RESULTS, TOTAL
from helpers.report import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONT = Path(__file__).resolve().parents[1] / "assets" / "fonts" / "FandolHei-Regular.otf"
WIDTH_IN = 6.0
"""Width of every chart in inches: 152 mm, within the text block of 156 mm."""

_INK, _BAR = "#1f2933", "#2f5d8a"
_DPI = 200


@dataclass(frozen=True)
class Chart:
    """One chart: bars with a label and a count each.

    Attributes
    ----------
    key
        Identifies it in the document, as in ``#chart-decisions``.
    title
        What is counted, without number; the caption adds the number of the chart.
    bars
        Labels and counts, in the order of the form.
    unit
        Unit of the counts, for the alternative text and the labels.
    """

    key: str
    title: str
    bars: tuple[tuple[str, int], ...]
    unit: str = "件"

    @property
    def alt(self) -> str:
        """Alternative text that states every number of the chart."""
        return (
            f"条形图：{self.title}。{'，'.join(f'{label}{count}{self.unit}' for label, count in self.bars)}。"
        )


def decisions(report: Report) -> Chart:
    """Administrative decisions of section 2 (条例 art. 20 (5) and (6)): licences, penalties, compulsion."""
    table = FORM.tables["disclosure"]
    keys = ("licensing", "penalties", "compulsion")
    return Chart(
        key="decisions",
        title=f"{report.year}年行政许可、行政处罚、行政强制处理决定数量",
        bars=tuple((table.row[key].labels[1], int(report.figure(table.name, key) or 0)) for key in keys),
    )


def outcomes(report: Report) -> Chart:
    """Outcomes of the applications handled (section 3, part 三), summed by the form's groups （一） to （六）."""
    table = FORM.tables["applications"]
    sums: dict[str, int] = {}
    for key in RESULTS:
        label = table.row[key].labels[1].partition("（区分")[0]
        sums[label] = sums.get(label, 0) + int(report.figure(table.name, key, TOTAL) or 0)
    return Chart(
        key="outcomes",
        title=f"{report.year}年政府信息公开申请办理结果",
        bars=tuple((label, count) for label, count in sums.items()),
    )


CHARTS: dict[str, Callable[[Report], Chart]] = {"decisions": decisions, "outcomes": outcomes}


def shown(report: Report) -> list[Chart]:
    """Charts with something to show, in the order of the document; their numbers count from 1 in it."""
    charts = [make(report) for make in CHARTS.values()]
    return [chart for chart in charts if any(count for _, count in chart.bars)]


def markdown(report: Report, key: str) -> str:
    """One chart with its caption as Markdown for an ``asis`` cell; empty where there is nothing to show."""
    charts = shown(report)
    for number, chart in enumerate(charts, 1):
        if chart.key == key:
            return _blocks(chart, f"图{number}　{chart.title}（单位：{chart.unit}）")
    return ""


def _blocks(chart: Chart, caption: str) -> str:
    """Print the chart once for each format.

    Each block is written out, instead of one Markdown image, because Quarto puts a captioned image into a table in Word
    and loses its alternative text there.
    """
    figure = draw(chart)
    vector, picture = _saved(figure, "svg"), _saved(figure, "png")
    identity = f"chart-{chart.key}"
    page = (
        f'<figure id="{identity}"><img src="data:image/svg+xml;base64,{base64.b64encode(vector).decode()}" '
        f'alt="{chart.alt}"><figcaption>{caption}</figcaption></figure>'
    )
    pdf = (
        f'#figure(image(bytes({_typst(vector.decode())}), format: "svg", width: 100%, alt: {_typst(chart.alt)}), '
        f"caption: [{caption}], kind: image, supplement: none, numbering: none) <{identity}>"
    )
    word = (
        f'::: {{custom-style="Captioned Figure"}}\n![{chart.alt}](data:image/png;base64,'
        f"{base64.b64encode(picture).decode()}){{width={WIDTH_IN}in}}\\ \n:::\n\n"
        f'::: {{custom-style="Image Caption"}}\n{caption}\n:::'
    )
    return (
        f"```{{=html}}\n{page}\n```\n\n```{{=typst}}\n{pdf}\n```\n\n"
        f'::: {{.content-visible when-format="docx"}}\n{word}\n:::'
    )


def _typst(text: str) -> str:
    """Return ``text`` as a Typst string literal; JSON's escapes are Typst's for all that occurs here."""
    return json.dumps(text, ensure_ascii=False)


def draw(chart: Chart) -> "Figure":
    """Draw horizontal bars with their counts at the end, readable in grey."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, 0.7 + 0.42 * len(chart.bars)), layout="constrained")
    axes = figure.add_subplot()
    labels = [label for label, _ in reversed(chart.bars)]
    counts = [count for _, count in reversed(chart.bars)]
    bars = axes.barh(labels, counts, height=0.6, color=_BAR)
    axes.bar_label(bars, [str(count) for count in counts], padding=4, font=_font(), fontsize=12, color=_INK)
    axes.set_xlim(0, max(*counts, 1) * 1.1)
    axes.set_xticks([])
    axes.set_yticks(range(len(labels)), labels, font=_font(), fontsize=12, color=_INK)
    axes.tick_params(length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color(_INK)
    return figure


@cache
def _font() -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=FONT)


def _saved(figure: "Figure", file_format: str) -> bytes:
    """Save with nothing in it that changes from run to run: no date, no random id, glyphs as outlines."""
    import matplotlib

    stream = io.BytesIO()
    metadata = {"Date": None} if file_format == "svg" else {"Software": None}
    with matplotlib.rc_context({"svg.hashsalt": "nianbao", "svg.fonttype": "path"}):
        figure.savefig(stream, format=file_format, dpi=_DPI, metadata=metadata)
    return stream.getvalue()
