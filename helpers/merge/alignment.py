"""Which passage is which: those of an edited file, of the folder as it was, and of the folder as it is."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from helpers.document.passages import Passage
from helpers.document.source_plan import sentence_digests
from helpers.merge.resolved import Line
from helpers.publish.source_marks import Marked

ALIKE = 0.5
"""Two texts with at least this share of their pairs of characters in common may be one, changed."""


@lru_cache(maxsize=4096)
def grams(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a text."""
    return frozenset(text[start : start + 2] for start in range(max(1, len(text) - 1)))


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1 (Dice's coefficient over pairs of characters)."""
    left, right = grams(one), grams(other)
    return 2 * len(left & right) / (len(left) + len(right))


def lines_of(lines: Sequence[Line], known: dict[str, str]) -> dict[str, int]:
    """Return for each passage the line it stands in.

    A mark decides, and of several lines with the same mark the most similar; a line without one is found by its text.

    Parameters
    ----------
    known
        Text of each passage by name (``overview.3``), as far as it is known.
    """
    claims = [
        (rank, -likeness(line.text, known[name]), number, name)
        for number, line in enumerate(lines)
        for rank, mark in enumerate(line.marks)
        if (name := mark.replace("_", ".")) in known
    ]
    found: dict[str, int] = {}
    taken: set[int] = set()
    for _, _, number, name in sorted(claims):
        if name not in found and number not in taken:
            found[name] = number
            taken.add(number)
    _by_text(lines, known, found, taken)
    return found


def _by_text(lines: Sequence[Line], known: dict[str, str], found: dict[str, int], taken: set[int]) -> None:
    """Find the passages without a mark by their text: the same first, wherever it was moved; then the most alike in its section."""
    lost = [name for name in known if name not in found and known[name]]
    pairs = sorted(
        (-alike, abs(position - number), name, number)
        for position, name in enumerate(lost)
        for number, line in enumerate(lines)
        if number not in taken
        if (alike := _alike(line, name, known[name])) >= ALIKE
    )
    for _, _, name, number in pairs:
        if name not in found and number not in taken:
            found[name] = number
            taken.add(number)


def _alike(line: Line, name: str, text: str) -> float:
    if line.text == text:
        return 1.0
    return likeness(line.text, text) if line.section == name.partition(".")[0] else 0.0


def in_folder(base: Sequence[Marked], now: Sequence[Passage]) -> dict[str, Passage]:
    """Return for each passage of the folder as it was the one it is now; none for those that are gone.

    What says the same is the same. Between two of those, what shares a sentence is one; what else stands alone on both
    sides is one, changed.
    """
    own = [templates(one) for one in now]
    matcher = SequenceMatcher(
        None, ["".join(one.template) for one in base], ["".join(one) for one in own], autojunk=False
    )
    found: dict[str, Passage] = {}
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        pairs = (
            zip(range(i1, i2), range(j1, j2), strict=True)
            if kind == "equal"
            else _gap(base, own, (i1, i2, j1, j2))
        )
        for left, right in pairs:
            found[base[left].name] = now[right]
    return found


def templates(passage: Passage) -> list[str]:
    """Return a digest of each sentence of a passage, placeholders by their names."""
    return sentence_digests(passage.template)


def _gap(
    base: Sequence[Marked], now: Sequence[list[str]], gap: tuple[int, int, int, int]
) -> Iterator[tuple[int, int]]:
    i1, i2, j1, j2 = gap
    right = j1
    for left in range(i1, i2):
        shared = [other for other in range(right, j2) if set(base[left].template) & set(now[other])]
        if shared:
            yield left, shared[0]
            right = shared[0] + 1
        elif i2 - i1 == j2 - j1 and right == j1 + left - i1:
            yield left, right
            right += 1
