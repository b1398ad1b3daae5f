"""Which passage is which: those of an edited file, of the folder as it was, and of the folder as it is."""

from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from helpers.document.passages import Passage
from helpers.document.source_plan import sentence_digests
from helpers.finishing.source_marks import Marked
from helpers.merge.resolved import Line

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


def in_folder(base: Sequence[Marked], now: Sequence[Passage], added: Collection[str]) -> dict[str, Passage]:
    """Return for each passage of the folder as it was the one it is now; none for those that are gone.

    What says the same is the same, also where it was moved. Between two of those, what shares a sentence is one; what else
    stands alone on both sides is one, changed.

    Parameters
    ----------
    added
        Texts that the file has besides: what says just that in the folder is none of the old passages.
    """
    own = [templates(one) for one in now]
    wholes = ["".join(one.template) for one in base], ["".join(one) for one in own]
    gaps: list[tuple[list[int], list[int]]] = []
    pairs: dict[int, int] = {}
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, *wholes, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs |= zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            gaps.append((list(range(i1, i2)), list(range(j1, j2))))
    free = {wholes[1][right]: right for _, gap in gaps for right in gap}
    pairs |= {left: free.pop(wholes[0][left]) for gap, _ in gaps for left in gap if wholes[0][left] in free}
    taken = set(pairs.values())
    for before, after in gaps:
        left = [one for one in before if one not in pairs]
        right = [one for one in after if one not in taken and now[one].shown not in added]
        pairs |= _gap(base, own, left, right)
    return {base[left].name: now[right] for left, right in pairs.items()}


def templates(passage: Passage) -> list[str]:
    """Return a digest of each sentence of a passage, placeholders by their names."""
    return sentence_digests(passage.template)


def _gap(
    base: Sequence[Marked], now: Sequence[list[str]], left: Sequence[int], right: Sequence[int]
) -> Iterator[tuple[int, int]]:
    at = 0
    for number, old in enumerate(left):
        shared = [
            place for place in range(at, len(right)) if set(base[old].template) & set(now[right[place]])
        ]
        if shared:
            yield old, right[shared[0]]
            at = shared[0] + 1
        elif len(left) == len(right) and at == number:
            yield old, right[at]
            at += 1
