"""One sentence, clause by clause: what each count, share and change in it means beside those before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from helpers.checks.claim_clauses import Clause, clauses
from helpers.checks.claim_counts import Counts
from helpers.checks.claim_grammar import (
    CAME,
    CHANGE,
    CHANGES,
    FALL,
    RATE,
    SHARE,
    SHARES,
    Bag,
    Claim,
    Kind,
    Meaning,
    Measure,
    meanings,
    sum_over,
)
from helpers.checks.claim_scope import LAST_YEARS, OwnWords, Scope
from helpers.checks.claim_words import DOCUMENTS, UNIT, words
from helpers.checks.numerals import NOUGHT, NUMBER, Number, read
from helpers.report.form import CARRIED_OVER, NEW, TOTAL

_ON_DISCLOSURE = re.compile("信息公开|依申请公开|政务公开")
_COUNTED = re.compile(NUMBER + "[件起宗例条项份]")
_WORTH_READING = re.compile(r"\d|[未没无零]|[一二两三四五六七八九十百千][件起宗例份]")
_MANNER = re.compile("按[时期]|及时|依法|依规|法定|规定|规范(?!性)|如期|妥善|认真|其中")
_MORE_SHARES = re.compile(f"(?:和|及)?{NUMBER}%")
_MORE_COUNTS = re.compile(f"(?:和|及)?{NUMBER}(?:{UNIT}|%)")
_COMPARED = re.compile("(?:分别)?(?:同比|环比|与?(?:较|比|同)?(?:上年|去年))")
_MOST_TOGETHER = 6
_EACH = frozenset({"各部门", "各单位", "各有关单位", "各级各部门", "各级各单位"})
_UNITS_APART = re.compile("乡镇|街道|镇街|本级|县直|市直|区直")
_ONE = re.compile("(?<![〇零一二两三四五六七八九十百千])一[件起宗例份]")
_EVERY = re.compile("[均都皆]")
_INCLUDED = re.compile("^(?:其中)?(?:含有?|包括|包含)|^其中")


@dataclass
class _Said:
    """A claim with the family of its words."""

    family: str
    claim: Claim


class Sentence:
    """One sentence, clause by clause."""

    def __init__(self, own: OwnWords, text: str, on_applications: bool, line: int) -> None:
        self.own = own
        self.text = text
        self.line = line
        self.on_applications = on_applications
        self.on_disclosure = False
        self.on_answers = on_applications and re.search("答复|申请人", text) is not None
        self.on_results = re.search("部分公开|不予公开|不公开|无法提供", text) is not None
        self.units_apart = _UNITS_APART.search(text) is not None
        self.scope = Scope()
        self.trusted = True
        self.document = ""
        """Kind of document last named."""
        self.run: list[_Said] = []
        """Claims directly before, one after the other."""
        self.waiting: list[Meaning] = []
        """What has been named and waits for its number: 予以公开、部分公开共42件."""
        self.dangling = False
        self.header: list[Meaning] = []
        """What the clause before has named without a number: 公布现行有效规范性文件目录，共164件."""
        self.counts = Counts()
        self.found: list[Claim] = []

    def read(self) -> list[Claim]:
        """Read the sentence."""
        if _WORTH_READING.search(self.text):
            pieces = clauses(self.text)
            at = 0
            while at < len(pieces):
                at += self._step(pieces, at)
        return self.found

    def _step(self, pieces: list[Clause], at: int) -> int:
        """Read a clause, or several that belong together; return how many."""
        clause, plain = pieces[at], self.own.plain(pieces[at].text)
        self.on_disclosure |= _ON_DISCLOSURE.search(plain) is not None
        for kind, pattern in DOCUMENTS.items():
            if re.search(pattern, plain):
                self.document = kind
        if self.scope.left(plain, clause.end):
            self._not_read(clause, plain)
            return 1
        shares = self._shares(pieces, at, plain)
        if shares:
            return shares
        if not self._relative(clause, plain) and not self._counted(clause, plain):
            nothing = self._nothing(pieces, at)
            if nothing:
                return nothing
            self._not_read(clause, plain)
        elif "占" not in plain:
            self.header = []
        return 1

    def _not_read(self, clause: Clause, plain: str) -> None:
        if _COMPARED.match(plain):
            return
        if _COUNTED.search(plain):
            self.trusted = False
            self.run = []
            self.waiting = []
            self.header = []
        elif not re.search(r"\d", plain):
            self.header = self._named(plain)
            # 予以公开、部分公开共42件: the number belongs to more than its own clause names.
            self.dangling = clause.end == "、"
            if self.dangling:
                self.waiting += self.header
            else:
                self.waiting = []

    def _named(self, plain: str) -> list[Meaning]:
        bag = _bag(plain)
        return [] if bag is None or "none" in bag.kinds else meanings(bag)

    # Shares and changes -----------------------------------------------------------------------------------------------

    def _shares(self, pieces: list[Clause], at: int, plain: str) -> int:
        """Read 占比分别为58%、17%、25% or 分别比上年增加8件、9件, said of as many claims before; return how many clauses that takes."""
        share, change = SHARES.fullmatch(plain), CHANGES.fullmatch(plain) if "分别" in plain else None
        first = share or change
        if first is None:
            return 0
        more = _MORE_SHARES if share else _MORE_COUNTS
        rest = (more.fullmatch(piece.text) for piece in pieces[at + 1 : at + 10])
        known = [first, *(one for one in takewhile(bool, rest) if one)]
        said = [one for one in self.run if one.claim.kind == "count"][-len(known) :]
        if len(said) == len(known):
            for one, found in zip(said, known, strict=True):
                kind: Kind = "share" if share else "growth" if found[0].endswith("%") else "change"
                falls = change is not None and change["way"] in FALL
                self._relate(one, kind, _signed(read(found), falls), pieces[at])
        return len(known)

    def _relate(self, said: _Said, kind: Kind, number: Number, clause: Clause) -> None:
        quote = f"{said.claim.quote}，{clause.quote}"
        claim = replace(said.claim, kind=kind, quote=quote, loose=(), number=number)
        self.found.append(claim)
        self.run.append(_Said(said.family, claim))

    def _relative(self, clause: Clause, plain: str) -> bool:
        """Read a share or a change, said of the claim directly before, or of what the clause itself names."""
        if self._own_share(clause, plain):
            return True
        if not self.run:
            return False
        said = self.run[-1]
        found = SHARE.fullmatch(plain)
        # In brackets after what was received (（17.5%）) a bare percentage may be anything.
        divided = said.family in {"results", "applicants", "outcomes"} or (
            said.family == "applications" and plain[0] == "占"
        )
        if found and said.claim.kind == "count" and divided:
            together = tuple(self._together(said.family))
            said = replace(said, claim=replace(said.claim, measures=(*said.claim.measures, *together)))
            self._relate(said, "share", read(found), clause)
            return True
        found = RATE.fullmatch(plain)
        if found and said.family == "proceedings" and found["rate"] in _OUTCOMES:
            courses = [cell[1] for cell in said.claim.measures[0]]
            measure = sum_over(*courses, column=_OUTCOMES[found["rate"]], table="proceedings")
            said = replace(said, claim=replace(said.claim, measures=(measure,)))
        if (
            found
            and said.claim.kind == "count"
            and _RATED[found["rate"]] & {cell[1:] for cell in said.claim.measures[0]}
        ):
            self._relate(said, "share", read(found), clause)
            return True
        found = CHANGE.fullmatch(LAST_YEARS.sub(r"\1", plain))
        if found and (found["than"] or said.claim.kind in {"change", "growth"}):
            number = _signed(read(found), found["way"] in FALL)
            self._relate(said, "growth" if found["unit"] == "%" else "change", number, clause)
            return True
        return False

    def _own_share(self, clause: Clause, plain: str) -> bool:
        """Read 自然人申请占83%, and let what it names be the header of what follows (共289件)."""
        label, _, rest = plain.partition("占")
        found = SHARE.fullmatch(f"占{rest}") if label and rest else None
        named = self._named(label) if found else []
        measures = self._measures(named[0], plain) if len(named) == 1 else ()
        if not found or not measures or named[0].family not in {"results", "applicants"}:
            return False
        self.found.append(Claim("share", measures, read(found), clause.quote, self.line))
        self.header = named
        return True

    def _together(self, family: str) -> Iterator[Measure]:
        """Yield the last two, three … counts together: a share may be said of all that stand before it."""
        whole: Measure = ()
        for said in reversed(self.run[-_MOST_TOGETHER:]):
            if said.family != family or said.claim.kind != "count":
                return
            whole = tuple(dict.fromkeys([*said.claim.measures[0], *whole]))
            if said is not self.run[-1]:
                yield whole

    # Counts -----------------------------------------------------------------------------------------------------------

    def _counted(self, clause: Clause, plain: str) -> bool:
        """Read a clause that states one number."""
        bag = _bag(plain)
        number = None if bag is None else bag.number
        if bag is None or number is None:
            return False
        apart = any(word.text in _EACH for word in bag.words) and self.units_apart
        meant = meanings(bag)
        if (
            bag.alone
            and (bag.total or clause.start in {"：", ":"})
            and [one.family for one in self.header] in _HEADED
        ):
            meant = self.header
        if len(meant) != 1 or apart:
            return False
        said = self._said(meant[0], number, clause, plain)
        if said is None:
            return False
        waiting, self.waiting = self.waiting, []
        dangling, self.dangling = self.dangling, False
        self._include(said, clause)
        if dangling:
            return self._shared(waiting, said, bag)
        self._keep(said)
        return True

    def _said(self, meaning: Meaning, number: Number, clause: Clause, plain: str) -> _Said | None:
        measures = self._measures(meaning, plain)
        # 受理一件、办结一件: a manner of speaking.
        if not measures or (meaning.bare and _ONE.search(plain)):
            return None
        return _Said(meaning.family, Claim("count", measures, number, clause.quote, self.line, meaning.loose))

    def _keep(self, said: _Said) -> None:
        self.found.append(said.claim)
        self.run.append(said)
        self.counts.add(said.family, said.claim.measures)

    def _shared(self, waiting: list[Meaning], said: _Said, bag: Bag) -> bool:
        """Read the number of several things: of all together (共), or of each (均)."""
        measures = [self._measures(one, "信息公开") for one in waiting if one.family == said.family]
        if measures and all(measures) and len(measures) == len(waiting):
            if any(_EVERY.match(word.text) for word in bag.words):
                for one in measures:
                    self._keep(replace(said, claim=replace(said.claim, measures=one)))
                self._keep(said)
            elif bag.total:
                whole = tuple(
                    dict.fromkeys(cell for one in [*measures, said.claim.measures] for cell in one[0])
                )
                self._keep(replace(said, claim=replace(said.claim, measures=(whole,), loose=())))
        self.run = []
        return True

    def _include(self, said: _Said, clause: Clause) -> None:
        """Let 收到3153件 mean new and carried over together where 含上年结转34件 follows."""
        part = said.claim.measures in {(sum_over(CARRIED_OVER),), (sum_over(NEW),)}
        if not part or not self.run or not (_INCLUDED.match(clause.text) or clause.start in {"（", "("}):
            return
        whole = self.run[-1]
        if sum_over(NEW) in whole.claim.measures and self.found and self.found[-1] is whole.claim:
            claim = replace(
                whole.claim, measures=tuple(dict.fromkeys([*whole.claim.measures, CAME])), loose=()
            )
            self.found[-1] = claim
            self.run[-1] = replace(whole, claim=claim)

    def _measures(self, meaning: Meaning, plain: str) -> tuple[Measure, ...]:
        """Return what a number may mean here; nothing where the sentence does not say enough."""
        if meaning.bare and not self.trusted and "信息公开" not in plain:
            return ()
        known = self.on_applications and not self.counts.of_courts
        match meaning.family:
            case "applications" | "results":
                return meaning.measures if known or not meaning.bare else ()
            case "bare granted" | "bare other":
                last = self.run[-1].family if self.run else ""
                named = known and (self.on_results or meaning.family == "bare other")
                return self.counts.results(meaning, last) if named else ()
            case "applicants":
                return self.counts.applicants(meaning.measures[0]) if known else ()
            case "sum":
                return meaning.measures if self.counts.came_in else ()
            case "proceedings":
                # 司法局 and courts have others, which are not about disclosure.
                return meaning.measures if self.on_disclosure or self.on_answers else ()
            case "outcomes":
                return self.counts.courses(meaning.measures[0][0][2])
            case "states":
                ((_, state, column),) = meaning.measures[0]
                return ((("disclosure", f"{self.document}_{state}", column),),) if self.document else ()
        return meaning.measures

    # Nought in words --------------------------------------------------------------------------------------------------

    def _nothing(self, pieces: list[Clause], at: int) -> int:
        """Read 未收到……申请, 未发生……行政复议、行政诉讼; return how many clauses that takes."""
        said: list[_Said] = []
        taken = 0
        for place in range(at, len(pieces)):
            piece = pieces[place]
            plain = self.own.plain(piece.text)
            bag = _bag(plain)
            denied = bag is not None and [word.kind for word in bag.words].count("none") == (taken == 0)
            if bag is None or not denied or _MANNER.search(plain) or bag.number is not None:
                return 0
            meant = [one for one in meanings(bag) if one.family in _NEGATED]
            known = [self._said(one, NOUGHT, piece, plain) for one in meant]
            if not known or None in known:
                return 0
            said += [one for one in known if one is not None]
            taken += 1
            if piece.end != "、":
                break
        for one in said:
            self.found.append(one.claim)
        return taken


_COURSES = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
_OUTCOMES = {"维持": "upheld", "纠错": "corrected", "纠正": "corrected"}
_RATED: dict[str, frozenset[tuple[str, str]]] = {
    "公开": frozenset({("granted", TOTAL)}),
    **{word: frozenset((course, column) for course in _COURSES) for word, column in _OUTCOMES.items()},
}
"""Cells whose share a rate is."""
_HEADED = (["documents"], ["applicants"], ["results"], ["decisions"], ["proceedings"])
_NEGATED = frozenset({"applications", "results", "documents", "decisions", "proceedings", "states"})


def _bag(plain: str) -> Bag | None:
    found = words(plain)
    return Bag(found) if found else None


def _signed(number: Number, falls: bool) -> Number:
    return replace(number, value=-number.value) if falls else number
