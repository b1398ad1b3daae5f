"""The fee for handling information, as section 6 states it: an amount, none, or nothing that is certain.

A clause counts only where all of it is understood. What is not understood leaves the fee open: a fee of 0 that is none
would pass for a statement of the organ.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from helpers.intake.matching.model import Figure

_TITLE = re.compile(r"《[^》]*》|\\?<[^<>]*办法\\?>")
_SENTENCES = re.compile(r"[。;!?\n]+")
_CLAUSES = re.compile(r"(?<!\d),|,(?!\d)")

_FEE = r"(?:依申请|政府|信息|公开|申请|处理|检索|复制|邮寄|提供|等|、|和|及|的|任何|其他|相关|有关|各类|各项)*费用?"
_NAMED = re.compile(r"信息[^,]{0,8}费|处理费")
_CHARGE = r"(?:收取|收缴|收到|实收|征收|收)"
_VERB = rf"(?:{_CHARGE}|产生|发生|存在|涉及|有)"
_NOT = r"(?:没有|从未|均未|暂未|尚未|并未|未曾|未|没|暂无|无|(?<!除)不(?=收|产|发|存|涉))"
_BETWEEN = (
    r"(?:向|对|因|就|申请人|当事人|公民|法人|或|和|及|、|其他组织|任何|单位|个人|曾|实际|过|依申请|公开|政府信息|信息|提供|申请"
    r"|按件|按量|相关|有关|年度|发生|产生|存在|有|的)*"
)
_AFTER = r"(?:的|收取|收费|征收|发生|产生|情况|情形|现象|行为|事项|问题|案件)*"
_NONE = re.compile(
    rf"{_NOT}{_BETWEEN}{_VERB}{_BETWEEN}{_FEE}{_AFTER}$|(?:没有|暂无|无){_BETWEEN}{_FEE}{_AFTER}$"
    rf"|{_FEE}{_AFTER}{_NOT}{_BETWEEN}{_VERB}$"
    rf"|{_FEE}{_AFTER}(?:总额|合计|共计|金额|数额)*(?:均)?[为是:]?(?:无|零元?|没有|0(?:\.0+)?(?:万)?元?)$"
)
_PART = re.compile(
    r"除(?!以上|上述|此)|其余|其中|部分|\d(?:件|宗|个月|月|人|名)|上半年|下半年|季度|如|若|一般|原则|上年|去年|上一年|往年|应"
)
"""Words before a denial that make it one of some cases, times or conditions only."""

_AMOUNT = re.compile(
    r"(?P<vague>[约近超逾足过元~至到—-])?(?:人民币|¥)?(?<![\d.,])(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)"
    r"(?P<unit>余|多|[十百千万亿美欧港日]*)元(?P<rate>/|每|的)?"
)
_DOUBTFUL = re.compile(
    r"应收|应缴|拟|[减免退]|未|不[予得]|逾期|标准|每|最高|不足|不超|至少|去年|上年|上一年|往年|罚|\d{4}年至|以来"
)
_SUM = re.compile(r"(?:共计|合计|总计|金额|总额|总金额|累计|共|计)(?:为|:)?")
_ACTUAL = re.compile(r"实际|实收")
_RULES = re.compile(r"标准|办法|规定|制度|管理|规范|流程|工作|通知|依据|要求")


@dataclass(frozen=True)
class Fee:
    """The fee in yuan, None where it is not certain; then ``text`` is what stands there, ``why`` the reason."""

    yuan: Figure | None
    text: str = ""
    why: str = ""


def fee_of(other: str, year: int | None = None) -> Fee:
    """Read the fee from the prose of section 6.

    Parameters
    ----------
    year
        Year of the report; an amount of another year is none.
    """
    folded = _TITLE.sub("", "".join(unicodedata.normalize("NFKC", other.replace("\n\n", "。")).split()))
    said = [sentence for sentence in _SENTENCES.split(folded) if re.search(r"费", sentence)]
    stated: set[Figure] = set()
    for sentence in said:
        found = _stated(sentence, year)
        if found is None:
            return Fee(None, sentence, "说到了收费，但看不准收了多少")
        stated |= found
    if len(stated) == 1:
        return Fee(stated.pop())
    if stated:
        return Fee(None, "；".join(said), "说到了几个不同的收费金额")
    return Fee(None, "；".join(said), "第六部分没有写明信息处理费收了多少或没有收取")


def _stated(sentence: str, year: int | None) -> set[Figure] | None:
    """Fees that a sentence states: at most one, none where it says nothing of them; None where it is not certain."""
    clauses = [clause for clause in _CLAUSES.split(sentence) if clause]
    amounts = [(place, found) for place, clause in enumerate(clauses) for found in _AMOUNT.finditer(clause)]
    denied = [clause for clause in clauses if _denies(clause)]
    named = [
        place
        for place, clause in enumerate(clauses)
        if _NAMED.search(clause) and re.search("收|为|是|:", clause)
    ]
    if denied:
        open_ones = [clauses[place] for place in named if clauses[place] not in denied]
        doubtful = any(not _RULES.search(clause) for clause in open_ones) or any(
            _yuan(found) != 0 for _, found in amounts
        )
        return None if doubtful or _PART.search(sentence[: sentence.find(denied[0])]) else {0}
    chosen = _charged(clauses, named, amounts)
    if chosen is None:
        touched = amounts or any(not _RULES.search(clauses[place]) for place in named)
        return None if touched and _NAMED.search(sentence) else set()
    other_year = set(re.findall(r"(\d{4})年", sentence)) - {str(year)} if year else set()
    value = _yuan(chosen)
    return None if value is None or other_year or _DOUBTFUL.search(sentence) else {value}


def _denies(clause: str) -> bool:
    found = _NONE.search(clause)
    return bool(found) and not _PART.search(clause[: found.start()] if found else "")


def _charged(
    clauses: Sequence[str], named: Sequence[int], amounts: Sequence[tuple[int, re.Match[str]]]
) -> re.Match[str] | None:
    """Return the amount that is said to have been charged: beside the fee's name, or the only sum behind it."""
    strong = [(place, found) for place, found in amounts if place in named]
    if len(strong) == 1:
        (own, found), rest = strong[0], [place for place, one in amounts if one is not strong[0][1]]
        before = all(place < own for place in rest) and bool(_ACTUAL.search(clauses[own]))
        parts = all(place > own and clauses[place].startswith("其中") for place in rest)
        return found if before or parts else None
    sums = [(place, found) for place, found in amounts if _is_sum(clauses[place], found)]
    charges = any(re.search(_CHARGE, clauses[place]) for place in named)
    if not strong and len(amounts) == len(sums) == 1 and charges and sums[0][0] > named[0]:
        return sums[0][1]
    return None


def _is_sum(clause: str, found: re.Match[str]) -> bool:
    return bool(_SUM.match(clause)) and found.end() == len(clause)


def _yuan(found: re.Match[str]) -> Figure | None:
    """Amount in yuan; None where it is vague, a rate, or in a unit other than 元 and 万元."""
    if found["vague"] or found["rate"] or found["unit"] not in {"", "万"}:
        return None
    value = Decimal(found["number"].replace(",", "")) * (10_000 if found["unit"] else 1)
    return int(value) if value == value.to_integral_value() else value
