"""Two report folders side by side: what differs in settings, figures and prose.

Any two folders can be compared: two years, two drafts, two organs.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from helpers.document import prose
from helpers.report.figures import format_figure
from helpers.report.folder import PROSE, InvalidReport, Report, load
from helpers.report.form import FOLDER
from helpers.review.figure_pairs import Pair, pairs, signed
from helpers.review.text_diff import Mark, Section, section

_SETTINGS = ("organ", "level", "year", "published", "information_fee_yuan")


# Two folders ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """What differs between two report folders.

    Attributes
    ----------
    settings
        Facts of report.yml that differ: key, first and second value as text.
    figures
        Figures that differ, in the order of the form.
    sections
        Every prose section that either folder has.
    """

    before: Report
    after: Report
    settings: list[tuple[str, str, str]]
    figures: list[Pair]
    sections: list[Section]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.settings or self.figures or any(one.changed for one in self.sections))

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {
            "before": str(self.before.folder),
            "after": str(self.after.folder),
            "same": self.same,
            "settings": [
                {"key": key, "before": before, "after": after} for key, before, after in self.settings
            ],
            "figures": [pair.to_json() for pair in self.figures],
            "prose": [one.to_json() for one in self.sections if one.changed],
        }


def compare(before: Path | str, after: Path | str) -> Comparison:
    """Compare two report folders.

    Raises
    ------
    InvalidReport
        One of the folders cannot be read, with everything that is wrong with it.
    """
    first, second = _readable(before), _readable(after)
    facts = [(key, _written(first, key), _written(second, key)) for key in _SETTINGS]
    settings = [fact for fact in facts if fact[1] != fact[2]]
    figures = [pair for pair in pairs(first, second) if pair.before != pair.after]
    names = [name for name in PROSE if name in first.prose or name in second.prose]
    return Comparison(first, second, settings, figures, [section(first, second, name) for name in names])


def _written(report: Report, key: str) -> str:
    value = getattr(report, key)
    return "无" if value is None else str(value)


def _readable(folder: Path | str) -> Report:
    report = load(folder)
    refused = prose.findings(report)
    if refused:
        raise InvalidReport(report.folder, refused)
    return report


# For people -----------------------------------------------------------------------------------------------------------

_SIGNS: dict[Mark, tuple[str, str]] = {"same": ("", ""), "added": ("{+", "+}"), "removed": ("[-", "-]")}


def text(comparison: Comparison) -> str:
    """Say what differs, as lines for a terminal; additions stand in ``{+ +}``, deletions in ``[- -]``."""
    if comparison.same:
        return "两个报告文件夹的内容相同。"
    lines = [heading(comparison)]
    lines += [f"  {meaning(key)}：{before} → {after}" for key, before, after in comparison.settings]
    lines += [f"  {pair.place}：{_moved(pair)}" for pair in comparison.figures]
    for one in comparison.sections:
        if one.changed:
            lines.append(f"{one.heading}（新写的占 {one.new_share:.0%}）：")
            lines += [
                "  " + "".join(span.text.join(_SIGNS[span.mark]) for span in sentence)
                for sentence in one.changed
            ]
    return "\n".join(lines)


@cache
def _meanings() -> dict[str, dict[str, str]]:
    schema = json.loads((FOLDER / "report.schema.json").read_text(encoding="utf-8"))
    return cast("dict[str, dict[str, str]]", schema["properties"])


def meaning(key: str) -> str:
    """Name a key of report.yml for people."""
    return _meanings()[key]["description"]


def heading(comparison: Comparison) -> str:
    """Return one line that says what is compared, and how much differs."""
    before, after = (
        f"{one.organ} {one.year} 年度（{one.folder}）" for one in (comparison.before, comparison.after)
    )
    count = sum(len(one.changed) for one in comparison.sections)
    return f"{before} 与 {after} 相比，有 {len(comparison.figures)} 个数、{count} 句话不同："


def _moved(pair: Pair) -> str:
    share = "" if pair.percent is None else f"，{signed(pair.percent)}%"
    return f"{format_figure(pair.before)} → {format_figure(pair.after)}（{signed(pair.difference)}{share}）"
