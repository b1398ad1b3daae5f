"""What the prose states about the tables: numbers with their object, read sentence by sentence.

A clause is read only if every word of it is known; whatever is not understood is not judged, and makes the bare numbers
that follow it in the sentence (“办结20件” after “县教育局收到20件”) unjudged too. Worked examples stand in
``tests/checks/claims.yml``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from helpers.checks.claim_grammar import (
    CHANGE,
    COURSES,
    GROUPS,
    NONE_RECEIVED,
    NONE_SUED,
    SHARE,
    UNIT,
    ClauseRule,
    Measure,
    clause_rules,
    sum_over,
)
from helpers.checks.numerals import NOUGHT, NUMBER, Number, read, tidy
from helpers.document.prose import Paragraph
from helpers.report.form import CARRIED_OVER, HANDLED, NEW, TOTAL

Kind = Literal["count", "share", "change", "growth"]


@dataclass(frozen=True)
class Claim:
    """One number that the prose states about the tables.

    Attributes
    ----------
    kind
        ``count``: the measure itself (件, or 万元); ``share``: the measure in per cent of the applications; ``change``: the
        measure less last year's; ``growth``: that in per cent of last year's.
    measures
        What the words may mean; the claim is true if one of them agrees.
    loose
        What the words cannot mean in the form's terms, though they are often used so.
    number
        The number stated; negative for a decrease.
    quote
        The clause.
    line
        Line of the prose file on which its paragraph begins.
    """

    kind: Kind
    measures: tuple[Measure, ...]
    number: Number
    quote: str
    line: int
    loose: tuple[Measure, ...] = ()

    def __str__(self) -> str:
        """Return the claim as the table of worked examples writes it."""
        measures = " | ".join(_name(measure) for measure in self.measures)
        kind = "" if self.kind == "count" else f"{self.kind} "
        about = "余" if self.number.about else ""
        return f"{kind}{measures} = {self.number.value.normalize():f}{about}"


def _name(measure: Measure) -> str:
    rows = [row for _, row, _ in measure]
    if len(rows) > 1 and rows in GROUPS.values():
        return f"{rows[0].split('_')[0]}_*"
    return "+".join(row if column in {TOTAL, "value"} else f"{row}.{column}" for _, row, column in measure)


def claims(paragraphs: Iterable[Paragraph], year: int, names: Iterable[str]) -> Iterator[Claim]:
    """Read every claim in some paragraphs.

    Parameters
    ----------
    year
        Year of the report; what is said of another year is no claim.
    names
        Names by which the report calls its own organ.
    """
    own = _Own(year, names)
    heading = ""
    for paragraph in paragraphs:
        text = tidy(paragraph.text)
        if paragraph.heading:
            heading = text
            continue
        on_applications = _ON_APPLICATIONS.search(heading + text) is not None
        for sentence in re.split(r"[。！？]", text):
            yield from _Sentence(own, sentence, on_applications, paragraph.line).read()


_FALL = frozenset({"减少", "下降", "回落", "降低", "减"})


_ON_DISCLOSURE = re.compile("信息公开|依申请公开|政务公开")
_ON_APPLICATIONS = re.compile("依申请公开|公开申请|申请公开")
_COUNTED = re.compile(NUMBER + "[件起宗例条项份]")
_MARK = re.compile(r"([，、（）()：:；;]|,(?!\d{3}))")
_JOINED = re.compile(f"(?<={UNIT})(?:以及|[和及与])")
_CARRIED = re.compile("(?:结转|转|顺延)[到至入]?下年|上一?年度?(?:未办结)?的?结转")
_OTHER_YEAR = re.compile(
    r"\d{4}年|去年|上一?年|下一?年|同期|历年|年来|近.年|半年|[0-9一二三四]季度|\d月|五年"
)


class _Own:
    """Puts 本年, 上年, 下年 and 本单位 for the report's year, those around it and its organ, which the grammar then knows."""

    def __init__(self, year: int, names: Iterable[str]) -> None:
        self.year = year
        self.names = sorted(names, key=len, reverse=True)
        self.period = re.compile(rf"{year}年(?:1月1日[至到-](?:{year}年)?)?12月31日")

    def plain(self, clause: str) -> str:
        """Return a clause in the words of the grammar."""
        for name in self.names:
            clause = clause.replace(name, "本单位")
        clause = self.period.sub("本年", clause)
        for year, word in ((self.year, "本年"), (self.year - 1, "上年"), (self.year + 1, "下年")):
            clause = clause.replace(f"{year}年", word)
        return clause


class _Sentence:
    """One sentence, clause by clause."""

    def __init__(self, own: _Own, text: str, on_applications: bool, line: int) -> None:
        self.own = own
        self.text = text
        self.line = line
        self.on_applications = on_applications
        self.on_disclosure = False
        self.this_year = True
        self.trusted = True
        self.last = ""
        """Family of the last claim."""
        self.made: dict[tuple[str, tuple[Measure, ...]], None] = {}
        """What has been counted so far, each once: a sentence of ten thousand claims names few things."""

    def read(self) -> Iterator[Claim]:
        """Read the sentence."""
        if re.search("[未没无]", self.text):
            yield from self._nothing()
        before, dangling = None, False
        for clause, end in self._clauses():
            plain = self.own.plain(clause)
            self.on_disclosure |= _ON_DISCLOSURE.search(plain) is not None
            claim = None if self._of_another_year(plain) else self._clause(clause, plain, before)
            counted = _COUNTED.search(plain) is not None
            if claim is not None and not dangling:
                yield claim[1]
            if claim is None and counted:
                self.trusted = False
            if claim is not None or counted:
                before = None if dangling else claim
            # 予以公开、部分公开共42件: the number belongs to more than its own clause names.
            dangling = end == "、" and claim is None and not re.search(r"\d", clause)

    def _clauses(self) -> Iterator[tuple[str, str]]:
        """Split the sentence; each clause comes with the mark that ends it."""
        pieces = _MARK.split(_JOINED.sub("，", self.text))
        for clause, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            if clause:
                yield clause, end

    def _of_another_year(self, plain: str) -> bool:
        """Follow of which year the sentence speaks; what is carried or compared speaks of this year too."""
        said = CHANGE.sub("", _CARRIED.sub("", plain))
        if "本年" in said:
            self.this_year = True
        elif _OTHER_YEAR.search(said):
            self.this_year = False
        return not self.this_year

    def _clause(self, clause: str, plain: str, before: tuple[str, Claim] | None) -> tuple[str, Claim] | None:
        return self._relative(clause, plain, before) or self._counted(clause, plain)

    def _relative(
        self, clause: str, plain: str, before: tuple[str, Claim] | None
    ) -> tuple[str, Claim] | None:
        """Read a share or a change, said of the claim directly before."""
        if before is None:
            return None
        family, claim = before
        said = replace(claim, quote=f"{claim.quote}，{clause}", loose=())
        # In brackets after what was received (（17.5%）) a bare percentage may be anything.
        divided = family in {"results", "applicants"} or (family == "applications" and plain[0] == "占")
        found = SHARE.fullmatch(plain)
        if found and claim.kind == "count" and divided:
            return family, replace(said, kind="share", number=read(found))
        found = CHANGE.fullmatch(plain)
        if found and (found["than"] or claim.kind in {"change", "growth"}):
            number = read(found)
            if found["way"] in _FALL:
                number = replace(number, value=-number.value)
            return family, replace(said, kind="growth" if found["unit"] == "%" else "change", number=number)
        return None

    def _counted(self, clause: str, plain: str) -> tuple[str, Claim] | None:
        if not re.search(r"\d", plain) and not _COUNTED.search(plain):
            return None
        for rule in clause_rules():
            found = rule.pattern.fullmatch(plain)
            measures = self._meaning(rule, plain) if found else ()
            # 受理一件、办结一件: a manner of speaking.
            if found is None or not measures or (rule.bare and found["number"] == "一"):
                continue
            number = read(found)
            if found.groupdict().get("money") == "元":
                number = replace(number, value=number.value.scaleb(-4), step=number.step.scaleb(-4))
            family = rule.family.removeprefix("more ")
            claim = Claim("count", measures, number, clause, self.line, rule.loose)
            self.made[family, measures] = None
            self.last = family
            return family, claim
        return None

    def _meaning(self, rule: ClauseRule, plain: str) -> tuple[Measure, ...]:
        """Return what a rule's number may mean here; nothing where the sentence does not say enough."""
        families = {family for family, _ in self.made}
        if rule.bare and not self.trusted and "信息公开" not in plain:
            return ()
        match rule.family:
            case "applications" | "results":
                known = self.on_applications and not families & {"proceedings", "outcomes"}
                return rule.measures if known or not rule.bare else ()
            case "applicants":
                if not self.on_applications or families & {"proceedings", "outcomes"}:
                    return ()
                return self._of_applicants(rule.measures[0])
            case "proceedings":
                # 司法局 and courts have others, which are not about disclosure.
                return rule.measures if self.on_disclosure else ()
            case "outcomes":
                return self._of_courses(rule.measures[0][0][2])
            case "more regulations" | "more normative":
                kind = rule.family.removeprefix("more ")
                return rule.measures if self.last == kind else ()
        return rule.measures

    def _of_applicants(self, columns: Measure) -> tuple[Measure, ...]:
        """Return an applicant's part of whatever the sentence has counted so far; else of what was received or handled."""
        heads = [
            measure
            for family, measures in self.made
            if family in {"applications", "results"}
            for measure in measures
        ]
        wholes = [tuple(cell[1] for cell in head) for head in heads] or [(HANDLED,)]
        bases = dict.fromkeys(
            [(NEW,), (NEW, CARRIED_OVER), *wholes] if (NEW,) in wholes or not heads else wholes
        )
        return tuple(
            tuple(("applications", row, column) for row in rows for _, _, column in columns) for rows in bases
        )

    def _of_courses(self, column: str) -> tuple[Measure, ...]:
        """Return an outcome of the proceedings the sentence has named, of any or of all of them."""
        named = [measures[0] for family, measures in self.made if family == "proceedings"]
        if not named:
            return ()
        each = dict.fromkeys([*named, tuple(dict.fromkeys(cell for measure in named for cell in measure))])
        return tuple(tuple((table, block, column) for table, block, _ in measure) for measure in each)

    def _nothing(self) -> Iterator[Claim]:
        """Read 未收到……申请, 未发生……行政复议、行政诉讼: a nought in words."""
        if _OTHER_YEAR.search(_CARRIED.sub("", self.own.plain(self.text))):
            return
        for clause, _ in self._clauses():
            if NONE_RECEIVED.fullmatch(self.own.plain(clause)) and self.on_applications:
                yield Claim("count", (sum_over(NEW),), NOUGHT, clause, self.line)
        for found in NONE_SUED.finditer(self.text):
            for label in ("行政复议", "行政诉讼") if found["both"] else ("行政复议",):
                measure = sum_over(*COURSES[label], table="proceedings")
                yield Claim("count", (measure,), NOUGHT, found[0], self.line)
