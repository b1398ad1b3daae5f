"""Texts compared as a reader compares them: without spaces and punctuation, in the characters they stand for."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from helpers.report.edit_distance import distance

# Radicals that fonts of PDFs hand out in place of the characters they look like. NFKC knows the Kangxi radicals
# (U+2F00–2FD5), not these (Unicode EquivalentUnifiedIdeograph.txt).
_RADICALS = str.maketrans(
    "⺌⺒⺓⺛⺝⺟⺠⺧⺩⺬⺶⺼⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
    "小巳幺旡月母民牛王示羊月西见角贝车長长门青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)
_KANGXI = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_SYNONYMS = (("其它", "其他"), ("合计", "总计"))
"""Ways to write a label that mean no other: (written, as in the form)."""

_NUMBER = re.compile(
    r"\s*(?:\(([一二三四五六七八九十]{1,3})\)|([一二三四五六七八九十]{1,3})\s*[、.,:]|\((\d{1,2})\)|(\d)\s*[、.,:]?(?=\D))\s*"
)


def clean(text: str) -> str:
    """Text for people with radicals replaced and invisible characters gone; everything else stays as written."""
    replaced = text.translate(_RADICALS).translate(_KANGXI).replace("\t", " ")
    return "".join(
        char for char in replaced if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf"}
    )


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    """Text for comparison: NFKC, letters and digits only."""
    folded = unicodedata.normalize("NFKC", clean(text)).lower()
    folded = "".join(char for char in folded if unicodedata.category(char)[0] in "LN")
    for written, meant in _SYNONYMS:
        folded = folded.replace(written, meant)
    return folded


@lru_cache(maxsize=20_000)
def numbered(text: str) -> tuple[str, str]:
    """Split a label into the number before it (一, 1; empty without one) and the rest, both for comparison."""
    folded = unicodedata.normalize("NFKC", clean(text))
    found = _NUMBER.match(folded)
    if not found:
        return "", normal(folded)
    return next(group for group in found.groups() if group), normal(folded[found.end() :])


_FRAGMENT = 5
"""Shortest piece of a label that may stand for it."""


def find(text: str, labels: Mapping[str, str]) -> str | None:
    """Key of the label that a text can only mean, or None.

    In this order: the label itself; a piece of one label alone, as where a row is broken; one with a few wrong
    characters, far enough from all others. A number before the text must be the label's own.

    Parameters
    ----------
    labels
        Labels by key, numbers included; to keep a text from being taken for a neighbour, give the neighbour too.
    """
    number, body = numbered(text)
    if not body:
        return None
    split = {key: numbered(label) for key, label in labels.items()}
    known = {key: name for key, (own, name) in split.items() if not (number and own and number != own)}
    exact = [key for key, name in known.items() if name == body]
    if exact:
        return exact[0] if len(exact) == 1 else None
    if len(body) >= _FRAGMENT:
        holders = [key for key, name in known.items() if body in name]
        if holders:
            return holders[0] if len(holders) == 1 else None
    return _nearest(body, known, bool(number))


def _nearest(body: str, known: Mapping[str, str], has_number: bool) -> str | None:
    limit = len(body) // 4 + (1 if has_number and len(body) > _FRAGMENT else 0)
    if len(body) < (4 if has_number else _FRAGMENT):
        return None
    ranked = sorted((distance(body, name, limit + 2), key) for key, name in known.items())
    if not ranked or ranked[0][0] > limit:
        return None
    return ranked[0][1] if len(ranked) == 1 or ranked[1][0] >= ranked[0][0] + 2 else None


def same(text: str, label: str) -> bool:
    """Return whether a short text is the label, one wrong character allowed from three on."""
    left, right = normal(text), normal(label)
    return left == right or (len(right) > 2 and len(left) > 2 and distance(left, right, 1) <= 1)


def among(text: str, labels: Iterable[str]) -> str | None:
    """Return the one of a few short, very different labels that a text is."""
    found = [label for label in labels if same(text, label)]
    exact = [label for label in found if normal(label) == normal(text)]
    return exact[0] if exact else found[0] if len(found) == 1 else None
