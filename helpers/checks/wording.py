"""Headings, punctuation, length, sameness, years and numbering of the prose."""

import re
from collections.abc import Callable, Iterator

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.document.prose import Paragraph
from helpers.report.findings import Finding, finding
from helpers.report.folder import PROSE
from helpers.report.form import FORM

_HAN = r"\u4e00-\u9fff"
_NUMERALS = "一二三四五六七八九十"
_QUOTED = 30


def _quote(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def _prose(context: Context) -> Iterator[tuple[str, Paragraph]]:
    for name in PROSE:
        for paragraph in context.paragraphs.get(name, []):
            yield f"{name}.md", paragraph


# Form -----------------------------------------------------------------------------------------------------------------

_TOP_HEADING = re.compile(rf"[{_NUMERALS}]{{1,3}}、[^。；！？]{{1,30}}")


@rule("L-HEADING")
def heading(context: Context) -> Iterator[Finding]:
    """See that no prose has a heading of the level of the six official ones."""
    for file, paragraph in _prose(context):
        if _TOP_HEADING.fullmatch(paragraph.text):
            official = paragraph.text in FORM.sections.values()
            message = f"正文里有一级标题“{paragraph.text}”，" + (
                "六个部分的标题由程序印出，请删去。"
                if official
                else "与六个部分的标题混在一起，下一级标题请用“（一）”。"
            )
            yield finding(
                "L-HEADING",
                message,
                file=file,
                line=paragraph.line,
                expected="（一）……",
                actual=paragraph.text,
            )


_YEAR_BRACKETS = re.compile(r"[\[【［﹝(（〈<](?P<year>(?:19|20)\d\d)[\]】］﹞)）〉>](?P<number>第?\d+号)")
_NOTICE = re.compile(r"》[（(]?国办公开办函〔2021〕30号")
_OLD_NOTICE = re.compile(r"国办公开办函.2019.60号")
_FULL = str.maketrans("(),;:?!", "（），；：？！")
_PUNCTUATION: tuple[tuple[re.Pattern[str], str, Callable[[str], str]], ...] = (
    (
        re.compile(rf"\([^()]*[{_HAN}][^()]*[)）]|（[^（）()]*\)"),
        "中文里的括号应是全角",
        lambda text: text.translate(_FULL),
    ),
    (
        re.compile(rf"[{_HAN}][,;:?!](?=[{_HAN}“《])"),
        "中文里的标点应是全角",
        lambda text: text.translate(_FULL),
    ),
    (
        _YEAR_BRACKETS,
        "文号的年份应放在六角括号里",
        lambda text: _YEAR_BRACKETS.sub(r"〔\g<year>〕\g<number>", text),
    ),
    (
        re.compile(rf"(?:^|(?<=[。；]))\d{{1,2}}、(?=[{_HAN}])"),
        "阿拉伯数字序号后用圆点",
        lambda text: text.replace("、", "."),
    ),
)


@rule("L-PUNCTUATION")
def punctuation(context: Context) -> Iterator[Finding]:
    """See to brackets, document numbers, numbering and the name of the notice."""
    for file, paragraph in _prose(context):
        where: dict[str, str | int] = {"file": file, "line": paragraph.line}
        for pattern, reason, mend in _PUNCTUATION:
            found = [match[0] for match in pattern.finditer(paragraph.text)]
            if found:
                actual, expected = _quote(found[0]), _quote(mend(found[0]))
                more = f"（本段共 {len(found)} 处）" if len(found) > 1 else ""
                message = f"{reason}：“{actual}”应写作“{expected}”{more}。"
                yield finding("L-PUNCTUATION", message, expected=expected, actual=actual, **where)
        yield from _notice(paragraph.text, where)


def _notice(text: str, where: dict[str, str | int]) -> Iterator[Finding]:
    name, number = FORM.notice["name"], FORM.notice["number"]
    plain = _YEAR_BRACKETS.sub(r"〔\g<year>〕\g<number>", text)
    found = _NOTICE.search(plain)
    before = plain[: found.start()] if found else ""
    if found and "年度报告格式" not in before[before.rfind("。") + 1 :]:
        message = f"{number}的名称写错了，应是《{name}》。"
        yield finding(
            "L-PUNCTUATION",
            message,
            expected=f"《{name}》",
            actual=_quote(before[before.rfind("《") :] + "》"),
            **where,
        )
    old = _OLD_NOTICE.search(plain)
    if old:
        message = f"“{old[0]}”是 2019 年的旧通知，现行的是《{name}》（{number}）。"
        yield finding("L-PUNCTUATION", message, expected=number, actual=old[0], **where)


# Content --------------------------------------------------------------------------------------------------------------


@rule("W-LENGTH")
def length(context: Context) -> Iterator[Finding]:
    """Count section 1 as Word does: a Han character or mark each one, a number or Latin word one."""
    text = "\n".join(paragraph.text for paragraph in context.paragraphs.get("overview", []))
    count = len(re.findall(r"[A-Za-z0-9.,:/@%_-]+|[^\sA-Za-z0-9]", text))
    if count > FORM.overview_limit:
        message = f"第一部分有 {count} 字，原则上不超过 {FORM.overview_limit} 字，请删减 {count - FORM.overview_limit} 字。"
        yield finding(
            "W-LENGTH",
            message,
            file="overview.md",
            expected=f"不超过 {FORM.overview_limit} 字",
            actual=f"{count} 字",
        )


@rule("W-TOPICS")
def topics(context: Context) -> Iterator[Finding]:
    """See that section 1 names its five topics; 平台建设 stands for 政府信息公开平台建设."""
    if "overview" not in context.paragraphs:
        return
    text = "".join(paragraph.text for paragraph in context.paragraphs["overview"])
    missing = [
        topic
        for topic in FORM.overview_topics
        if topic.removeprefix("政府").removeprefix("信息公开") not in text
    ]
    if missing:
        message = f"第一部分没有写到：{'、'.join(missing)}。五个方面都要写，没有的也要说明。"
        yield finding(
            "W-TOPICS",
            message,
            file="overview.md",
            expected="、".join(FORM.overview_topics),
            actual=f"缺 {'、'.join(missing)}",
        )


_SHINGLE = 8
_SHORT = 40


@rule("W-SAME")
def same(context: Context) -> Iterator[Finding]:
    """Measure how much of sections 1 and 5 stood in last year's, numbers aside."""
    if context.previous is None:
        return
    for name in ("overview", "problems"):
        now, before = (_shingles(one.paragraphs.get(name, [])) for one in (context, context.previous))
        if len(now) + _SHINGLE > _SHORT and 2 * len(now & before) > len(now):
            part = FORM.sections[name]
            share = round(100 * len(now & before) / len(now))
            message = f"“{part}”有 {share}% 的内容与上一年度报告相同，不得年年雷同，请按本年的实际情况重写。"
            yield finding("W-SAME", message, file=f"{name}.md", expected="不超过 50%", actual=f"{share}%")


def _shingles(paragraphs: list[Paragraph]) -> set[str]:
    texts = (
        re.sub(r"\d+", "0", re.sub(r"\s", "", paragraph.text))
        for paragraph in paragraphs
        if not paragraph.heading
    )
    return {
        text[start : start + _SHINGLE]
        for text in texts
        for start in range(max(1, len(text) - _SHINGLE + 1))
        if text
    }


_TITLES = re.compile(r"《[^《》]*》|〈[^〈〉]*〉|“[^“”]*”|[〔\[(（](?:19|20)\d\d[〕\])）]")
_COMPARED = re.compile("比|较|上年|去年|同期|增|减|升|降|结转|以来|起|至|—|-|规划|计划|决算|预算|修订|版")
_PLANNED = re.compile("将|拟|下一步|计划|打算|准备|改进|继续|力争|进一步|要")
_DONE = "制作|制发|新收|收到|受理|主动公开|公开|发布|办理|办结"
_LEFT_OVER = re.compile(
    rf"^(?P<first>20\d\d)年度?(?:，|(?=[我本全]))|(?P<inner>20\d\d)年度?，?(?:共|累计)?(?:{_DONE})(?!的)"
)
_PERIOD = re.compile(r"(?P<year>20\d\d)年1月1日(?:起)?[至到—-](?:20\d\d年)?12月31日")


@rule("W-YEAR")
def year(context: Context) -> Iterator[Finding]:
    """Look for a year that was copied from another report and not changed."""
    for file, paragraph in _prose(context):
        for sentence in re.split("[。！？；]", re.sub(r"\s", "", paragraph.text)):
            wrong = _left_over(_TITLES.sub("", sentence), context.report.year)
            if wrong is not None:
                message = f"“{_quote(sentence)}”写的是 {wrong} 年，本报告是 {context.report.year} 年度的，请核对是否忘了改。"
                where = {"file": file, "line": paragraph.line}
                yield finding(
                    "W-YEAR", message, expected=f"{context.report.year} 年", actual=f"{wrong} 年", **where
                )


def _left_over(sentence: str, this: int) -> int | None:
    period = _PERIOD.search(sentence)
    if period:
        return None if int(period["year"]) == this else int(period["year"])
    if f"{this}年" in sentence or _COMPARED.search(sentence):
        return None
    found = _LEFT_OVER.search(sentence)
    if found is None:
        return None
    wrong = int(found["first"] or found["inner"])
    return None if wrong > this and _PLANNED.search(sentence) else wrong


_MARK = re.compile(rf"(?<![{_NUMERALS}百千万零第唯统单专之每周期其同])(?P<number>[{_NUMERALS}]{{1,3}})是")
_ORDER = [*_NUMERALS, *(f"十{digit}" for digit in _NUMERALS[:9]), "二十"]


@rule("W-SEQUENCE")
def sequence(context: Context) -> Iterator[Finding]:
    """Follow 一是、二是、三是 through each section; a heading or another 一是 begins anew."""
    for name in PROSE:
        last = due = 0
        for paragraph in context.paragraphs.get(name, []):
            if paragraph.heading:
                last = due = 0
            marks = (match["number"] for match in _MARK.finditer(paragraph.text))
            for mark in (mark for mark in marks if mark in _ORDER):
                number = _ORDER.index(mark) + 1
                # After a wrong number the count may go on from it, or from the right one.
                right = number in {1, last + 1, due + 1}
                due = number if right else last + 1
                if not right:
                    wrong = "重复了" if number == last else "跳号了" if number > last else "次序乱了"
                    message = f"“{mark}是”{wrong}，这里应是“{_ORDER[last]}是”。"
                    where = {"file": f"{name}.md", "line": paragraph.line}
                    yield finding(
                        "W-SEQUENCE", message, expected=f"{_ORDER[last]}是", actual=f"{mark}是", **where
                    )
                last = number
