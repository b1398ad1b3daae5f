"""The grammar of clauses that state a number: words from the labels of the form, and what the number may mean.

The more telling rules come first; a clause is read by the first that matches the whole of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from helpers.checks.numerals import NUMBER
from helpers.report.cell_names import Cell
from helpers.report.form import AMOUNTS, CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL

Measure = tuple[Cell, ...]
"""The sum over some cells."""


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
UNIT = "(?:件|起|宗|例)"
_END = f"(?:的?{_APPLICATION}|案件)?(?:[均全已都][^0-9]*)?"

_FILLERS = (
    "(?:截[至止]|到)?本年(?:度|底|末|内|全年)?|全年度?|年度内?|年内|今年|当年|一年来",
    "我[省市州盟旗县区镇乡街道局委办厅院处会]{1,2}|全[省市州盟旗县区镇乡街道局委系统]{1,2}|本[省市州县区镇乡街道局委办厅院处机关级单位行政]{1,4}",
    "各级(?:各部门|行政机关|政府)?|各(?:部门|单位|有关单位)|我单位",
    "共计?|总共|一共|总计|合计|累计|实际|依法|依规|按[时期]|及时|均|已|全部|新|其中|含|包括|另有?|还|并|且|和|及|与|同时|分别|涉及|来自|的|是|为|有|各类",
)
_CAUSES = "因|由于?|涉及|有关|关于|与|(?:政府)?信息公开(?:工作|申请|答复|事项|问题|类|方面|相关)*|政务公开|引起|引发|产生|导致|发生|被|向?[省市县区]?(?:人民)?政府|申请人?|提起|提出|办理(?=因|涉及|有关|政府信息|信息公开)|应诉|而|所"


def sum_over(*rows: str, column: str = TOTAL, table: str = "applications") -> Measure:
    """Return the measure that sums some rows of a table in one column."""
    return tuple((table, row, column) for row in rows)


_TABLE = FORM.tables["applications"]
GROUPS: dict[str, list[str]] = {}
for _row in RESULTS:
    GROUPS.setdefault(re.sub(r"^（.）|（.*", "", _TABLE.row[_row].labels[1]), []).append(_row)
_APPLICANTS = {item.label: item.key for item in _TABLE.columns if item.key != TOTAL}
# 其他 alone may be anything.
_OTHERS = _APPLICANTS.pop("其他")
_ORGANISATIONS = [*_APPLICANTS.values(), _OTHERS][1:]


def _results() -> Iterator[tuple[str, tuple[Measure, ...]]]:
    """Patterns of the results' names, from the labels of the form, and what each may mean."""
    granted, partly = (rows[0] for rows in list(GROUPS.values())[:2])
    for name, rows in GROUPS.items():
        if rows == [granted]:
            yield name + "(?:及|和|或|与)部分公开", (sum_over(granted, partly),)
            yield name, (sum_over(granted), sum_over(granted, partly))
        elif rows[-1] == "other_reason":
            # Sometimes what the other rows name is told apart, and 其他处理 is the rest.
            rest = rows[:-1]
            subsets = (more for size in range(len(rest), -1, -1) for more in combinations(rest, size))
            yield name, tuple(sum_over(*more, rows[-1]) for more in subsets)
        else:
            yield name, (sum_over(*rows),)
        for row in rows if len(rows) > 1 else ():
            label = re.sub(r"^\d\.", "", _TABLE.row[row].label)
            if label != "其他":
                yield (
                    re.sub(r"^(?:属于)?([三四]类)?", r"(?:属于)?(?:\1)?", re.escape(label)),
                    (sum_over(row),),
                )
    yield "(?:申请人)?(?:无正当理由)?逾期[未不]补正(?:的|不再处理)?", (sum_over("other_not_corrected"),)


_DISCLOSURE = FORM.tables["disclosure"].row
_DECISIONS = {_DISCLOSURE[key].labels[-2]: key for key in ("licensing", "penalties", "compulsion")}
_DOCUMENTS = {kind: _DISCLOSURE[f"{kind}_issued"].labels[-2] for kind in ("regulations", "normative")}
COURSES: dict[str, list[str]] = {}
for _block in FORM.tables["proceedings"].rows:
    for _label in _block.labels:
        COURSES.setdefault(_label, []).append(_block.key)
_OUTCOMES = {
    "(?:结果|被|予以)?维持": "upheld",
    "(?:结果|被|予以)?(?:纠正|纠错)": "corrected",
    "其他结果": "other_result",
    "(?:尚)?未审结|正在审理中?": "pending",
}
_STATES = {"(?:新?制[发定]|制定(?:出台|印发|发布))": "issued", "废止": "repealed", "现行有效": "in_force"}


# The grammar ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClauseRule:
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
) -> ClauseRule:
    return ClauseRule(re.compile(body), measures, family, bare, loose)


def _counted(what: str, lead: str = _LEAD) -> str:
    return f"{lead}{what}{_MIDDLE}{NUMBER}{UNIT}{_END}"


def _listed(what: str) -> str:
    """In a list the unit may be missing: 自然人72、商业企业3."""
    return f"{_LEAD}{what}{_MIDDLE}{NUMBER}{UNIT}?"


def _led(what: str) -> str:
    """Let the number come first: 3件不予公开."""
    return f"{_LEAD}{NUMBER}{UNIT}{_END}(?:作出|为|系|是|属于|因)?{what}"


@cache
def clause_rules() -> list[ClauseRule]:
    """All rules, the more telling first."""
    return [*_applications(), *_proceedings(), *_disclosure()]


def _applications() -> Iterator[ClauseRule]:
    new, over, handled, forward = (sum_over(row) for row in (NEW, CARRIED_OVER, HANDLED, CARRIED_FORWARD))
    both = sum_over(NEW, CARRIED_OVER)
    # What came to nothing for want of a correction or a fee has not always been answered.
    answered = sum_over(*(row for row in RESULTS if row not in GROUPS["其他处理"]))
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


def _proceedings() -> Iterator[ClauseRule]:
    for label, blocks in COURSES.items():
        body = f"经?{label}的?(?:案件|申请|案)?"
        measure = sum_over(*blocks, table="proceedings")
        for pattern in (_counted(body, _CAUSE), f"{_CAUSE}{NUMBER}{UNIT}(?:的)?{body}"):
            yield _rule(pattern, measure, family="proceedings")
    for label, column in _OUTCOMES.items():
        measure = (("proceedings", "", column),)
        for pattern in (_listed(_any(label)), _led(_any(label))):
            yield _rule(pattern, measure, family="outcomes")


def _disclosure() -> Iterator[ClauseRule]:
    for kind, label in _DOCUMENTS.items():
        name = f"(?:行政|政府)?{label.removeprefix('行政')}"
        for state, end in _STATES.items():
            measure = sum_over(f"{kind}_{end}", column="value", table="disclosure")
            for what in (f"{state}的?{name}", f"{name}{state}"):
                yield _rule(_counted(what), measure, family=kind, bare=False)
            yield _rule(_counted(state), measure, family=f"more {kind}")
    for name, key in _DECISIONS.items():
        measure = sum_over(key, column="value", table="disclosure")
        decided = f"{name}(?:处理)?(?:决定|案件)?"
        made = "(?:作出|办理|处理|实施)"
        yield _rule(_counted(made + decided), measure, family="decisions", bare=False)
        yield _rule(_counted(decided), measure, family="decisions")
        yield _rule(f"{_LEAD}{made}?{NUMBER}{UNIT}{decided}", measure, family="decisions")
    (key,) = AMOUNTS
    amount = f"{_LEAD}(?:收取)?行政事业性收费(?:金额|收入|总额)?{_MIDDLE}{NUMBER}(?P<money>元|万元|亿元)"
    # The scale before 元 is read as a part of the number.
    yield _rule(amount, sum_over(key, column="value", table="disclosure"), family="fees", bare=False)


_SHARED = _run(
    "全部|总数|总量|办结|办理|申请|受理|收到|答复|处理|新收|本年度?|总|件|数|量|的|比例|比重|比|为|达|约"
)
SHARE = re.compile(f"(?:占{_SHARED})?{NUMBER}%")
CHANGE = re.compile(
    rf"(?P<than>同比|与?(?:比|较|相较于|同)?(?:上一?年度?|去年)(?:同期)?(?:相比)?)?(?P<way>增加|增长|上升|减少|下降|回落|降低|增|减)了?{NUMBER}(?P<unit>{UNIT}|%)"
)
NONE_RECEIVED = re.compile(
    rf"{_LEAD}[未无没](?:有)?(?:收到|接到|受理)(?:过|任何)?{_APPLICATION}(?:情况|的情况)?"
)
NONE_SUED = re.compile(
    r"[未无没](?:有)?(?:发生|产生|出现|引发)?过?(?:因|涉及|有关|关于|与)?(?:政府)?信息公开(?:工作|申请|类|方面|相关|有关|问题)*的?(?:而|被)?"
    r"(?:引起|引发|产生|导致)?的?被?(?:申请|提起)?的?行政复议(?:案件|申请)?"
    r"(?P<both>(?:、|和|及|与|或|或者|以及)(?:被)?(?:提起|申请)?行政诉讼(?:案件)?)?(?:的?(?:情况|情形))?(?=$|[，；、和及])"
)
