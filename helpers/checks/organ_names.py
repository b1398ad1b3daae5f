"""How the prose calls the organ: its own name rightly written, and its own kind (我局, not 我委)."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.report.edit_distance import distance
from helpers.report.findings import Finding, finding
from helpers.report.folder import PROSE

_KINDS = (
    ("人民政府办公室", "办室县市区省镇乡旗州"),
    ("街道办事处", "街道办处"),
    ("办公室", "办室"),
    ("办公厅", "办厅"),
    ("管理委员会", "委会区"),
    ("管委会", "委会区"),
    ("委员会", "委会"),
    ("局", "局"),
    ("厅", "厅"),
    ("镇人民政府", "镇"),
    ("乡人民政府", "乡"),
    ("人民政府", "办县市区省旗州"),
)
"""Ends of organs' names and the words with which such an organ calls itself after 我 or 本; the first that fits."""

_SELF = re.compile(
    r"(?<![自帮为替给让请要由])(?:我(?P<we>局(?![限部面势])|委(?![托派员婉屈以])|厅|镇|乡(?![亲村土])|街道|办(?=[，。、将对在按认积严]))"
    r"|本(?P<own>局(?![限部面])|委(?![托派员])|厅|镇|街道))"
)
_HAN = re.compile("[\u4e00-\u9fff]+")
_REGIONS = "省市县区州盟旗镇乡"
_TOLD_APART = frozenset("东西南北中上下前后新老大小一二三四五六七八九十甲乙")
_SHORTEST = 6
_TAIL = 3


@rule("W-ORGAN")
def organ_names(context: Context) -> Iterator[Finding]:
    """Look for the organ under another kind's name, and for its own name misspelt."""
    organ = context.report.organ
    names = [name for name in _names(organ) if len(name) >= _SHORTEST]
    for text, where in _texts(context):
        for wrong in _other_kinds(organ, text):
            message = f"正文自称“{wrong}”，本报告的机关是“{organ}”，请核对是否抄自别的机关。"
            yield finding("W-ORGAN", message, actual=wrong, **where())
        for wrong, right in dict.fromkeys(_misspelt(text, names)):
            message = f"机关名称“{wrong}”与“{right}”只差一两个字，请核对是否写错。"
            yield finding("W-ORGAN", message, expected=right, actual=wrong, **where())


def _texts(context: Context) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Yield each text, and what tells where it stands: a line of report.yml is looked for only where something is wrong."""
    for name in PROSE:
        for paragraph in context.paragraphs.get(name, []):
            yield re.sub(r"\s", "", paragraph.text), partial(dict, file=f"{name}.md", line=paragraph.line)
    yield context.report.contact.office, partial(context.setting, "contact")


def _other_kinds(organ: str, text: str) -> Iterable[str]:
    own = next((words for end, words in _KINDS if organ.endswith(end)), None)
    if own is None:
        return []
    wrong = (found[0] for found in _SELF.finditer(text) if (found["we"] or found["own"]) not in own)
    return dict.fromkeys(wrong)


def _names(organ: str) -> Iterator[str]:
    """Yield the name, and what is left of it without the region above: 澧县小渡口镇人民政府, 小渡口镇人民政府."""
    yield organ
    for at, char in enumerate(organ[:-_TAIL]):
        if char in _REGIONS and at:
            yield organ[at + 1 :]


def _misspelt(text: str, names: list[str]) -> Iterator[tuple[str, str]]:
    if not names:
        return
    tail = names[0][-_TAIL:]
    at = text.find(tail)
    while at >= 0:
        found = _nearest(text[max(0, at - 2 * len(names[0])) : at + _TAIL], names)
        if found is not None:
            yield found
        at = text.find(tail, at + _TAIL)


def _nearest(text: str, names: list[str]) -> tuple[str, str] | None:
    """Return the end of a text that is nearly, but not quite, one of the names."""
    if any(text.endswith(name) for name in names):
        return None
    for name in names:
        for length in range(len(name) - 2, len(name) + 3):
            one = text[-length:]
            if len(one) == length and _HAN.fullmatch(one) and _nearly(one, name):
                return one, name
    return None


def _nearly(one: str, name: str) -> bool:
    most = 2 if len(name) > 2 * _TAIL + 2 else 1
    if len(one) == len(name):
        differ = [(left, right) for left, right in zip(one, name, strict=True) if left != right]
        return (len(differ) == 1 and not {*differ[0]} & _TOLD_APART) or _swapped(differ)
    if one[0] != name[0] or distance(one, name, most) > most:
        return False
    # 南屏水务局 for 南屏县水务局 is short, not wrong.
    return one != "".join(char for char in name if char not in _REGIONS) and not any(
        one == name[:at] + name[at + 1 :] for at, char in enumerate(name) if char in _REGIONS
    )


def _swapped(differ: list[tuple[str, str]]) -> bool:
    return len(differ) == 2 and differ[0] == differ[1][::-1]
