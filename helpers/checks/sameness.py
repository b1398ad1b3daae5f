"""Prose that stands in another report too: last year's, or another unit's of the same year."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.document.prose import Paragraph
from helpers.report.findings import Finding, finding
from helpers.report.form import FORM

_SECTIONS = ("overview", "problems")
_SHINGLE = 8
_SHORT = 40
_SAMPLE = 32
"""One in so many runs of characters is kept to compare many reports; a section has some thousand."""


@rule("W-SAME")
def same(context: Context) -> Iterator[Finding]:
    """Measure how much of sections 1 and 5 stood in last year's, numbers aside."""
    if context.previous is None:
        return
    for name in _SECTIONS:
        now, before = (_shingles(one.paragraphs.get(name, [])) for one in (context, context.previous))
        if len(now) + _SHINGLE > _SHORT and 2 * len(now & before) > len(now):
            part = FORM.sections[name]
            share = round(100 * len(now & before) / len(now))
            message = f"“{part}”有 {share}% 的内容与上一年度报告相同，不得年年雷同，请按本年的实际情况重写。"
            yield finding("W-SAME", message, file=f"{name}.md", expected="不超过 50%", actual=f"{share}%")


def _shingles(paragraphs: list[Paragraph], names: Sequence[str] = ()) -> set[str]:
    texts = (
        re.sub(r"\d+", "0", re.sub(r"\s", "", paragraph.text))
        for paragraph in paragraphs
        if not paragraph.heading
    )
    return {
        text[start : start + _SHINGLE]
        for text in (_without(text, names) for text in texts)
        for start in range(max(1, len(text) - _SHINGLE + 1))
        if text
    }


def _without(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = text.replace(name, "本机关")
    return text


# Other units ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sketch:
    """What is kept of a report's prose to find the same text in others: digests of runs of characters, by section."""

    name: str
    organ: str
    year: int
    sections: dict[str, frozenset[int]]
    explanation: str | None = None
    """What report.yml says to W-COPIED."""


def sketch(context: Context) -> Sketch:
    """Return the sketch of a report."""
    report = context.report
    names = sorted({report.organ, report.short_name}, key=len, reverse=True)
    sections = {}
    for section in _SECTIONS:
        kept = _shingles(context.paragraphs.get(section, []), names)
        digests = (crc32(text.encode()) for text in kept if len(kept) + _SHINGLE > _SHORT)
        sections[section] = frozenset(one for one in digests if one % _SAMPLE == 0)
    return Sketch(report.short_name, report.organ, report.year, sections, report.explanations.get("W-COPIED"))


@dataclass(frozen=True)
class Copy:
    """A section of a report, by its place among the sketches, that stands for the most part in an earlier one's."""

    later: int
    earlier: int
    section: str
    share: int


def copies(sketches: Sequence[Sketch]) -> Iterator[Copy]:
    """Yield sections of which more than half stand in another organ's report on the same year, given earlier.

    Each run of characters is held against the first report that has it, so that the time grows with the text only.
    """
    for section in _SECTIONS:
        first: dict[int, int] = {}
        for later, one in enumerate(sketches):
            kept = one.sections[section]
            holders = Counter(first.setdefault(one.year << 32 | digest, later) for digest in kept)
            for earlier, count in holders.most_common(2):
                if sketches[earlier].organ != one.organ and 2 * count > len(kept) >= _FEWEST:
                    yield Copy(later, earlier, section, round(100 * count / len(kept)))


_FEWEST = 4


@rule("W-COPIED")
def copied(context: Context) -> Iterator[Finding]:
    """Look among the reports that this one gathers for prose that one took from another."""
    children = context.children.contexts
    yield from copies_found([sketch(child) for child in children]).values()


def copies_found(sketches: Sequence[Sketch]) -> dict[int, Finding]:
    """Return one finding for each report that copies another, by its place among the sketches."""
    found: dict[int, Finding] = {}
    for copy in copies(sketches):
        later, earlier = sketches[copy.later], sketches[copy.earlier]
        message = (
            f"“{later.name}”的“{FORM.sections[copy.section]}”有 {copy.share}% 的内容与“{earlier.name}”的相同，"
            "请核对是否抄自别的单位，并按本单位的实际情况重写。"
        )
        found.setdefault(
            copy.later, finding("W-COPIED", message, expected="不超过 50%", actual=f"{copy.share}%")
        )
    return found
