"""The two charts: where each line, point and bar of the SVG stands. Whole numbers; the words are in the table below."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.insight.figures import Period

WIDTH, HEIGHT = 560, 230
LEFT, RIGHT, TOP, BOTTOM = 48, 550, 24, 190
MOST_LABELS = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on a chart."""

    x: int
    y: int
    text: str
    other: bool = False  # every other one: left out on phones


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its count above it."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    label: Mark | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A horizontal line with its word."""

    y: int
    text: str


@dataclass(frozen=True, slots=True)
class ShareChart:
    """Within target: a line through its points; weeks in which nothing was completed leave a gap."""

    grid: Sequence[Grid]
    goal: int
    goal_text: str
    lines: Sequence[str]
    points: Sequence[Mark]
    weeks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class FlowChart:
    """Arrived and completed, side by side."""

    bars: Sequence[Bar]
    weeks: Sequence[Mark]


def share_chart(periods: Sequence[Period], goal: int) -> ShareChart:
    """The share within target, from a round floor below the lowest to 100 %."""
    shares = [period.share for period in periods]
    lowest = min([goal, *(share for share in shares if share is not None)])
    floor = max(0, (lowest - 1) // 20 * 20)
    places = _places(len(periods))
    points = [
        Mark(x, _height(share, floor), f"{share}") for x, share in zip(places, shares, strict=True) if share is not None
    ]
    grid = [Grid(_height(level, floor), f"{level}%") for level in range(floor, 101, _step(floor))]
    goal_y = _height(goal, floor)
    return ShareChart(grid, goal_y, f"Target {goal}%", _lines(places, shares, floor), points, _weeks(periods, places))


def flow_chart(periods: Sequence[Period]) -> FlowChart:
    """Two bars a week or day; counts stand above them while there is room."""
    most = max([1, *(period.arrived for period in periods), *(period.completed for period in periods)])
    places = _places(len(periods))
    width = max(3, min(21, (RIGHT - LEFT) // max(1, len(periods)) // 2 - 3))
    told = len(periods) <= MOST_LABELS
    bars = []
    for x, period in zip(places, periods, strict=True):
        bars.append(_bar(x - width - 1, width, period.arrived, most, "arrived", told=told))
        bars.append(_bar(x + 1, width, period.completed, most, "completed", told=told))
    return FlowChart(bars, _weeks(periods, places))


def _step(floor: int) -> int:
    """Never more than six lines, each at a round percent, the last at 100."""
    return next(step for step in (5, 10, 20, 50) if (100 - floor) % step == 0 and (100 - floor) // step <= 5)


def _places(many: int) -> list[int]:
    step = (RIGHT - LEFT) / max(1, many)
    return [round(LEFT + step * (place + 0.5)) for place in range(many)]


def _height(share: int, floor: int) -> int:
    return round(BOTTOM - (BOTTOM - TOP) * (share - floor) / (100 - floor))


def _lines(places: Sequence[int], shares: Sequence[int | None], floor: int) -> list[str]:
    """Each unbroken run of shares as the points of a polyline."""
    runs: list[list[str]] = [[]]
    for x, share in zip(places, shares, strict=True):
        if share is None:
            runs.append([])
        else:
            runs[-1].append(f"{x},{_height(share, floor)}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _bar(x: int, width: int, count: int, most: int, kind: str, *, told: bool) -> Bar:
    height = round((BOTTOM - TOP) * count / most)
    label = Mark(x + width // 2, BOTTOM - height - 5, f"{count:,}") if told else None
    return Bar(x, BOTTOM - height, width, height, kind, label)


def _weeks(periods: Sequence[Period], places: Sequence[int]) -> list[Mark]:
    every = -(-len(periods) // MOST_LABELS) or 1
    return [
        Mark(x, BOTTOM + 24, f"{period.first.day} {period.first:%b}", other=place // every % 2 == 1)
        for place, (x, period) in enumerate(zip(places, periods, strict=True))
        if place % every == 0
    ]
