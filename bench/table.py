"""What the bench prints: one line a figure, with its ratio to the floor and the goal."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bench.measure import Series

HEADS = ("what", "tasks", "n", "least", "median", "p99", "ratio", "goal")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `ratio` is to the floor of its group; `goal` says what was aimed at, `met` whether it was reached."""

    series: Series
    size: int
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None

    def cells(self) -> list[str]:
        """The line as text."""
        figures = [milliseconds(each) for each in (self.series.least, self.series.median, self.series.p99)]
        ratio = f"{self.ratio:.2f}" if self.ratio is not None else "floor"
        verdict = "" if self.met is None else f" {'met' if self.met else 'MISSED'}"
        return [
            self.series.name,
            f"{self.size:,}",
            str(len(self.series.seconds)),
            *figures,
            ratio,
            f"{self.goal}{verdict}",
        ]


def against_floor(series: Sequence[Series], size: int, goals: dict[str, float] | None = None) -> list[Line]:
    """Lines of subjects measured in turns; the first one is their floor. `goals`: the most that a ratio may be."""
    floor = series[0].median
    lines = [Line(series[0], size)]
    for each in series[1:]:
        ratio, most = each.median / floor, (goals or {}).get(each.name)
        met = None if most is None else ratio <= most
        lines.append(Line(each, size, ratio, "" if most is None else f"{most:g} times", met))
    return lines


def show(title: str, lines: Sequence[Line]) -> None:
    """Print a group of lines as soon as it is measured."""
    rows = [HEADS, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    say(f"\n{title}")
    for row in rows:
        cells = [
            cell.ljust(width) if column in {0, len(HEADS) - 1} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())


def milliseconds(seconds: float) -> str:
    """A time as it is read."""
    return f"{seconds * 1000:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
