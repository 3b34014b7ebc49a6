"""Runs the groups one after the other and says on what they were run."""

import os
import platform
from collections.abc import Sequence

from bench import claims, commands, imports, insight, periods, queue, sweeping, weeks
from bench.databases import Databases, settings
from bench.table import Line, say


def run(names: Sequence[str], sizes: Sequence[int], rounds: int) -> int:
    """Measure the groups `names`; return 1 when a goal was missed."""
    say(_machine())
    databases = Databases(sizes)
    lines: list[Line] = []
    for name in (each for each in GROUPS if each in names):
        lines += GROUPS[name](databases, sizes, rounds)
    missed = [line for line in lines if line.met is False]
    say(f"\n{_load()}")
    for line in missed:
        say(f"missed: {line.series.name} at {line.size:,}: {line.ratio:.2f}, goal {line.goal}")
    say(f"{sum(line.met is True for line in lines)} goals met, {len(missed)} missed.")
    return 1 if missed else 0


def _commands(databases: Databases, sizes: Sequence[int], rounds: int) -> list[Line]:
    with databases.of(sizes[-1]):
        return commands.run(sizes[-1], rounds)


def _queue(databases: Databases, sizes: Sequence[int], rounds: int) -> list[Line]:
    return queue.run(databases, list(sizes), rounds)


def _claims(databases: Databases, sizes: Sequence[int], rounds: int) -> list[Line]:  # noqa: ARG001
    with databases.of(sizes[-1]):
        return claims.run(sizes[-1])


def _insight(databases: Databases, sizes: Sequence[int], rounds: int) -> list[Line]:
    with databases.of(sizes[-1]):
        return insight.run(sizes[-1], rounds)


def _sweep(databases: Databases, sizes: Sequence[int], rounds: int) -> list[Line]:
    with databases.of(sizes[-1]):
        return sweeping.run(sizes[-1], rounds)


def _weeks(databases: Databases, sizes: Sequence[int], rounds: int) -> list[Line]:  # noqa: ARG001
    size = max((each for each in sizes if each <= weeks.MOST_LINES), default=sizes[0])
    with databases.of(size):
        return weeks.run(size)


def _periods(databases: Databases, sizes: Sequence[int], rounds: int) -> list[Line]:  # noqa: ARG001
    size = max((each for each in sizes if each <= periods.MOST_LINES), default=sizes[0])
    with databases.of(size):
        return periods.run(size)


def _imports(databases: Databases, sizes: Sequence[int], rounds: int) -> list[Line]:  # noqa: ARG001
    size = max((each for each in sizes if each <= imports.MOST_LINES), default=sizes[0])
    with databases.of(size):
        return imports.run(size)


#: The queue is read before the others change it.
GROUPS = {
    "queue": _queue,
    "insight": _insight,
    "commands": _commands,
    "claims": _claims,
    "sweep": _sweep,
    "weeks": _weeks,
    "periods": _periods,
    "imports": _imports,
}


def _machine() -> str:
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {python}; PostgreSQL {', '.join(settings())}; {_load()}"


def _load() -> str:
    """How busy the machine is: figures from a busy one are to be read with care."""
    return "load average " + " ".join(f"{each:.1f}" for each in os.getloadavg())
