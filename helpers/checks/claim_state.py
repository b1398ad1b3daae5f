"""What one sentence has said so far, and what a number of its next clause may mean."""

import re
from dataclasses import dataclass

from helpers.checks.claim_counts import Counts
from helpers.checks.claim_grammar import Bag, Meaning, meanings
from helpers.checks.claim_measures import COURSES, Claim, Measure, sum_over
from helpers.checks.claim_scope import OwnWords, Scope
from helpers.checks.claim_words import OUTCOMES, loose_words, words
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER

ON_DISCLOSURE = re.compile("信息公开|依申请公开|政务公开")


@dataclass
class Said:
    """A claim with the family of its words."""

    family: str
    claim: Claim


NAMED = re.compile(
    "申请|不予|予以公开|部分公开|无法提供|自然人|商业企业|结转|复议|诉讼|规范性文件|废止|有效|新增|不掌握|逾期|合法权益|案卷|行政查询"
)
_MOST_TOGETHER = 6
_MOST_MEANINGS, _MOST_SUMS = 3, 9
"""Of a number that may mean several things, and of such numbers together."""
_ALL_OF_DISCLOSURE = re.compile("[均都](?:[与为系属因是]|涉及|关于){0,2}(?:政府)?信息公开")
_CARRIED = (sum_over(CARRIED_OVER), sum_over(CARRIED_FORWARD))
_ON_DECLINED = re.compile("不予?处理|重复申请|公开出版物|大量反复|重新出具")
UNITS_APART = re.compile("乡镇|街道|镇街|本级|县直|市直|区直")


def _kind(said: Said) -> str:
    """Return what a count is of: 行政复议维持13件 is of outcomes, as is the 纠正4件 behind it."""
    told = {column for measure in said.claim.measures for _, _, column in measure}
    return "outcomes" if said.family == "proceedings" and told <= OUTCOMES.keys() else said.family


class SentenceSoFar:
    """A sentence up to one of its clauses."""

    def __init__(
        self, own: OwnWords, text: str, on_applications: bool, line: int, guessing: bool = False
    ) -> None:
        self.own = own
        self.guessing = guessing
        """Clauses with words that are not known are read too."""
        self.left = False
        """A number has been left unread."""
        self.strayed = False
        """That number counts something: what follows may count of the same."""
        self.text = text
        self.line = line
        self.on_applications = on_applications
        self.on_disclosure = _ALL_OF_DISCLOSURE.search(text) is not None
        self.on_answers = on_applications and re.search("答复|申请人", text) is not None
        self.on_results = re.search("部分公开|不予公开|不公开|无法提供", text) is not None
        self.units_apart = UNITS_APART.search(text) is not None
        self.scope = Scope(guessing)
        self.denying = False
        """The clause says that something has not happened."""
        self.trusted = True
        self.unclear = False
        """Words before, of which some are not known, may say of what the rest speaks."""
        self.compared = False
        """The clause before compares with last year."""
        self.document = ""
        """Kind of document last named."""
        self.run: list[Said] = []
        """Claims directly before, one after the other."""
        self.waiting: list[Meaning] = []
        """What has been named and waits for its number: 予以公开、部分公开共42件."""
        self.dangling = False
        self.summed = False
        """One of them says 共."""
        self.header: list[Meaning] = []
        """What the clause before has named without a number: 公布现行有效规范性文件目录，共164件."""
        self.outside = 0
        """How many claims stand before the bracket that is open, or was last."""
        self.rated: list[Meaning] = []
        """The proceedings whose rate has been told last."""
        self.counts = Counts()
        self.found: list[Claim] = []

    def bag(self, plain: str) -> Bag | None:
        """Return the words of a clause by kind; None where they are not understood."""
        found = words(plain) or (loose_words(plain) if self.guessing else None)
        return Bag(found, self.guessing) if found else None

    def named(self, plain: str) -> list[Meaning]:
        """Return what a clause without a number names."""
        bag = self.bag(plain)
        return [] if bag is None or "none" in bag.kinds else meanings(bag)

    def loosely_named(self, plain: str) -> list[Meaning]:
        """Return the applicant, the result or the applications that a clause names among unknown words: 自然人依然是主力."""
        bag = Bag(loose_words(re.sub("占比|比重|比例", "", plain)) or ())
        who = bag.only("applicant", "bare application", "make") and len(bag.means("applicant")) == 1
        result = bag.only("result", "bare application", "answer") and len(bag.means("result")) == 1
        counted = bag.means("receive") == ["new"] or "quantity" in bag.kinds
        new = counted and bag.only("receive", "application", "bare application", "quantity")
        return meanings(bag) if who or new or result else []

    def sums(self) -> list[Measure]:
        """Return what 合计 may be: the last two, three … counts of one kind together."""
        found: list[Measure] = []
        wholes: list[Measure] = [()]
        for said in reversed(self.run[-_MOST_TOGETHER:]):
            if _kind(said) != _kind(self.run[-1]) or said.claim.kind != "count":
                break
            own = said.claim.measures[:_MOST_MEANINGS]
            wholes = [tuple(dict.fromkeys([*one, *whole])) for one in own for whole in wholes][:_MOST_SUMS]
            if said is not self.run[-1]:
                found += wholes
        return found

    def measures(self, meaning: Meaning, plain: str) -> tuple[Measure, ...]:
        """Return what a number may mean here; nothing where the sentence does not say enough."""
        named = "信息公开" in plain or (self.guessing and NAMED.search(plain))
        goes_on = self.run and self.run[-1].family == meaning.family  # what was left unread is behind it
        if meaning.bare and not self.trusted and not named and not goes_on:
            return ()
        known = self.on_applications and not self.counts.of_courts
        match meaning.family:
            case "applications" if meaning.measures == _CARRIED and self.counts.carried_over:
                return _CARRIED[1:]
            case "applications" | "results":
                return meaning.measures if known or not meaning.bare else ()
            case "petition":  # 投诉举报 may be any
                return meaning.measures if known and _ON_DECLINED.search(self.text) else ()
            case "bare granted" | "bare other":
                last = next((one.family for one in reversed(self.run) if one.family != "sum"), "")
                if meaning.family == "bare other" and last in {"outcomes", "proceedings"}:
                    return self.counts.courses("other_result")
                told = known and (self.on_results or meaning.family == "bare other")
                return self.counts.results(meaning, last) if told else ()
            case "applicants":
                return self.counts.applicants(meaning.measures[0]) if known else ()
            case "sum":
                came = meaning.measures if self.counts.came_in else ()
                return (*came, *self.sums())
            case "proceedings":
                # 司法局 and courts have others, which are not about disclosure.
                guessed = self.guessing and self.on_applications and not ON_DISCLOSURE.search(self.text)
                denied = self.denying and "申请" in self.text
                known = self.on_disclosure or self.on_answers or guessed or denied
                return meaning.measures if known else ()
            case "outcomes":
                ((_, by_whom, column),) = meaning.measures[0]
                alone = sum_over(*COURSES.get(by_whom, ()), column=column, table="proceedings")
                return self.counts.courses(column) or (
                    (alone,) if alone and (self.on_disclosure or self.guessing) else ()
                )
            case "states":
                ((_, state, column),) = meaning.measures[0]
                return ((("disclosure", f"{self.document}_{state}", column),),) if self.document else ()
        return meaning.measures
