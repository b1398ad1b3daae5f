"""The index of outputs: every table and figure of the document and of the portal with its title, note and source.

Captions, cross references, the reviewer's appendix and the portal take their words from here; nothing else spells out the
name of an output.
"""

from dataclasses import dataclass
from typing import Literal

from helpers.report.form import FORM

Kind = Literal["table", "figure"]

KINDS: dict[Kind, str] = {"table": "表", "figure": "图"}
"""What readers call a kind; numbers are the engine's, one sequence with whatever a document has besides."""


@dataclass(frozen=True)
class Output:
    """One table or figure.

    Attributes
    ----------
    key
        Identifies it in the document and in code, as in ``applications`` or ``trend-outcomes``.
    title
        What it shows, without number; ``{year}`` is the year of the report, ``{first}`` the first of the years shown.
    section
        Key of the form's section whose figures it shows; empty on the portal.
    note
        How to read it, for people; empty where the title says all.
    source
        Table of the form from which its figures come; empty where they come from all three.
    unit
        Unit of what is drawn; empty where rows have units of their own.
    """

    key: str
    kind: Kind
    title: str
    section: str
    source: str
    note: str = ""
    unit: str = ""

    @property
    def heading(self) -> str:
        """Heading of the form's section whose figures it shows."""
        return FORM.sections[self.section]

    def named(self, year: int, first: int | None = None) -> str:
        """Return the title with its years filled in."""
        return self.title.format(year=year, first=first)


def _tables() -> list[Output]:
    return [
        Output(table.name, "table", table.heading.partition("、")[2], table.name, table.name)
        for table in FORM.tables.values()
    ]


_LINKED = "各年的数取自 report.yml 里 previous 逐年相连的报告"

INDEX: dict[str, Output] = {
    one.key: one
    for one in (
        *_tables(),
        Output(
            "decisions",
            "figure",
            "{year}年行政许可、行政处罚、行政强制处理决定数量",
            "disclosure",
            "disclosure",
            unit="件",
        ),
        Output(
            "outcomes",
            "figure",
            "{year}年政府信息公开申请办理结果",
            "applications",
            "applications",
            unit="件",
        ),
        Output(
            "trend-decisions",
            "figure",
            "{first}—{year}年行政许可、行政处罚、行政强制处理决定数量",
            "disclosure",
            "disclosure",
            _LINKED,
            "件",
        ),
        Output(
            "trend-applications",
            "figure",
            "{first}—{year}年新收和办理的政府信息公开申请",
            "applications",
            "applications",
            _LINKED,
            "件",
        ),
        Output(
            "trend-outcomes",
            "figure",
            "{first}—{year}年各类办理结果所占比例",
            "applications",
            "applications",
            f"占当年办理总数的百分比，四舍五入到一位小数；{_LINKED}",
            "%",
        ),
        Output(
            "trend-proceedings",
            "figure",
            "{first}—{year}年行政复议和行政诉讼",
            "proceedings",
            "proceedings",
            _LINKED,
            "件",
        ),
    )
}
"""All outputs of the document by key, in its order."""

TRENDS_HEADING = "附：{first}—{year}年数据变化"
"""Heading below which the trends stand, behind the form's six sections."""

TREND_DATA = "数据：{title}"
"""What stands in the page for a trend's folded table."""

PORTAL: dict[str, Output] = {
    one.key: one
    for one in (
        Output(
            "reports",
            "table",
            "{year}年度各机关的报告",
            "",
            "applications",
            "下级已计入上级的，不重复计算",
            "件",
        ),
        Output("figures", "table", "各份报告三张统计表的全部数字", "", "", "一格一行，只有通过核对的报告"),
        Output("organs", "table", "全部机关", "", ""),
        Output("organ-reports", "table", "历年的报告", "", ""),
        Output("organ-applications", "figure", "历年政府信息公开申请", "", "applications", unit="件"),
        Output("organ-decisions", "figure", "历年行政许可、行政处罚和行政强制", "", "disclosure", unit="件"),
        Output("organ-proceedings", "figure", "历年行政复议和行政诉讼", "", "proceedings", unit="件"),
    )
}
"""What the portal shows: a list of reports for each year, the data, and the years of an organ; none carries a number."""
