"""How sure it is that a number of the prose is wrong.

A number is an error where its own clause names what it counts, or where it is a slip of what should stand there. Where the clause
is understood from others, and the number is far from every cell, it is a warning. Where a word of the clause is not known the number
may count something else: it is told only if it is a slip, and if enough of the same sentence agrees with the tables.
"""

from collections.abc import Iterable
from decimal import Decimal

from helpers.checks.claim_measures import Claim
from helpers.checks.slips import is_transposition, misfigured

_ENOUGH = 3
"""Digits, of the figure and of those in its sentence that agree, that make a slip credible among words that are not known."""
_ENOUGH_FOR_A_DIGIT = 5
"""As many where the slip is one wrong digit, which more figures happen to differ by."""


def is_credible(claim: Claim, meant: Iterable[Decimal], before: Iterable[Decimal], seen: int) -> bool:
    """Return whether a number among unknown words is more likely a slip than the count of something else.

    Parameters
    ----------
    meant
        What the number may be meant to be.
    before
        What these were last year: what is copied from last year's report is a slip too.
    seen
        Digits of the numbers in the same sentence that agree with the tables (:func:`digits_of`).
    """
    stale = claim.number.value in set(before)
    return any(
        ((stale or _slipped(claim, value)) and digits + seen >= _ENOUGH)
        or (_mistyped(claim, value) and digits + seen >= _ENOUGH_FOR_A_DIGIT)
        for value in meant
        if (digits := _digits(_as_written(claim, value)))
    )


def digits_of(claims: Iterable[Claim]) -> int:
    """Count the digits of some claims' numbers that are not nought."""
    return sum(_digits(_as_written(claim, claim.number.value)) for claim in claims)


def _slipped(claim: Claim, value: Decimal) -> bool:
    """Return whether two digits are swapped, or the number is one more or less."""
    written, right = _as_written(claim, claim.number.value), _as_written(claim, value)
    return abs(written - right) == 1 or is_transposition(right, written)


def _mistyped(claim: Claim, value: Decimal) -> bool:
    written, right = _as_written(claim, claim.number.value), _as_written(claim, value)
    return min(_digits(written), _digits(right)) > 1 and misfigured(right, written, total=False).typed


def _as_written(claim: Claim, value: Decimal) -> Decimal:
    """Return a value without its sign, with as many digits as the claim has."""
    return abs(value.quantize(min(claim.number.step, Decimal(1))))


def _digits(value: Decimal) -> int:
    """Count the digits of a figure that is not nought."""
    return sum(char.isdigit() for char in f"{value:f}") if value else 0
