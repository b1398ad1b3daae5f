"""Two report folders side by side: figures that differ, and prose sentence by sentence, word by word.

Any two folders can be compared: two years, two drafts, two organs. Chinese is written without spaces, so a word is found
without a dictionary: a number and a Latin word are one token each, a Chinese character is one, and an unchanged character
that stands alone between two changes belongs to them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Literal, cast

from helpers.document import prose
from helpers.report.figures import Figure, format_figure
from helpers.report.folder import PROSE, InvalidReport, Report, load
from helpers.report.form import FOLDER, FORM, TOTAL

Mark = Literal["same", "added", "removed"]

LARGE_COUNT, LARGE_PERCENT = 10, 50
"""A movement is large where it is at least so much, and so many per cent of what stood there."""

_SETTINGS = ("organ", "level", "year", "published", "information_fee_yuan")
_ALIKE = Decimal("0.4")
"""Two sentences with at least this share of their pairs of characters in common are one sentence, changed."""


# Figures --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """One figure in two reports; its place by keys, ``before`` in the first report and ``after`` in the second."""

    table: str
    row: str
    column: str
    before: Figure
    after: Figure

    @property
    def place(self) -> str:
        """Name of the figure for people: 第三部分“（七）总计”自然人一栏."""
        return FORM.tables[self.table].place(self.row, self.column)

    @property
    def difference(self) -> Decimal:
        """``after`` less ``before``, in the row's own unit."""
        after, before = Decimal(self.after), Decimal(self.before)
        return after - before

    @property
    def percent(self) -> Decimal | None:
        """``difference`` as a percentage of ``before``, to one place; None where nothing stood before."""
        if not self.before:
            return None
        return (Decimal(self.difference) * 100 / Decimal(self.before)).quantize(
            Decimal("0.1"), rounding=ROUND_HALF_UP
        )

    @property
    def large(self) -> bool:
        """Whether a person should be told of the movement."""
        enough = self.percent is None or abs(self.percent) >= LARGE_PERCENT
        return abs(self.difference) >= LARGE_COUNT and enough

    @property
    def movement(self) -> str:
        """The movement as a sentence for people."""
        unit = FORM.tables[self.table].row[self.row].unit or "件"
        verb, change = ("增至", "增加") if self.difference > 0 else ("减至", "减少")
        share = "" if self.percent is None else f"（{signed(self.percent)}%）"
        moved = f"{change} {format_figure(abs(self.difference))} {unit}{share}"
        return f"{self.place}由 {format_figure(self.before)} {unit}{verb} {format_figure(self.after)} {unit}，{moved}。"

    def to_json(self) -> dict[str, Any]:
        """Return the pair as a JSON object; figures keep their digits as text."""
        return {
            "table": self.table,
            "row": self.row,
            "column": self.column,
            "place": self.place,
            "before": format_figure(self.before),
            "after": format_figure(self.after),
            "difference": format_figure(self.difference),
            "percent": None if self.percent is None else format_figure(self.percent),
        }


def signed(figure: Figure) -> str:
    """Digits of a difference with its sign, a real minus; none before a zero."""
    return f"+{format_figure(figure)}" if figure > 0 else format_figure(figure).replace("-", "−")


def pairs(before: Report, after: Report) -> list[Pair]:
    """Every figure of two reports, in the order of the form; a figure that cannot be read counts as none."""
    return [
        Pair(
            table.name,
            row,
            column,
            before.figure(table.name, row, column) or 0,
            after.figure(table.name, row, column) or 0,
        )
        for table in FORM.tables.values()
        for row in table.row
        for column in table.column
    ]


def movements(compared: Iterable[Pair]) -> list[str]:
    """Sentences that name the large movements among totals and single figures, the largest change first."""
    large = [pair for pair in compared if pair.large and pair.column in {TOTAL, "value"}]
    return [pair.movement for pair in sorted(large, key=lambda pair: -abs(pair.difference))]


# Prose ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A piece of text that stands in both reports, only in the second, or only in the first."""

    mark: Mark
    text: str


Sentence = tuple[Span, ...]


@dataclass(frozen=True)
class Section:
    """A prose section compared: its key, its sentences in order, and the share of the second text that is new (0 to 1)."""

    name: str
    sentences: tuple[Sentence, ...]
    new_share: float

    @property
    def heading(self) -> str:
        """Heading of the section for people."""
        return FORM.sections.get(self.name, "引言")

    @property
    def changed(self) -> list[Sentence]:
        """Only the sentences that differ."""
        return [one for one in self.sentences if any(span.mark != "same" for span in one)]

    def to_json(self) -> dict[str, Any]:
        """Return the section as a JSON object: its changed sentences as lists of ``[mark, text]``."""
        changed = [[[span.mark, span.text] for span in sentence] for sentence in self.changed]
        return {"section": self.name, "new_share": round(self.new_share, 3), "changed": changed}


def section(before: Report, after: Report, name: str) -> Section:
    """Compare one prose section, placeholders filled."""
    old, new = (list(_sentences(one, name)) for one in (before, after))
    return compare_texts(name, old, new)


def compare_texts(name: str, old: Sequence[str], new: Sequence[str]) -> Section:
    """Compare two lists of sentences: alike ones are paired in order, and compared word by word."""
    sentences = tuple(
        words(one, other) if one and other else (Span("removed", one) if one else Span("added", other or ""),)
        for one, other in _paired(old, new)
    )
    spans = [span for one in sentences for span in one]
    total = sum(len(span.text) for span in spans if span.mark != "removed")
    added = sum(len(span.text) for span in spans if span.mark == "added")
    return Section(name, sentences, added / total if total else 0.0)


def _sentences(report: Report, name: str) -> Iterator[str]:
    """Sentences of a section; a heading is one, and so is what ends with a semicolon."""
    if name not in report.prose:
        return
    for paragraph in prose.paragraphs(report, name):
        yield from filter(None, re.split(r"(?<=[。！？；])(?![”’）])", paragraph.text.strip()))


def _paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """Pair sentences in order so that what is alike is most in all; what has no pair stands with None."""
    left, right = [_grams(one) for one in old], [_grams(one) for one in new]
    best = [[Decimal(0)] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[_alike(one, other) for other in right] for one in left]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            both = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= _ALIKE else Decimal(-1)
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    paired: list[tuple[str | None, str | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] >= _ALIKE and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            paired.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            paired.append((old[i], None))
            i += 1
        else:
            paired.append((None, new[j]))
            j += 1
    return paired + [(one, None) for one in old[i:]] + [(None, one) for one in new[j:]]


def _grams(text: str) -> frozenset[str]:
    plain = re.sub(r"\d+", "0", text)
    return frozenset(plain[start : start + 2] for start in range(max(1, len(plain) - 1)))


def _alike(one: frozenset[str], other: frozenset[str]) -> Decimal:
    return Decimal(2 * len(one & other)) / (len(one) + len(other))


_TOKEN = re.compile(r"\d+(?:[.,]\d+)*[%％]?|[A-Za-z]+|\s+|.", re.DOTALL)
_ISLAND = 2
"""An unchanged stretch shorter than this, between two changes, is no word of its own."""


def words(old: str, new: str) -> Sentence:
    """Compare two sentences word by word.

    Returns
    -------
    Sentence
        The texts of the spans that are not ``added`` give ``old``, of those that are not ``removed`` give ``new``.
    """
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    spans: list[Span] = []
    removed = added = ""
    for place, (kind, i1, i2, j1, j2) in enumerate(codes):
        inner = 0 < place < len(codes) - 1
        if kind == "equal" and not (inner and len("".join(left[i1:i2])) < _ISLAND):
            spans += _changed(removed, added)
            removed = added = ""
            spans.append(Span("same", "".join(left[i1:i2])))
        else:
            removed += "".join(left[i1:i2])
            added += "".join(right[j1:j2])
    return tuple(spans + _changed(removed, added))


def _changed(removed: str, added: str) -> list[Span]:
    spans = [Span("removed", removed), Span("added", added)]
    return [span for span in spans if span.text]


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
    lines = [_heading(comparison)]
    lines += [f"  {_meaning(key)}：{before} → {after}" for key, before, after in comparison.settings]
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


def _meaning(key: str) -> str:
    """Name a key of report.yml for people."""
    return _meanings()[key]["description"]


def _heading(comparison: Comparison) -> str:
    before, after = (
        f"{one.organ} {one.year} 年度（{one.folder}）" for one in (comparison.before, comparison.after)
    )
    count = sum(len(one.changed) for one in comparison.sections)
    return f"{before} 与 {after} 相比，有 {len(comparison.figures)} 个数、{count} 句话不同："


def _moved(pair: Pair) -> str:
    share = "" if pair.percent is None else f"，{signed(pair.percent)}%"
    return f"{format_figure(pair.before)} → {format_figure(pair.after)}（{signed(pair.difference)}{share}）"


_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>两份报告的比较</title>
<style>
:root {{ color-scheme: light dark; --ink: #1c1b19; --paper: #fffefb; --rule: #8a857c; --new: #0b5d2a; --old: #a8161b; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e9e5dc; --paper: #1e1d1a; --rule: #7d776c; --new: #8fd6a3; --old: #f0a09a; }}
}}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.8 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.4rem; }} h2 {{ margin-top: 2rem; font-size: 1.15rem; }}
.region {{ overflow-x: auto; }}
table {{ width: 100%; min-width: 44rem; border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .3rem .6rem; border: 1px solid var(--rule); text-align: left; }}
td {{ text-align: right; white-space: nowrap; }}
ins {{ color: var(--new); font-weight: 600; }} del {{ color: var(--old); }}
</style>
</head>
<body>
<main>
<h1>两份报告的比较</h1>
<p>{heading}</p>
<p>文字里，<del>划去的</del>只在前一份，<ins>带下划线的</ins>只在后一份。</p>
{body}
</main>
</body>
</html>
"""
_TAGS: dict[Mark, str] = {"added": "ins", "removed": "del"}


def html(comparison: Comparison) -> str:
    """Return the comparison as a page of its own, without script, for any browser."""
    parts = []
    if comparison.same:
        parts.append("<p>内容相同。</p>")
    else:
        figures = [
            (pair.place, format_figure(pair.before), format_figure(pair.after), *_columns(pair))
            for pair in comparison.figures
        ]
        facts = [(_meaning(key), before, after, "", "") for key, before, after in comparison.settings]
        rows = facts + figures
        if rows:
            parts.append(_table(rows))
    for one in comparison.sections:
        if one.changed:
            parts.append(f"<h2>{escape(one.heading)}（新写的占 {one.new_share:.0%}）</h2>")
            parts += [f"<p>{''.join(map(_tagged, sentence))}</p>" for sentence in one.changed]
    return _PAGE.format(heading=escape(_heading(comparison)), body="\n".join(parts))


def _columns(pair: Pair) -> tuple[str, str]:
    return signed(pair.difference), "" if pair.percent is None else f"{signed(pair.percent)}%"


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    body = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("项目", "前一份", "后一份", "增减", "增减幅度")
    )
    return (
        '<h2 id="figures">数据</h2>\n<div class="region" role="region" tabindex="0" aria-labelledby="figures">\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _tagged(span: Span) -> str:
    tag = _TAGS.get(span.mark)
    return escape(span.text) if tag is None else f"<{tag}>{escape(span.text)}</{tag}>"
