"""Of which year and of which organ a sentence speaks, clause by clause."""

import re
from collections.abc import Iterable, Iterator

from helpers.checks.claim_patterns import CHANGE

_CARRIED = re.compile(
    "(?:结转|转|顺延|延)[到至入]?下一?年|结转(?:上一?年|去年)|(?:上一?年|去年)度?(?:未办结)?的?(?:结转|转入|转至|转来|遗留|顺延|延续)"
)
_PART_YEAR = re.compile(
    r"半年|[0-9一二三四]季度|\d月|(?:\d{4}|上)年?度?(?:[至到—~-]|和|及|与)+本年|[两三四五]年(?:共|累计|合计|总计|间)"
)
_OTHER_YEAR = re.compile(
    r"\d{4}年|去年|上一?年|下一?年|同期|历年(?!政府|公报|档案|年报|规范|文件)|(?<!一)年来|近.年|五年|(?<!年)(?<!年初)(?<!年度)以来|十[二三四五]五|时期"
)
_A_YEAR = re.compile(r"(?:从|自)?(?:20\d\d年|上年|本年)度?")
_THIS_YEAR = re.compile("本年|全年|年内|当年|今年")
_REGIONS = "省市州盟旗县区镇乡街"
_OTHERS = re.compile(
    f"别[{_REGIONS}]|全国|(?<![我本各全以])局|(?<![各我本])部门|乡镇|街道|镇街|[乡镇]政府|(?<!向)(?<!人民)法院(?!判|裁|维持|纠)|[省市县区]政府(?!信息公开|门户|官?网)|开发区|园区|管委会|公司"
)
_ALL = re.compile("[全我][省市州盟旗县区镇乡街局委办厅]|本单位|本[省市县区局委办厅机]")
LAST_YEARS = re.compile(r"((?:上一?年|去年)度?(?:同期)?)[底末]?的?\d[\d,.]{0,15}(?:[件起宗例份]|万元|%)(?!$)")
LAST_YEAR = re.compile(r"而?(?:上一?年|去年)度?(?:同期)?[为是有共]*\d[\d,]{0,11}[件起宗例份]")
"""All that a clause may say for the change behind it to be one on last year: 去年为298件，增加49件."""
_LISTED = re.compile(
    r"^(?:(?:分别|具体|依次)(?:为|是|有|作出)(?=[^0-9均])|\d{1,2}\.(?!\d)|[一二三四五六七八九]是(?!.{0,3}[一二三四五六七八九]是)|[①-⑨])"
)
_COMPARISON = re.compile(
    "(?:[与较同和]|[相对]?比)(?:上一?年|去年)度?(?:同期)?(?:相比|比较|相较|比$|(?:均|分别|有|略|稍|所|大幅|明显|基本)*(?:所|大幅|明显)?(?=[增上下减持提降]))|[是为达占](?:上一?年|去年)度?(?:同期)?的?(?=[0-9一二两三四五.]{1,6}倍)"
)
_RISEN = re.compile(
    r"(?:[由从]|自)(?:上年度?的?)?\d[\d,.]{0,15}[件起宗例份](?:增|增加|增长|上升|上涨|攀升|升|减少?|下降|降低|降|压减|压降|压缩|回落|变)[至到为成](?:本年度?的?)?"
)


_EVERYBODY = re.compile(
    "[省市县区旗州]政府系统|(?:[省市县区旗州]|管委会|本单位)(?:人民政府|政府|本级)?(?:及其?|和|以及|、)(?:所属|各|县直|市直|区直|工作|组成|职能)*部门(?:单位)?"
    "(?:(?:、|及|和|以及)(?:各|所属)?(?:乡镇|镇街|街道|镇乡|乡镇街道)(?:（街道）)?)*"
)


_AS_FOLLOWS = re.compile("(?:分别|具体|依次)[为是有]$")
_NOT_ONE = re.compile("无一[件起宗例]")
_OWN_PARTS = re.compile(
    "本单位(?:及其?(?:所属|下属|直属|派出)*(?:机构|单位|分局|各?部门|科室)|(?:党政|综合|政务公开)?办公室)"
)
"""本单位及派出机构, 本单位办公室: what they count is the organ's."""
_GOVERNMENT = re.compile(f"([{_REGIONS}])道?(?:党工委)?(?:人民政府|政府|管委会|办事处)")


def _regions(names: Iterable[str]) -> list[str]:
    """Return what an organ may call its region: a county's government its 县; a bureau any region of its name."""
    own = [found[1] for name in names if (found := _GOVERNMENT.search(name))]
    return list(dict.fromkeys(own or [char for name in names for char in name if char in _REGIONS]))


def _own_offices(name: str) -> Iterator[str]:
    """Yield what an office calls itself: 镇政府, 街道办事处, 区政府办公室, 县水务局."""
    found = re.search("([乡镇])人民政府$|(街道)办事处$", name)
    if found:
        yield from (f"{found[1]}人民政府", f"{found[1]}政府") if found[1] else ("街道办事处", "街道办")
    office = re.search(
        "[省市州盟旗县区](?:人民政府)?[^省市州盟旗县区]{2,15}(?:局|委|委员会|办公室|办公厅|厅|处|中心)$", name
    )
    if office:
        yield from (office[0], office[0].replace("人民政府", "政府"))
        yield from [f"{office[0][0]}局"] * office[0].endswith("局")


class OwnWords:
    """Puts 本年, 上年, 下年 and 本单位 for the report's year, those around it and its organ, which the grammar then knows."""

    def __init__(self, year: int, names: Iterable[str]) -> None:
        self.year = year
        self.names = sorted(names, key=len, reverse=True)
        # 某某区管委会办公室 calls itself 管委会.
        self.names += [short for name in self.names for short in _own_offices(name)]
        self.names += ["管委会"] if any("管委会" in name for name in self.names) else []
        regions = _regions(self.names)
        self.all = f"全{regions[-1]}" if regions else "全县"
        others = "".join(one for one in _REGIONS if one not in regions) if regions else ""
        self._foreign = re.compile(f"[全我](?=[{others}])" if others else "(?!)")
        # 县政府信息公开申请 of a county: not what its government alone was asked.
        own = [found[1] for name in self.names if (found := _GOVERNMENT.search(name))]
        self._own_region = re.compile(
            rf"(?:(?<![\u4e00-\u9fff])|(?<=年)|(?<=年度))[{''.join(own)}](?=政府信息公开)" if own else "(?!)"
        )
        self.period = re.compile(rf"(?:{year}年)?(?:1月1日[至到-](?:{year}年)?)?12月(?:31日|底|末)")

    def plain(self, clause: str) -> str:
        """Return a clause in the words of the grammar."""
        return self.plain_and_risen(clause)[0]

    def plain_and_risen(self, clause: str) -> tuple[str, bool]:
        """Return it so, and whether it says what a number was last year and what it is now: 由上年的152件降至99件."""
        plain, risen = _RISEN.subn("本年共", self._in_own_words(clause))
        return plain, risen > 0

    def _in_own_words(self, clause: str) -> str:
        for name in self.names:
            clause = clause.replace(name, "本单位")
        clause = self._own_region.sub("", clause).replace("年初结转", "上年结转")
        clause = _EVERYBODY.sub(self.all, self.period.sub("本年", clause))
        clause = _OWN_PARTS.sub("本单位", clause)
        for year, word in ((self.year, "本年"), (self.year - 1, "上年"), (self.year + 1, "下年")):
            clause = clause.replace(f"{year}年", word)
        clause = _LISTED.sub("", clause)
        clause = _NOT_ONE.sub("无", _AS_FOLLOWS.sub("", re.sub('[“”‘’「」"]', "", clause)))
        return self._foreign.sub("别", clause)


class Scope:
    """What has been said so far of the time and of the organ."""

    def __init__(self, guessing: bool = False) -> None:
        self._guessing = guessing
        self._this_year = True
        self._years_listed = False
        self._elsewhere = False

    def left(self, plain: str, end: str) -> bool:
        """Read one more clause and the mark that ends it; return whether it speaks of another time, another organ, or some organs of many."""
        self._years_listed |= end == "、" and _A_YEAR.fullmatch(plain) is not None
        other_time = self._of_another_time(plain)
        return self._of_others(plain) or other_time

    def _of_another_time(self, plain: str) -> bool:
        """Follow of which time the sentence speaks; what is carried or compared speaks of this year too."""
        said = CHANGE.sub("", _COMPARISON.sub("", _CARRIED.sub("", LAST_YEARS.sub(r"\1", plain))))
        if self._years_listed or _PART_YEAR.search(said):
            self._this_year = False
        elif _THIS_YEAR.search(said):
            self._this_year = True
        elif _OTHER_YEAR.search(said):
            self._this_year = False
        return not self._this_year

    def _of_others(self, plain: str) -> bool:
        """Follow of whom the sentence speaks."""
        if _ALL.search(plain):
            self._elsewhere = False
        elif _OTHERS.search(plain) and not (self._guessing and not re.search(r"\d", plain)):
            self._elsewhere = True
        return self._elsewhere
