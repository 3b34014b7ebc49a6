"""The first half of a layout: which step stands in which row, and in which order. Pure; any directed graph.

The method of Sugiyama, Tagawa and Toda (1981), as graphviz and ELK have it: turn round the ways that lead back; a row
is the longest way from the beginning; a way that passes rows has a place of its own in each, and its words have a row
of their own between two rows of steps, so that no line can lead through a box or through words; then order each row so
that few lines cross (docs/adr/0021).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Link:
    """All ways from one box to another one: drawn as one line, with words of that size beside it."""

    start: str
    end: str
    wide: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """Something in a row: the box `name`, or of the line `link` its words or the place where it passes."""

    name: str
    link: Link | None = None
    words: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows from above, boxes in the even ones and words in the odd ones; and each line as its cells, from above."""

    rows: tuple[tuple[Cell, ...], ...]
    chains: dict[Link, tuple[Cell, ...]]
    back: frozenset[Link]
    around: tuple[Link, ...]  # from a box to itself

    def neighbours(self) -> list[tuple[Cell, Cell]]:
        """Every piece of a line: from a cell to one in the row below."""
        return [pair for chain in self.chains.values() for pair in pairwise(chain)]


def arranged(names: Sequence[str], links: Sequence[Link]) -> Rows:
    """Rows for boxes (the first one begins) and the lines between them."""
    around = tuple(link for link in links if link.start == link.end)
    between = [link for link in links if link.start != link.end]
    back = _back(names, between)
    layer = _layers(names, [(link.end, link.start) if link in back else (link.start, link.end) for link in between])
    chains = {link: _chain(link, layer, upward=link in back) for link in between}
    rows: list[list[Cell]] = [[] for _ in range(2 * max(layer.values()) + 1)]
    for name in names:
        rows[2 * layer[name]].append(Cell(name))
    for link, chain in chains.items():
        for row, cell in enumerate(chain[1:-1], start=2 * min(layer[link.start], layer[link.end]) + 1):
            rows[row].append(cell)
    return Rows(_ordered(rows, chains), chains, back, around)


def _back(names: Sequence[str], links: Sequence[Link]) -> frozenset[Link]:
    """The lines that close a loop, when ways are followed in the order of the declaration."""
    found, done, open_now = set(), set(), []

    def follow(name: str) -> None:
        open_now.append(name)
        for link in links:
            if link.start != name:
                continue
            if link.end in open_now:
                found.add(link)
            elif link.end not in done:
                follow(link.end)
        open_now.pop()
        done.add(name)

    for name in names:
        if name not in done:
            follow(name)
    return frozenset(found)


def _layers(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """How many steps the longest way to each box has."""
    layer = dict.fromkeys(names, 0)
    for _ in names:
        for start, end in pairs:
            layer[end] = max(layer[end], layer[start] + 1)
    return layer


def _chain(link: Link, layer: dict[str, int], *, upward: bool) -> tuple[Cell, ...]:
    """The cells of a line from above: words stand next to the box that is left, where it is decided."""
    top, bottom = (link.end, link.start) if upward else (link.start, link.end)
    count = 2 * (layer[bottom] - layer[top]) - 1
    words = count - 1 if upward else 0
    passing = [Cell(f"{link.start}>{link.end}:{place}", link, place == words) for place in range(count)]
    return (Cell(top), *passing, Cell(bottom))


def _ordered(rows: list[list[Cell]], chains: dict[Link, tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """The order with fewest crossings that sweeping down and up finds; the first one found wins."""
    above: dict[Cell, list[Cell]] = {}
    below: dict[Cell, list[Cell]] = {}
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    best = [list(row) for row in rows]
    fewest = _crossings(best, below)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        order = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for place in order:
            other = rows[place - 1] if down else rows[place + 1]
            rows[place] = _by_middle(rows[place], other, above if down else below)
        _exchange(rows, below)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return tuple(tuple(row) for row in best)


def _by_middle(row: list[Cell], other: list[Cell], joined: dict[Cell, list[Cell]]) -> list[Cell]:
    """The row ordered by where each cell's neighbours stand on average; a cell without any keeps its place."""
    at = {cell: place for place, cell in enumerate(other)}

    def middle(place: int) -> float:
        places = [at[each] for each in joined.get(row[place], [])]
        return sum(places) / len(places) if places else place * len(other) / len(row)

    return [row[place] for place in sorted(range(len(row)), key=lambda place: (middle(place), place))]


def _exchange(rows: list[list[Cell]], below: dict[Cell, list[Cell]]) -> None:
    """Exchange neighbours as long as that saves a crossing."""
    better = True
    while better:
        better = False
        for row in rows:
            for place in range(len(row) - 1):
                before = _crossings(rows, below)
                row[place], row[place + 1] = row[place + 1], row[place]
                if _crossings(rows, below) < before:
                    better = True
                else:
                    row[place], row[place + 1] = row[place + 1], row[place]


def _crossings(rows: list[list[Cell]], below: dict[Cell, list[Cell]]) -> int:
    """How many pairs of lines cross."""
    found = 0
    for upper, lower in pairwise(rows):
        at = {cell: place for place, cell in enumerate(lower)}
        ends = [[at[each] for each in below.get(cell, [])] for cell in upper]
        found += sum(
            one > other
            for place, left in enumerate(ends)
            for right in ends[place + 1 :]
            for one in left
            for other in right
        )
    return found
