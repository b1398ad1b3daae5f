"""What the notice of a province or city asks beyond the form: facts of section 1, items of section 6."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpers.checks.context import Context
from helpers.checks.numerals import NUMBER, tidy
from helpers.checks.rule import rule
from helpers.document.prose import Paragraph
from helpers.report.findings import Finding, finding
from helpers.report.local_addenda import Demand

_DENIED = "(?:没有|尚?未|暂未|无|不)"
_NEAR = 12
"""Characters between a word and what is said of it."""

_JOINED = re.compile(r"[^，。；、]{0,6}(?:[、和及与]|以及)[^，。；、]{0,2}")


@rule("P-YEAR")
def year(context: Context) -> Iterator[Finding]:
    """See that the local notice is one on the report's year."""
    report, named = context.report, context.report.addendum
    if named is not None and report.year not in named.years:
        years = "、".join(map(str, named.years))
        message = (
            f"local（地方补充要求）写的是“{named.name}”，{named.cited}适用于 {years} 年度，本报告是 {report.year} 年度的，"
            "各项要求没有核对；请换成本年度的，没有的写 null。"
        )
        yield finding("P-YEAR", message, actual=named.name, **context.setting("local"))


@rule("P-FACT")
def facts(context: Context) -> Iterator[Finding]:
    """See that section 1 states every fact that the local notice asks for, each with a number of its own."""
    addendum, paragraphs = context.addendum, context.paragraphs.get("overview")
    if addendum is None or paragraphs is None:
        return
    asked = [demand for demand in addendum.of(context.report.level) if demand.topic]
    said = _Said(asked)
    for paragraph in paragraphs:
        said.read(paragraph)
    for demand in asked:
        if demand.key in said.stated:
            continue
        together = (
            "；正文把它和别的合在一起写了一个数，请分开写"
            if demand.key in said.together
            else "，正文里没有找到"
        )
        message = f"{addendum.cited}要求在“{demand.topic}”里写明{demand}{together}；没有发生的也请写明。"
        yield finding("P-FACT", message, file="overview.md", expected=str(demand))


@rule("P-ITEM")
def items(context: Context) -> Iterator[Finding]:
    """See that section 6 mentions every item that the local notice asks for."""
    addendum, paragraphs = context.addendum, context.paragraphs.get("other")
    if addendum is None or paragraphs is None:
        return
    text = "".join(tidy(paragraph.text) for paragraph in paragraphs)
    for demand in addendum.of(context.report.level):
        if not demand.topic and not any(word in text for word in demand.words):
            message = f"{addendum.cited}要求第六部分写到{demand.name}，正文里没有找到；没有的也请写明。"
            yield finding("P-ITEM", message, file="other.md", expected=demand.name)


# What a text states ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    key: str


class _Said:
    """Which facts a text states: a number goes to the word before it, or, where there is none, to the word right after it."""

    def __init__(self, asked: Sequence[Demand]) -> None:
        self._units = {demand.key: demand.units for demand in asked}
        self._keys: dict[str, list[str]] = {}
        for demand in asked:
            for word in demand.words:
                self._keys.setdefault(tidy(word), []).append(demand.key)
        longest = sorted(self._keys, key=len, reverse=True)
        units = sorted({unit for demand in asked for unit in demand.units}, key=len, reverse=True)
        self._word = re.compile("|".join(map(re.escape, longest)) or "(?!)")
        self._number = re.compile(f"{NUMBER}(?P<unit>{'|'.join(map(re.escape, units))})" if units else "(?!)")
        self.stated: set[str] = set()
        self.together: set[str] = set()

    def read(self, paragraph: Paragraph) -> None:
        """Read a paragraph, sentence by sentence."""
        if not paragraph.heading:
            for sentence in re.split(r"[。；;！!？?]", tidy(paragraph.text)):
                self._read(sentence)

    def _read(self, sentence: str) -> None:
        words = [
            _Word(found.start(), found.end(), key)
            for found in self._word.finditer(sentence)
            for key in self._keys[found[0]]
        ]
        for word in words:
            if not self._units[word.key] or self._denied(sentence, word):
                self.stated.add(word.key)
        start = 0
        for number in self._number.finditer(sentence):
            unit = number["unit"]
            before = [word for word in words if start <= word.start and word.end <= number.start()]
            after = [word for word in words if 0 <= word.start - number.end() <= _NEAR]
            start = number.end()
            if any(unit in self._units[word.key] for word in before if word.start == before[-1].start):
                self._count(sentence, before, unit)
            elif after:
                self._take([word for word in after if word.start == after[0].start], unit)
                start = after[0].end

    def _denied(self, sentence: str, word: _Word) -> bool:
        before, after = sentence[: word.start], sentence[word.end :]
        return bool(
            re.search(f"{_DENIED}[^，、]{{0,{_NEAR}}}$", before)
            or re.match(f"[^，、]{{0,{_NEAR}}}{_DENIED}", after)
        )

    def _count(self, sentence: str, before: Sequence[_Word], unit: str) -> None:
        """Give a number to the last word before it, unless that only ends a list of several facts."""
        last = [word for word in before if word.start == before[-1].start]
        others = [word for word in before if word.key not in {one.key for one in last}]
        if others and _JOINED.fullmatch(sentence[others[-1].end : last[0].start]):
            self.together |= {word.key for word in (others[-1], *last)}
        else:
            self._take(last, unit)

    def _take(self, words: Sequence[_Word], unit: str) -> None:
        self.stated |= {word.key for word in words if unit in self._units[word.key]}
