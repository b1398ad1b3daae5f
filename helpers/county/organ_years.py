"""The page of one organ on the portal: its reports of all years, and its figures over them as charts and tables.

Charts are drawn by a template, a bar a year: there may be ten thousand such pages, and matplotlib takes as long for one chart as all
else here for ten pages. A bar has its number beside it, so that neither many years nor eight digits meet.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.county.listed import NONE, SERIES, SETTINGS, TITLE, Row, Series
from helpers.document.outputs import PORTAL
from helpers.document.table_html import Cell, table
from helpers.files.templates import Markup, filled
from helpers.report.cell_names import Cell as Place

_BAR = 120
"""Length of the longest bar in the units of a chart, which is 260 wide."""


def page(rows: Sequence[Row], shared: Mapping[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    rows
        The organ's reports, the oldest first.
    shared
        What every page of the portal is given.
    """
    newest = rows[-1]
    # One report a year: of two, which is a mistake of the folders, the charts can show only one.
    of_year = {row.year: row.counts for row in rows if row.year and row.counts}
    return filled(
        "portal_organ.html",
        title=f"{newest.organ}{TITLE}",
        level=newest.level_name,
        reports=PORTAL["organ-reports"],
        listed=_reports(rows, str(shared["root"])),
        series=[_series(one, of_year) for one in SERIES] if of_year else [],
        **shared,
    )


def _reports(rows: Sequence[Row], root: str) -> Markup:
    heads = [SETTINGS["year"], SETTINGS["published"], "报告"]
    lines = [
        (
            f"{row.year or NONE}",
            Cell(row.published or NONE, {"class": "short"}),
            Cell(row.links(root), {"class": "links"}),
        )
        for row in reversed(rows)
    ]
    attributes = {"class": "fixed narrow", "aria-labelledby": "organ-reports"}
    return table(heads, lines, attributes=attributes, widths=["25%", "30%", "45%"])


def _series(series: Series, of_year: Mapping[int, Mapping[Place, int]]) -> dict[str, Any]:
    """Return heading, charts and table of figures that belong together; all charts have one scale."""
    key, unit = series.output.key, series.output.unit
    highest = max(counts[cell] for counts in of_year.values() for cell in series.cells.values())
    charts = [
        {
            "label": label,
            "alt": f"条形图：{label}。{'，'.join(f'{year}年{counts[cell]}{unit}' for year, counts in of_year.items())}。",
            "bars": [
                (year, counts[cell], round(_BAR * counts[cell] / max(highest, 1), 1))
                for year, counts in of_year.items()
            ],
        }
        for label, cell in series.cells.items()
    ]
    lines = [
        (f"{year}年", *(str(counts[cell]) for cell in series.cells.values()))
        for year, counts in of_year.items()
    ]
    align = ["left", *["right"] * len(series.cells)]
    attributes = {"class": "fixed narrow", "aria-labelledby": key}
    width = f"{80 / len(series.cells):.2f}%"
    return {
        "label": key,
        "heading": f"{series.output.title}（单位：{unit}）",
        "charts": charts if len(of_year) > 1 and highest else [],
        "table": table(
            ["年度", *series.cells],
            lines,
            attributes=attributes,
            widths=["20%", *[width] * len(series.cells)],
            align=align,
        ),
    }
