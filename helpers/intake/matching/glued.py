"""Runs of digits parted into figures: as they stand, or where the sums of the form leave one way."""

import re
from collections.abc import Iterator, Sequence

from helpers.intake.matching import cell_values
from helpers.intake.matching.model import Cell, Figure

_LONGEST_RUN = 400
_LONGEST_FIGURE = 9
_MOST_STEPS = 20_000
_GLUED = "旁边是空格，各数之和又不等于总计，可能是两个数连在了一起"


def split(tokens: Sequence[str], count: int) -> tuple[list[str], bool] | None:
    """Split runs of digits into ``count`` figures.

    Returns
    -------
    (list of str, bool) or None
        The figures and whether no other split is possible, even with cells left blank; None without one split.
    """
    if sum(map(len, tokens)) > _LONGEST_RUN:
        return None
    if len(tokens) == count:
        return list(tokens), all(not re.match(r"0\d", token) for token in tokens)
    found = list(_splits(tokens, count, limit=2))
    if len(found) != 1:
        return None
    fewer = any(next(_splits(tokens, number, limit=1), None) for number in range(1, count))
    return found[0], not fewer


def _splits(tokens: Sequence[str], count: int, limit: int) -> Iterator[list[str]]:
    """Ways to cut the tokens into ``count`` figures without leading zeros, at most ``limit`` of them."""
    # ways[i][k]: the ways to cut the first i tokens into k figures, capped so that nothing explodes
    ways: list[dict[int, list[list[str]]]] = [{0: [[]]}]
    for token in tokens:
        cuts: dict[int, list[list[str]]] = {}
        for pieces in _pieces(token, count, limit):
            for before, heads in ways[-1].items():
                if before + len(pieces) <= count:
                    bucket = cuts.setdefault(before + len(pieces), [])
                    bucket.extend(head + pieces for head in heads[:limit])
                    del bucket[limit * 8 :]
        ways.append(cuts)
    unique = {tuple(way): way for way in ways[-1].get(count, [])}
    yield from list(unique.values())[:limit]


def _pieces(token: str, most: int, limit: int) -> Iterator[list[str]]:
    """Cut one token; a token with a point or a comma is one figure."""
    if not token.isdigit():
        yield [token]
        return
    by_count: dict[int, int] = {}
    stack: list[tuple[int, list[str]]] = [(0, [])]
    steps = 0
    while stack and steps < 5_000:
        steps += 1
        start, cut = stack.pop()
        if start == len(token):
            by_count[len(cut)] = by_count.get(len(cut), 0) + 1
            if by_count[len(cut)] <= limit:
                yield cut
            continue
        if len(cut) == most:
            continue
        ends = [start + 1] if token[start] == "0" else range(start + 1, len(token) + 1)
        stack.extend((end, [*cut, token[start:end]]) for end in ends)


def without_glue(row: Sequence[Cell], width: int) -> list[Cell]:
    """Doubt numbers beside a blank cell that may hold the blank one's digits too.

    Parameters
    ----------
    row
        Cells of one row, or of several, each ``width`` long with its total last.
    """
    doubted = [
        place + start
        for start in range(0, len(row), width)
        for place in _glued_places(row[start : start + width])
    ]
    return [
        Cell(cell.text, cell.doubt or _GLUED, (cell,)) if place in doubted else cell
        for place, cell in enumerate(row)
    ]


def _glued_places(row: Sequence[Cell]) -> set[int]:
    values = [cell_values.read(cell).value for cell in row]
    blanks = [place for place, cell in enumerate(row) if not cell.text.strip()]
    *parts, total = values
    if not blanks or sum(value or 0 for value in parts) == total:
        return set()
    places: set[int] = set()
    # Where another cell cannot be read, no sum can clear the one beside the blank.
    unclear = any(value is None and cell.text.strip() for value, cell in zip(values, row, strict=True))
    for blank in blanks:
        for place in (blank - 1, blank + 1):
            digits = row[place].text.strip() if 0 <= place < len(row) else ""
            value = values[place] if digits else None
            if value is None or not digits.isdigit() or len(digits) < 2:
                continue
            too_large = total is not None and place < len(parts) and value > total
            if (
                unclear
                or too_large
                or any(
                    _tallies(values, {min(place, blank): one, max(place, blank): other})
                    for one, other in _halves(digits)
                )
            ):
                places.add(place)
    return places


def _halves(digits: str) -> Iterator[tuple[int, int]]:
    for cut in range(1, len(digits)):
        if all(half == "0" or not half.startswith("0") for half in (digits[:cut], digits[cut:])):
            yield int(digits[:cut]), int(digits[cut:])


def _tallies(values: Sequence[Figure | None], changed: dict[int, int]) -> bool:
    *parts, total = [changed.get(place, value) or 0 for place, value in enumerate(values)]
    return sum(parts) == total


def proven(tokens: Sequence[str], widths: Sequence[int]) -> list[str] | None:
    """Part glued digits into rows of figures, the last of each the sum of the others.

    Cells may have been blank before they were glued, so ways with fewer figures count too.

    Parameters
    ----------
    widths
        Cells of each row.

    Returns
    -------
    list of str or None
        The figures of all rows where there is one way and it leaves no cell blank, else None.
    """
    text = "".join(tokens)
    stops = [sum(map(len, tokens[: place + 1])) for place in range(len(tokens))]
    ways: list[list[str]] = []
    steps = 0

    def walk(start: int, number: int, row: list[str], before: list[str]) -> None:
        nonlocal steps
        steps += 1
        if steps > _MOST_STEPS or len(ways) > 1:
            return
        if number == len(widths):
            if start == len(text):
                ways.append(before)
            return
        stop = next((stop for stop in stops if stop > start), start)
        last = min(start + 1, stop) if text[start : start + 1] == "0" else min(stop, start + _LONGEST_FIGURE)
        for end in range(start + 1, last + 1):
            longer = [*row, text[start:end]]
            if int(text[start:end]) == sum(map(int, row)):
                walk(end, number + 1, [], before + longer)
            if len(longer) < widths[number]:
                walk(end, number, longer, before)

    if text.isdigit() and len(text) <= _LONGEST_RUN:
        walk(0, 0, [], [])
    return ways[0] if len(ways) == 1 and steps <= _MOST_STEPS and len(ways[0]) == sum(widths) else None
