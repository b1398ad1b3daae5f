"""What the number of a clause may mean: the kinds of its words, in any order, and the cells of the form they name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from helpers.checks.claim_measures import COURSES, GROUPS, Measure, sum_over
from helpers.checks.claim_words import Word
from helpers.checks.numerals import NOUGHT, NUMBER, Number, read
from helpers.report.form import AMOUNTS, CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL

_ORGANISATIONS = [one for one in FORM.tables["applications"].column if one not in {"natural_person", TOTAL}]
_NEW, _OVER, _HANDLED, _FORWARD = (sum_over(row) for row in (NEW, CARRIED_OVER, HANDLED, CARRIED_FORWARD))
CAME = sum_over(NEW, CARRIED_OVER)
# What came to nothing for want of a correction or a fee has not always been answered.
_ANSWERED = sum_over(*(row for row in RESULTS if row not in GROUPS["other_*"]))
_VERBS: dict[str, tuple[Measure, ...]] = {
    "handle": (_HANDLED,),
    "answer": (_HANDLED, _ANSWERED),
    "deal": (_HANDLED, _NEW, CAME),
    "due": (CAME,),
}
_TOTAL_WORDS = frozenset({"共", "共计", "总共", "一共", "总计", "合计", "累计", "共有", "共需", "以上"})
_FIRST_NUMBER = re.compile(NUMBER)
_NEUTRAL = frozenset({"small", "count", "bare count", "none", "channels", "public", "unknown"})
_GUESSED = frozenset({"publish", "site", "disclosure", "make", "quantity"})
"""Kinds that rarely change what a number means: neutral where a number is told only if it is a slip."""
_BY_WHOM = {"复议机关": "reconsideration", "法院": "litigation"}
_ENDED = "upheld+corrected+other_result"
_COURTS = frozenset({"receive", "publish", "applicant", "document", "state", "decision", "carry"})


@dataclass(frozen=True)
class Meaning:
    """What a clause's number may mean.

    Attributes
    ----------
    family
        What the clause is about.
    measures
        What the words may mean; a claim is true if one of them agrees.
    loose
        What the words cannot mean in the form's terms, though they are often used so.
    bare
        The clause makes sense only after others have said what is counted.
    """

    family: str
    measures: tuple[Measure, ...]
    loose: tuple[Measure, ...] = ()
    bare: bool = True


class Bag:
    """The words of a clause by kind, their order aside."""

    def __init__(self, words: Sequence[Word], guessing: bool = False) -> None:
        self.words = words
        self.guessing = guessing
        self.neutral = _NEUTRAL | _GUESSED if guessing else _NEUTRAL
        self.kinds = {word.kind for word in words}

    def means(self, kind: str) -> list[str]:
        """Return what the words of a kind mean, each once."""
        return list(dict.fromkeys(word.means for word in self.words if word.kind == kind))

    def only(self, *kinds: str) -> bool:
        """Return whether all words that are not neutral are of some kinds."""
        return self.kinds - self.neutral <= set(kinds)

    def says(self, *texts: str) -> bool:
        """Return whether a word ends with one of some texts."""
        return any(word.text.endswith(texts) for word in self.words)

    def has(self, text: str) -> bool:
        """Return whether a word of an outcome holds a text."""
        return any(word.kind == "outcome" and text in word.text for word in self.words)

    @property
    def number(self) -> Number | None:
        """The one number of the clause; amounts in 万元, as in the form."""
        counts = [word for word in self.words if word.kind in {"count", "items", "bare count", "money"}]
        if len(counts) != 1:
            return None
        (count,) = counts
        found = _FIRST_NUMBER.match(count.text)
        assert found is not None
        if count.kind == "bare count" and not (count.text[0].isdigit() or count.text == "零"):
            return None
        number = read(found)
        if count.kind == "money":
            return replace(number, value=number.value.scaleb(-4), step=number.step.scaleb(-4))
        return number

    @property
    def alone(self) -> bool:
        """Whether the clause holds a number and nothing it is the number of."""
        return self.kinds - {"quantity"} <= _NEUTRAL - {"unknown"}

    @property
    def total(self) -> bool:
        """Whether the clause counts all of something: 共, 总量."""
        return "quantity" in self.kinds or any(word.text in _TOTAL_WORDS for word in self.words)


def meanings(bag: Bag) -> list[Meaning]:
    """Return what a clause is about; more than one where it names several things of a kind (“未发生行政复议和行政诉讼”)."""
    for meant in (_fee, _proceedings, _documents, _decisions, _carried, _results, _applicants, _applications):
        found = meant(bag)
        if found is not None:
            return found
    return []


def _fee(bag: Bag) -> list[Meaning] | None:
    if "fee" not in bag.kinds and not (bag.guessing and {"bare fee", "money"} <= bag.kinds):
        return None
    if not bag.only("fee", "bare fee", "money", "quantity", "receive", "make", "publish"):
        return []
    amount = bag.kinds & {"money", "none"} or bag.number in {None, NOUGHT}
    fees = sum_over(*AMOUNTS, column="value", table="disclosure")
    return [Meaning("fees", (fees,), bare=False)] if amount else []


def _proceedings(bag: Bag) -> list[Meaning] | None:
    courses, outcomes = bag.means("course"), bag.means("outcome")
    if not courses and not outcomes:
        return None
    if len(outcomes) > 1 and _ENDED in outcomes:
        outcomes.remove(_ENDED)  # 已审结的2件均维持
    new = "none" in bag.kinds or bag.means("receive") == ["new"]
    if bag.kinds & (_COURTS - {"receive"} if new else _COURTS):
        return []
    if not courses:
        known = len(outcomes) == 1 and bag.only("outcome", "make", "quantity", "items", "answer")
        by_whom = next((course for word, course in _BY_WHOM.items() if bag.has(word)), "")
        return [Meaning("outcomes", ((("proceedings", by_whom, outcomes[0]),),))] * known
    if len(courses) > 1 and {"litigation"} < set(courses) and "reconsideration" not in courses:
        courses.remove("litigation")
    if len(courses) > 1 and bag.total and not outcomes and "none" not in bag.kinds:
        rows = tuple(dict.fromkeys(row for course in courses for row in COURSES[course]))
        return [Meaning("proceedings", (sum_over(*rows, table="proceedings"),))]
    if outcomes:
        if len(outcomes) > 1 or len(courses) > 1 or "none" in bag.kinds:
            return []
        measure = sum_over(*COURSES[courses[0]], column=outcomes[0], table="proceedings")
        return [Meaning("proceedings", (measure,))]
    return [Meaning("proceedings", (sum_over(*COURSES[course], table="proceedings"),)) for course in courses]


def _documents(bag: Bag) -> list[Meaning] | None:
    kinds, states = bag.means("document"), bag.means("state")
    if not states and kinds and bag.says("共有", "现有") and bag.only("document"):
        states = ["in_force"]
    if not states and bag.guessing and len(kinds) == 1 and bag.only("document"):
        states = ["in_force", "issued"]
        rows = [sum_over(f"{kinds[0]}_{state}", column="value", table="disclosure") for state in states]
        return [Meaning("documents", tuple(rows), bare=False)]
    if not states:
        return [] if kinds else None
    if (
        len(states) > 1
        or len(kinds) > 1
        or not bag.only(
            "document",
            "state",
            "publish",
            "bare result",
            "quantity",
            "disclosure",
            "site",
            *(["items"] * bag.guessing),
        )
        or (not kinds and bag.says("保留") and not bag.guessing)  # of those that were looked through
    ):
        return []
    found = [
        Meaning(
            "documents", (sum_over(f"{kind}_{states[0]}", column="value", table="disclosure"),), bare=False
        )
        for kind in kinds
    ]
    return found or [Meaning("states", ((("disclosure", states[0], "value"),),))]


def _decisions(bag: Bag) -> list[Meaning] | None:
    rows = bag.means("decision")
    if not rows:
        return None
    made = bag.kinds & {"make", "deal", "handle"}
    # 公开行政许可信息126条: not all need be, so that only a slip is told; 行政许可事项120项 are kinds.
    listed = bag.guessing and bag.says("条", "项", "次")
    more = ["receive"] * bool(made) + ["items"] * (listed or bag.says("决定", "处理决定"))
    more += ["listed"] * bag.guessing
    if not bag.only("decision", "make", "deal", "handle", "quantity", *more):
        return []
    if bag.guessing and any(word.text.startswith("公示") for word in bag.words) and bag.says("条", "份"):
        return []  # not all need be
    if "items" in bag.kinds and bag.says("事项"):
        return []  # kinds of licence
    bare = not made
    if len(rows) > 1 and bag.total:
        return [Meaning("decisions", (sum_over(*rows, column="value", table="disclosure"),), bare=bare)]
    return [
        Meaning("decisions", (sum_over(row, column="value", table="disclosure"),), bare=bare) for row in rows
    ]


def _carried(bag: Bag) -> list[Meaning] | None:
    if not bag.kinds & {"carry", "pending"}:
        return None
    if not bag.only(
        "carry",
        "pending",
        "last",
        "next",
        "deal",
        "handle",
        "answer",
        "quantity",
        "application",
        "bare application",
    ):
        return []
    if "last" in bag.kinds and "carry" in bag.kinds:
        return [Meaning("applications", (_OVER,))]
    if any(word.text == "在办" for word in bag.words) and bag.kinds & {"application", "bare application"}:
        # At the year's end, or all that were to be dealt with.
        return [Meaning("applications", (_FORWARD, CAME))]
    if "next" in bag.kinds or "pending" in bag.kinds:
        return [Meaning("applications", (_FORWARD,))]
    return [Meaning("applications", (_OVER, _FORWARD))]


def _results(bag: Bag) -> list[Meaning] | None:
    names = bag.means("result")
    bare = bag.means("bare result")
    if not names and not bare:
        return None
    if not bag.only(
        "result",
        "bare result",
        "make",
        "deal",
        "answer",
        "handle",
        "application",
        "bare application",
        "disclosure",
        "quantity",
        *(["receive"] * (names == ["declined_petition"] and "bare application" in bag.kinds)),
    ):
        return []
    if not names:
        return [
            Meaning(f"bare {name}", tuple(_named(name if name == "granted" else "other_*")))
            for name in bare
            if bag.only(
                "bare result",
                *(["bare application", "make"] if name == "other" else ["deal", "answer", "make"]),
            )
        ]
    told = bag.kinds & {"application", "bare application"} or bag.says("类", "属于", "属")
    if names == ["declined_petition"] and not told:
        return [Meaning("petition", (sum_over(*names),))]
    if len(names) == 1 and names[0] in GROUPS and bare == ["other"]:
        names.append("other_*")  # 不予处理及其他情形28件
    if len(names) > 1 and "stopped" in names:
        names.remove("stopped")  # 逾期不补正、不再处理的
    groups = [name for name in names if name in GROUPS]
    rows = [name for name in names if name not in GROUPS and not (name == "granted" and len(names) > 1)]
    if groups and any(word.text.startswith("等") for word in bag.words):
        # 因逾期未补正等原因作其他处理: all of them, or the one.
        return [Meaning("results", tuple(one for name in (*groups, *rows) for one in _named(name)))]
    if len(groups) > 1 and not rows and bag.number is not None:  # 不予处理及其他处理28件
        return [Meaning("results", (sum_over(*(row for name in groups for row in GROUPS[name])),))]
    if len(rows) > 1 and not groups and bag.total and bag.number is not None:  # 重复申请和大量反复申请合计7件
        return [Meaning("results", (sum_over(*rows),))]
    # 因不掌握信息无法提供: the row says more than its group.
    if len(groups) == 1 and rows and all(row in GROUPS[groups[0]] for row in rows):
        groups = []
    return [Meaning("results", tuple(_named(name))) for name in (*groups, *rows)]


def _named(name: str) -> Iterator[Measure]:
    if name == "other_*":
        # Sometimes what the other rows name is told apart, and 其他处理 is the rest.
        rest = GROUPS[name][:-1]
        subsets = (more for size in range(len(rest), -1, -1) for more in combinations(rest, size))
        yield from (sum_over(*more, GROUPS[name][-1]) for more in subsets)
        return
    if name == "stopped":
        yield from (sum_over(*rows) for size in (1, 2) for rows in combinations(GROUPS["other_*"][:-1], size))
        yield from _named("other_*")
        return
    yield sum_over(*(GROUPS.get(name) or name.split("+")))
    if name == "granted":
        yield sum_over("granted", "partly_granted")


def _applicants(bag: Bag) -> list[Meaning] | None:
    names = bag.means("applicant")
    if not names:
        return None
    if not bag.only(
        "applicant",
        "application",
        "bare application",
        "receive",
        "make",
        "handle",
        "answer",
        "quantity",
        "disclosure",
    ):
        return []
    # 企业和法律服务机构8件: together.
    columns = [one for name in names for one in (_ORGANISATIONS if name == "organisations" else [name])]
    rows = [NEW] if "receive" in bag.kinds else [HANDLED] if bag.kinds & {"handle", "answer"} else [""]
    return [Meaning("applicants", (tuple(("applications", rows[0], column) for column in columns),))]


def _applications(bag: Bag) -> list[Meaning] | None:
    if not bag.only(
        "receive",
        "handle",
        "answer",
        "deal",
        "due",
        "application",
        "bare application",
        "quantity",
        "disclosure",
        "make",
        *(["items"] * ("application" in bag.kinds and "receive" in bag.kinds)),
    ):
        return []
    verbs = bag.kinds & {"receive", *_VERBS}
    own = "application" in bag.kinds or ("disclosure" in bag.kinds and "bare application" in bag.kinds)
    if "none" in bag.kinds and (
        verbs - {"receive", "deal"} or (not own and "bare application" not in bag.kinds)
    ):
        return []
    if "receive" in verbs and verbs & {"handle", "answer"}:
        # 当年收到并当年办结: a part of both.
        return (
            [Meaning("applications", (_HANDLED, _NEW, CAME), bare=not own)]
            if bag.guessing and not bag.says("当年")
            else []
        )
    measures: list[Measure] = []
    loose: tuple[Measure, ...] = ()
    if "receive" in verbs:
        measures.append(_NEW)
        loose = () if bag.means("receive") == ["new"] else (CAME,)
    for verb in _VERBS:
        measures += _VERBS[verb] if verb in verbs and verb != "deal" else ()
    if not measures and "deal" in verbs:
        measures += _VERBS["deal"]
    if "none" in bag.kinds:
        nothing = _VERBS["deal"] if "deal" in verbs else (_NEW,)
        return [Meaning("applications", nothing, bare=not own)]
    if measures:
        return [Meaning("applications", tuple(dict.fromkeys(measures)), loose, bare=not own)]
    if own and (bag.total or bag.number == NOUGHT):
        return [Meaning("applications", (_NEW, CAME, _HANDLED), bare=False)]
    if own and any(re.match("依申请公开(?:政府)?信息", word.text) for word in bag.words):
        given = (sum_over("granted"), sum_over("granted", "partly_granted"))
        return [Meaning("applications", (_NEW, CAME, _HANDLED, *given), bare=False)]
    if bag.total and "bare application" in bag.kinds:
        return [Meaning("applications", (_NEW, CAME, _HANDLED))]
    if bag.alone and bag.total:
        return [Meaning("sum", (CAME,))]
    if bag.alone and bag.says("其余", "剩余", "余下", "剩下"):
        return [Meaning("bare other", ())]
    if bag.guessing and (own or "bare application" in bag.kinds):
        return [Meaning("applications", (_NEW, CAME, _HANDLED))]
    return []
