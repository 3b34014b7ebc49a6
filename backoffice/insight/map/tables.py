"""The text twin of a map: the same figures and links as tables, shown and written to CSV and XLSX."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backoffice.insight.opening import Doors
from backoffice.insight.sheets import Entry, Value
from backoffice.web.words import NOTHING, money
from workflows.insight.asked import Number
from workflows.insight.map_figures import Standing
from workflows.insight.maps import ProcessMap
from workflows.insight.process_map import Way

from . import words

STAYS = "stays here"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and whether it is of words."""

    text: str
    words: bool = False


@dataclass(frozen=True, slots=True)
class MapTable:
    """A table; the first cell of a row names it."""

    title: str
    columns: Sequence[Column]
    lines: Sequence[Sequence[Entry]]

    def cells(self) -> Iterator[list[tuple[Column, Entry]]]:
        """Each row as its cells, each with its column."""
        yield from (list(zip(self.columns, line, strict=True)) for line in self.lines)

    def plain(self) -> Iterator[list[Value]]:
        """Headings, then each row, for files."""
        yield [column.text for column in self.columns]
        yield from ([cell.value for cell in line] for line in self.lines)


def tables(shown: ProcessMap, doors: Doors) -> list[MapTable]:
    """The steps, the ways between them, and what came again."""
    return [steps(shown, doors), ways(shown), again(shown)]


def steps(shown: ProcessMap, doors: Doors) -> MapTable:
    """Every step; where several teams have it, each of them below it."""
    columns = [
        Column("Step", words=True),
        Column("Who has it", words=True),
        Column("Now"),
        Column("At risk"),
        Column("Past target"),
        Column("Median"),
        Column("9 in 10"),
        Column("Target"),
        Column("Ended in time"),
        Column(f"Turns ended, {words.weeks(shown.weeks)}"),
        Column(f"Money, {shown.flow.amount_is}"),
    ]
    lines = []
    for step in shown.graph.steps:
        standing = shown.figures.standing(step.name)
        lines.append(_step_line(standing, shown, doors))
        if len(standing.held) > 1:
            lines += _held_lines(standing, doors)
    return MapTable("The same map as a table", columns, lines)


def ways(shown: ProcessMap) -> MapTable:
    """Every way of every step, those too that do not leave it."""
    columns = [
        Column("From", words=True),
        Column("What was done", words=True),
        Column("To", words=True),
        Column("By whom", words=True),
        Column(f"Cases, {words.weeks(shown.weeks)}"),
        Column("Share of answers"),
    ]
    return MapTable("Ways between steps", columns, [_way_line(way, shown) for way in shown.graph.ways])


def again(shown: ProcessMap) -> MapTable:
    """Steps that cases came to twice or more."""
    columns = [
        Column("Step", words=True),
        Column("Cases that came twice or more"),
        Column("Of cases that ended"),
        Column("Working days more than once"),
    ]
    lines = [
        [
            _said(words.step_title(each.step)),
            _count(each.cases),
            _count(each.of),
            Entry(each.adds, words.days(each.adds)),
        ]
        for each in shown.figures.again
    ]
    return MapTable("What came again", columns, lines)


def _step_line(standing: Standing, shown: ProcessMap, doors: Doors) -> list[Entry]:
    step, title = standing.step, words.step_title(standing.step)
    names = [_said(title), _said(words.who(step, shown))]
    if not standing.known:
        return [*names[:1], _said(f"{names[1].text}. {words.not_shown(shown)}"), *[_none()] * 9]
    if step.role in {"begin", "end"}:
        happened = f"{'begun' if step.role == 'begin' else 'ended'} in the {words.weeks(shown.weeks)}"
        return [*names, *[_none()] * 7, Entry(standing.came, f"{standing.came:,}", second=happened), _none()]
    if step.role == "wait":
        return [*names, _count(standing.resting), *[_none()] * 7, _money(standing)]
    one = standing.held[0] if len(standing.held) == 1 else None
    of = standing.waiting
    counts = [
        _number(one.waiting if one else None, of, f"waiting at this step: {title}", doors),
        _number(one.at_risk if one else None, standing.at_risk, f"at risk at this step: {title}", doors, of=of),
        _number(one.breached if one else None, standing.breached, f"past target at this step: {title}", doors, of=of),
    ]
    return [*names, *counts, *_times(standing), _count(standing.ended), _money(standing)]


def _times(standing: Standing) -> list[Entry]:
    return [
        Entry(standing.median, words.days(standing.median)),
        Entry(standing.ninth, words.days(standing.ninth)),
        Entry(standing.target, words.target(standing)),
        Entry(standing.timed - standing.late if standing.timed else None,
              words.percent(standing.timed - standing.late, standing.timed),
              late=standing.over, second="over target" * standing.over),
    ]  # fmt: skip


def _held_lines(standing: Standing, doors: Doors) -> Iterator[list[Entry]]:
    title = words.step_title(standing.step)
    for held in standing.held:
        yield [
            _said(f"{title}: {held.name}"),
            _said(held.name),
            _number(held.waiting, held.waiting.count, f"waiting, {title}, {held.name}", doors),
            _number(held.at_risk, held.at_risk.count, f"at risk, {title}, {held.name}", doors),
            _number(held.breached, held.breached.count, f"past target, {title}, {held.name}", doors),
            *[_none()] * 5,
            Entry(held.money, money(held.money) if held.money else NOTHING),
        ]


def _way_line(way: Way, shown: ProcessMap) -> list[Entry]:
    graph = shown.graph
    count = shown.figures.passed.get((way.start, way.verb))
    share = words.share(way, shown)
    return [
        _said(words.step_title(graph.step(way.start))),
        _said(words.said(way, shown)),
        _said(words.step_title(graph.step(way.end)) if way.end else STAYS),
        _said(words.by_words(way)),
        _none() if count is None else _count(count),
        _said(share) if share else _none(),
    ]


def _number(number: Number | None, count: int, more: str, doors: Doors, *, of: int = 0) -> Entry:
    share = f" ({words.percent(count, of)})" if of and count else ""
    return Entry(count, f"{count:,}{share}", doors.address(number) if number is not None else "", more)


def _money(standing: Standing) -> Entry:
    return Entry(standing.money, money(standing.money) if standing.money else NOTHING)


def _said(text: str) -> Entry:
    return Entry(text, text)


def _count(count: int) -> Entry:
    return Entry(count, f"{count:,}")


def _none() -> Entry:
    return Entry(None, NOTHING)
