"""Shares and changes: numbers said of the counts of a sentence before them, or of what their own clause names."""

import re
from dataclasses import replace
from itertools import takewhile

from helpers.checks.claim_clauses import Clause
from helpers.checks.claim_measures import Claim, Kind, Measure, sum_over
from helpers.checks.claim_patterns import (
    CHANGE,
    CHANGES,
    FALL,
    LOOSE_CHANGE,
    LOOSE_SHARE,
    OWN_CHANGE,
    OWN_RATE,
    RATE,
    SHARE,
    SHARE_OF,
    SHARES,
    WAY,
)
from helpers.checks.claim_scope import LAST_YEARS
from helpers.checks.claim_state import Said, SentenceSoFar
from helpers.checks.claim_words import UNIT
from helpers.checks.numerals import NUMBER, Number, read
from helpers.report.form import HANDLED, TOTAL

_MORE_SHARES = re.compile(f"(?:和|及)?{NUMBER}%")
_MORE_COUNTS = re.compile(f"(?:和|及)?(?P<way>{WAY})?{NUMBER}(?:{UNIT}|%)")
_MOST_BEFORE = 20
_SHARE_WORD = re.compile("的?(?:占比|所?占?比[例重])")
_TOGETHER = re.compile("(?:以上)?(?:[两二三四五六][者项类种])?(?:合计|共计|总计|共)?")
_COURSES = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
_OUTCOMES = {"维持": "upheld", "纠错": "corrected", "纠正": "corrected", "败诉": "corrected"}
_RATES = {"公开": (("granted",), ("granted", "partly_granted")), "办结": ((HANDLED,),)}
_RATED: dict[str, frozenset[tuple[str, str]]] = {
    "公开": frozenset({("granted", TOTAL)}),
    "办结": frozenset({(HANDLED, TOTAL)}),
    **{word: frozenset((course, column) for course in _COURSES) for word, column in _OUTCOMES.items()},
}
"""Cells whose share a rate is."""


class Relative(SentenceSoFar):
    """Reads the shares and changes of a sentence."""

    def shares(self, pieces: list[Clause], at: int, plain: str) -> int:
        """Read 占比分别为58%、17%、25% or 分别比上年增加8件、9件, said of as many claims before; return how many clauses that takes."""
        share, change = SHARES.fullmatch(plain), CHANGES.fullmatch(plain) if "分别" in plain else None
        first = share or change
        if first is None:
            return 0
        more = _MORE_SHARES if share else _MORE_COUNTS
        rest = (more.fullmatch(piece.text) for piece in pieces[at + 1 : at + 10])
        known = [first, *(one for one in takewhile(bool, rest) if one)]
        said = [one for one in self.run if one.claim.kind == "count"][-len(known) :]
        if len(said) == len(known) > 1 or (share and len(said) == len(known)):
            for one, found in zip(said, known, strict=True):
                kind: Kind = "share" if share else "growth" if found[0].endswith("%") else "change"
                falls = not share and (found["way"] or first["way"]) in FALL
                self._relate(one, kind, _signed(read(found), falls), pieces[at])
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
        """Read a share or a change, said of the claim directly before, or of what the clause itself names."""
        readers = (self._share_of_named, self._own_share, self._own_change, self._own_rate)
        if any(read_as(clause, plain) for read_as in readers):
            return True
        if not self.run:
            return False
        said = self.run[-1]
        found = SHARE.fullmatch(plain) or (LOOSE_SHARE.fullmatch(plain) if self.guessing else None)
        # In brackets after what was received (（17.5%）) a bare percentage may be anything.
        divided = said.family in {"results", "applicants", "outcomes"} or (
            said.family in {"applications", "proceedings", "decisions"} and plain[0] == "占"
        )
        if found and said.claim.kind == "count" and divided:
            said = replace(said, claim=replace(said.claim, measures=(*said.claim.measures, *self.sums())))
            self._relate(said, "share", read(found), clause)
            return True
        found = RATE.fullmatch(plain)
        if found and found["rate"] == "办结" and (not self.guessing or read(found).value == 100):
            return False  # 办结率 100 % is often said of what was due
        if found:
            said = next((one for one in reversed(self.run) if one.claim.kind == "count"), said)
        if found and said.family == "proceedings" and found["rate"] in _OUTCOMES:
            courses = [cell[1] for cell in said.claim.measures[0]]
            measure = sum_over(*courses, column=_OUTCOMES[found["rate"]], table="proceedings")
            said = replace(said, claim=replace(said.claim, measures=(measure,)))
        if found and said.family in {"applications", "results"} and found["rate"] in _RATES:
            rows = _RATES.get(found["rate"], ())
            said = replace(said, claim=replace(said.claim, measures=tuple(sum_over(*row) for row in rows)))
        if (
            found
            and said.claim.kind == "count"
            and said.claim.measures
            and _RATED[found["rate"]] & {cell[1:] for cell in said.claim.measures[0]}
        ):
            self._relate(said, "share", read(found), clause)
            return True
        found = CHANGE.fullmatch(LAST_YEARS.sub(r"\1", plain))
        if not found and self.guessing:
            found = LOOSE_CHANGE.fullmatch(LAST_YEARS.sub(r"\1", plain))
        known = found and (found["than"] or self.compared or said.claim.kind in {"change", "growth"})
        if found and (known or self.guessing):
            number = _signed(read(found), found["way"] in FALL)
            # 收到6件，其中自然人5件，比上年增加2件: of the part, or of the whole.
            wholes = self._counted_before()
            measures = tuple(dict.fromkeys([*said.claim.measures, *wholes]))
            claim = replace(said.claim, measures=measures, bare=said.claim.bare or len(set(wholes)) > 1)
            said = replace(said, claim=claim)
            self._relate(said, "growth" if found["unit"] == "%" else "change", number, clause)
            return True
        return False

    def _share_of_named(self, clause: Clause, plain: str) -> bool:
        """Read 占不予处理总数的75%, or 自然人申请在新收申请中占83%: of what the words name."""
        found = SHARE_OF.fullmatch(plain)
        wholes = self.named((found["among"] or found["whole"]).rstrip("的")) if found else []
        if not found or [one.family for one in wholes] not in (["results"], ["applications"]):
            return False
        if found["part"] and _TOGETHER.fullmatch(found["part"]):
            measures = tuple(self.sums())
        elif found["part"]:
            named = self.named(found["part"])
            measures = self.measures(named[0], plain) if len(named) == 1 else ()
        else:
            count = next((one.claim for one in reversed(self.run) if one.claim.kind == "count"), None)
            measures = (*count.measures, *self.sums()) if count else ()
        if not measures or measures[0][0][0] != "applications":
            return False
        whole = wholes[0].measures if wholes[0].family == "results" else ()
        self.found.append(Claim("share", measures, read(found), clause.quote, self.line, whole=whole))
        return True

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
        """Read 行政复议维持率52%."""
        found = OWN_RATE.fullmatch(plain)
        named = self.named(found["label"]) if found else []
        if not found or [one.family for one in named] != ["proceedings"] or found["rate"] not in _OUTCOMES:
            return False
        courses = [cell[1] for cell in named[0].measures[0]]
        measure = sum_over(*courses, column=_OUTCOMES[found["rate"]], table="proceedings")
        if not self.measures(named[0], plain):
            return False
        self.found.append(Claim("share", (measure,), read(found), clause.quote, self.line))
        return True

    def _own_change(self, clause: Clause, plain: str) -> bool:
        """Read 申请增加49件 after 与上年相比, and let what it names be the header of what follows (达到347件)."""
        found = OWN_CHANGE.fullmatch(plain)
        if found and not (self.compared or found["than"]):
            return False
        named = self.named(found["label"]) if found else []
        measures = self.measures(named[0], plain) if len(named) == 1 else ()
        if not found or not measures or named[0].family == "results":
            return False  # 信访类申请减少4件: may be any
        kind: Kind = "growth" if found["unit"] == "%" else "change"
        number = _signed(read(found), found["way"] in FALL)
        bare = found["than"] is not None
        said = Said(named[0].family, Claim(kind, measures, number, clause.quote, self.line, bare=bare))
        self.found.append(said.claim)
        self.run.append(said)
        self.header = named
        self.compared = True
        return True


def _signed(number: Number, falls: bool) -> Number:
    return replace(number, value=-number.value) if falls else number
