"""Counts of the prose against each other: the parts of a whole, and what share of it a part is said to be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from helpers.checks.context import Context
from helpers.checks.numerals import NUMBER, Number, read, tidy
from helpers.checks.own_sums import COUNT, MARK, SUMMED, is_slip, of_tables, swaps, wrong_sums
from helpers.checks.rule import rule
from helpers.report.figures import format_figure
from helpers.report.findings import Finding, finding
from helpers.report.folder import PROSE

_SHARE = re.compile(
    rf"(?P<label>[^0-9占]{{0,20}})占(?:比|申请|受理|收到|新收|办结|办理|答复|总数的?|总量的?|全部的?|总|的|为|达)*{NUMBER}%"
)
_OF_SEVERAL = re.compile("分别|[两三四二][者项]|合计|共")
_OPENS = re.compile("其中|包括|包含|涵盖|含|分为|涉及")
_AMONG = re.compile("(?<=[0-9][件起宗例份])(?:[^0-9，、；：（）]{0,4}申请)?中(?=[^，、；：（）])")
_DIVIDED = re.compile("按照?[^，0-9]{2,8}(?:划?分|统计|来?看)$")
"""按提交方式分: all parts follow."""
_STAGE = re.compile("(?:[已均共]|全部|全年|年内)*(?:办结|办复|答复|结转)")
"""Said behind ；, what became of the whole, and none of its parts."""
_SUM = re.compile(f"(?:以上|上述)?(?:{SUMMED.pattern}|共计|合计|总计)")
"""Said of the parts together, and none of them."""
_REST = re.compile("其[他它余]|剩余|余下")
_OVERLAP = re.compile(
    "同步|同时|交叉|重复|累计|此外|同比|[比较]上|增加|增长|减少|新增|^(?:并|另|还|兼|均|目前)"
)
_CHANGED = re.compile("上年[0-9]|倍|同比|[比较]上|[比较]\\d{4}年|^(?:净?增加?|增长|减少?|上升|下降)了?[0-9]")
_CHANNEL = re.compile(
    "网站|网页|微信|公众号|微博|新媒体|抖音|视频号|头条|公[开示告]栏|公报|广播|电视|报[刊纸]|客户端|APP|平台|专栏|渠道"
)
_WAYS = re.compile("网络|网上|网站|平台|渠道|线[上下]|信函|书面|邮[寄政件]|当面|现场|传真|窗口")
"""How one applies, each time in one way."""
_LONGEST = 16
_MOST_BESIDE = 6
_LARGE = 100


@dataclass
class _Part:
    label: str
    number: Number
    unit: str
    quote: str
    share: Number | None = None


@dataclass
class _List:
    """A whole and its parts as a sentence lists them."""

    whole: _Part
    all: bool
    """All parts are there, the sentence says."""
    others: Decimal = Decimal(0)
    """What the sentence counts before the whole, in the same unit, and the parts may be parts of too."""
    bracket: bool = False
    parts: list[_Part] = field(default_factory=list)


@rule("T-PARTS")
def parts(context: Context) -> Iterator[Finding]:
    """Add up the parts that a sentence lists of a whole, and divide those whose share it gives."""
    for name in PROSE:
        for paragraph in context.paragraphs.get(name, []):
            where: dict[str, str | int] = {"file": f"{name}.md", "line": paragraph.line}
            before: list[_List] = []
            for sentence in re.split("[。！？]", tidy(paragraph.text)):
                lists = _lists(sentence) if re.search(r"\d", sentence) else []
                for one in lists:
                    yield from _wrong_sum(one, sentence, where)
                    yield from _wrong_shares(one, where)
                yield from _wrong_own_sums(sentence, where)
                yield from _said_again(before, sentence, where)
                before = lists


# Reading --------------------------------------------------------------------------------------------------------------


def _lists(sentence: str) -> list[_List]:
    found: list[_List] = []
    counts: list[_Part] = []
    now: _List | None = None
    mark, opened, beside = "", "", False
    pieces = MARK.split(_AMONG.sub(r"\g<0>，", sentence))
    for text, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if mark in {"；", ";"} and _STAGE.match(text):
            now = None
        share = _SHARE.fullmatch(text)
        part = None if share else _part(text)
        if (
            share
            and beside
            and counts
            and not _OF_SEVERAL.search(text)
            and _says_of(share["label"], counts[-1])
        ):
            now = _with_share(found, now, counts, read(share))
        elif "%" in text:  # a share of something else, which the count before is a part of
            counts, now = [], None
        elif part is None:
            now = now if not text or now is None or _OPENS.fullmatch(text) else None
            opened = text if _OPENS.fullmatch(text) or _DIVIDED.fullmatch(text) else ""
        else:
            again = now is not None and text.startswith("涉及")
            opens = (
                None if again else _opens(text, mark if beside else "，" * bool(mark), opened, counts, part)
            )
            if opens is not None:
                now = opens
                found.append(now)
            if now is not None:
                now = None if _SUM.match(text) else _append(now, part)
            counts.append(part)
            opened = ""
        if now is not None and now.bracket and end in {"）", ")"}:
            now = None
        mark, beside = end, part is not None or share is not None if text else beside
    return [one for one in found if one.parts]


def _says_of(label: str, count: _Part) -> bool:
    """Whether a share is said of the count before it, which its label names if it has one: 自然人占比83%."""
    named = re.sub("其中|[约仅只均的]", "", label)
    return not named or named[:2] in count.label


def _part(text: str) -> _Part | None:
    found = [one for one in COUNT.finditer(text) if not SUMMED.match(text, one.start())]
    if len(found) != 1:
        return None
    label = _OPENS.sub("", text[: found[0].start()]) or text[found[0].end() :]
    return _Part(label.strip("的有为共计达"), read(found[0]), found[0]["unit"], text)


def _opens(text: str, mark: str, opened: str, counts: list[_Part], part: _Part) -> _List | None:
    """Return a new list if a count is the first part of one: 其中……, or what stands in brackets or after a colon."""
    wholes = [count for count in counts[-2:] if not _CHANGED.search(count.quote)]
    if not wholes or not mark or wholes[-1].unit != part.unit:
        return None
    whole = wholes[-1]
    said = bool(opened) or _OPENS.match(text) is not None
    if said and text.startswith("涉及") and part.number.value > whole.number.value:
        return None
    bracket, colon = mark in {"（", "("}, mark in {"：", ":"}
    if bracket and not said and part.number.value > whole.number.value:
        return None  # 平均每月29件（全年347件）
    if not (said or bracket or colon or whole.quote.endswith("中")):
        return None
    # 建议27件，提案43件，其中……: of both.
    others = [one.number.value for one in counts[-_MOST_BESIDE:-1] if one.unit == whole.unit] if said else []
    return _List(
        whole,
        others=sum(others, Decimal(0)),
        all=colon or "分为" in text or (bracket and not said) or _DIVIDED.fullmatch(opened) is not None,
        bracket=bracket,
    )


def _append(now: _List, part: _Part) -> _List | None:
    """Add a part to a list; None where it is none of its parts and ends the list."""
    if part.unit != now.whole.unit or _OVERLAP.search(part.label) or len(part.label) > _LONGEST:
        return None
    now.parts.append(part)
    return now


def _with_share(found: list[_List], now: _List | None, counts: list[_Part], share: Number) -> _List | None:
    last = counts[-1]
    last.share = share
    if (
        now is None
        and len(counts) > 1
        and counts[-2].share is None
        and counts[-2].unit == last.unit
        and counts[-2].number.value >= last.number.value
    ):
        now = _List(counts[-2], all=False, parts=[last])
        found.append(now)
    return now


# Judging --------------------------------------------------------------------------------------------------------------


def _wrong_sum(one: _List, sentence: str, where: dict[str, str | int]) -> Iterator[Finding]:
    whole = one.whole.number
    if whole.about or any(part.number.about for part in one.parts):
        return
    if of_tables(one.whole.quote) and not all(_WAYS.search(part.label) for part in one.parts):
        return
    sums, total = [], Decimal(0)
    for part in one.parts:
        total += part.number.value
        sums.append(total)
    if whole.value in sums or not _must_agree(one, total, sentence):
        return
    listed = "、".join(format_figure(part.number.value) for part in one.parts)
    message = f"正文写“{one.whole.quote}”，后面列出的 {listed} 相加是 {format_figure(total)}，两处应当一致。"
    yield finding(
        "T-PARTS", message, expected=format_figure(total), actual=format_figure(whole.value), **where
    )


def _must_agree(one: _List, total: Decimal, sentence: str) -> bool:
    """Whether parts that do not add up to their whole are wrong: where they are all, or more than all."""
    whole = one.whole.number.value
    if any(part.number.value > whole for part in one.parts):
        return total > whole + one.others or not one.others
    if total == whole + one.others:
        return False
    shares = [part.share.value for part in one.parts if part.share]
    if len(one.parts) < 2:
        return False
    if one.all or any(_REST.search(part.label) or _REST.match(part.quote) for part in one.parts):
        return True
    if len(shares) == len(one.parts) and abs(sum(shares, Decimal(0)) - 100) < 1:
        return True
    channels = any(_CHANNEL.search(part.label) for part in one.parts)
    slipped = whole >= _LARGE and is_slip(whole, [part.number.value for part in one.parts])
    if total > whole:
        # Whoever applies does so by one channel; what is published stands in several.
        return (not channels or (slipped and "申请" in one.whole.quote)) and not _OVERLAP.search(sentence)
    swapped = total in swaps(whole)
    return (swapped and whole >= 20) or slipped


def _wrong_own_sums(sentence: str, where: dict[str, str | int]) -> Iterator[Finding]:
    for one in wrong_sums(sentence) if re.search(r"\d", sentence) else ():
        expected, actual = format_figure(one.right) + one.unit, format_figure(one.wrong) + one.unit
        message = f"正文写“{one.quote}”，{one.listed}是 {expected}，两处应当一致。"
        yield finding("T-PARTS", message, expected=expected, actual=actual, **where)


def _wrong_shares(one: _List, where: dict[str, str | int]) -> Iterator[Finding]:
    for part in one.parts:
        if part.share is not None:
            yield from _share(one, part, part.share, where)


def _share(one: _List, part: _Part, share: Number, where: dict[str, str | int]) -> Iterator[Finding]:
    if not one.whole.number.value or of_tables(one.whole.quote):
        return
    right = 100 * part.number.value / one.whole.number.value
    if share.rounds(right) or part.number.about or one.whole.number.about:
        return
    expected, actual = f"{right.quantize(share.step).normalize():f}%", f"{share.value.normalize():f}%"
    message = f"正文写“{part.quote}”占 {actual}；按“{one.whole.quote}”计算是 {expected}，两处应当一致。"
    yield finding("T-PARTS", message, expected=expected, actual=actual, **where)


def _said_again(before: list[_List], sentence: str, where: dict[str, str | int]) -> Iterator[Finding]:
    """Hold a share that the next sentence states (“主动公开的占41.5%”) against the part it names."""
    found = _SHARE.fullmatch(sentence)
    if found is None or not found["label"]:
        return
    for one in before:
        for part in one.parts:
            if part.label and found["label"].replace("的", "").startswith(part.label.replace("的", "")):
                yield from _share(one, part, read(found), where)
