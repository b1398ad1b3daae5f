"""Lines of a PDF page, and the paragraphs they make."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from helpers.intake.matching.model import Block, Grid, Picture, Text
from helpers.intake.matching.similarity import clean

_BULLET = re.compile(r"[•·▪‣●]\s*")
_MARKER = re.compile(
    r"(?:[•·▪‣●]|[0-9]{1,2}[.．、)）](?!\d)|[（(][一二三四五六七八九十0-9]{1,3}[)）]|[①-⑳])\s*(?=\S)"
)
"""What stands before an item of a list."""
_NUMBERED = re.compile(r"[（(]?([0-9]{1,2})[.．、)）]")
_SENTENCE_END = re.compile(r"[。！？；：.!?;:][”’）)」》]*$")
_UNIT = re.compile(r"[“‘（(《〈【「]*(?:[!-~]+|—+|…+|.)[”’）)》〉】」，。、；：！？]*")
"""What stands together at the beginning of a line."""


@dataclass(frozen=True)
class Line:
    """A line of text: where it stands and how large it is.

    Attributes
    ----------
    first
        Width of what cannot be parted at its head.
    hang
        Where its text begins after the sign of a list's item, if it has one.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    first: float
    page: int
    width: float
    hang: float | None = None


def middle(char: Any) -> float:
    """Half the height at which a character stands."""
    return float(char["top"] + char["bottom"]) / 2


def rows_of(chars: Iterable[Any]) -> list[list[Any]]:
    """Characters line by line, each line from left to right."""
    lines: list[list[Any]] = []
    for char in sorted(chars, key=middle):
        if lines and abs(middle(char) - median(map(middle, lines[-1][-5:]))) < 0.5 * char["size"]:
            lines[-1].append(char)
        else:
            lines.append([char])
    return [sorted(line, key=lambda char: float(char["x0"])) for line in lines]


def joined(line: Sequence[Any]) -> str:
    """Text of one line; a wide gap is a space."""
    text = "".join(
        char["text"] + (" " if after["x0"] - char["x1"] > 0.6 * char["size"] else "")
        for char, after in pairwise(line)
    )
    return clean(text + line[-1]["text"]) if line else ""


def lines(chars: Sequence[Any], page: int, width: float) -> Iterator[Line]:
    """Lines of a page of some width, from top to bottom."""
    for row in rows_of(chars):
        seen = [char for char in row if char["text"].strip()]
        if seen:
            first, last = row.index(seen[0]), len(row) - row[::-1].index(seen[-1])
            text = joined(row[first:last])
            unit = _UNIT.match(text)
            marker = _MARKER.match(text)
            after = seen[len("".join(marker[0].split())) :] if marker else []
            head = seen[: len(unit[0].replace(" ", "")) if unit else 1]
            yield Line(
                text=text,
                left=float(seen[0]["x0"]),
                right=float(seen[-1]["x1"]),
                top=min(float(char["top"]) for char in seen),
                bottom=max(float(char["bottom"]) for char in seen),
                size=median(float(char["size"]) for char in seen),
                first=float(head[-1]["x1"] - head[0]["x0"]),
                page=page,
                width=width,
                hang=float(after[0]["x0"]) if after else None,
            )


def aslant(chars: Sequence[Any], page: int, width: float) -> Iterator[Line]:
    """Return characters that do not stand upright as one line in the order in which they were set."""
    text = clean("".join(char["text"] for char in chars)).strip()
    if text:
        top, bottom = min(float(char["top"]) for char in chars), max(float(char["bottom"]) for char in chars)
        left, right = min(float(char["x0"]) for char in chars), max(float(char["x1"]) for char in chars)
        yield Line(
            text, left, right, top, bottom, median(float(char["size"]) for char in chars), 0.0, page, width
        )


# Lines to paragraphs --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """Where lines of text begin and end on pages of one width, and the usual gap between two of them."""

    left: float
    right: float
    gap: float


def blocks(pieces: Sequence[Grid | Line | Picture]) -> Iterator[Block]:
    """Grids as they are, lines gathered into paragraphs, also over the end of a page."""
    own = [piece for piece in pieces if isinstance(piece, Line)]
    columns = {
        width: _column([line for line in own if line.width == width])
        for width in {line.width for line in own}
    }
    paragraph: list[Line] = []
    for piece in [*pieces, None]:
        ends = not isinstance(piece, Line) or (
            paragraph and _begins(piece, paragraph, columns[piece.width], columns[paragraph[-1].width])
        )
        if paragraph and ends:
            yield _paragraph(paragraph)
            paragraph = []
        if isinstance(piece, Line):
            paragraph.append(piece)
        elif piece is not None:
            yield piece


def bullets(pieces: Iterable[object]) -> Iterator[str]:
    """Signs before the items of lists, which Markdown has its own for."""
    yield from (piece.text[0] for piece in pieces if isinstance(piece, Line) and _BULLET.match(piece.text))


def _column(own: Sequence[Line]) -> Column:
    long = [line for line in own if len(line.text) > 15] or own
    gaps = [
        after.top - line.bottom
        for line, after in pairwise(own)
        if line.page == after.page and 0 < after.top - line.bottom < 3 * line.size
    ]
    return Column(
        min(line.left for line in long), max(line.right for line in long), median(gaps) if gaps else 0.0
    )


def _begins(line: Line, paragraph: Sequence[Line], column: Column, above: Column) -> bool:
    """Return whether a line begins a paragraph: indented, after a line that ends early, in another size, or far below.

    The lines of a list's item are indented to where its text begins.
    """
    item, before = paragraph[0], paragraph[-1]
    hangs = item.hang is not None and abs(line.left - item.hang) < 0.3 * line.size
    # Where paragraphs too begin so far in, one may begin here.
    like_others = abs(line.left - column.left - 2 * line.size) < 0.3 * line.size
    hangs = hangs and not (like_others and _SENTENCE_END.search(before.text))
    gap = line.top - before.bottom
    far = line.page == before.page and gap > min(1.5 * line.size, max(column.gap, 0) + 0.6 * line.size)
    return (
        (line.left > column.left + 1.2 * line.size and not hangs)
        or _ends_early(before, line, above)
        or abs(line.size - before.size) > 1
        or far
        or bool(_BULLET.match(line.text))
        or _is_next(line, item)
    )


def _is_next(line: Line, item: Line) -> bool:
    """Return whether a line begins the item after another: as far in, and with the next number."""
    if line.hang is None or item.hang is None or abs(line.left - item.left) > 0.3 * line.size:
        return False
    own, before = _NUMBERED.match(line.text), _NUMBERED.match(item.text)
    return own is not None and before is not None and int(own[1]) == int(before[1]) + 1


def _ends_early(before: Line, line: Line, column: Column) -> bool:
    """Return whether a line ends where the next one's beginning would still have had room.

    Four characters are the most that rules for line breaks push down, and no sentence ends there.
    """
    room = column.right - before.right
    if room > 2.2 * before.size and not _SENTENCE_END.search(before.text):
        return room > max(4 * before.size, line.first + before.size)
    return room > max(2.2 * before.size, line.first + 0.5 * before.size)


def _paragraph(own: Sequence[Line]) -> Text:
    text = own[0].text
    for before, line in pairwise(own):
        latin = re.search(r"[!-~]$", before.text) and re.match(r"[!-~]", line.text)
        text += (" " if latin else "") + line.text
    bullet = _BULLET.match(text)
    return Text(text[bullet.end() :], "- ") if bullet else Text(text)
