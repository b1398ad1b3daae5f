"""What must not be published of persons: ID numbers, mobile numbers, bank accounts; and an office's own words."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.files.yaml_text import read_yaml
from helpers.report.findings import Finding, finding
from helpers.report.folder import PROSE
from helpers.report.form import FOLDER

WORDS = FOLDER / "words.yml"
"""An office's own list: a word to look for, and what is wrong with it."""

_RUN = re.compile(r"(?<![0-9A-Za-z.])(?:\d(?:[ -](?=\d))?){11,19}[Xx]?(?![0-9A-Za-z]|\.\d)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_MOBILE = re.compile(r"1[3-9]\d{9}")
_CARD = re.compile(r"[3-6]\d{15,18}")


@rule("W-PRIVATE")
def private(context: Context) -> Iterator[Finding]:
    """Look for numbers of persons; the contact's own number is meant to be read."""
    own = _digits(context.report.contact.phone)
    for name in PROSE:
        for paragraph in context.paragraphs.get(name, []):
            for found in _RUN.finditer(paragraph.text):
                number = _digits(found[0])
                kind = _kind(number)
                if kind is not None and number not in own:
                    shown = f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"
                    message = f"“{shown}”像是{kind}，公布前请删去或遮盖。"
                    yield finding("W-PRIVATE", message, file=f"{name}.md", line=paragraph.line, actual=shown)


def _digits(text: str) -> str:
    return re.sub(r"[ -]", "", text).upper()


def _kind(number: str) -> str | None:
    if _is_identity(number):
        return "居民身份证号码（校验码相符）"
    if _MOBILE.fullmatch(number):
        return "手机号码"
    if _CARD.fullmatch(number) and _passes_luhn(number):
        return "银行账号（校验位相符）"
    return None


def _is_identity(number: str) -> bool:
    """Whether a number is one of GB 11643-1999: a date of birth, and the check digit of ISO 7064 MOD 11-2."""
    if not re.fullmatch(r"[1-9]\d{16}[0-9X]", number):
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return born.year >= 1900 and _CHECK_DIGITS[total % 11] == number[-1]


def _passes_luhn(number: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return len(set(number)) > 1 and sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


@cache
def _words() -> dict[str, str]:
    words: dict[str, str] = read_yaml(WORDS).value
    return words


@rule("W-WORD")
def listed_words(context: Context) -> Iterator[Finding]:
    """Look for the words of the office's list."""
    for name in PROSE:
        for paragraph in context.paragraphs.get(name, []):
            for word, reason in _words().items():
                if word in paragraph.text:
                    message = f"正文有“{word}”：{reason}。"
                    yield finding("W-WORD", message, file=f"{name}.md", line=paragraph.line, actual=word)
