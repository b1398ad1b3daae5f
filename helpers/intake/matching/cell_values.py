"""From the text of one published cell to its figure, or to the reason why it is none.

:func:`helpers.report.figures.parse_figure` reads what a clerk types; a published cell may also carry a unit or a note.
"""

import re
import unicodedata
from dataclasses import dataclass

from helpers.intake.matching.model import Cell, Figure
from helpers.report.figures import misleads, parse_figure

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_UNIT = {False: "件|宗|起|个|条|份|次", True: "万元"}
"""Units that say no more than the form does, for counts and for the amount."""

_NOTED = re.compile(rf"({_NUMBER})\s*[(\[【〔](.*)[)\]】〕]", re.DOTALL)
_MEASURE = re.compile(r"单位.*|[十百千万亿]*(?:件|宗|起|个|条|份|次|元|人|%)")
_VALUE = re.compile(
    rf"[-−+(]?\s*{_NUMBER}[\d,.\s]*\)?\s*(?:[十百千万亿]*[件宗起个条份次元项人])?\s*(?:[(\[【〔].*)?|[^\w]*"
    r"|\.\d+|(?=[OoIl\d,.]*[\dOo])[OoIl\d,.]+|无|没有|暂无|未发生|不涉及|不适用|N/?A|#.*|=.*|[零〇一二两三四五六七八九十百千万亿]+|(?:约|近|超|超过|大约|不足|共)\d.*",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class Reading:
    """A figure or None; ``why`` is the reason for None, or what else stood in the cell."""

    value: Figure | None
    why: str = ""


def is_value(text: str) -> bool:
    """Return whether a cell stands where a figure should: blank, a number, or one of the ways to write none."""
    return bool(_VALUE.fullmatch(_visible(text)))


def read(cell: Cell, *, amount: bool = False) -> Reading:
    """Read one cell.

    Parameters
    ----------
    amount
        The cell is an amount in 万元, not a count.
    """
    if cell.doubt:
        return Reading(None, cell.doubt)
    if any(misleads(char) for char in cell.text):
        return Reading(None, "里有角标、圈码或看不见的控制符，分不清哪些是数字")
    text = _visible(cell.text)
    noted = _NOTED.fullmatch(text)
    if noted:
        return _with_note(noted.group(1), noted.group(2).strip(), amount)
    bare = re.sub(rf"(?<=\d)\s*(?:{_UNIT[amount]})$", "", text)
    if re.fullmatch(r"(?=.*[OoIl])[OoIl\d,.]+", bare):
        letters = "、".join(dict.fromkeys(re.findall("[OoIl]", bare)))
        return Reading(None, f"里有字母 {letters}，不是数字，请核对后填数字")
    if re.match(r"0\d", bare):
        return Reading(None, "以 0 开头，可能是几个数连在了一起")
    figure = parse_figure(bare, amount=amount)
    return Reading(None, figure) if isinstance(figure, str) else Reading(figure)


def _visible(text: str) -> str:
    """Text with full-width forms folded and without characters that have no width."""
    return "".join(
        char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf"
    ).strip()


def _with_note(number: str, note: str, amount: bool) -> Reading:
    if re.fullmatch(_UNIT[amount], note):
        return read(Cell(number), amount=amount)
    if _MEASURE.fullmatch(note):
        return Reading(None, f"括号里写的单位是“{note}”，和统一格式的不同")
    if not re.search(r"[\u4e00-\u9fff]", note):
        return Reading(None, "后面还有一个带括号的数，分不清取哪一个")
    inner = read(Cell(number), amount=amount)
    return inner if inner.value is None else Reading(inner.value, f"带了注释，读作 {number}；注释请写进正文")
