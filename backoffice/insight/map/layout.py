"""A layout: boxes, lines with right angles between them, and where each line's words stand. Pure and whole numbers.

No line leads through a box or through words, and no two lines share a piece: by the places that each line has in every
row that it passes, and by tracks between two rows for those that must turn aside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .layers import Cell, Link, Rows, arranged
from .places import AROUND, BESIDE, Across, Size, across

EDGE = 10  # around everything
TRACK = 14  # between two lines that lead sideways
CLEAR, TIP = 14, 30  # above and below words or boxes; where an arrow's tip must be seen

Point = tuple[int, int]
Piece = tuple[Cell, Cell]


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box stands."""

    name: str
    x: int
    y: int
    wide: int
    high: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line from its beginning to its tip; its words stand beside it at `x`, from `y` down, `left` of it or right."""

    link: Link
    points: tuple[Point, ...]
    x: int
    y: int
    left: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture."""

    wide: int
    high: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def laid_out(sizes: Mapping[str, Size], links: Sequence[Link]) -> Layout:
    """Lay out boxes (the first one begins) and the lines between them."""
    rows = arranged(list(sizes), links)
    return _Laying(rows, sizes, across(rows, sizes)).layout()


class _Laying:
    def __init__(self, rows: Rows, sizes: Mapping[str, Size], found: Across) -> None:
        self.rows, self.sizes, self.found = rows, sizes, found
        self.row = {cell: place for place, row in enumerate(rows.rows) for cell in row}
        self.tracks: dict[Piece, int] = {}
        self.gaps = [self._gap(place) for place in range(len(rows.rows) - 1)]
        self.shift = EDGE - round(min(self._leftmost(cell) for cell in self.row))
        self.top: list[int] = []
        y = EDGE
        for place, row in enumerate(rows.rows):
            self.top.append(y)
            y += self._high(row) + (self.gaps[place] if place < len(self.gaps) else 0)
        self.high = y + EDGE

    def layout(self) -> Layout:
        """Everything in its place."""
        boxes = tuple(self._box(name) for name in self.sizes)
        lines = [self._line(link, chain) for link, chain in self.rows.chains.items()]
        lines += [self._around(link) for link in self.rows.around]
        right = [box.x + box.wide for box in boxes]
        right += [x for line in lines for x, _ in line.points]
        right += [line.x + line.link.wide for line in lines if not line.left]
        return Layout(max(right) + EDGE, self.high, boxes, tuple(lines))

    def _gap(self, place: int) -> int:
        """Give every line between two rows its track, and say how far the rows must stand apart."""
        pieces = [pair for pair in self.rows.neighbours() if self.row[pair[0]] == place]
        turning = [pair for pair in pieces if self._ends(pair)[0] != self._ends(pair)[1]]
        used: list[tuple[int, int, int]] = []  # track, from, to
        for pair in sorted(turning, key=self._turn):
            begin, end = sorted(self._ends(pair))
            over = [track for track, first, last in used if first <= end + TRACK and begin - TRACK <= last]
            self.tracks[pair] = max(over, default=-1) + 1
            used.append((self.tracks[pair], begin, end))
        many = max((track + 1 for track, _, _ in used), default=0)
        above, below = (self._clear(pieces, upper=upper) for upper in (True, False))
        return above + below + max(0, many - 1) * TRACK if many else max(above, below)

    def _turn(self, pair: Piece) -> tuple[int, int]:
        """Lines that turn right: the rightmost first; those that turn left: the leftmost first."""
        out, into = self._ends(pair)
        return (0, -out) if into > out else (1, out)

    def _clear(self, pieces: Sequence[Piece], *, upper: bool) -> int:
        boxes = [pair for pair in pieces if pair[0 if upper else 1].link is None]
        tips = [pair for pair in boxes if self._upward(pair) == upper]
        return TIP if tips else CLEAR

    def _upward(self, pair: Piece) -> bool:
        link = pair[0].link or pair[1].link
        return link in self.rows.back

    def _ends(self, pair: Piece) -> tuple[int, int]:
        """Where a piece leaves the upper row, and where it reaches the lower one."""
        upper, lower = pair
        out = self.found.out[pair] if upper.link is None else self.found.x[upper]
        into = self.found.into[pair] if lower.link is None else self.found.x[lower]
        return int(out), int(into)

    def _leftmost(self, cell: Cell) -> float:
        x = self.found.x[cell]
        if cell.link is None:
            return x - self.sizes[cell.name].wide / 2
        return x - BESIDE - cell.link.wide if cell in self.found.left else x

    def _high(self, row: Sequence[Cell]) -> int:
        return max((self._tall(cell) for cell in row), default=0)

    def _tall(self, cell: Cell) -> int:
        if cell.link is None:
            around = [link.high + 2 * CLEAR for link in self.rows.around if link.start == cell.name]
            return max(self.sizes[cell.name].high, *around, 0)
        return cell.link.high if cell.words else 0

    def _box(self, name: str) -> Box:
        cell, size = Cell(name), self.sizes[name]
        x = round(self.found.x[cell] - size.wide / 2) + self.shift
        return Box(name, x, self.top[self.row[cell]], size.wide, size.high)

    def _line(self, link: Link, chain: Sequence[Cell]) -> Line:
        points: list[Point] = []
        for pair in pairwise(chain):
            points += self._piece(pair)
        words = next(cell for cell in chain if cell.words)
        left = words in self.found.left
        x = int(self.found.x[words]) + self.shift + (-BESIDE if left else BESIDE)
        whole = _straightened(points[::-1] if link in self.rows.back else points)
        spare = (self._high(self.rows.rows[self.row[words]]) - link.high) // 2
        return Line(link, whole, x, self.top[self.row[words]] + spare, left)

    def _piece(self, pair: Piece) -> list[Point]:
        upper, lower = pair
        out, into = (x + self.shift for x in self._ends(pair))
        high = self.sizes[upper.name].high if upper.link is None else self._high(self.rows.rows[self.row[upper]])
        above, below = self.top[self.row[upper]] + high, self.top[self.row[lower]]
        if out == into:
            return [(out, above), (into, below)]
        gap = self.row[upper]
        pieces = [each for each in self.rows.neighbours() if self.row[each[0]] == gap]
        floor = self.top[gap] + self._high(self.rows.rows[gap])
        y = floor + self._clear(pieces, upper=True) + self.tracks[pair] * TRACK
        return [(out, above), (out, y), (into, y), (into, below)]

    def _around(self, link: Link) -> Line:
        """A line from a box to itself stands at its right side."""
        box = self._box(link.start)
        right = box.x + box.wide
        top, bottom = box.y + box.high // 4, box.y + box.high - box.high // 4
        points = ((right, top), (right + AROUND, top), (right + AROUND, bottom), (right, bottom))
        return Line(link, points, right + AROUND + BESIDE, box.y + max(0, (box.high - link.high) // 2), left=False)


def _straightened(points: Sequence[Point]) -> tuple[Point, ...]:
    """Without points that stand on a straight line between their neighbours, or twice."""
    found: list[Point] = []
    for point in points:
        if found and point == found[-1]:
            continue
        if len(found) > 1 and any(found[-2][each] == found[-1][each] == point[each] for each in (0, 1)):
            found.pop()
        found.append(point)
    return tuple(found)
