"""Prose of two reports, sentence by sentence and word by word.

Chinese is written without spaces, so a word is found without a dictionary: a number and a Latin word are one token each, a Chinese
character is one, and an unchanged character that stands alone between two changes belongs to them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Literal

from helpers.document import prose
from helpers.report.folder import Report
from helpers.report.form import FORM

Mark = Literal["same", "added", "removed"]
_ALIKE = Decimal("0.4")
"""Two sentences with at least this share of their pairs of characters in common are one sentence, changed."""


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
