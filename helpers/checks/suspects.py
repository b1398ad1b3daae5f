"""Which cell is wrong? The smallest changes after which everything adds up again, the likeliest first.

A hint for people, never applied: several changes may mend the same sums, and only who has the source knows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from helpers.checks.equations import Equation, computed_by
from helpers.checks.moves import Move, bundles, misplaced, shifted_by
from helpers.report.cell_names import Cell
from helpers.report.figures import Figure

SHOWN = 3
"""Proposals for one trouble."""

_ANOTHER = 10.0
"""Bits for one mistake more."""

_MARGIN = 14.0
"""Bits by which a proposal may be less likely than the best one and still be shown."""

_OUT_OF_BOUNDS, _AS_STATED = 8.0, -6.0

_OUTSIDE = frozenset({"X-CARRY", "X-STOCK", "H-SUM", "A-REGULATIONS"})
"""Rules whose other side stands in another report, or nowhere: that they fail tells of no cell unless a slip fits."""

_MOST_BROKEN, _MOST_SOLUTIONS, _MOST_FIRST, _MOST_DELTAS, _MOST_THIRDS = 60, 3_000, 4_000, 4, 24

Excess = dict[int, Figure]
"""By how much equations, by number, do not hold; those that hold are left out."""

Key = frozenset[tuple[int, bool]]


@dataclass(frozen=True)
class Known:
    """What is known of a report's figures.

    Attributes
    ----------
    figures
        Every figure that could be read or computed.
    computed
        Totals that were left blank: they follow from the others and cannot be wrong themselves.
    equations
        What has to hold.
    lower, upper
        What a cell cannot be below or above, by the reports of the levels below and above.
    stated
        What the prose says of a cell.
    """

    figures: Mapping[Cell, Figure]
    equations: Sequence[Equation]
    computed: frozenset[Cell] = frozenset()
    lower: Mapping[Cell, Figure] = field(default_factory=dict)
    upper: Mapping[Cell, Figure] = field(default_factory=dict)
    stated: Mapping[Cell, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """Changes that mend a trouble together, in the order of the form, each with the slip it would undo."""

    moves: tuple[Move, ...]
    bits: float

    @property
    def changes(self) -> dict[Cell, Figure]:
        """What each cell should be."""
        return {cell: figure for move in self.moves for cell, figure in move.changes}


@dataclass(frozen=True)
class Trouble:
    """Sums that fail together, and what may mend them all, the likeliest first."""

    equations: tuple[Equation, ...]
    proposals: tuple[Proposal, ...]


def troubles(known: Known) -> list[Trouble]:
    """Find what may be wrong: table by table, and in each as many independent troubles as there are."""
    found = []
    for table in dict.fromkeys(equation.total[0] for equation in known.equations):
        own = [equation for equation in known.equations if equation.total[0] == table]
        search = _Search(known, own)
        inside = [one for one in own if one.rule not in _OUTSIDE]
        found += search.together() or _Search(known, inside).together() or search.apart()
    return found


class _Search:
    """The equations of one table, and every move that may mend them."""

    def __init__(self, known: Known, equations: Sequence[Equation]) -> None:
        self.known = known
        self.figures = known.figures
        self.equations = [equation for equation in equations if equation.complete(dict(known.figures))]
        self.of: dict[Cell, dict[int, int]] = defaultdict(dict)
        self.excess: Excess = {}
        for number, equation in enumerate(self.equations):
            for cell, weight in self._base(equation).items():
                self.of[cell][number] = weight
            if excess := equation.excess(dict(known.figures)):
                self.excess[number] = excess
        if self._searched:
            self._prepare()

    def _base(self, equation: Equation) -> dict[Cell, int]:
        """Weights of an equation's cells, totals that were computed replaced by what they were computed from."""
        weights: dict[Cell, int] = defaultdict(int)
        todo = list(equation.coefficients.items())
        while todo:
            cell, weight = todo.pop()
            if cell in self.known.computed:
                todo += [(addend, weight) for addend in computed_by(cell).addends]
            else:
                weights[cell] += weight
        return {cell: weight for cell, weight in weights.items() if weight}

    @property
    def _searched(self) -> bool:
        return 0 < len(self.excess) <= _MOST_BROKEN

    def together(self) -> list[Trouble]:
        """Return the troubles of the table; none where nothing fails, or where nothing small mends all of it."""
        for solve in (self._one, self._two, self._three) if self._searched else ():
            solutions = list(islice(solve(self.excess), _MOST_SOLUTIONS))
            if solutions:
                return self._parted(solutions)
        return []

    # Moves ------------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        self.bundles: dict[tuple[Cell, ...], dict[int, int]] = {}
        self.by_key: dict[Key | None, list[tuple[Cell, ...]]] = defaultdict(list)
        for bundle in (bundle for cell in list(self.of) for bundle in bundles()[cell]):
            weights = self._weights(bundle)
            if weights and _key(weights) is not None:
                self.bundles[bundle] = weights
                self.by_key[_key(weights)].append(bundle)
        self.misplaced: list[tuple[Move, Excess]] = []
        self.by_effect: dict[frozenset[tuple[int, Figure]], list[Move]] = defaultdict(list)
        for move in misplaced(self.figures):
            effect = self._effect(move) if all(cell in self.of for cell in move.cells) else {}
            if effect:
                self.misplaced.append((move, effect))
                self.by_effect[frozenset(effect.items())].append(move)
        self.widest = max(
            max(map(len, self.bundles.values()), default=0),
            max((len(effect) for _, effect in self.misplaced), default=0),
        )

    def _weights(self, bundle: Sequence[Cell]) -> dict[int, int]:
        weights: dict[int, int] = defaultdict(int)
        for cell in bundle:
            for number, weight in self.of.get(cell, {}).items():
                weights[number] += weight
        known = all(cell in self.of for cell in bundle)
        return {number: weight for number, weight in weights.items() if weight and known}

    def _effect(self, move: Move) -> Excess:
        effect: Excess = defaultdict(int)
        for cell, figure in move.changes:
            for number, weight in self.of[cell].items():
                effect[number] += weight * (figure - self.figures[cell])
        return {number: change for number, change in effect.items() if change}

    def _firsts(self, excess: Excess) -> Iterator[tuple[Move, Excess]]:
        """Yield moves that mend at least one equation, with what does not hold after them."""
        for bundle, weights in self.bundles.items():
            deltas = {-excess[number] * weights[number]: None for number in weights if number in excess}
            for delta in islice(deltas, _MOST_DELTAS):
                move = shifted_by(bundle, delta, self.figures)
                if move and self._fits(move, weights):
                    yield move, _plus(excess, {number: weight * delta for number, weight in weights.items()})
        for move, effect in self.misplaced:
            if not excess.keys().isdisjoint(effect):
                yield move, _plus(excess, effect)

    def _fits(self, move: Move, numbers: Iterable[int]) -> bool:
        """Tell whether a move explains more than that another report says something else."""
        return move.slip.typed or any(self.equations[number].rule not in _OUTSIDE for number in numbers)

    # Solutions --------------------------------------------------------------------------------------------------------

    def _one(self, excess: Excess) -> Iterator[tuple[Move, ...]]:
        """Single moves after which everything holds."""
        if len(excess) > self.widest:
            return
        key = _key(excess)
        for bundle in self.by_key.get(key, ()) if key is not None else ():
            number, weight = next(iter(self.bundles[bundle].items()))
            move = shifted_by(bundle, -excess[number] * weight, self.figures)
            if move and self._fits(move, excess):
                yield (move,)
        for move in self.by_effect.get(frozenset((number, -one) for number, one in excess.items()), ()):
            yield (move,)

    def _two(self, excess: Excess) -> Iterator[tuple[Move, ...]]:
        """Pairs of moves, of different cells."""
        for first, rest in islice(self._firsts(excess), _MOST_FIRST):
            for (second,) in self._one(rest) if rest else ():
                if first.cells.isdisjoint(second.cells):
                    yield first, second

    def _three(self, excess: Excess) -> Iterator[tuple[Move, ...]]:
        """Threes of which one by itself leaves less broken than before, the likeliest of those first."""
        fewer = [(move, rest) for move, rest in self._firsts(excess) if 0 < len(rest) < len(excess)]
        fewer.sort(key=lambda one: (len(one[1]), self._bits(one[0])))
        for first, rest in fewer[:_MOST_THIRDS]:
            for others in self._two(rest):
                if all(first.cells.isdisjoint(other.cells) for other in others):
                    yield (first, *others)

    def apart(self) -> list[Trouble]:
        """Return, where too much is wrong to be mended together, single moves that mend several sums and break none."""
        clean = [
            (move, self.excess.keys() - rest.keys())
            for move, rest in (self._firsts(self.excess) if self._searched else ())
            if len(rest) <= len(self.excess) - 2
            and rest.keys() <= self.excess.keys()
            and all(rest[number] == self.excess[number] for number in rest)
        ]
        clean.sort(key=lambda one: (-len(one[1]), self._bits(one[0])))
        found: dict[frozenset[int], list[Proposal]] = defaultdict(list)
        taken: set[int] = set()
        for move, mended in clean:
            if taken.isdisjoint(mended) or frozenset(mended) in found:
                taken |= mended
                found[frozenset(mended)].append(Proposal((move,), self._bits(move)))
        return [self._trouble(numbers, proposals) for numbers, proposals in found.items()]

    # Ranking ----------------------------------------------------------------------------------------------------------

    def _bits(self, move: Move) -> float:
        bits = move.slip.bits
        for cell, figure in move.changes:
            if figure < self.known.lower.get(cell, figure) or figure > self.known.upper.get(cell, figure):
                bits += _OUT_OF_BOUNDS
            if self.known.stated.get(cell) == figure:
                bits += _AS_STATED
        return bits

    def _parted(self, solutions: Iterable[tuple[Move, ...]]) -> list[Trouble]:
        """Part the likely solutions into troubles that have nothing to do with each other."""
        ranked = sorted(
            ((sum(map(self._bits, moves)) + _ANOTHER * len(moves), moves) for moves in solutions),
            key=lambda one: one[0],
        )
        likely = [moves for bits, moves in ranked if bits <= ranked[0][0] + _MARGIN]
        groups = _Groups(self.excess)
        for moves in likely:
            for touched in self._touched(moves):
                groups.join(touched)
        found: dict[frozenset[int], dict[frozenset[tuple[Cell, Figure]], Proposal]] = defaultdict(dict)
        for moves in likely:
            for numbers, own in self._by_group(moves, groups).items():
                changes = frozenset(change for move in own for change in move.changes)
                bits = sum(map(self._bits, own)) + _ANOTHER * len(own)
                found[numbers].setdefault(changes, Proposal(tuple(own), bits))
        return [self._trouble(numbers, proposals.values()) for numbers, proposals in found.items()]

    def _touched(self, moves: Sequence[Move]) -> Iterator[set[int]]:
        """Yield the equations that belong together by a solution: those of one move, and of moves that meet in one."""
        parts: list[set[int]] = []
        for move in moves:
            own = set(self._effect(move))
            for part in [part for part in parts if part & own]:
                parts.remove(part)
                own |= part
            parts.append(own)
        yield from (part & self.excess.keys() for part in parts)

    def _by_group(self, moves: Sequence[Move], groups: "_Groups") -> dict[frozenset[int], list[Move]]:
        found: dict[frozenset[int], list[Move]] = defaultdict(list)
        loose = list(moves)
        for touched in self._touched(moves):
            numbers = groups.of(next(iter(touched)))
            for move in list(loose):
                if not touched.isdisjoint(self._effect(move)):
                    found[numbers].append(move)
                    loose.remove(move)
        return found

    def _trouble(self, numbers: Iterable[int], proposals: Iterable[Proposal]) -> Trouble:
        ranked = sorted(proposals, key=lambda one: (one.bits, _size(one, self.figures)))
        equations = tuple(self.equations[number] for number in sorted(numbers))
        return Trouble(equations, tuple(ranked[:SHOWN]))


class _Groups:
    """Numbers in groups that can be joined."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._group = {number: frozenset({number}) for number in numbers}

    def join(self, numbers: Iterable[int]) -> None:
        joined = frozenset().union(*(self._group[number] for number in numbers))
        self._group.update(dict.fromkeys(joined, joined))

    def of(self, number: int) -> frozenset[int]:
        return self._group[number]


def _plus(excess: Excess, effect: Excess) -> Excess:
    added = dict(excess)
    for number, change in effect.items():
        after = added.pop(number, 0) + change
        if after:
            added[number] = after
    return added


def _key(vector: Mapping[int, Figure]) -> Key | None:
    """Return what a vector shares with its multiples, where all its entries are of one size; else None."""
    first = next(iter(vector.values()))
    if not all(one in (first, -first) for one in vector.values()):
        return None
    positive = vector[min(vector)] > 0
    return frozenset((number, (one > 0) == positive) for number, one in vector.items())


def _size(proposal: Proposal, figures: Mapping[Cell, Figure]) -> Figure:
    return sum(max(one - figures[cell], figures[cell] - one) for cell, one in proposal.changes.items())
