"""How one provider does, in words and tables: the same for the council's page and for the provider's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.engine import registry
from workflows.insight import ball, meanings
from workflows.insight import performance as figures
from workflows.insight.asked import Asked
from workflows.insight.performance import Performance, Step, Waits

from . import sides
from .pieces import Fact
from .tables import Cell, ListTable
from .words import NOTHING, date_range, plural, upper_first


@dataclass(frozen=True, slots=True)
class Links:
    """Where what is counted stands: turns of a step ("" or "breached" of them), stretches of a kind of case."""

    turns: Callable[[Step, str], str] = lambda _step, _view: ""
    stretches: Callable[[str], str] = lambda _kind: ""


@dataclass(frozen=True, slots=True)
class Answers:
    """A step with the addresses of what it counts."""

    step: Step
    waiting: str
    late: str


class Steps(ListTable):
    """The provider's own answers, and what waits for them."""

    step = Cell("Answer", lambda row: _name(row.step), second=lambda row: kind_words(row.step.kind), name=True)
    answered = Cell("Answered", lambda row: f"{row.step.answered:,}", number=True)
    within = Cell("Within target", lambda row: percent(row.step.share), number=True)
    median = Cell("Median", lambda row: _days(row.step.median), number=True)
    ninth = Cell("9 in 10", lambda row: _days(row.step.ninth), number=True)
    waiting = Cell(
        "Waiting now",
        lambda row: f"{row.step.waiting:,}",
        link=lambda row: row.waiting,
        more=lambda row: f"waiting, {_name(row.step)}",
        number=True,
    )
    late = Cell(
        "Past target",
        lambda row: f"{row.step.breached:,}",
        link=lambda row: row.late,
        more=lambda row: f"past target, {_name(row.step)}",
        late=lambda row: row.step.breached,
        number=True,
    )

    class Meta(ListTable.Meta):
        caption = "Answers, by step"
        empty = "Nothing was answered on the days shown, and nothing waits."


class WithCouncil(ListTable):
    """What waits at the council in this provider's cases."""

    kind = Cell("Kind of case", lambda row: kind_words(row.kind), name=True)
    open = Cell("Open now", lambda row: f"{row.open:,}", number=True)
    late = Cell("Past target", lambda row: f"{row.breached:,}", late=lambda row: row.breached, number=True)

    class Meta(ListTable.Meta):
        caption = "With the council now"
        empty = "Nothing waits at the council."


class Held(ListTable):
    """Who had the ball, by process; every column adds up to the last line."""

    name = Cell("Process", lambda row: row["name"], name=True)
    days = Cell("Working days", lambda row: row["days"], number=True)
    council = Cell("Council", lambda row: row["sides"][0], number=True)
    provider = Cell("Provider", lambda row: row["sides"][1], number=True)
    neither = Cell("Neither", lambda row: row["sides"][2], number=True)
    times = Cell(
        "Times",
        lambda row: f"{row['times']:,}",
        link=lambda row: row["href"],
        more=lambda row: f"times, {row['name']}",
        number=True,
    )

    class Meta(ListTable.Meta):
        caption = "Who had the ball, by process"
        empty = "Nothing was handed on or ended on the days shown."


def context(found: Performance, asked: Asked, *, own: bool, links: Links | None = None) -> dict[str, Any]:
    """What the page shows. `own`: the provider itself reads it."""
    to = links or Links()
    rows = figures.rows(found, {kind: kind_words(kind) for kind in registry.kinds()})
    whole = ball.together(rows, "Together")
    names = ("Council", "You" if own else "Provider", "Neither")
    return {
        "facts": _facts(found, own=own),
        "steps": Steps([Answers(step, to.turns(step, ""), to.turns(step, "breached")) for step in found.steps]),
        "council": WithCouncil(found.council),
        "held": Held(_held([*rows, whole] if rows else [], to)),
        "bar": sides.bar(whole.by_side, names),
        "time": date_range(asked.first, asked.last),
        "asked": asked,
        "meanings": [
            each for each in (*meanings.of(meanings.PERFORMANCE), *meanings.of(meanings.BALL))
            if each.name not in {"Other teams", "Open now"}
        ],
    }  # fmt: skip


def kind_words(kind: str) -> str:
    """What a kind of case is called: the first line of its declaration."""
    return str(registry.latest(kind).__doc__).strip().partition("\n")[0].rstrip(".")


def step_words(kind: str, node: str) -> str:
    """What a step is called: the title of its turns; a node that is gone keeps its name."""
    found = registry.latest(kind).instance.node(node, no_obsolete=True)
    return upper_first(getattr(found, "task_title", node.replace("_", " ")))


def _name(step: Step) -> str:
    return step_words(step.kind, step.node)


def percent(share: int | None) -> str:
    """`91%`."""
    return NOTHING if share is None else f"{share}%"


def _facts(found: Performance, *, own: bool) -> list[Fact]:
    all_of: Step = found.answered
    council: Waits = found.with_council()
    you = "you" if own else "the provider"
    return [
        Fact("Within target", percent(all_of.share), f"{all_of.in_time:,} of {all_of.timed:,} that had a due time"),
        Fact("Answered", f"{all_of.answered:,}", "on the days shown"),
        Fact(f"With {you} now", f"{all_of.waiting:,}", f"{plural(all_of.breached, 'is', 'are')} past target"),
        Fact("With the council now", f"{council.open:,}", f"{plural(council.breached, 'is', 'are')} past target"),
    ]


def _held(rows: Sequence[ball.Row], to: Links) -> list[dict[str, Any]]:
    """The rows with the whole as the last one, in tenths of days that add up to it."""
    if not rows:
        return []
    *each, whole = rows
    days = ball.column([row.minutes for row in each], sides.day())
    of_sides = ball.column(whole.by_side, sides.day())
    by_side = [ball.apportioned([row.by_side[i] for row in each], of_sides[i]) for i in range(len(ball.SIDES))]
    shown = [(row, days[i], [column[i] for column in by_side]) for i, row in enumerate(each)]
    return [
        {
            "name": row.name,
            "times": row.times,
            "days": sides.days(tenths),
            "sides": [sides.days(one) for one in parts],
            "href": to.stretches(row.of.kind) if row.of and row.times else "",
        }
        for row, tenths, parts in [*shown, (whole, sum(days), of_sides)]
    ]


def _days(days: Any) -> str:
    return NOTHING if days is None else f"{days:f}"
