"""What stands around the six sections: title, lead and signature; and what belongs to the page, not to the report."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from helpers.document.outputs import TREND_DATA, TRENDS_HEADING
from helpers.intake.matching.model import Block, Text
from helpers.intake.matching.sections import heading_of
from helpers.intake.matching.similarity import clean, normal
from helpers.report.edit_distance import distance

_META = (
    r"(?:信息|文章)?(?:来源|索引号?|主题(?:分类|词)?|发文(?:机关|字号|单位|日期)|发布(?:机构|机关|单位|时间|日期|人)?|公开(?:方式|时限|日期|范围|形式)"
    r"|成文日期|生成日期|文号|有效性|体裁|作者|责任编辑|编辑|审核|校对|时间|日期|浏览(?:次数|量)?|点击(?:数|率|次数)?|阅读(?:次数|量)?|访问(?:次数|量)?"
    r"|字号|字体|标题|名称|信息分类|内容分类|服务对象|关键词|正文)\s*[:：].*"
)
_ABOVE = r"(?:您?(?:现在|当前)?(?:所在)?的?位置)\s*[:：].*|首页.*|.*[>»›].*"
_PAGE = (
    r"附件下载|扫一扫.*|打印.{0,8}|关闭.{0,8}|分享.{0,20}"
    r"|上一[篇条].*|下一[篇条].*|【.{0,12}】|返回.{0,6}|(?:主办|承办|协办|技术支持)(?:单位)?\s*[:：].*|版权所有.*|.*(?:ICP备|公网安备|网站标识码).*"
    r"|[\-—–·]+\s*\d{1,3}\s*[\-—–·]+|第\s*\d{1,3}\s*页.{0,8}|(?!——$)[\s\-—–·=_]*"  # a dash of Chinese is text
)
_TABLE = r"[图表]\s*\d+[\s　:：].*|续表|[^，。；]{2,20}[（(]单位\s*[:：].{1,6}[)）]|[（(]?(?:计量)?单位\s*[:：]\s*\S{1,6}[)）]?"
_FURNITURE = re.compile(_PAGE, re.DOTALL)
_HEAD = re.compile(rf"{_META}|{_ABOVE}", re.DOTALL)
_CAPTION = re.compile(_TABLE)
_FOLDED = re.compile(TREND_DATA.format(title=r"\d{4}—\d{4}年[^。；]{2,40}"))
_ANNEX = re.compile(re.sub(r"\\\{\w+\\\}", r"\\d{4}", re.escape(TRENDS_HEADING)))
_LONGEST = 80

_NUMERAL = "〇零一二三四五六七八九十○Ｏ"
_DAY = re.compile(
    rf"(\d{{4}}|[{_NUMERAL}]{{4}})年(\d{{1,2}}|[{_NUMERAL}]{{1,3}})月(\d{{1,2}}|[{_NUMERAL}]{{1,3}})日(?:印发)?$"
)
_SEAL = re.compile(r"[（(](?:盖章|公章|印章|此件.{0,6}公开.{0,4})[)）]|[（(]?此件.{0,6}公开.{0,4}[)）]?")
_ORGAN = re.compile(r"(?:局|厅|委|会|府|室|处|院|所|队|心|镇|乡|街道|部|署|办)$")
_LONGEST_ORGAN = 40


def is_furniture(text: str, *, above: bool = False) -> bool:
    """Tell a line that belongs to the page: navigation, buttons, a page number.

    Parameters
    ----------
    above
        It stands above the report, where lines about the file are too (来源、时间、索引号).
    """
    line = clean(text).strip()
    if len(line) > _LONGEST or re.search(r"[。；]", line):
        return False
    return bool(_FURNITURE.fullmatch(line) or (above and _HEAD.fullmatch(line)))


def is_caption(text: str) -> bool:
    """Tell a line that stands with a table: its number and name, its unit."""
    line = clean(text).strip()
    return len(line) <= _LONGEST and "。" not in line and bool(_CAPTION.fullmatch(line))


def annex_of(blocks: Sequence[Block]) -> tuple[list[Block], list[Text], list[Block]]:
    """Part the charts over several years, which are drawn anew from the linked years, from what stands before them.

    Returns
    -------
    tuple
        What stands before; the words that the project itself puts there; all else.
    """
    start = next((place for place, block in enumerate(blocks) if _says(_ANNEX, block)), len(blocks))
    annex = blocks[start:]
    known = [
        block for block in annex if isinstance(block, Text) and (block is annex[0] or _says(_FOLDED, block))
    ]
    return list(blocks[:start]), known, [block for block in annex if block not in known]


def _says(pattern: re.Pattern[str], block: Block) -> bool:
    return isinstance(block, Text) and bool(pattern.fullmatch("".join(clean(block.text).split())))


@dataclass
class Sorted:
    """Blocks by what becomes of them: prose, known and dropped, listed with the reason."""

    prose: list[Block] = field(default_factory=list)
    known: list[Text] = field(default_factory=list)
    listed: list[tuple[Text, str]] = field(default_factory=list)


def lead_of(blocks: Sequence[Block], titles: Collection[str]) -> Sorted:
    """Sort what stands before the first heading: the lead is its sentences.

    Parameters
    ----------
    titles
        The title, and what the file has for one.
    """
    found = Sorted()
    known = [normal(title) for title in titles if title]
    for block in blocks:
        if not isinstance(block, Text) or not block.text.strip():
            continue
        words = normal(block.text)
        if (
            _is_title(words, known)
            or is_furniture(block.text, above=True)
            or heading_of(_without_page(block))
        ):
            found.known.append(block)
        elif "。" in block.text or len(words) > 30 or re.search(r"[：:；;]$", block.text.strip()):
            found.prose.append(block)
        else:
            found.listed.append((block, "在标题和第一部分之间，不像导语，没有放进去"))
    return found


def _is_title(words: str, known: Sequence[str]) -> bool:
    return any(
        (words in title and len(words) > 1) or (title in words and len(words) < len(title) + 40)
        for title in known
    )


def _without_page(block: Text) -> Text:
    """Return a line of a table of contents without its dots and page."""
    return Text(re.sub(r"[.…·\s]*\d{0,3}\s*$", "", block.text))


def signature_of(blocks: Sequence[Block], organ: str, published: str | None) -> Sorted:
    """Part the organ's name and the date at the end of a section from its prose."""
    found = Sorted(prose=list(blocks))
    dated = False
    while found.prose and isinstance(last := found.prose[-1], Text):
        text = "".join(unicodedata.normalize("NFKC", clean(last.text)).split())
        why = "" if is_furniture(last.text) else _signs(text, organ, published, dated=dated)
        if why is None:
            break
        dated = dated or bool(_DAY.search(text))
        del found.prose[-1]
        if why:
            found.listed.insert(0, (last, why))
        else:
            found.known.insert(0, last)
    return found


def _signs(text: str, organ: str, published: str | None, *, dated: bool) -> str | None:
    """Return why a line of a signature is listed (empty: it says nothing new), None where it is none."""
    if _SEAL.fullmatch(text):
        return ""
    day = _DAY.search(text)
    name = _SEAL.sub("", text[: day.start()] if day else text)
    if re.search(r"[，。；：！？,;:!?]", name) or len(name) > _LONGEST_ORGAN:
        return None
    own = normal(organ)
    signed = normal(name)
    same = bool(signed) and (signed in own or own in signed)
    if signed and not same:
        near = distance(signed, own, len(own) // 4) <= len(own) // 4
        if not near and not (_ORGAN.search(name) and (day or dated)):
            return None
        return "是落款，和标题里的机关名称不同，请核对"
    if day and _iso(day) != published:
        return "是落款的日期，和公布日期不同或者没有写明公布日期，请核对后填入 published"
    return "" if day or same else None


def _iso(day: re.Match[str]) -> str:
    digits = {char: str(number) for number, char in enumerate("零一二三四五六七八九")} | dict.fromkeys(
        "〇○Ｏ", "0"
    )

    def number(text: str) -> int:
        if text.isdigit():
            return int(text)
        if "十" in text:
            tens, _, ones = text.partition("十")
            return int(digits.get(tens, "1")) * 10 + int(digits.get(ones, "0"))
        return int("".join(digits[char] for char in text))

    year, month, date = (number(part) for part in day.groups())
    return f"{year:04}-{month:02}-{date:02}"
