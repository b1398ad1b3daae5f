"""What the prose cites: the law, the notice on the form and the measure on fees, by their right names and numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.document.prose import Paragraph
from helpers.report.edit_distance import distance
from helpers.report.findings import Finding, finding
from helpers.report.folder import PROSE
from helpers.report.form import FORM

_NOTICE = FORM.notice["name"]
_FEES = "政府信息公开信息处理费管理办法"
_FORMAT = "年度报告格式"
_RIGHT = frozenset(
    {
        FORM.regulation,
        FORM.regulation.removeprefix("中华人民共和国"),
        _NOTICE,
        f"中华人民共和国政府信息公开工作{_FORMAT}",
        f"政府信息公开工作{_FORMAT}",
        _FEES,
    }
)
_NUMBERS = {_NOTICE: FORM.notice["number"], _FEES: "国办函〔2020〕109号"}
_TITLE = re.compile(r"《(?:[^《》]|《[^《》]{0,100}》){2,100}》")
_INNER = str.maketrans("《》<>＜＞", "〈〉〈〉〈〉")
_BRACKETS = str.maketrans("[]【】（）()﹝﹞［］", "〔〕〔〕〔〕〔〕〔〕〔〕")
_NUMBER_AFTER = re.compile(r"[（(]?(?P<number>国办[^，。；《》]{1,25}?号)")
_LOOSE_NUMBER = re.compile(
    r"国办公?开?办?[\u4e00-\u9fff]{0,3}[〔\[（(【﹝［]?\d{4}[〕\])）】﹞］]?第?\d{1,3}号"
)
_OF_YEAR = re.compile(r"(?P<year>20\d\d)年度?[^《》]*年度报告[^《》]*通知$")
_COMPILED = re.compile("编制|制定本|本报告")


@dataclass(frozen=True)
class _Title:
    """What stands in 《》, brackets inside it as 〈〉, and the text behind it."""

    text: str
    after: str


@rule("L-CITE")
def citations(context: Context) -> Iterator[Finding]:
    """Hold names and numbers that are nearly right against the right ones; tell of the notice on another year's report."""
    for name in PROSE:
        for paragraph in context.paragraphs.get(name, []):
            text = re.sub(r"\s", "", paragraph.text)
            for wrong, right, why in dict.fromkeys(
                (*_names(text), *_numbers(text), *_years(text, name, context.report.year))
            ):
                yield _found(name, paragraph, wrong, right, why)


def _found(name: str, paragraph: Paragraph, wrong: str, right: str, why: str) -> Finding:
    message = f"{why}：正文写“{wrong}”，应是“{right}”，请核对。"
    return finding("L-CITE", message, file=f"{name}.md", line=paragraph.line, expected=right, actual=wrong)


def _titles(text: str) -> Iterator[_Title]:
    for found in _TITLE.finditer(text):
        yield _Title(found[0][1:-1].translate(_INNER), text[found.end() : found.end() + 30])


def _names(text: str) -> Iterator[tuple[str, str, str]]:
    for title in _titles(text):
        right = _meant(title.text)
        if right is not None:
            yield f"《{title.text}》", f"《{right}》", "名称与正式名称有出入"


def _meant(title: str) -> str | None:
    """Return the name that a title is nearly; None for the right one and for any other."""
    if title in _RIGHT:
        return None
    if title.startswith("国") and _FORMAT in title:
        return _NOTICE
    short = FORM.regulation.removeprefix("中华人民共和国")
    if distance(title, FORM.regulation, 3) <= 3 or distance(title, short, 1) <= 1:
        return FORM.regulation
    return _FEES if distance(title, _FEES, 2) <= 2 else None


def _numbers(text: str) -> Iterator[tuple[str, str, str]]:
    why = "文号与正式文号有出入"
    for title in _titles(text):
        found = _NUMBER_AFTER.match(title.after)
        of = next((name for name in _NUMBERS if name == title.text or _meant(title.text) == name), None)
        if found and of and not _same(found["number"], _NUMBERS[of]):
            yield found["number"], _NUMBERS[of], why
    for found in _LOOSE_NUMBER.finditer(text):
        if distance(found[0].translate(_BRACKETS), FORM.notice["number"], 1) == 1:
            yield found[0], FORM.notice["number"], why


def _same(number: str, right: str) -> bool:
    """Whether a number is right, its brackets aside, or the old notice's, of which L-PUNCTUATION speaks."""
    return number.translate(_BRACKETS) == right or "2019" in number


def _years(text: str, name: str, year: int) -> Iterator[tuple[str, str, str]]:
    for title in _titles(text):
        found = _OF_YEAR.search(title.text)
        if found and int(found["year"]) < year and (name == "lead" or _COMPILED.search(title.after)):
            right = title.text.replace(found["year"], str(year))
            yield f"《{title.text}》", f"《{right}》", f"引用的是 {found['year']} 年度报告的通知"
