"""From the text of a cell to its figure, or to a sentence that says why it is none."""

import re
import unicodedata
from decimal import Decimal

Figure = int | Decimal
"""A count, or an amount of money with the digits that were written."""

Rows = dict[str, dict[str, Figure | None]]
"""Figures of a table by row key and column key; None where there is none."""

MAX_DIGITS = 15
"""Longest whole part accepted; the national sums of all reports need nine."""

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_COUNT = re.compile(rf"[0-9]{{1,{MAX_DIGITS}}}")
_AMOUNT = re.compile(rf"[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,10}})?")
_WIDE_DIGITS = set("０１２３４５６７８９")
_BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}

# Ways to write a cell that is no number, most telling first: pattern, what it is.
_NOT_A_NUMBER: tuple[tuple[str, str], ...] = (
    (r"", "是空的，没有发生的填 0"),
    (r"[/\\|]+", "是斜线，没有发生的填 0"),
    (r"[-‐-―−_~～]+", "是横线，没有发生的填 0"),
    (r"[.。…·*×xX?？]+", "是符号，没有发生的填 0"),
    (r"无|没有|未发生|暂无|不涉及|不适用|N/?A|null|none|nan", "是文字，没有发生的填 0"),
    (r"零|〇", "是汉字，请填数字 0"),
    (r"=.*", "是公式，请填算好的数"),
    (r"#(REF|N/A|VALUE|DIV/0|NAME\?|NUM|NULL|SPILL|CALC).*|#+", "是 Excel 的出错提示，请填数字"),
    (r"[-−]\d[\d.,]*|\([\d.,]+\)", "是负数，不能小于 0"),
    (r"\d+\.\d+", "是小数，应是整数"),
    (r"\d+(\.\d*)?[eE][-+]?\d+", "是科学记数法，请写出全部数字"),
    (r"[\d.]+[%‰]", "是百分数，请填件数"),
    (
        r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?|\d{1,2}月\d{1,2}日|\d{1,2}-[A-Za-z]{3}",
        "是日期，请把单元格改成数字格式后重填",
    ),
    (r"\d+([.,]\d+)?(件|个|条|起|份|次|元|万元|万|人|项)", "带了单位，只填数字"),
    (r"[零〇一二两三四五六七八九十百千万亿]+", "是汉字数字，请用阿拉伯数字"),
    (r"\d+[(\[【].*", "带了注释，注释请写进正文，这里只填数字"),
    (r"(约|近|超过?|大约|不足|共)\d+|\d+(余|多|左右|以上|以下|\+).*", "是约数，请填准确的数字"),
    (r"\d+[-~～至到]\d+", "是一个范围，请填一个数"),
    (r"\d+([,，]\d+)+", "的千分位逗号位置不对"),
    (r"\d+(\s+\d+)+|\d+[;；、/]\d+.*", "里有不止一个数，请只填一个"),
    (r"[+＋]\d+", "带了加号，只填数字"),
    (r"[\"'“”‘’].*", "带了引号，只填数字"),
    (r"(true|false|是|否|√|✓)", "是选项，请填数字"),
    (r"(?=.*[oOlI])[oOlI\d]+", "里混有字母（大写 O、小写 l 像数字 0、1），请重填数字"),
    (rf"\d{{{MAX_DIGITS + 1},}}.*", "位数太多，请核对"),
)


def tidy(text: str) -> str:
    """Text of a cell as meant: NFKC (full-width digits become half-width), without spaces, quotes of Excel or BOM."""
    return unicodedata.normalize("NFKC", text).replace("\ufeff", "").replace("\u200b", "").strip()


def misleads(char: str) -> bool:
    """Return whether a character looks like no digit of a figure and would yet become one, or turns digits round.

    NFKC makes 3 of ³, ③ and 𝟑, and Python reads ٣; only ASCII and full-width digits are what clerks type.
    """
    if char.isascii() or char in _WIDE_DIGITS:
        return False
    folded = unicodedata.normalize("NFKC", char)
    becomes_digit = char.isdigit() or any(one.isascii() and one.isdigit() for one in folded)
    return becomes_digit or unicodedata.bidirectional(char) in _BIDI_CONTROLS


def parse_figure(text: str, *, amount: bool = False) -> int | Decimal | str:
    """Read one cell.

    Parameters
    ----------
    text
        What stands in the cell. Full-width digits, thousands separators and stray spaces are read.
    amount
        The cell is an amount of money in 万元: a decimal with at most ten places, whose digits are kept as written.

    Returns
    -------
    int or Decimal or str
        The count, the amount, or the reason (a Chinese clause for people) why the text is neither.
    """
    if found := next((char for char in text if misleads(char)), None):
        return f"里有“{found}”（U+{ord(found):04X}），不是普通的数字，请重填"
    written = tidy(text)
    digits = written.replace(",", "") if _GROUPED.fullmatch(written) else written
    if amount and _AMOUNT.fullmatch(digits):
        return Decimal(digits)
    if not amount and _COUNT.fullmatch(digits):
        return int(digits)
    for pattern, reason in _NOT_A_NUMBER:
        if re.fullmatch(pattern, written, re.IGNORECASE):
            return "的小数位数超过十位，请核对" if amount and reason.startswith("是小数") else reason
    return "不是数字"


def format_figure(figure: int | Decimal) -> str:
    """Digits of a figure as they are printed: never an exponent, never a lost zero."""
    return format(figure, "f") if isinstance(figure, Decimal) else str(figure)
