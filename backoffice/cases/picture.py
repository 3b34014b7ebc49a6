"""A workflow as a picture with the path that a case has walked, and the same in words. For any flow.

Nodes and edges come from the declaration itself; columns are the steps from the beginning, edges between the same two
nodes share one line. What was walked is thick and numbered, what was not is dashed, where the case is now is filled.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice.web.words import date_words, listing, upper_first
from workflows.engine.flow import CaseFlow
from workflows.engine.nodes import VerbNode
from workflows.engine.selectors import Chapter

BOX, HIGH, GAP, LINE, EDGE = 230, 96, 250, 19, 14
STEP, BELOW = 22, 20  # the height of a heading's line, and of a line below it
ROOM = BOX - 20  # what words may take of a box
VERB, BESIDE = 15, GAP - 34 - 12  # the type of a line's words, and what they may take between two boxes
#: How wide letters are, in parts of the size of the type: generous, so that no fallback typeface runs over.
NARROW, BROAD, CAPITAL, OTHER = frozenset("iljtfr.,:;'!|()[]-1 "), frozenset("mwMW@%"), Decimal("0.75"), Decimal("0.6")


@dataclass(frozen=True, slots=True)
class Step:
    """One walk along an edge."""

    number: int
    start: str
    verb: str
    end: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands."""

    column: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A flow with one case's path; `who` says who does the work of a node."""

    flow: type[CaseFlow]
    steps: Sequence[Step]
    here: frozenset[str]
    who: Mapping[str, str]
    mapped: str = ""  # the kind of case, where this person may see how all cases of it go

    @property
    def nodes(self) -> dict[str, Any]:
        """Every node by name, in the order of the declaration."""
        return {node.name: node for node in self.flow._nodes_by_name.values()}

    @property
    def edges(self) -> dict[tuple[str, str], list[str]]:
        """The verbs that lead from one node to another."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for node in self.nodes.values():
            for edge in node._outgoing():
                found[edge.src.name, edge.dst.name].append(edge.label or "")
        return dict(found)

    def title(self, node: str) -> str:
        """What a node is called."""
        return str(getattr(self.nodes[node], "task_title", "") or upper_first(node.replace("_", " ")))

    def heading(self, node: str) -> str:
        """What stands in its box: `Amend and republish: now here`."""
        return f"{self.title(node)}: now here" if node in self.here else self.title(node)

    def taken(self, start: str, end: str) -> list[Step]:
        """The walks along one line."""
        return [step for step in self.steps if (step.start, step.end) == (start, end)]

    def told(self) -> list[str]:
        """The path walked, in sentences."""
        return [
            f"{date_words(step.at)}: {upper_first(verb_words(step.verb))} led from {self.title(step.start)}"
            f" to {self.title(step.end)}"
            for step in self.steps
        ]

    def now(self) -> str:
        """Where the case is."""
        places = [f"{self.title(each)}{self._by(each)}" for each in self.nodes if each in self.here]
        return f"Now: {listing(places)}" if places else "Now: it is closed"

    def not_taken(self) -> list[str]:
        """The ways that were not taken, in sentences."""
        found = []
        for (start, end), verbs in self.edges.items():
            walked = {step.verb for step in self.taken(start, end)}
            left = [verb_words(verb) for verb in verbs if verb not in walked]
            if left:
                found.append(f"From {self.title(start)} to {self.title(end)}: {listing(left, 'or')}")
        return found

    def svg(self) -> SafeString:
        """The picture."""
        return _Drawing(self).svg()

    def _by(self, node: str) -> str:
        return f", {self.who[node]}" if self.who.get(node) else ""


def picture(
    flow: type[CaseFlow], chapters: Iterable[Chapter], here: Iterable[str], who: Mapping[str, str], mapped: str = ""
) -> Picture:
    """Follow a story through its flow. `here`: the nodes of the open turns."""
    steps: list[Step] = []
    for chapter in chapters:
        for name in chapter.facts.get("path", []):
            node = flow._nodes_by_name.get(flow.renamed.get(name, name))
            way = node.ways.get(chapter.verb) if isinstance(node, VerbNode) else None
            if node is not None and way is not None and way.to is not None:
                steps.append(Step(len(steps) + 1, node.name, chapter.verb, way.to.name, chapter.at))
    names = {node.name for node in flow._nodes_by_name.values()}
    found = {flow.renamed.get(name, name) for name in here} & names
    if not found and steps:
        found = {steps[-1].end}
    return Picture(flow, steps, frozenset(found), who, mapped)


def broken(text: str, size: int, room: int = ROOM) -> list[str]:
    """Break words into lines that fit into a box, in type of that size; a word that is too long is broken itself."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and wide(longer, size) <= room:
            lines[-1] = longer
            continue
        rest = word
        while wide(rest, size) > room:
            fits = next(end for end in range(len(rest) - 1, 0, -1) if wide(rest[:end] + "-", size) <= room)
            lines.append(rest[:fits] + "-")
            rest = rest[fits:]
        lines.append(rest)
    return lines


def wide(text: str, size: int) -> Decimal:
    return size * sum((_em(each) for each in text), Decimal(0))


def _em(letter: str) -> Decimal:
    if letter in NARROW:
        return Decimal("0.38")
    if letter in BROAD:
        return Decimal("0.95")
    return CAPITAL if letter.isupper() else OTHER


def verb_words(verb: str) -> str:
    """`hand_over` as it is read."""
    return verb.replace("_", " ")


class _Drawing:
    """The geometry: columns by distance, lines with right angles, backward lines in lanes below all boxes."""

    def __init__(self, shown: Picture) -> None:
        self.shown = shown
        self.edges = shown.edges
        self.columns = self._columns()
        self.column = {name: column for column, names in enumerate(self.columns) for name in names}
        self.labels = {pair: self._labels(*pair) for pair in self.edges}
        self.words = {name: broken(shown.heading(name), 18) for name in shown.nodes}
        self.below = {name: broken(shown.who.get(name, ""), 15) for name in shown.nodes}
        spread = {name: sum(self._gaps(self._arrivals(name))) for name in shown.nodes}
        self.high = max(HIGH, max(max(self._tall(name), spread[name]) for name in shown.nodes) + 2 * EDGE)
        most = max((len(lines) for lines in self.labels.values()), default=0)
        self.row = self.high + max(60, most * LINE + 30)
        self.tallest = max(len(names) for names in self.columns)
        self.top = EDGE + max(0, most * LINE + 10 - (self.high - max(spread.values())) // 2)
        self.bottom = self.top + (self.tallest - 1) * self.row + self.high
        self.places = self._places()
        self.width = 2 * EDGE + len(self.columns) * BOX + (len(self.columns) - 1) * GAP
        self.height = self.bottom + EDGE

    def _tall(self, name: str) -> int:
        return len(self.words[name]) * STEP + len(self.below[name]) * BELOW

    def svg(self) -> SafeString:
        """Lines first, so that boxes stand on them."""
        lanes = 0
        lines: list[SafeString] = []
        for pair in self.edges:
            if self.places[pair[1]].column < self.places[pair[0]].column or pair[0] == pair[1]:
                lane = self.bottom + 40 + lanes * 30 + (len(self.labels[pair]) - 1) * LINE
                self.height = lane + EDGE + 6
                lanes += 1 + len(self.labels[pair])
                lines.append(self._back(pair, lane))
            elif self.places[pair[1]].column == self.places[pair[0]].column:
                lines.append(self._beside(pair))
            else:
                lines.append(self._ahead(pair))
        boxes = [self._box(name) for name in self.shown.nodes]
        return format_html(
            '<svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">{3}{4}</svg>',
            self.width,
            self.height,
            f"The workflow with the path so far. {self.shown.now()}. The same stands in words below.",
            SafeString("".join(lines)),
            SafeString("".join(boxes)),
        )

    def _columns(self) -> list[list[str]]:
        """Nodes by how many steps they are from the beginning; what nothing leads to stands last."""
        distance = {self.shown.flow.beginning().name: 0}
        waiting = list(distance)
        while waiting:
            start = waiting.pop(0)
            for source, end in self.edges:
                if source == start and end not in distance:
                    distance[end] = distance[start] + 1
                    waiting.append(end)
        last = max(distance.values()) + 1
        columns: dict[int, list[str]] = defaultdict(list)
        for name in self.shown.nodes:
            columns[distance.get(name, last)].append(name)
        ends = {node.name for node in self.shown.flow.ends()}
        return [sorted(columns[key], key=lambda name: name not in ends) for key in sorted(columns)]

    def _places(self) -> dict[str, Place]:
        found = {}
        for column, names in enumerate(self.columns):
            first = self.top + (self.tallest - len(names)) * self.row // 2
            for row, name in enumerate(names):
                found[name] = Place(column, EDGE + column * (BOX + GAP), first + row * self.row)
        return found

    def _labels(self, start: str, end: str) -> list[tuple[bool, str]]:
        """(walked, words) of each verb of a line: with the days on which it was walked."""
        walked: dict[str, list[str]] = defaultdict(list)
        for step in self.shown.taken(start, end):
            walked[step.verb].append(date_words(step.at))
        lines = [
            (True, f"{upper_first(verb_words(verb))}, {days[-1]}{f' ({len(days)} times)' if len(days) > 1 else ''}")
            for verb, days in walked.items()
        ]
        lines += [(False, upper_first(verb_words(each))) for each in self.edges[start, end] if each not in walked]
        if not self._forward((start, end)):
            return lines
        return [(taken, part) for taken, words in lines for part in broken(words, VERB, BESIDE)]

    def _ahead(self, pair: tuple[str, str]) -> SafeString:
        start, end = (self.places[name] for name in pair)
        out = self._offset(pair, [each for each in self.edges if each[0] == pair[0] and self._forward(each)])
        into = self._arrival(pair)
        x1, y1 = start.x + BOX, start.y + self.high // 2 + out
        x2, y2 = end.x, end.y + self.high // 2 + into
        # Lines of different boxes bend apart, so that each can be followed; words stand right of all of them.
        bend = x2 - GAP + 8 + 9 * min(2, self.columns[start.column].index(pair[0]))
        right = x2 - GAP + 34
        path = f"M{x1} {y1}H{x2 - 8}" if y1 == y2 else f"M{x1} {y1}H{bend}V{y2}H{x2 - 8}"
        head = f"{x2},{y2} {x2 - 11},{y2 - 6} {x2 - 11},{y2 + 6}"
        return self._line(pair, path, head, (right, y2 - 12 - (len(self.labels[pair]) - 1) * LINE), (right + 16, y2))

    def _back(self, pair: tuple[str, str], lane: int) -> SafeString:
        start, end = (self.places[name] for name in pair)
        x1, x2, y2 = start.x + BOX // 2, end.x + BOX // 2 - (40 if pair[0] == pair[1] else 0), end.y + self.high
        path = f"M{x1} {start.y + self.high}V{lane}H{x2}V{y2 + 8}"
        head = f"{x2},{y2} {x2 - 6},{y2 + 11} {x2 + 6},{y2 + 11}"
        words = (x2 + 18, lane - 16 - (len(self.labels[pair]) - 1) * LINE)
        return self._line(pair, path, head, words, (x2 + 230, lane))

    def _beside(self, pair: tuple[str, str]) -> SafeString:
        start, end = (self.places[name] for name in pair)
        down = end.y > start.y
        both = pair[::-1] in self.edges  # a way there and a way back stand apart, each with its words on its own side
        x = start.x + BOX // 2 + (0 if not both else -60 if down else 60)
        y1, y2 = (start.y + self.high, end.y) if down else (start.y, end.y + self.high)
        tip = -11 if down else 11
        head = f"{x},{y2} {x - 6},{y2 + tip} {x + 6},{y2 + tip}"
        middle = (y1 + y2) // 2
        before = both and down
        words = (x - 18 if before else x + 18, middle + 5 - (len(self.labels[pair]) - 1) * LINE // 2)
        return self._line(pair, f"M{x} {y1}V{y2 + (-8 if down else 8)}", head, words, (x, middle), before=before)

    def _forward(self, pair: tuple[str, str]) -> bool:
        return self.column[pair[1]] > self.column[pair[0]]

    def _arrivals(self, name: str) -> list[tuple[str, str]]:
        """The lines that reach a box from the left, the upper one first."""
        found = [pair for pair in self.edges if pair[1] == name and self._forward(pair)]
        return sorted(found, key=lambda pair: self.columns[self.column[pair[0]]].index(pair[0]))

    def _gaps(self, arrivals: list[tuple[str, str]]) -> list[int]:
        """How far each line stands below the one before it: its own words have room between the two."""
        return [38 + (len(self.labels[pair]) - 1) * LINE for pair in arrivals[1:]]

    def _arrival(self, pair: tuple[str, str]) -> int:
        """Where a line reaches its box, from the middle of the box."""
        arrivals = self._arrivals(pair[1])
        gaps = self._gaps(arrivals)
        return sum(gaps[: arrivals.index(pair)]) - sum(gaps) // 2

    def _offset(self, pair: tuple[str, str], together: list[tuple[str, str]]) -> int:
        """Lines that leave or reach the same side of a box stand apart, the upper ones above."""
        ordered = sorted(together, key=lambda each: (self.places[each[1]].y, self.places[each[0]].y))
        return (ordered.index(pair) * 2 - (len(ordered) - 1)) * 15

    def _line(
        self, pair: tuple[str, str], path: str, head: str, words: tuple[int, int], dot: tuple[int, int], *,
        before: bool = False,
    ) -> SafeString:  # fmt: skip
        steps = self.shown.taken(*pair)
        css = "walked" if steps else "not"
        dots = format_html_join(
            "",
            '<circle class="cc-flow__dot" cx="{0}" cy="{1}" r="11"/>'
            '<text class="cc-flow__number" x="{0}" y="{2}" text-anchor="middle">{3}</text>',
            ((dot[0] + place * 28, dot[1], dot[1] + 5, step.number) for place, step in enumerate(steps[-5:])),
        )
        said = format_html_join(
            "",
            '<text class="cc-flow__verb cc-flow__verb--{}" x="{}" y="{}" text-anchor="{}">{}</text>',
            (
                ("walked" if walked else "not", words[0], words[1] + row * LINE, "end" if before else "start", text)
                for row, (walked, text) in enumerate(self.labels[pair])
            ),
        )
        line = format_html(
            '<path class="cc-flow__line cc-flow__line--{0}" d="{1}"/>'
            '<polygon class="cc-flow__head cc-flow__head--{0}" points="{2}"/>',
            css,
            path,
            head,
        )
        return SafeString(line + dots + said)

    def _box(self, name: str) -> SafeString:
        place, shown = self.places[name], self.shown
        here = name in shown.here
        reached = here or any(name in {step.start, step.end} for step in shown.steps)
        middle, top = place.x + BOX // 2, place.y + (self.high - self._tall(name)) // 2
        steps = [("step", top + 17 + row * STEP, text) for row, text in enumerate(self.words[name])]
        below = top + len(steps) * STEP + 15
        steps += [("who", below + row * BELOW, text) for row, text in enumerate(self.below[name])]
        said = format_html_join(
            "",
            '<text class="cc-flow__{}" x="{}" y="{}" text-anchor="middle">{}</text>',
            ((css, middle, y, text) for css, y, text in steps),
        )
        return format_html(
            '<g class="cc-flow__box cc-flow__box--{}"><rect x="{}" y="{}" width="{}" height="{}"/>{}</g>',
            "now" if here else ("reached" if reached else "not"),
            place.x,
            place.y,
            BOX,
            self.high,
            said,
        )
