"""Numbers as they stand in Chinese prose: 1,234、1.2万、７７００余、一百二十三."""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

NUMBER = r"(?P<number>\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,10})?|[〇零一二两三四五六七八九十百千]{1,12})(?P<scale>[万亿]?)(?P<about>[余多]?)"
"""Pattern of a number with its groups, for :func:`read`."""

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"": Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
_WIDE = str.maketrans("０１２３４５６７８９％．", "0123456789%.")


@dataclass(frozen=True)
class Number:
    """A number read from prose.

    Attributes
    ----------
    value
        The number itself.
    step
        Worth of its last written digit: 1 for 1234, 100 for 1.23万.
    about
        Written with 余 or 多: at least ``value``, less than a round step more.
    """

    value: Decimal
    step: Decimal
    about: bool

    def agrees(self, figure: Decimal) -> bool:
        """Return whether a figure may be written so: exactly, rounded or cut to the digits that stand there."""
        if self.about:
            return self.value <= figure < self.value + self._round_step()
        return figure == self.value if self.step == 1 else abs(figure - self.value) < self.step

    def rounds(self, percentage: Decimal) -> bool:
        """Return whether a percentage may be written so: a whole one is rounded or cut as well, where a count is exact."""
        if self.about or self.step != 1:
            return self.agrees(percentage)
        return self.value in {percentage.quantize(self.step, way) for way in (ROUND_HALF_UP, ROUND_DOWN)}

    def _round_step(self) -> Decimal:
        step = self.step
        while self.value and self.value % (step * 10) == 0:
            step *= 10
        return step


NOUGHT = Number(Decimal(0), Decimal(1), False)


def tidy(text: str) -> str:
    """Text without spaces, its full-width digits made half-width."""
    return re.sub(r"\s+", "", text).translate(_WIDE)


def sentences(text: str) -> list[str]:
    """Split tidy text into sentences; one that goes on with 其中 belongs to that before it."""
    return re.split("[。！？]", re.sub("[。！？](?=其中)", "，", text))


def read(found: re.Match[str]) -> Number:
    """Read what :data:`NUMBER` matched."""
    text, scale = found["number"].replace(",", ""), _SCALES[found["scale"]]
    if text[0].isdigit():
        places = len(text.partition(".")[2])
        return Number(Decimal(text) * scale, scale.scaleb(-places), bool(found["about"]))
    return Number(_chinese(text) * scale, scale, bool(found["about"]))


def _chinese(text: str) -> Decimal:
    if not any(unit in text for unit in _UNITS):
        return Decimal(int("".join(str(_DIGITS[digit]) for digit in text)))
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return Decimal(total + digit)
