"""Sums that a sentence makes of its own counts without saying 其中: totals at the end, lists after their total, changes on last year."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from helpers.checks.claim_patterns import falls
from helpers.checks.numerals import NUMBER, Number, read

UNIT = "人次|件次|条次|场次|余?[条件篇次期场个项份起宗人家户批例幅]"
MARK = re.compile(r"([，、（）()：:；;]|,(?!\d{3}))")
_OF_TABLES = re.compile(
    "申请|办结|结转|答复|复议|诉讼|规范性文件|规章|许可|处罚|强制|收费|不?予以?公开|部分公开|无法提供"
)
COUNT = re.compile(f"{NUMBER}(?P<unit>{UNIT})")
_OTHER = NUMBER.replace("P<", "P<second_")
_TOTAL = re.compile(
    f"(?:以上|上述)?(?:[两二三四五六七八九](?:[项者类种大个][^0-9共合总，]{{0,4}}))?(?:(?:[^0-9，]{{0,8}}(?:共计|合计|总计))[^0-9，]{{0,3}}|(?:一共|总共|共)[为有达约]?){NUMBER}"
)
_NOT_TABLES = re.compile("信息[^，]*[条篇]|文书|案卷|解读|培训|咨询|电话|留言|热线|来信")
SUMMED = re.compile("[两二三四五六七八九][项个大类者][^0-9，]{0,4}(?:共|合计|总计)")
_CHANGE = re.compile(
    rf"(?:同比|与?[较比])(?:上一?|去|\d{{4}})年度?的?{_OTHER}(?P<second_unit>{UNIT})(?:相比)?"
    rf"(?P<way>增加|增长|上升|多|减少|下降|降低|少)了?{NUMBER}(?P<unit>{UNIT}|%)"
)
_DONE = re.compile("办结|办理|答复|回复|采纳|合格|优秀|整改")
_GROWTH = re.compile(f"(?:同比)?(?:增长|增幅|上升|下降|降幅|减少)(?:率|了)?(?:为|达到?)?{NUMBER}%")
_LISTED = re.compile("其中|包括|包含|涵盖|含|分为|涉及|同步|同时|交叉|重复|累计|此外|另|新增|[较比]|^共")
_MOST = 20
"""Counts that a total may be of."""
_SMALLEST_TOTAL, _SMALLEST_LIST = 20, 100
"""Wholes from which a slip is credible: said to be the sum, and not said to be."""


@dataclass(frozen=True)
class Piece:
    """One count between two marks: the words before its number, and all of it."""

    label: str
    number: Number
    unit: str
    quote: str


@dataclass(frozen=True)
class WrongSum:
    """A number of a sentence that others of it do not give."""

    quote: str
    listed: str
    right: Decimal
    wrong: Decimal
    unit: str = ""


_RATE = re.compile(f"(?P<done>办结|办理|答复|回复|采纳|合格|优秀|整改)率(?:为|达到?)?{NUMBER}%")


def wrong_sums(sentence: str) -> Iterator[WrongSum]:
    """Find totals and changes that are not what the sentence's own counts give."""
    pieces = MARK.split(sentence)
    run: list[Piece] = []
    growth: Decimal | None = None
    for text, mark in zip(pieces[::2], ["", *pieces[1::2]], strict=True):
        change = _CHANGE.fullmatch(text)
        if change and run:
            yield from _wrong_change(run[-1], change, text)
            growth = _growth(run[-1], change)
            continue
        grown = _GROWTH.fullmatch(text)
        if grown and growth is not None and not read(grown).rounds(abs(growth)):
            said = read(grown)
            yield WrongSum(text, "按前面两个数计算", abs(growth).quantize(said.step), said.value, "%")
        growth = None
        rate = _RATE.fullmatch(text)
        if rate and run:
            yield from _wrong_rate(run, rate, text)
        piece = _piece(text)
        if piece is not None and run and _TOTAL.match(text):
            yield from _wrong_total(piece, run)
        if piece is None or mark in {"（", "(", "）", ")"}:
            yield from _wrong_list(run)
            run = []
        if piece is not None:
            run.append(piece)
    yield from _wrong_list(run)


def of_tables(text: str) -> bool:
    """Return whether a count may be one of the tables', which T-CLAIM judges."""
    return _OF_TABLES.search(text) is not None and not _NOT_TABLES.search(text)


def _piece(text: str) -> Piece | None:
    found = [one for one in COUNT.finditer(text) if not SUMMED.match(text, one.start())]
    if len(found) != 1 or of_tables(text):
        return None
    return Piece(text[: found[0].start()], read(found[0]), found[0]["unit"], text)


def _wrong_change(now: Piece, change: re.Match[str], text: str) -> Iterator[WrongSum]:
    before, said = _before(change), read(change)
    if now.unit != change["second_unit"] or before.about or now.number.about or not before.value:
        return
    right = now.number.value - before.value
    if change["unit"] == "%":
        right = 100 * right / before.value
    elif change["unit"] != now.unit:
        return
    right = -right if falls(change["way"]) else right
    if not (said.rounds(right) if change["unit"] == "%" else said.agrees(right)):
        exact = right if said.step == 1 and change["unit"] != "%" else right.quantize(said.step)
        unit = "%" if change["unit"] == "%" else ""
        yield WrongSum(text, f"按“{now.quote}”计算", exact, said.value, unit)


def _growth(now: Piece, change: re.Match[str]) -> Decimal | None:
    before = _before(change)
    same = now.unit == change["second_unit"] and before.value and not before.about and not now.number.about
    return 100 * (now.number.value - before.value) / before.value if same else None


def _before(change: re.Match[str]) -> Number:
    again = re.match(NUMBER, change["second_number"] + change["second_scale"] + change["second_about"])
    assert again is not None
    return read(again)


def _wrong_rate(run: list[Piece], rate: re.Match[str], text: str) -> Iterator[WrongSum]:
    """Hold 收到150条，已办理144条，办结率96% together; 100 % is often said of what was due."""
    if len(run) < 2 or run[-2].unit != run[-1].unit or any(piece.number.about for piece in run):
        return
    whole, done = run[-2:]
    said, named = read(rate), rate["done"] in done.label or rate["done"] in {"办结", "办理"}
    if not whole.number.value or said.value == 100 or not named or not _DONE.search(done.label):
        return
    right = 100 * done.number.value / whole.number.value
    if not said.rounds(right):
        quote = f"{whole.quote}，{done.quote}，{text}"
        yield WrongSum(quote, "按前面两个数计算", right.quantize(said.step), said.value, "%")


def _wrong_total(total: Piece, run: list[Piece]) -> Iterator[WrongSum]:
    """Hold 共计…… against the counts before it: all of them, or the last two or more."""
    parts: list[Decimal] = []
    for piece in reversed(run[-_MOST:]):
        if piece.unit != total.unit or piece.number.about:
            break
        parts.insert(0, piece.number.value)
    sums = {sum(parts[at:], Decimal(0)) for at in range(len(parts) - 1)}
    whole = total.number.value
    if len(parts) > 1 and whole not in sums and whole >= _SMALLEST_TOTAL and is_slip(whole, parts):
        yield _wrong(total, parts)


def _wrong_list(run: list[Piece]) -> Iterator[WrongSum]:
    """Hold a count against those listed directly after it, if a slip is all that keeps them apart."""
    if not 3 <= len(run) <= _MOST:
        return
    whole, *rest = run
    parts = [piece.number.value for piece in rest]
    value = whole.number.value
    apart = any(
        piece.unit != whole.unit or piece.number.about or _LISTED.search(piece.label) or not piece.label
        for piece in rest
    )
    same = [one.unit == other.unit for one, other in pairwise(run)]
    if apart or not all(same) or value < _SMALLEST_LIST or whole.number.about:
        return
    if max(parts) <= value and sum(parts) != value and is_slip(value, parts):
        yield _wrong(whole, parts)


def _wrong(whole: Piece, parts: list[Decimal]) -> WrongSum:
    listed = "、".join(f"{part:f}" for part in parts)
    return WrongSum(whole.quote, f"所列的 {listed} 相加", sum(parts, Decimal(0)), whole.number.value)


def is_slip(whole: Decimal, parts: list[Decimal]) -> bool:
    """Whether two swapped digits of one number, or one more or less, are all that keeps parts from adding up."""
    total = sum(parts, Decimal(0))
    slipped = any(number + whole - total in swaps(number) for number in parts)
    return slipped or total in swaps(whole) or abs(whole - total) == 1


def swaps(number: Decimal) -> set[Decimal]:
    """Return what a number becomes if two neighbouring digits are swapped."""
    text = f"{number:f}"
    return {
        Decimal(f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}")
        for at in range(len(text) - 1)
        if "." not in text[at : at + 2]
    }
