"""The second half of a layout: how far right each cell of a row stands, so that lines are straight where they can be.

Each row is set by least squares under the distances that its cells must keep: a monotone regression, solved exactly by
pooling neighbours (Ayer and others, 1955). Rows are set in turn, downwards and upwards, until they are at rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .layers import Cell, Rows

ROUNDS = 120
PULL, STIFFER = 8.0, 20.0  # what it weighs that a line is straight, and how much more in the end
BOX_PULL = 5.0  # that boxes stand below each other
NEAR = 90  # boxes that stand no further apart sideways are set below each other
AGAIN = 3  # tries to set every line straight: one that moves makes room for another
BETWEEN_BOXES, BETWEEN_LINES = 44, 28
PORTS, PORT_EDGE = 26, 26  # lines keep this far apart where they touch a box, and from its corners
BESIDE = 12  # words stand this far from their line
AROUND = 34  # how far a line from a box to itself goes out


@dataclass(frozen=True, slots=True)
class Size:
    """How wide and high a box is."""

    wide: int
    high: int


@dataclass(slots=True)
class Across:
    """Where every cell stands: `x` of the middle of a box, of the line of anything else; and where lines touch boxes.

    `left`: the words that stand left of their line. `ports`: by piece (upper cell, lower cell), at the lower end of
    the upper box and at the upper end of the lower box.
    """

    x: dict[Cell, float] = field(default_factory=dict)
    left: set[Cell] = field(default_factory=set)
    out: dict[tuple[Cell, Cell], float] = field(default_factory=dict)
    into: dict[tuple[Cell, Cell], float] = field(default_factory=dict)


def across(rows: Rows, sizes: Mapping[str, Size]) -> Across:
    """Where everything stands from left to right; the leftmost thing may be at any number, even below nought."""
    return _Setting(rows, sizes).settled()


def pooled(wanted: Sequence[float], weights: Sequence[float], apart: Sequence[float]) -> list[float]:
    """The places nearest to those wanted (least squares) that keep each `apart` from the one before it."""
    shift = [0.0]
    for each in apart:
        shift.append(shift[-1] + each)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for want, weight, by in zip(wanted, weights, shift, strict=True):
        mean, heavy, many = want - by, weight, 1
        while pools and pools[-1][0] > mean:
            before, held, count = pools.pop()
            mean, heavy, many = (before * held + mean * heavy) / (held + heavy), held + heavy, many + count
        pools.append((mean, heavy, many))
    flat = [mean for mean, _, many in pools for _ in range(many)]
    return [mean + by for mean, by in zip(flat, shift, strict=True)]


class _Setting:
    """Sets rows in turn; holds what they stand in relation to."""

    def __init__(self, rows: Rows, sizes: Mapping[str, Size]) -> None:
        self.rows, self.sizes = rows.rows, sizes
        self.around = {link.start: 0 for link in rows.around}
        for link in rows.around:
            self.around[link.start] = max(self.around[link.start], AROUND + BESIDE + link.wide)
        self.found = Across(left=_left(rows.rows))
        self.below: dict[Cell, list[Cell]] = {}
        self.above: dict[Cell, list[Cell]] = {}
        self.passing = [[cell for cell in chain if cell.link is not None] for chain in rows.chains.values()]
        self.next_box = _next_boxes(rows)
        self.higher: dict[Cell, set[Cell]] = {}
        for chain in rows.chains.values():
            self.higher.setdefault(chain[0], set())
            self.higher.setdefault(chain[-1], set()).add(chain[0])
        self.straight: dict[Cell, float] = {}
        self.pull = PULL
        self.where = {cell: (row, at) for row in rows.rows for at, cell in enumerate(row)}
        for upper, lower in rows.neighbours():
            self.below.setdefault(upper, []).append(lower)
            self.above.setdefault(lower, []).append(upper)
        for joined in (self.below, self.above):
            for cells in joined.values():
                cells.sort(key=lambda cell: self.where[cell][1])

    def settled(self) -> Across:
        """Rows at rest, then everything on whole numbers."""
        for row in self.rows:
            self._set(row, [0.0] * len(row), [1.0] * len(row))
        for each in range(ROUNDS):
            self._touch()
            self._straighten()
            self.pull = PULL * (1 + STIFFER * each / ROUNDS)
            both = each >= ROUNDS // 3
            for row in self.rows if each % 2 == 0 else self.rows[::-1]:
                wishes = [self._wish(cell, up=both or each % 2 == 0, down=both or each % 2 == 1) for cell in row]
                self._set(row, [want for want, _ in wishes], [weight for _, weight in wishes])
        self.found.x = {cell: float(round(x)) for cell, x in self.found.x.items()}
        self._touch()
        for _ in range(AGAIN):
            for cells in self.passing:
                self._align(cells)
            self._align_boxes()
            self._touch()
        return self.found

    def _set(self, row: Sequence[Cell], wanted: Sequence[float], weights: Sequence[float]) -> None:
        apart = [self._apart(one, other) for one, other in pairwise(row)]
        self.found.x.update(zip(row, pooled(wanted, weights, apart), strict=True))

    def _wish(self, cell: Cell, *, up: bool, down: bool) -> tuple[float, float]:
        """Where a cell would stand best for its neighbours, and how much that weighs."""
        found = [(self.found.x[cell], 0.05)]
        if cell in self.straight:
            found.append((self.straight[cell], self.pull))
        found += [(self.found.x[each], BOX_PULL) for each in self.next_box.get(cell, [])]
        for upper in self.above.get(cell, []) if up else []:
            if upper.link is None or cell.link is None:
                found.append((self._reached(upper, (upper, cell), self.found.out), 1.0))
        for lower in self.below.get(cell, []) if down else []:
            if lower.link is None or cell.link is None:
                found.append((self._reached(lower, (cell, lower), self.found.into), 1.0))
        weight = sum(each for _, each in found)
        return sum(x * each for x, each in found) / weight, weight

    def _straighten(self) -> None:
        """All the places where a line passes rows are to stand below each other, near where it begins and ends."""
        for cells in self.passing:
            if len(cells) > 1:
                middle = sum(self.found.x[cell] for cell in cells) / len(cells)
                self.straight.update(dict.fromkeys(cells, middle))

    def _align(self, cells: Sequence[Cell]) -> None:
        """Set a line quite straight, where its neighbours leave it room: as near to where it stands as can be."""
        x = self.found.x
        ends = [self.found.out[self.above[cells[0]][0], cells[0]], self.found.into[cells[-1], self.below[cells[-1]][0]]]
        wanted = sorted(
            {x[cell] for cell in cells} | set(ends), key=lambda at: sum(abs(at - x[each]) for each in cells)
        )
        for at in wanted:
            if all(self._has_room(cell, at) for cell in cells):
                x.update(dict.fromkeys(cells, at))
                return

    def _align_boxes(self) -> None:
        """Set a box below the one that leads to it, where it stands nearly there and its neighbours leave room."""
        for row in self.rows:
            for cell in row:
                for upper in self.next_box.get(cell, []) if cell.link is None else []:
                    at = self.found.x[upper]
                    if upper in self.higher[cell] and abs(at - self.found.x[cell]) < NEAR and self._has_room(cell, at):
                        self.found.x[cell] = at
                        break

    def _has_room(self, cell: Cell, at: float) -> bool:
        row, place = self.where[cell]
        before = row[place - 1] if place else None
        after = row[place + 1] if place + 1 < len(row) else None
        x = self.found.x
        return (before is None or x[before] + self._apart(before, cell) <= at) and (
            after is None or at + self._apart(cell, after) <= x[after]
        )

    def _reached(self, cell: Cell, pair: tuple[Cell, Cell], ports: Mapping[tuple[Cell, Cell], float]) -> float:
        return self.found.x[cell] if cell.link is not None else ports[pair]

    def _touch(self) -> None:
        """Lines touch a box straight above or below where they come from, as far as it is wide."""
        for cell, cells in self.below.items():
            if cell.link is None:
                self.found.out.update(self._ports(cell, [(cell, each) for each in cells], 1))
        for cell, cells in self.above.items():
            if cell.link is None:
                self.found.into.update(self._ports(cell, [(each, cell) for each in cells], 0))

    def _ports(self, box: Cell, pairs: list[tuple[Cell, Cell]], other: int) -> dict[tuple[Cell, Cell], float]:
        half = self.sizes[box.name].wide / 2 - PORT_EDGE
        apart = min(PORTS, 2 * half / max(1, len(pairs) - 1))
        spread = apart * (len(pairs) - 1)
        lowest, highest = self.found.x[box] - half, self.found.x[box] + half - spread
        wanted = pooled([self.found.x[pair[other]] for pair in pairs], [1.0] * len(pairs), [apart] * (len(pairs) - 1))
        places = [min(max(x - place * apart, lowest), highest) + place * apart for place, x in enumerate(wanted)]
        return {pair: float(round(x)) for pair, x in zip(pairs, places, strict=True)}

    def _apart(self, one: Cell, other: Cell) -> float:
        between = BETWEEN_BOXES if one.link is None and other.link is None else BETWEEN_LINES
        return self._right(one) + between + self._left(other)

    def _right(self, cell: Cell) -> float:
        if cell.link is None:
            return self.sizes[cell.name].wide / 2 + self.around.get(cell.name, 0)
        return BESIDE + cell.link.wide if cell.words and cell not in self.found.left else 0

    def _left(self, cell: Cell) -> float:
        if cell.link is None:
            return self.sizes[cell.name].wide / 2
        return BESIDE + cell.link.wide if cell in self.found.left else 0


def _left(rows: Sequence[Sequence[Cell]]) -> set[Cell]:
    """Of the words of a row, the first stand left of their line: so lines of one box stay close together."""
    spoken = [[cell for cell in row if cell.words] for row in rows]
    return {cells[0] for cells in spoken if len(cells) > 1}


def _next_boxes(rows: Rows) -> dict[Cell, list[Cell]]:
    """The boxes of the next rows that a line joins with each box: they stand below each other if they can."""
    found: dict[Cell, list[Cell]] = {}
    for chain in rows.chains.values():
        if len(chain) == 3:
            found.setdefault(chain[0], []).append(chain[2])
            found.setdefault(chain[2], []).append(chain[0])
    return found
