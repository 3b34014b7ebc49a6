"""A process map as a picture: boxes with their words and figures, arrows as wide as many cases took them.

In: a map with its figures, and which queue a number opens for whom. Out: plain values for the template of the SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from backoffice.cases.picture import broken, wide
from backoffice.insight.opening import Doors
from backoffice.web.words import money
from workflows.insight.asked import Number
from workflows.insight.map_figures import Held, Standing
from workflows.insight.maps import ProcessMap
from workflows.insight.process_map import Step

from . import words
from .layers import Link
from .layout import Layout, Line, Point, laid_out
from .places import Size

BOX, MARGIN, TOP = 318, 14, 34
ROOM = BOX - MARGIN - 4  # what words may take: their width is a generous guess
TITLE, BIG, BODY, SMALL = 18, 30, 15, 14  # sizes of type
HIGH = {TITLE: 23, BIG: 36, BODY: 20, SMALL: 18}  # of a line of that type
BESIDE = 168  # what the words of a line may take
THIN, THICK = 2.0, 9.0


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look; `href` opens what they count, `label` says what that is."""

    text: str
    css: str = ""
    href: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of words."""

    css: str
    x: int
    y: int
    runs: Sequence[Run]
    end: bool = False  # it ends at x


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A step."""

    name: str
    css: str
    side: str
    x: int
    y: int
    wide: int
    high: int
    texts: Sequence[Text]


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """An arrow with its words."""

    name: str
    css: str
    path: str
    thick: str
    head: str
    texts: Sequence[Text]


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole map."""

    wide: int
    high: int
    boxes: Sequence[DrawnBox]
    lines: Sequence[DrawnLine]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of words that has no place yet."""

    size: int
    css: str
    runs: tuple[Run, ...]


def picture(shown: ProcessMap, doors: Doors) -> Picture:
    """Draw a map."""
    rows = {step.name: _box_rows(step, shown, doors) for step in shown.graph.steps}
    said = {pair: _line_rows(pair, shown) for pair in _pairs(shown)}
    sizes = tuple((name, Size(BOX, TOP + sum(HIGH[row.size] for row in own))) for name, own in rows.items())
    links = tuple(Link(*pair, _wide(own), len(own) * HIGH[BODY]) for pair, own in said.items())
    found = _laid_out(sizes, links)
    most = max((_count(pair, shown) or 0 for pair in said), default=0)
    return Picture(
        found.wide,
        found.high,
        [_box(box.name, box.x, box.y, box.high, rows[box.name], shown) for box in found.boxes],
        [_line(line, said[line.link.start, line.link.end], most, shown) for line in found.lines],
    )


@lru_cache(maxsize=64)
def _laid_out(sizes: tuple[tuple[str, Size], ...], links: tuple[Link, ...]) -> Layout:
    """The layout of boxes and lines of these sizes: the same figures are not laid out twice."""
    return laid_out(dict(sizes), links)


def _pairs(shown: ProcessMap) -> list[tuple[str, str]]:
    """The lines: all ways from one step to the same other one are one."""
    return list(dict.fromkeys((way.start, way.end) for way in shown.graph.ways if way.end))


# --- words of boxes ---------------------------------------------------------------------------------------------------


def _box_rows(step: Step, shown: ProcessMap, doors: Doors) -> list[Row]:
    standing = shown.figures.standing(step.name)
    rows = _rows(TITLE, "step", words.step_title(step)) + _rows(BODY, "who", words.who(step, shown))
    if not standing.known:
        rows += _rows(BODY, "who", words.not_shown(shown))
    elif step.role in {"begin", "end"}:
        rows += _first_or_last(standing, shown)
    elif step.role == "wait":
        rows += _counted(Run(f"{standing.resting:,}", "count"), _waits(standing, shown, "waiting"))
    else:
        rows += _turn_rows(standing, shown, doors)
    stays = [words.said(way, shown) for way in shown.graph.staying(step.name)]
    return rows + _rows(SMALL, "small", f"Without leaving: {words.joined(stays)}" if stays else "")


def _first_or_last(standing: Standing, shown: ProcessMap) -> list[Row]:
    happened = "begun" if standing.step.role == "begin" else "ended"
    rows = _counted(Run(f"{standing.came:,}", "count"), [f"{happened} in the {words.weeks(shown.weeks)}"])
    if standing.days is not None:
        rows += _rows(BODY, "plain", f"{words.days(standing.days)} working days from beginning to end, on average")
    return rows


def _turn_rows(standing: Standing, shown: ProcessMap, doors: Doors) -> list[Row]:
    title = words.step_title(standing.step)
    one = standing.held[0] if len(standing.held) == 1 else None
    rows = _counted(_opened(one.waiting if one else None, standing.waiting, "count", "", f"waiting: {title}", doors),
                    _waits(standing, shown, "waiting"))  # fmt: skip
    if one is None:
        rows += [row for held in standing.held for row in _held_row(held, title, doors)]
    rows += _rows(BODY, "late" if standing.over else "plain", words.took(standing))
    return [*rows, _risk_row(standing, one, title, doors)]


def _held_row(held: Held, title: str, doors: Doors) -> list[Row]:
    count = _opened(held.waiting, held.waiting.count, "", "", f"waiting with {held.name}: {title}", doors)
    return [Row(BODY, "plain", (count, Run(f" {held.name}")))]


def _risk_row(standing: Standing, one: Held | None, title: str, doors: Doors) -> Row:
    risk = _opened(one.at_risk if one else None, standing.at_risk, "", " at risk", f"at risk: {title}", doors)
    late = _opened(one.breached if one else None, standing.breached, "", " past target", f"past target: {title}", doors)
    shares = [
        Run(f" ({words.percent(count, standing.waiting)})" if count else "")
        for count in (standing.at_risk, standing.breached)
    ]
    css = "late" if standing.troubled and standing.over else "bold" if standing.troubled else "plain"
    return Row(BODY, css, (risk, shares[0], Run(", "), late, shares[1]))


def _opened(number: Number | None, count: int, css: str, unit: str, label: str, doors: Doors) -> Run:
    """A count, which opens what it counts where this person has a queue of it."""
    href = doors.address(number) if number is not None else ""
    text = f"{count:,}{unit}"
    return Run(text, css, href, f"{count:,} {label}" if href else "")


def _waits(standing: Standing, shown: ProcessMap, word: str) -> list[str]:
    if not standing.money:
        return [word]
    return [f"{word},", f"{money(standing.money)} {shown.flow.amount_is}"]


def _counted(count: Run, after: Sequence[str]) -> list[Row]:
    """A big number and what it counts beside it, as far as there is room."""
    beside = ROOM - int(wide(count.text, BIG)) - 8
    lines = [" ".join(after)] if wide(" ".join(after), BODY) <= beside else list(after)
    first, *rest = [*broken(lines[0], BODY, beside), *(each for line in lines[1:] for each in broken(line, BODY, ROOM))]
    return [Row(BIG, "plain", (count, Run(f" {first}"))), *(Row(BODY, "plain", (Run(each),)) for each in rest)]


def _rows(size: int, css: str, text: str) -> list[Row]:
    return [Row(size, css, (Run(each),)) for each in broken(text, size, ROOM)]


# --- words of lines ---------------------------------------------------------------------------------------------------


def _line_rows(pair: tuple[str, str], shown: ProcessMap) -> list[Row]:
    """Each verb of a line: how often, what was done, and which share of all answers that is."""
    rows = []
    for way in shown.graph.leaving(pair[0]):
        if way.end != pair[1]:
            continue
        count, share = shown.figures.passed[way.start, way.verb], words.share(way, shown)
        told = words.said(way, shown)
        if count is not None:
            told = f"{count:,} {told}{f' ({share})' if share else ''}"
        first, *rest = broken(told, BODY, BESIDE)
        number, _, after = first.partition(" ") if count is not None else ("", "", first)
        runs = (Run(number, "bold"), Run(f" {after}")) if number else (Run(after),)
        css = "plain" if count else "none"
        rows += [Row(BODY, css, runs), *(Row(BODY, css, (Run(each),)) for each in rest)]
    return rows


def _count(pair: tuple[str, str], shown: ProcessMap) -> int | None:
    """How often a line was taken, by whatever verb; None where that is not known."""
    counts = [shown.figures.passed[way.start, way.verb] for way in shown.graph.leaving(pair[0]) if way.end == pair[1]]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _wide(rows: Sequence[Row]) -> int:
    return max(int(wide("".join(run.text for run in row.runs), row.size)) for row in rows) + 2


# --- what is drawn ----------------------------------------------------------------------------------------------------


def _box(name: str, x: int, y: int, high: int, rows: Sequence[Row], shown: ProcessMap) -> DrawnBox:
    standing = shown.figures.standing(name)
    css = "over" if standing.over else "plain" if standing.known else "not"
    return DrawnBox(name, css, standing.step.side, x, y, BOX, high, _placed(rows, x + MARGIN, y + 16, end=False))


def _line(line: Line, rows: Sequence[Row], most: int, shown: ProcessMap) -> DrawnLine:
    pair = (line.link.start, line.link.end)
    count = _count(pair, shown)
    thick = THIN + (THICK - THIN) * count / most if count and most else 1.5
    head, end = _head(line.points[-2], line.points[-1], thick)
    points = [*line.points[:-1], end]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    texts = _placed(rows, line.x, line.y - 2, end=line.left)
    return DrawnLine(f"{pair[0]} {pair[1]}", "taken" if count else "none", path, f"{thick:.1f}", head, texts)


def _head(before: Point, tip: Point, thick: float) -> tuple[str, Point]:
    """The arrow's head as a polygon, and where the line ends in it."""
    half, long = round(5 + thick * 0.8), round(11 + thick)
    along = ((tip[0] > before[0]) - (tip[0] < before[0]), (tip[1] > before[1]) - (tip[1] < before[1]))
    x, y = tip[0] - along[0] * long, tip[1] - along[1] * long
    corners = ((tip[0], tip[1]), (x - along[1] * half, y - along[0] * half), (x + along[1] * half, y + along[0] * half))
    return " ".join(f"{a},{b}" for a, b in corners), (x + along[0], y + along[1])


def _placed(rows: Sequence[Row], x: int, y: int, *, end: bool) -> list[Text]:
    """The rows one below the other; `y` is the upper edge."""
    texts = []
    for row in rows:
        y += HIGH[row.size]
        texts.append(Text(row.css, x, y - row.size // 4, row.runs, end))
    return texts
