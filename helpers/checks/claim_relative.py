"""Shares and changes: numbers said of the counts of a sentence before them, or of what their own clause names."""

import re
from dataclasses import replace
from itertools import takewhile

from helpers.checks.claim_clauses import CLOSED, Clause
from helpers.checks.claim_measures import Claim, Kind, Measure, sum_over
from helpers.checks.claim_patterns import (
    CHANGE,
    CHANGES,
    LOOSE_CHANGE,
    LOOSE_SHARE,
    OWN_CHANGE,
    OWN_RATE,
    RATE,
    SEVERAL,
    SHARE,
    SHARE_OF,
    SHARES,
    WAY,
    falls,
)
from helpers.checks.claim_scope import LAST_YEARS
from helpers.checks.claim_state import Said, SentenceSoFar
from helpers.checks.claim_words import UNIT
from helpers.checks.numerals import NUMBER, Number, read
from helpers.report.form import HANDLED

_MORE_SHARES = re.compile(f"(?:和|及)?{NUMBER}%")
_MORE_COUNTS = re.compile(f"(?:和|及)?(?P<way>{WAY})?{NUMBER}(?:{UNIT}|%)")
_MOST_BEFORE = 20
_SHARE_WORD = re.compile("的?(?:占比|所?占?比[例重])")
_WHOLES = (["results"], ["applications"], ["proceedings"])
_THOUGH = re.compile("^(?:虽然?|但|却|仍然?|也|且|只)+(?=[较比占与同])")
_TOGETHER = re.compile(f"(?:以上)?(?:{SEVERAL})?(?:合计|共计|总计|共)?")
_OUTCOMES = {"维持": "upheld", "纠错": "corrected", "纠正": "corrected", "败诉": "corrected"}
_RATES = {"公开": (("granted",), ("granted", "partly_granted")), "办结": ((HANDLED,),)}


class Relative(SentenceSoFar):
    """Reads the shares and changes of a sentence."""

    def shares(self, pieces: list[Clause], at: int, plain: str) -> int:
        """Read 占比分别为58%、17%、25% or 分别比上年增加8件、9件, said of as many claims before; return how many clauses that takes."""
        share, change = (
            SHARES.fullmatch(plain),
            CHANGES.fullmatch(plain) if re.search("分别|各", plain) else None,
        )
        first = share or change
        if first is None:
            return 0
        more = _MORE_SHARES if share else _MORE_COUNTS
        rest = (more.fullmatch(piece.text) for piece in pieces[at + 1 : at + 10])
        known = [first, *(one for one in takewhile(bool, rest) if one)]
        counted = [one for one in self.run if one.claim.kind == "count" and one.family != "sum"]
        said = counted[-len(known) :]
        if len(said) == len(known) > 1 or (share and len(said) == len(known)):
            for one, found in zip(said, known, strict=True):
                kind: Kind = "share" if share else "growth" if found[0].endswith("%") else "change"
                less = not share and falls(found["way"] or first["way"])
                self._relate(one, kind, _signed(read(found), less), pieces[at])
        return len(known)

    def _relate(self, said: Said, kind: Kind, number: Number, clause: Clause) -> None:
        quote = f"{said.claim.quote}，{clause.quote}"
        of = self._counted_before()
        claim = replace(said.claim, kind=kind, quote=quote, loose=(), number=number, of=of)
        self.found.append(claim)
        self.run.append(Said(said.family, claim))

    def _counted_before(self) -> tuple[Measure, ...]:
        """Return the last counts of the sentence, each once."""
        last = self.found[-_MOST_BEFORE:]
        return tuple(dict.fromkeys(one.measures[0] for one in last if one.kind == "count"))

    def relative(self, clause: Clause, plain: str) -> bool:
        """Read a share or a change, said of what the clause itself names, or of the claim directly before."""
        plain = _THOUGH.sub("", plain)
        own = (self._share_of_named, self._own_share, self._own_change, self._own_rate)
        said = (self._said_share, self._said_rate, self._said_change) if self.run else ()
        return any(read_as(clause, plain) for read_as in (*own, *said))

    def _said_share(self, clause: Clause, plain: str) -> bool:
        """Read 占58%."""
        said = self.run[-1]
        found = SHARE.fullmatch(plain) or (LOOSE_SHARE.fullmatch(plain) if self.guessing else None)
        # In brackets after what was received (（17.5%）) a bare percentage may be anything.
        divided = said.family in {"results", "applicants", "outcomes"} or (
            said.family in {"applications", "proceedings", "decisions"} and plain[0] == "占"
        )
        if not found or said.claim.kind != "count" or not divided:
            return False
        measures = (*said.claim.measures, *self.sums())
        if self._headed():
            measures = self.measures(self.header[0], plain) or measures
        said = replace(said, claim=replace(said.claim, measures=measures))
        self._relate(said, "share", read(found), clause)
        return True

    def _said_rate(self, clause: Clause, plain: str) -> bool:
        """Read 公开率49%."""
        found = RATE.fullmatch(plain)
        if not found or (found["rate"] == "办结" and (not self.guessing or read(found).value == 100)):
            return False  # 办结率 100 % is often said of what was due
        said = next((one for one in reversed(self.run) if one.claim.kind == "count"), None)
        measures = _rated(said, found["rate"]) if said else ()
        if said is None or not measures:
            return False
        self._relate(
            replace(said, claim=replace(said.claim, measures=measures)), "share", read(found), clause
        )
        return True

    def _said_change(self, clause: Clause, plain: str) -> bool:
        """Read 比上年增加8件."""
        said, plain = self.run[-1], LAST_YEARS.sub(r"\1", plain)
        found = CHANGE.fullmatch(plain) or (LOOSE_CHANGE.fullmatch(plain) if self.guessing else None)
        known = found and (found["than"] or self.compared or said.claim.kind in {"change", "growth"})
        if not found or not (known or self.guessing):
            return False
        # 收到6件，其中自然人5件，比上年增加2件: of the part, or of the whole.
        wholes = self._counted_before() if clause.start not in CLOSED else ()
        measures = tuple(dict.fromkeys([*said.claim.measures, *wholes]))
        claim = replace(said.claim, measures=measures, bare=said.claim.bare or len(set(wholes)) > 1)
        kind: Kind = "growth" if found["unit"] == "%" else "change"
        self._relate(replace(said, claim=claim), kind, _signed(read(found), falls(found["way"])), clause)
        return True

    def _share_of_named(self, clause: Clause, plain: str) -> bool:
        """Read 占不予处理总数的75%, or 自然人申请在新收申请中占83%: of what the words name."""
        found = SHARE_OF.fullmatch(plain)
        wholes = self.named((found["among"] or found["whole"]).rstrip("的")) if found else []
        if not found or [one.family for one in wholes] not in _WHOLES:
            return False
        if found["part"] and _TOGETHER.fullmatch(found["part"]):
            measures = tuple(self.sums())
        elif found["part"]:
            named = self.named(found["part"])
            measures = self.measures(named[0], plain) if len(named) == 1 else ()
        elif self._headed():
            measures = self.measures(self.header[0], plain)
        else:
            count = next((one.claim for one in reversed(self.run) if one.claim.kind == "count"), None)
            measures = (*count.measures, *self.sums()) if count else ()
        whole = () if wholes[0].family == "applications" else wholes[0].measures
        measures = tuple(measure for measure in measures if measure not in whole)
        if not measures or measures[0][0][0] != wholes[0].measures[0][0][0]:
            return False
        self.found.append(Claim("share", measures, read(found), clause.quote, self.line, whole=whole))
        return True

    def _headed(self) -> bool:
        """Whether the clause before names, without a number, what a share is of: 自然人仍居首位，占83%."""
        return [one.family for one in self.header] in (["applicants"], ["results"])

    def _own_share(self, clause: Clause, plain: str) -> bool:
        """Read 自然人申请占83%, and let what it names be the header of what follows (共289件)."""
        label, _, rest = _SHARE_WORD.sub("占", plain, count=1).partition("占")
        found = SHARE.fullmatch(f"占{rest}") if label and rest else None
        named = self.named(label.rstrip("约仅")) if found else []
        measures = self.measures(named[0], plain) if len(named) == 1 else ()
        if not found or not measures or named[0].family not in {"results", "applicants", "bare granted"}:
            return False
        self.found.append(Claim("share", measures, read(found), clause.quote, self.line))
        self.header = named
        return True

    def _own_rate(self, clause: Clause, plain: str) -> bool:
        """Read 行政复议维持率52%, and behind it 纠正率16%."""
        found = OWN_RATE.fullmatch(plain) or (RATE.fullmatch(plain) if self.rated else None)
        if not found or found["rate"] not in _OUTCOMES:
            return False
        label = found.groupdict().get("label")
        named = self.named(label) if label else self.rated
        if [one.family for one in named] != ["proceedings"] or not self.measures(named[0], plain):
            return False
        measure = _outcome(named[0].measures[0], found["rate"])
        self.found.append(Claim("share", (measure,), read(found), clause.quote, self.line))
        self.rated = named
        return True

    def _own_change(self, clause: Clause, plain: str) -> bool:
        """Read 申请增加49件 after 与上年相比, and let what it names be the header of what follows (达到347件)."""
        found = OWN_CHANGE.fullmatch(plain)
        if found and not (self.compared or found["than"] or found["way"].startswith("净")):
            return False
        named = self.named(found["label"]) if found else []
        measures = self.measures(named[0], plain) if len(named) == 1 else ()
        if not found or not measures or named[0].family == "results":
            return False  # 信访类申请减少4件: may be any
        kind: Kind = "growth" if found["unit"] == "%" else "change"
        number = _signed(read(found), falls(found["way"]))
        bare = found["than"] is not None
        said = Said(named[0].family, Claim(kind, measures, number, clause.quote, self.line, bare=bare))
        self.found.append(said.claim)
        self.run.append(said)
        self.header = named
        self.compared = True
        return True


def _rated(said: Said, rate: str) -> tuple[Measure, ...]:
    """Return what a rate may be of, said of a count: 公开率, 纠错率."""
    if rate in _OUTCOMES and said.family in {"proceedings", "outcomes"}:
        return tuple(dict.fromkeys(_outcome(measure, rate) for measure in said.claim.measures))
    if rate in _RATES and said.family in {"applications", "results"}:
        return tuple(sum_over(*rows) for rows in _RATES[rate])
    return ()


def _outcome(proceedings: Measure, rate: str) -> Measure:
    rows = dict.fromkeys(row for _, row, _ in proceedings)
    return sum_over(*rows, column=_OUTCOMES[rate], table="proceedings")


def _signed(number: Number, less: bool) -> Number:
    return replace(number, value=-number.value) if less else number
