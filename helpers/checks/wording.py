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
_TITLE_MARKS = str.maketrans("<>＜＞", "〈〉〈〉")
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
        re.compile(rf'"[^"]{{0,40}}[{_HAN}][^"]{{0,40}}"'),
        "中文里的引号应是弯引号",
        lambda text: f"“{text[1:-1]}”",
    ),
    (
        re.compile("《[^《》]{0,60}[<＜][^《》<>＜＞]{1,60}[>＞][^《》]{0,60}》"),
        "书名号里的书名号应是单书名号",
        lambda text: text.translate(_TITLE_MARKS),
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


_IN_OTHER_WORDS = {
    "主动公开": re.compile(r"公开[^，。；]{0,12}信息[^，。；]{0,6}\d|发布[^，。；]{0,12}信息"),
    "依申请公开": re.compile("公开[^，。；]{0,6}申请|申请[^，。；]{0,6}公开"),
    "政府信息管理": re.compile("管理|公开机制|公开属性|公开目录|发布登记"),
    "政府信息公开平台建设": re.compile("网站|平台|专栏|栏目|新媒体|公众号|公开栏"),
    "监督保障": re.compile("监督|考核|评议|督查|督办|问责|业务培训"),
}
"""Words that show a topic is dealt with though its name does not stand there."""


@rule("W-TOPICS")
def topics(context: Context) -> Iterator[Finding]:
    """See that section 1 deals with its five topics, by name (平台建设 for 政府信息公开平台建设) or in other words."""
    if "overview" not in context.paragraphs:
        return
    text = "".join(paragraph.text for paragraph in context.paragraphs["overview"])
    missing = [topic for topic in FORM.overview_topics if not _is_dealt_with(topic, text)]
    if missing:
        message = f"第一部分没有写到：{'、'.join(missing)}。五个方面都要写，没有的也要说明。"
        yield finding(
            "W-TOPICS",
            message,
            file="overview.md",
            expected="、".join(FORM.overview_topics),
            actual=f"缺 {'、'.join(missing)}",
        )


def _is_dealt_with(topic: str, text: str) -> bool:
    name = topic.removeprefix("政府").removeprefix("信息公开")
    return name in text or _IN_OTHER_WORDS[topic].search(text) is not None


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


_PLAN = re.compile(
    r"(?P<year>20\d\d)年度?，?[^，。；\d]{0,12}?将(?:会|继续|进一步|坚持|持续|着力|切实|不断|认真|大力|努力|深入|按照|紧紧?围绕|从以下"
    r"|重点(?:做|抓|从|围绕|开展|推进)|以[^，。；]{2,14}为(?:契机|抓手|目标|导向|重点|统领))"
    r"|(?:下一步|今后|接下来)，?(?P<then>20\d\d)年"
)


@rule("W-PLAN")
def plan(context: Context) -> Iterator[Finding]:
    """Look for plans for the year that is over."""
    this = context.report.year
    for file, paragraph in _prose(context):
        for found in _PLAN.finditer(re.sub(r"\s", "", paragraph.text)):
            planned = int(found["year"] or found["then"])
            if planned <= this:
                message = f"“{_quote(found[0])}”是对 {planned} 年的打算，本报告是 {this} 年度的，这一年已经过去，请核对是否忘了改。"
                where = {"file": file, "line": paragraph.line}
                yield finding("W-PLAN", message, expected=f"{this + 1} 年", actual=f"{planned} 年", **where)


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
