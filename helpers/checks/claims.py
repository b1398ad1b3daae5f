"""What the prose states about the tables: numbers with their object, read sentence by sentence.

A clause is read only if every word of it is known; whatever is not understood is not judged, and makes the bare numbers
that follow it in the sentence (“办结20件” after “县教育局收到20件”) unjudged too. Worked examples stand in
``tests/checks/claims.yml``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Literal

from helpers.checks.numerals import NOUGHT, NUMBER, Number, read, tidy
from helpers.document.prose import Paragraph
from helpers.report.cell_names import Cell
from helpers.report.form import AMOUNTS, CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL

Measure = tuple[Cell, ...]
"""The sum over some cells."""

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
    if len(rows) > 1 and rows in _GROUPS.values():
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


# Words ----------------------------------------------------------------------------------------------------------------


def _any(*words: str) -> str:
    return f"(?:{'|'.join(words)})"


def _run(*words: str) -> str:
    """Return a pattern of any number of words; atomic, so that 总数 is never tried again as 总 and 数."""
    return f"(?>{'|'.join(words)})*"


_APPLICATION = _any(
    r"(?:各类|各种)?(?:政府信息|信息)?(?:依申请)?(?:公开)?(?:政府信息|信息)?的?申请(?:公开)?(?:政府信息|信息)?(?:事项|件|书)?",
    r"(?:政府信息)?依申请(?:公开)?(?:政府信息|信息)?(?:事项|件)?",
)
_MIDDLE = _run("数量|总数|总量|总计|合计|共计|累计|共有|件数|量|数|共|计|为|是|达到|达|有")
_UNIT = "(?:件|起|宗|例)"
_END = f"(?:的?{_APPLICATION}|案件)?(?:[均全已都][^0-9]*)?"

_FILLERS = (
    "(?:截[至止]|到)?本年(?:度|底|末|内|全年)?|全年度?|年度内?|年内|今年|当年|一年来",
    "我[省市州盟旗县区镇乡街道局委办厅院处会]{1,2}|全[省市州盟旗县区镇乡街道局委系统]{1,2}|本[省市州县区镇乡街道局委办厅院处机关级单位行政]{1,4}",
    "各级(?:各部门|行政机关|政府)?|各(?:部门|单位|有关单位)|我单位",
    "共计?|总共|一共|总计|合计|累计|实际|依法|依规|按[时期]|及时|均|已|全部|新|其中|含|包括|另有?|还|并|且|和|及|与|同时|分别|涉及|来自|的|是|为|有|各类",
)
_CAUSES = "因|由于?|涉及|有关|关于|与|(?:政府)?信息公开(?:工作|申请|答复|事项|问题|类|方面|相关)*|政务公开|引起|引发|产生|导致|发生|被|向?[省市县区]?(?:人民)?政府|申请人?|提起|提出|办理(?=因|涉及|有关|政府信息|信息公开)|应诉|而|所"


def _measure(*rows: str, column: str = TOTAL, table: str = "applications") -> Measure:
    return tuple((table, row, column) for row in rows)


_TABLE = FORM.tables["applications"]
_GROUPS: dict[str, list[str]] = {}
for _row in RESULTS:
    _GROUPS.setdefault(re.sub(r"^（.）|（.*", "", _TABLE.row[_row].labels[1]), []).append(_row)
_APPLICANTS = {item.label: item.key for item in _TABLE.columns if item.key != TOTAL}
# 其他 alone may be anything.
_OTHERS = _APPLICANTS.pop("其他")
_ORGANISATIONS = [*_APPLICANTS.values(), _OTHERS][1:]


def _results() -> Iterator[tuple[str, tuple[Measure, ...]]]:
    """Patterns of the results' names, from the labels of the form, and what each may mean."""
    granted, partly = (rows[0] for rows in list(_GROUPS.values())[:2])
    for name, rows in _GROUPS.items():
        if rows == [granted]:
            yield name + "(?:及|和|或|与)部分公开", (_measure(granted, partly),)
            yield name, (_measure(granted), _measure(granted, partly))
        elif rows[-1] == "other_reason":
            # Sometimes what the other rows name is told apart, and 其他处理 is the rest.
            rest = rows[:-1]
            subsets = (more for size in range(len(rest), -1, -1) for more in combinations(rest, size))
            yield name, tuple(_measure(*more, rows[-1]) for more in subsets)
        else:
            yield name, (_measure(*rows),)
        for row in rows if len(rows) > 1 else ():
            label = re.sub(r"^\d\.", "", _TABLE.row[row].label)
            if label != "其他":
                yield (
                    re.sub(r"^(?:属于)?([三四]类)?", r"(?:属于)?(?:\1)?", re.escape(label)),
                    (_measure(row),),
                )
    yield "(?:申请人)?(?:无正当理由)?逾期[未不]补正(?:的|不再处理)?", (_measure("other_not_corrected"),)


_DISCLOSURE = FORM.tables["disclosure"].row
_DECISIONS = {_DISCLOSURE[key].labels[-2]: key for key in ("licensing", "penalties", "compulsion")}
_DOCUMENTS = {kind: _DISCLOSURE[f"{kind}_issued"].labels[-2] for kind in ("regulations", "normative")}
_COURSES: dict[str, list[str]] = {}
for _block in FORM.tables["proceedings"].rows:
    for _label in _block.labels:
        _COURSES.setdefault(_label, []).append(_block.key)
_OUTCOMES = {
    "(?:结果|被|予以)?维持": "upheld",
    "(?:结果|被|予以)?(?:纠正|纠错)": "corrected",
    "其他结果": "other_result",
    "(?:尚)?未审结|正在审理中?": "pending",
}
_STATES = {"(?:新?制[发定]|制定(?:出台|印发|发布))": "issued", "废止": "repealed", "现行有效": "in_force"}


# The grammar ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rule:
    """A pattern of a whole clause, and what its number may mean.

    ``family`` says what the clause is about; ``bare`` that it makes sense only after others have said so.
    """

    pattern: re.Pattern[str]
    measures: tuple[Measure, ...]
    family: str
    bare: bool = True
    loose: tuple[Measure, ...] = ()


_LEAD = _run(*_FILLERS)
_CAUSE = _run(*_FILLERS, _CAUSES)
_LAST, _NEXT = "上一?年度?", "(?:下一?年度?|次年度?)"


def _rule(
    body: str, *measures: Measure, family: str, bare: bool = True, loose: tuple[Measure, ...] = ()
) -> _Rule:
    return _Rule(re.compile(body), measures, family, bare, loose)


def _counted(what: str, lead: str = _LEAD) -> str:
    return f"{lead}{what}{_MIDDLE}{NUMBER}{_UNIT}{_END}"


def _listed(what: str) -> str:
    """In a list the unit may be missing: 自然人72、商业企业3."""
    return f"{_LEAD}{what}{_MIDDLE}{NUMBER}{_UNIT}?"


def _led(what: str) -> str:
    """Let the number come first: 3件不予公开."""
    return f"{_LEAD}{NUMBER}{_UNIT}{_END}(?:作出|为|系|是|属于|因)?{what}"


@cache
def _rules() -> list[_Rule]:
    """All rules, the more telling first."""
    return [*_applications(), *_proceedings(), *_disclosure()]


def _applications() -> Iterator[_Rule]:
    new, over, handled, forward = (_measure(row) for row in (NEW, CARRIED_OVER, HANDLED, CARRIED_FORWARD))
    both = _measure(NEW, CARRIED_OVER)
    # What came to nothing for want of a correction or a fee has not always been answered.
    answered = _measure(*(row for row in RESULTS if row not in _GROUPS["其他处理"]))
    verbs: tuple[tuple[str, tuple[Measure, ...], tuple[Measure, ...]], ...] = (
        ("新收到?|新接收|新受理|新增", (new,), ()),
        ("收到|受理|接收|接到|登记受理|收到并受理", (new,), (both,)),
        ("办结|办理完[毕结]|办复", (handled,), ()),
        ("答复|回复|作出答复", (handled, answered), ()),
        ("办理|处理", (handled, new, both), ()),
    )
    for words, measures, loose in verbs:
        verb = _any(words)
        for what in (verb + "了?" + _APPLICATION, f"{_APPLICATION}{verb}"):
            yield _rule(_counted(what), *measures, family="applications", bare=False, loose=loose)
        yield _rule(_counted(verb), *measures, family="applications", loose=loose)
    last = (
        f"{_LAST}(?:未办结)?(?:的)?结转(?:[到至来入])?(?:本年度?)?(?:办理)?的?(?:{_APPLICATION}|办理件|件)?"
    )
    yield _rule(_counted(last), over, family="applications")
    yield _rule(_led(last), over, family="applications")
    following = f"(?:未办结)?(?:将|已)?(?:结转|转|顺延)(?:[到至入])?{_NEXT}(?:继续)?(?:办理|答复|处理)?的?(?:{_APPLICATION})?"
    yield _rule(_counted(following), forward, family="applications")
    yield _rule(_led(following), forward, family="applications")
    for name, measures in _results():
        label = f"(?:作出)?{name}(?:的|类|答复|决定|处理|情形)*"
        for body in (_listed(label) + f"(?:{_END})", _led(label)):
            yield _rule(body, *measures, family="results")
    for label, column in (*_APPLICANTS.items(), ("法人(?:或|和|及|以及)?其他组织", "")):
        columns = [column] if column else _ORGANISATIONS
        measure = tuple(("applications", "", one) for one in columns)
        body = f"{label}(?:提出|提交|的|申请人?)*"
        for pattern in (_listed(body) + f"(?:{_END})", _led(body)):
            yield _rule(pattern, measure, family="applicants")


def _proceedings() -> Iterator[_Rule]:
    for label, blocks in _COURSES.items():
        body = f"经?{label}的?(?:案件|申请|案)?"
        measure = _measure(*blocks, table="proceedings")
        for pattern in (_counted(body, _CAUSE), f"{_CAUSE}{NUMBER}{_UNIT}(?:的)?{body}"):
            yield _rule(pattern, measure, family="proceedings")
    for label, column in _OUTCOMES.items():
        measure = (("proceedings", "", column),)
        for pattern in (_listed(_any(label)), _led(_any(label))):
            yield _rule(pattern, measure, family="outcomes")


def _disclosure() -> Iterator[_Rule]:
    for kind, label in _DOCUMENTS.items():
        name = f"(?:行政|政府)?{label.removeprefix('行政')}"
        for state, end in _STATES.items():
            measure = _measure(f"{kind}_{end}", column="value", table="disclosure")
            for what in (f"{state}的?{name}", f"{name}{state}"):
                yield _rule(_counted(what), measure, family=kind, bare=False)
            yield _rule(_counted(state), measure, family=f"more {kind}")
    for name, key in _DECISIONS.items():
        measure = _measure(key, column="value", table="disclosure")
        decided = f"{name}(?:处理)?(?:决定|案件)?"
        made = "(?:作出|办理|处理|实施)"
        yield _rule(_counted(made + decided), measure, family="decisions", bare=False)
        yield _rule(_counted(decided), measure, family="decisions")
        yield _rule(f"{_LEAD}{made}?{NUMBER}{_UNIT}{decided}", measure, family="decisions")
    (key,) = AMOUNTS
    amount = f"{_LEAD}(?:收取)?行政事业性收费(?:金额|收入|总额)?{_MIDDLE}{NUMBER}(?P<money>元|万元|亿元)"
    # The scale before 元 is read as a part of the number.
    yield _rule(amount, _measure(key, column="value", table="disclosure"), family="fees", bare=False)


_SHARED = _run(
    "全部|总数|总量|办结|办理|申请|受理|收到|答复|处理|新收|本年度?|总|件|数|量|的|比例|比重|比|为|达|约"
)
_SHARE = re.compile(f"(?:占{_SHARED})?{NUMBER}%")
_CHANGE = re.compile(
    rf"(?P<than>同比|与?(?:比|较|相较于|同)?(?:上一?年度?|去年)(?:同期)?(?:相比)?)?(?P<way>增加|增长|上升|减少|下降|回落|降低|增|减)了?{NUMBER}(?P<unit>{_UNIT}|%)"
)
_FALL = frozenset({"减少", "下降", "回落", "降低", "减"})
_NONE_RECEIVED = re.compile(
    rf"{_LEAD}[未无没](?:有)?(?:收到|接到|受理)(?:过|任何)?{_APPLICATION}(?:情况|的情况)?"
)
_NONE_SUED = re.compile(
    r"[未无没](?:有)?(?:发生|产生|出现|引发)?过?(?:因|涉及|有关|关于|与)?(?:政府)?信息公开(?:工作|申请|类|方面|相关|有关|问题)*的?(?:而|被)?"
    r"(?:引起|引发|产生|导致)?的?被?(?:申请|提起)?的?行政复议(?:案件|申请)?"
    r"(?P<both>(?:、|和|及|与|或|或者|以及)(?:被)?(?:提起|申请)?行政诉讼(?:案件)?)?(?:的?(?:情况|情形))?(?=$|[，；、和及])"
)


_ON_APPLICATIONS = re.compile("依申请公开|公开申请|申请公开")
_COUNTED = re.compile(NUMBER + "[件起宗例条项份]")
_MARK = re.compile(r"([，、（）()：:；;]|,(?!\d{3}))")
_JOINED = re.compile(f"(?<={_UNIT})(?:以及|[和及与])")
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
        self.so_far = ""
        self.this_year = True
        self.trusted = True
        self.made: list[tuple[str, Claim]] = []
        """Claims so far, with their families."""

    def read(self) -> Iterator[Claim]:
        """Read the sentence."""
        if re.search("[未没无]", self.text):
            yield from self._nothing()
        before, dangling = None, False
        for clause, end in self._clauses():
            plain = self.own.plain(clause)
            self.so_far += plain
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
        said = _CHANGE.sub("", _CARRIED.sub("", plain))
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
        found = _SHARE.fullmatch(plain)
        if found and claim.kind == "count" and divided:
            return family, replace(said, kind="share", number=read(found))
        found = _CHANGE.fullmatch(plain)
        if found and (found["than"] or claim.kind in {"change", "growth"}):
            number = read(found)
            if found["way"] in _FALL:
                number = replace(number, value=-number.value)
            return family, replace(said, kind="growth" if found["unit"] == "%" else "change", number=number)
        return None

    def _counted(self, clause: str, plain: str) -> tuple[str, Claim] | None:
        if not re.search(r"\d", plain) and not _COUNTED.search(plain):
            return None
        for rule in _rules():
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
            self.made.append((family, claim))
            return family, claim
        return None

    def _meaning(self, rule: _Rule, plain: str) -> tuple[Measure, ...]:
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
                return rule.measures if re.search("信息公开|依申请公开|政务公开", self.so_far) else ()
            case "outcomes":
                return self._of_courses(rule.measures[0][0][2])
            case "more regulations" | "more normative":
                kind = rule.family.removeprefix("more ")
                return rule.measures if self.made and self.made[-1][0] == kind else ()
        return rule.measures

    def _of_applicants(self, columns: Measure) -> tuple[Measure, ...]:
        """Return an applicant's part of whatever the sentence has counted so far; else of what was received or handled."""
        heads = [
            measure
            for family, claim in self.made
            if family in {"applications", "results"}
            for measure in claim.measures
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
        named = [claim.measures[0] for family, claim in self.made if family == "proceedings"]
        if not named:
            return ()
        each = dict.fromkeys([*named, tuple(dict.fromkeys(cell for measure in named for cell in measure))])
        return tuple(tuple((table, block, column) for table, block, _ in measure) for measure in each)

    def _nothing(self) -> Iterator[Claim]:
        """Read 未收到……申请, 未发生……行政复议、行政诉讼: a nought in words."""
        if _OTHER_YEAR.search(_CARRIED.sub("", self.own.plain(self.text))):
            return
        for clause, _ in self._clauses():
            if _NONE_RECEIVED.fullmatch(self.own.plain(clause)) and self.on_applications:
                yield Claim("count", (_measure(NEW),), NOUGHT, clause, self.line)
        for found in _NONE_SUED.finditer(self.text):
            for label in ("行政复议", "行政诉讼") if found["both"] else ("行政复议",):
                measure = _measure(*_COURSES[label], table="proceedings")
                yield Claim("count", (measure,), NOUGHT, found[0], self.line)
