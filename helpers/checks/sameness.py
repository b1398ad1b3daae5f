"""Prose that stands in another report too: last year's, or another unit's of the same year."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import pack
from typing import Any
from zlib import crc32

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.document.prose import Paragraph
from helpers.report.findings import Finding, finding, with_explanation
from helpers.report.form import FORM

_SECTIONS = ("overview", "problems")
_SHINGLE = 8
_SHORT = 40
_SAMPLE = 32
"""One in so many runs of characters is kept to compare many reports; a section has some thousand."""
_FEWEST = 4


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
    """What is kept of a report's prose to find the same text in others: digests of runs of characters, by section.

    ``sections`` hold unsigned numbers of 32 bits, little end first: there may be a hundred thousand reports.
    ``explanation`` is what report.yml says to W-COPIED.
    """

    name: str
    organ: str
    year: int
    sections: dict[str, bytes]
    explanation: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the sketch as a JSON object."""
        return {**vars(self), "sections": {name: kept.hex() for name, kept in self.sections.items()}}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Sketch":
        """Return the sketch that :meth:`to_json` wrote."""
        sections = {name: bytes.fromhex(text) for name, text in kept["sections"].items()}
        return cls(**{**kept, "sections": sections})


def sketch(context: Context) -> Sketch:
    """Return the sketch of a report."""
    report = context.report
    names = sorted({report.organ, report.short_name}, key=len, reverse=True)
    sections = {}
    for section in _SECTIONS:
        kept = _shingles(context.paragraphs.get(section, []), names)
        digests = (crc32(text.encode()) for text in kept if len(kept) + _SHINGLE > _SHORT)
        sample = sorted({one for one in digests if one % _SAMPLE == 0})
        sections[section] = pack(f"<{len(sample)}I", *sample)
    return Sketch(report.short_name, report.organ, report.year, sections, report.explanations.get("W-COPIED"))


@rule("W-COPIED")
def copied(context: Context) -> Iterator[Finding]:
    """Look among the reports that this one gathers for prose that one took from another."""
    yield from copies([sketch(child) for child in context.children.contexts]).values()


def copies(sketches: Sequence[Sketch]) -> dict[int, Finding]:
    """Find reports of which a section stands for the most part in another organ's on the same year, given earlier.

    Each run of characters is held against the first report that has it, so that the time grows with the text only.

    Returns
    -------
    dict
        One finding for each such report, by its place among the sketches.
    """
    found: dict[int, Finding] = {}
    for section in _SECTIONS:
        for later, earlier, share in _shared(sketches, section):
            one, other = sketches[later], sketches[earlier]
            message = (
                f"“{one.name}”的“{FORM.sections[section]}”有 {share}% 的内容与“{other.name}”的相同，"
                "请核对是否抄自别的单位，并按本单位的实际情况重写。"
            )
            copy = finding("W-COPIED", message, expected="不超过 50%", actual=f"{share}%")
            found.setdefault(
                later, copy if one.explanation is None else with_explanation(copy, one.explanation)
            )
    return found


def _shared(sketches: Sequence[Sketch], section: str) -> Iterator[tuple[int, int, int]]:
    """Yield pairs of places, and how many per cent of the later one's section stand in the earlier one's."""
    if len(sketches) < 2:
        return
    import numpy as np  # takes as long to load as three folders to check

    kept = [np.frombuffer(one.sections[section], dtype="<u4") for one in sketches]
    sizes = [len(one) for one in kept]
    owners = np.repeat(np.arange(len(kept)), sizes)
    years = np.repeat(np.array([one.year for one in sketches], dtype=np.int64), sizes)
    keys = np.concatenate(kept).astype(np.int64) + (years << 32)
    order = np.lexsort((owners, keys))
    _, first, place = np.unique(keys[order], return_index=True, return_inverse=True)
    holders, owners = owners[order][first][place], owners[order]
    pairs, counts = np.unique((owners * len(kept) + holders)[owners != holders], return_counts=True)
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        later, earlier = divmod(pair, len(kept))
        if 2 * count > sizes[later] >= _FEWEST and sketches[later].organ != sketches[earlier].organ:
            yield later, earlier, round(100 * count / sizes[later])
