"""One sentence, clause by clause: what each count, share and change in it means beside those before."""

import re
from copy import copy
from dataclasses import replace

from helpers.checks.claim_clauses import CLOSED, OPENED, Clause, clauses
from helpers.checks.claim_grammar import CAME, Bag, Meaning, meanings
from helpers.checks.claim_measures import Claim, sum_over
from helpers.checks.claim_patterns import CHANGE, SEVERAL, WAY
from helpers.checks.claim_relative import Relative
from helpers.checks.claim_scope import LAST_YEAR
from helpers.checks.claim_state import NAMED, ON_DISCLOSURE, Said
from helpers.checks.claim_words import COUNT, DOCUMENTS, words
from helpers.checks.numerals import NOUGHT, NUMBER, Number
from helpers.report.form import CARRIED_OVER, NEW

_COUNTED = re.compile(NUMBER + "[件起宗例条项份人户家名]")
_STRAY = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.]|%|个?百分点|倍|年)")
_WORTH_READING = re.compile(r"\d|[未没无零]|不存在|[一二两三四五六七八九十百千][件起宗例份]")
_MANNER = re.compile("按[时期]|及时|依法|依规|法定|规定|规范(?!性)|如期|妥善|认真|其中")
_COMPARED = re.compile("(?:分别)?(?:同比|环比|与?(?:较|比|同)?(?:上年|去年))")
_EACH = frozenset({"各部门", "各单位", "各有关单位", "各级各部门", "各级各单位"})
_ONE = re.compile("(?<![〇零一二两三四五六七八九十百千])一[件起宗例份]")
_EVERY = re.compile("[均都皆各]")
_CHANGED = re.compile(f"(?<!新){WAY}了?{NUMBER}")
_TIMES = re.compile(
    "(?:数量)?[是为达近约]*(?:上一?年|去年)度?(?:同期)?的?(?:[0-9]+[件起宗例份])?的?[0-9一二两三四五六七八九.]+倍"
)
"""是上年9件的2倍: says nothing that changes what the rest counts."""
_SOME = re.compile(
    "^近[几两三]?年来?|^(?:近|约|超|过)?(?:半数?|一半|半数以上|大?多数|[三四五六七八九]成)(?:以上)?的?(?=申请)"
)
"""近半数申请因不掌握相关信息无法提供，共10件: the number tells how many."""
_PASSED = re.compile(
    f"(?P<label>[^0-9]{{2,20}}?)(?:首次|再次|已)?(?:突破|超过?){NUMBER}[件起宗例份](?:大关)?"
)
"""申请量突破300件，达到347件: the second is the number."""
_SAID_OF = re.compile(f"{NUMBER}[件起宗例份][^0-9]{{2,}}$")
"""A number before what it is of."""
_INCLUDED = re.compile("^(?:其中)?(?:含有?|包括|包含)|^其中")


class Sentence(Relative):
    """One sentence, clause by clause."""

    def read(self) -> list[Claim]:
        """Read the sentence, up to its last clause that may hold a number: what follows says nothing of one any more."""
        if _WORTH_READING.search(self.text):
            pieces = clauses(self.text)
            end = max((at for at, one in enumerate(pieces, 1) if _WORTH_READING.search(one.text)), default=0)
            at = 0
            while at < end:
                at += self._step(pieces, at)
        return self.found

    def _step(self, pieces: list[Clause], at: int) -> int:
        """Read a clause, or several that belong together; return how many."""
        clause = pieces[at]
        plain, risen = self.own.plain_and_risen(clause.text)
        self._begin(clause, plain)
        if self._passed_over(pieces, at, plain):
            return 1
        self.unclear |= not re.search(r"\d", plain) and words(plain) is None
        if self.scope.left(plain, clause.end):
            self._not_read(clause, plain)
            return 1
        shares = self.shares(pieces, at, plain)
        if shares:
            return shares
        several = self._is_of_several(plain, pieces[at : at + 2])
        if not self.relative(clause, plain) and (several or not self._counted(clause, plain)):
            nothing = self._nothing(pieces, at)
            if nothing:
                return nothing
            self._not_read(clause, plain)
        elif "占" not in plain and not self.compared:
            self.header = []
        self.compared |= risen
        return 1

    def _begin(self, clause: Clause, plain: str) -> None:
        """Note what a clause says whether or not its number is read."""
        self.on_disclosure |= ON_DISCLOSURE.search(plain) is not None
        for kind, pattern in DOCUMENTS.items():
            if re.search(pattern, plain):
                self.document = kind
        if clause.start in OPENED:
            self.outside = len(self.run)
        elif clause.start in CLOSED:
            # 58件（企业41件、其他17件），比上年增加11件: of the 58.
            self.run, self.outside = self.run[: self.outside] or self.run, 0

    def _passed_over(self, pieces: list[Clause], at: int, plain: str) -> bool:
        """Whether no number of a clause is this year's, though it may tell what the next is said of."""
        clause = pieces[at]
        if clause.start in OPENED and clause.end in CLOSED and copy(self.scope).left(plain, ""):
            return True  # （2023年298件）
        if _TIMES.fullmatch(plain):
            return True
        changed = at + 1 < len(pieces) and CHANGE.fullmatch(pieces[at + 1].text)
        if self.run and changed and LAST_YEAR.fullmatch(plain):
            self.compared = True
            return True  # 去年为298件，增加49件
        passed = _PASSED.fullmatch(plain)
        if passed:
            self.header = self.named(passed["label"])
        return passed is not None

    def _is_of_several(self, plain: str, pieces: list[Clause]) -> bool:
        """Whether a number stands before several it is of: 其余127件为无法提供、不予处理; 其余9件由科研机构（2件）、……."""
        if len(pieces) < 2 or not _SAID_OF.search(plain):
            return False
        mark, after = pieces[0].end, pieces[1].text
        if mark in OPENED:
            return COUNT.fullmatch(after) is not None
        return mark == "、" and not re.search(r"\d", after) and bool(self.named(self.own.plain(after)))

    def _not_read(self, clause: Clause, plain: str) -> None:
        self.compared = _COMPARED.match(plain) is not None
        if self.compared:
            return
        self.left |= re.search(r"\d", plain) is not None
        self.strayed |= _STRAY.search(plain) is not None
        if _COUNTED.search(plain):
            self.trusted = False
            self.run = []
            self.waiting = []
            self.header = []
        elif not re.search(r"\d", plain):
            self.header = self.named(_SOME.sub("", plain)) or self.loosely_named(plain)
            for one in self.header:
                self.counts.head(one.family, one.measures)
            # 予以公开、部分公开共42件: the number belongs to more than its own clause names.
            self.dangling = clause.end == "、"
            if self.dangling:
                self.waiting += self.header
                bag = self.bag(plain)
                self.summed = self.summed or (bag is not None and bag.total)
            else:
                self.waiting = []

    # Counts -----------------------------------------------------------------------------------------------------------

    def _counted(self, clause: Clause, plain: str) -> bool:
        """Read a clause that states one number."""
        bag = self.bag(plain)
        number = None if bag is None else bag.number
        if bag is None or number is None or (self.guessing and _CHANGED.search(plain)):
            return False
        apart = any(word.text in _EACH for word in bag.words) and self.units_apart
        meant = meanings(bag)
        heads = [one.family for one in self.header]
        if (
            bag.alone
            and (
                bag.total
                or re.search(r"^为|^(?:全年|年内|本年度?)\d|达到?(?=\d)", plain)
                or clause.start in {"：", ":"}
            )
            and heads in _HEADED
            and not re.search(SEVERAL, plain)
        ):
            meant = self.header
        if heads == ["decisions"] and not bag.alone and bag.only("make", "deal", "handle"):
            meant = self.header  # 行政许可方面，作出处理决定45286件
        if heads == ["proceedings"] and not bag.alone and bag.only("disclosure"):
            meant = self.header  # 行政诉讼方面，涉政府信息公开案件18件
        if heads == ["fees"] and bag.only("money"):
            meant = self.header
        theirs = heads == ["applicants"] and not plain.endswith("中")  # 12件申请中，……
        if theirs and not bag.alone and bag.only("make", "bare application"):
            meant = self.header
        if bag.means("receive") == ["new"] and self.document and "申请" not in self.text:
            meant = [Meaning("states", ((("disclosure", "issued", "value"),),))]
        if len(meant) != 1 or apart or "分别" in plain:
            return False
        said = self._said(meant[0], number, clause, plain)
        if said is None:
            return False
        waiting, self.waiting = self.waiting, []
        summed, self.summed = self.summed, False
        dangling, self.dangling = self.dangling, False
        self._include(said, clause)
        self._beside(said, clause)
        if dangling:
            return self._shared(waiting, said, bag, summed)
        self._keep(said)
        return True

    def _said(self, meaning: Meaning, number: Number, clause: Clause, plain: str) -> Said | None:
        measures = self.measures(meaning, plain)
        # 受理一件、办结一件: a manner of speaking.
        if not measures or (meaning.bare and _ONE.search(plain) and len(_ONE.findall(self.text)) > 1):
            return None
        # What was counted before makes clear what is counted here: 因政府信息公开引起的行政复议25件、行政诉讼18件.
        clear = not meaning.bare or "信息公开" in plain or (self.on_disclosure and self.trusted)
        bare = self.unclear or "累计" in plain or not clear
        # 办理2.8万件: nothing says what.
        anything = meaning.family == "applications" and len(measures) > 2
        loosely = meaning.bare and not clear and (self.strayed or "累计" in plain)
        vague = loosely or (anything and not clear and not self.found and not NAMED.search(plain))
        claim = Claim("count", measures, number, clause.quote, self.line, meaning.loose, bare, guessed=vague)
        family = {
            "petition": "results",
            "bare granted": "results",
            "bare other": self.run[-1].family if self.run else "results",
        }
        return Said(family.get(meaning.family, meaning.family), claim)

    def _keep(self, said: Said) -> None:
        self.rated = []
        self.found.append(said.claim)
        self.run.append(said)
        self.counts.add(said.family, said.claim.measures)

    def _shared(self, waiting: list[Meaning], said: Said, bag: Bag, summed: bool) -> bool:
        """Read the number of several things: of all together (共), or of each (均)."""
        measures = [self.measures(one, "信息公开") for one in waiting if one.family == said.family]
        if measures and all(measures) and len(measures) == len(waiting):
            if any(_EVERY.match(word.text) for word in bag.words):
                for one in measures:
                    self._keep(replace(said, claim=replace(said.claim, measures=one)))
                self._keep(said)
            elif bag.total or summed:
                whole = tuple(
                    dict.fromkeys(cell for one in [*measures, said.claim.measures] for cell in one[0])
                )
                self._keep(replace(said, claim=replace(said.claim, measures=(whole,), loose=())))
        if measures and all(one == said.claim.measures for one in measures):
            self._keep(said)  # 尚未办结、转入下一年度的11件
        self.run = []
        return True

    def _include(self, said: Said, clause: Clause) -> None:
        """Let 收到3153件 mean new and carried over together where 含上年结转34件 follows."""
        part = said.claim.measures in {(sum_over(CARRIED_OVER),), (sum_over(NEW),)}
        if not part or not self.run or not (_INCLUDED.match(clause.text) or clause.start in OPENED):
            return
        whole = self.run[-1]
        if sum_over(NEW) in whole.claim.measures and self.found and self.found[-1] is whole.claim:
            claim = replace(
                whole.claim, measures=tuple(dict.fromkeys([*whole.claim.measures, CAME])), loose=()
            )
            self.found[-1] = claim
            self.run[-1] = replace(whole, claim=claim)

    def _beside(self, said: Said, clause: Clause) -> None:
        """Let 公开127件 mean no partly granted ones where these follow as one more part: 部分公开46件."""
        inside = _INCLUDED.match(clause.text) or clause.start in OPENED
        if said.claim.measures != (sum_over("partly_granted"),) or not self.run or inside:
            return
        last = self.run[-1]
        both = (sum_over("granted"), sum_over("granted", "partly_granted"))
        told = "部分公开" in last.claim.quote
        if last.claim.measures == both and self.found[-1] is last.claim and not told:
            claim = replace(last.claim, measures=both[:1])
            self.found[-1] = claim
            self.run[-1] = replace(last, claim=claim)

    # Nought in words --------------------------------------------------------------------------------------------------

    def _nothing(self, pieces: list[Clause], at: int) -> int:
        """Read 未收到……申请, 未发生……行政复议、行政诉讼; return how many clauses that takes."""
        said: list[Said] = []
        taken = 0
        for place in range(at, len(pieces)):
            piece = pieces[place]
            plain = self.own.plain(piece.text)
            bag = None if self.guessing else self.bag(plain)
            denials = 0 if bag is None else [word.kind for word in bag.words].count("none")
            denied = denials == 1 or (denials == 0 and taken > 0)
            if taken and denials and bag and not meanings(bag):
                break  # 零受理、零办理
            if bag is None or not denied or _MANNER.search(plain) or bag.number is not None:
                return 0
            meant = [one for one in meanings(bag) if one.family in _NEGATED]
            self.denying = True
            known = [self._said(one, NOUGHT, piece, plain) for one in meant]
            self.denying = False
            if not known or None in known:
                return 0
            said += [one for one in known if one is not None]
            taken += 1
            if piece.end != "、":
                break
        for one in said:
            self.found.append(one.claim)
        return taken


_HEADED = (
    ["outcomes"],
    ["applications"],
    ["documents"],
    ["applicants"],
    ["results"],
    ["decisions"],
    ["proceedings"],
)
_NEGATED = frozenset({"fees", "applications", "results", "documents", "decisions", "proceedings", "states"})
