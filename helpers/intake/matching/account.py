"""What has become of every character of a document: in the folder, listed for people, or known to be no part of it.

The source must be the sum of the three. What is left over is listed too: nothing is lost without a word.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from helpers.intake.matching.collected import Readings
from helpers.intake.matching.frame import is_caption, is_furniture
from helpers.intake.matching.labels import beside_labels, digits_of, is_of_form, parts_of
from helpers.intake.matching.model import Block, Cell, Grid, Unread
from helpers.intake.matching.similarity import clean
from helpers.report.form import FORM

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARK = re.compile(r"^(?:#{1,6} |> |- |\d+\. )")
_RULE = re.compile(r"\|(?:---\|)+")
_BESIDE = "是表格以外的文字，这一部分只有表格；要保留的请移到正文里"
_FOREIGN = "不在统一格式的表里，没有放进表格"
_NO_FORM = "不是统一格式的表，没有导入"
_LOST = "这些字没有着落，请和原件核对"


def squeezed(text: str) -> str:
    """Characters of a text that can be seen."""
    return "".join(
        char for char in clean(text) if not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf"}
    )


def said(markdown: str) -> str:
    """Characters that prose in a folder says, without those that are Markdown's."""
    lines = []
    for line in markdown.split("\n"):
        bare = re.sub(r"(?<!\\)\|", "", line) if line.startswith("| ") else _MARK.sub("", line, count=1)
        lines.append("" if _RULE.fullmatch(line) else _ESCAPE.sub(r"\1", bare))
    return squeezed("".join(lines))


@dataclass
class Account:
    """Characters by what has become of them."""

    kept: Counter[str] = field(default_factory=Counter)
    listed: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)

    def keep(self, text: str) -> None:
        """Note text that stands in the folder."""
        self.kept.update(squeezed(text))

    def keep_prose(self, markdown: str) -> None:
        """Note prose as it is written to the folder."""
        self.kept.update(said(markdown))

    def know(self, text: str) -> None:
        """Note text that is the form's own, or no part of the report."""
        self.known.update(squeezed(text))

    def tell(self, text: str) -> None:
        """Note text that is listed for people."""
        self.listed.update(squeezed(text))

    def tables(self, section: str, blocks: Sequence[Block], readings: Readings) -> Iterator[Unread]:
        """Sort tables and all else in a section that has no prose, or tables of the form in one that has.

        Yields
        ------
        Unread
            What is neither placed nor the form's.
        """
        place = FORM.sections.get(section, "标题以前")
        digits = Counter(readings.spoken[section])
        for block in blocks:
            if isinstance(block, Grid):
                yield from self._grid(block, place, readings, digits)
                continue
            for piece, is_form in parts_of(block.text):
                if is_furniture(piece) or is_caption(piece) or (is_form and _covered(piece, digits)):
                    self.know(piece)
                else:
                    self.tell(piece)
                    yield Unread(place, piece.strip(), _BESIDE)

    def _grid(self, grid: Grid, place: str, readings: Readings, digits: Counter[str]) -> Iterator[Unread]:
        seen: set[Cell] = set()
        rows: list[tuple[int, str]] = []
        for number, row in enumerate(grid.rows, 1):
            own = [cell for cell in dict.fromkeys(row) if cell is not None and cell not in seen]
            seen.update(own)
            if left := self._row(own, readings, digits):
                rows.append((number, " | ".join(" ".join(text.split()) for text in left)))
        if seen & (readings.used | readings.told):
            yield from (Unread(f"{place}，表格第 {number} 行", text, _FOREIGN) for number, text in rows)
        elif rows:
            yield Unread(f"{place}，一张表", "；".join(text for _, text in rows), _NO_FORM)

    def _row(self, own: Sequence[Cell], readings: Readings, digits: Counter[str]) -> list[str]:
        """Sort the cells of a row, and return the texts of those that are neither placed nor the form's."""
        left: list[str] = []
        for cell in own:
            if cell in readings.used:
                self.keep(cell.text)
            elif cell in readings.told:
                self.tell(cell.text)
            elif is_of_form(cell.text) or _is_spoken(cell.text, digits):
                self.know(cell.text)
            else:
                left.append(cell.text)
        if _repeats(left, readings.texts):
            self.know("".join(left))
            return []
        self.tell("".join(left))
        return left

    def rest(self, source: str) -> Iterator[Unread]:
        """List the characters of the source that are in none of the three, in the order in which they stand."""
        there = self.kept + self.listed + self.known
        lost = []
        for char in reversed(squeezed(source)):
            if there[char]:
                there[char] -= 1
            else:
                lost.append(char)
        if lost:
            text = "".join(reversed(lost))
            self.tell(text)
            yield Unread("原文", text, _LOST)

    def totals(self, source: str) -> dict[str, int]:
        """Characters read, and how many of them are kept, listed and known."""
        return {
            "read": len(squeezed(source)),
            "kept": self.kept.total(),
            "listed": self.listed.total(),
            "known": self.known.total(),
        }


def _repeats(texts: Sequence[str], placed: Collection[str]) -> bool:
    """Return whether labels and numbers say again what stands in the tables, as beside the bars of a chart."""
    return all(word in placed for text in texts for word in beside_labels(text))


def _covered(piece: str, digits: Counter[str]) -> bool:
    """Return whether all digits of a piece were placed or listed from running text, and take them off."""
    own = Counter(digits_of(piece))
    if own - digits:
        return False
    digits -= own
    return True


def _is_spoken(text: str, digits: Counter[str]) -> bool:
    return not re.search(r"[^\W\d_]", text) and any(map(str.isdigit, text)) and _covered(text, digits)
