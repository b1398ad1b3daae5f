"""How figures go wrong: what was typed, what was meant, and how likely the one is for the other.

Likelihoods are in bits (the less, the likelier), after what typists do: two digits in the wrong order, one digit wrong,
missing or too many, a total added up wrongly, a figure one row or one column off.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from helpers.report.figures import Figure, format_figure

_TOTAL = 2.0
"""Bits by which a total is likelier wrong than the parts it was made of."""


@dataclass(frozen=True)
class Slip:
    """One kind of mistake: what it is called for people, and how unlikely it is, in bits; ``typed`` tells a slip of the hand."""

    reason: str
    bits: float
    typed: bool = True


def _slip(reason: str, likelihood: float, typed: bool = True) -> Slip:
    return Slip(reason, -math.log2(likelihood), typed)


def misfigured(meant: Figure, written: Figure, total: bool) -> Slip:
    """Say how one figure may have become another; ``total`` says that it is one that somebody added up."""
    right, wrong = format_figure(meant), format_figure(written)
    gap = abs(float(meant - written))
    guesses = [_slip("数字不对", 0.01 / (gap + 10), typed=False)]
    if total:
        guesses.append(_slip("总计没有算对", 0.1 / (gap + 8), typed=False))
    if written == 0 and len(right.lstrip("0.")) > 0:
        guesses.append(_slip("总计漏填了" if total else "漏填了", 0.05 if total else 0.02))
    digits = len(right)
    if is_transposition(meant, written):
        guesses.append(_slip("两位数字颠倒了", 0.2 / (digits - 1)))
    elif digits == len(wrong) and sum(a != b for a, b in zip(right, wrong, strict=True)) == 1:
        guesses.append(_slip("一位数字填错了", 0.25 / (9 * digits)))
    elif written and _without_one(right, wrong):
        guesses.append(_slip("少了一位数字", 0.15 / digits))
    elif _without_one(wrong, right):
        doubled = any(a == b for a, b in pairwise(wrong))
        guesses.append(_slip("多了一位数字", 0.1 / digits if doubled else 0.1 / (10 * (digits + 1))))
    likeliest = min(guesses, key=lambda guess: guess.bits)
    return replace(likeliest, bits=likeliest.bits - _TOTAL) if total else likeliest


def moved(values: Sequence[Figure], axis: str) -> Slip:
    """Say how figures, in the order of the form, came to stand one place (行 or 栏) off."""
    if len(values) > 2:
        return Slip(f"错开了一{axis}", 5 + math.log2(len(values)))
    if 0 in values:
        return _slip(f"填到了相邻的一{axis}", 0.075)
    return _slip(f"相邻的两{axis}填反了", 0.04)


def _without_one(longer: str, shorter: str) -> bool:
    """Return whether one digit less makes one figure of the other."""
    return len(longer) == len(shorter) + 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def is_transposition(one: Figure, other: Figure) -> bool:
    """Return whether two figures differ by two neighbouring digits in the wrong order."""
    left, right = format_figure(one), format_figure(other)
    if len(left) != len(right):
        return False
    differ = [place for place in range(len(left)) if left[place] != right[place]]
    if len(differ) != 2:
        return False
    first, second = differ
    return second - first == 1 and left[first] == right[second] and left[second] == right[first]


def difference(one: Figure, other: Figure) -> str:
    """Write the difference of two figures, without a sign."""
    return format_figure(max(one - other, other - one))
