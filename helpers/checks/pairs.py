"""Brackets, quotation marks and title marks without their partner."""

import re
from collections.abc import Iterator

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.report.findings import Finding, finding
from helpers.report.folder import PROSE

_PARTNERS = {"（": "）", "《": "》", "〈": "〉", "“": "”", "【": "】", "〔": "〕", "「": "」", "『": "』"}
_CLOSING = frozenset(_PARTNERS.values())
# Half-width brackets that stand for the full-width ones are told by L-PUNCTUATION.
_FULL = str.maketrans("()[]", "（）〔〕")
_NUMBERED = re.compile(r"(?:^|[\s，。；、：])[0-9a-zA-Z一二三四五六七八九十①-⑳]{1,3}$")
_AROUND = 10


@rule("L-PAIR")
def pairs(context: Context) -> Iterator[Finding]:
    """Match brackets and quotation marks, paragraph by paragraph."""
    for name in PROSE:
        for paragraph in context.paragraphs.get(name, []):
            lonely = list(_lonely(paragraph.text))
            if lonely:
                mark, around = lonely[0]
                more = f"（本段共 {len(lonely)} 处）" if len(lonely) > 1 else ""
                message = f"“{around}”里的 {mark} 没有另一半，请补上或删去{more}。"
                yield finding("L-PAIR", message, file=f"{name}.md", line=paragraph.line, actual=around)


def _lonely(text: str) -> Iterator[tuple[str, str]]:
    """Yield each mark without its partner, with the text around it."""
    plain = text.translate(_FULL)
    opened: list[int] = []
    for at, mark in enumerate(plain):
        if mark in _PARTNERS:
            opened.append(at)
        elif mark in _CLOSING:
            if opened and _PARTNERS[plain[opened[-1]]] == mark:
                opened.pop()
            elif any(_PARTNERS[plain[one]] == mark for one in opened[-_DEEPEST:]):
                while _PARTNERS[plain[opened[-1]]] != mark:
                    yield _with_text(text, opened.pop())
                opened.pop()
            elif not (mark == "）" and _NUMBERED.search(plain[max(0, at - 5) : at])):
                yield _with_text(text, at)
    for at in opened:
        yield _with_text(text, at)


_DEEPEST = 10


def _with_text(text: str, at: int) -> tuple[str, str]:
    return text[at], text[max(0, at - _AROUND) : at + _AROUND]
