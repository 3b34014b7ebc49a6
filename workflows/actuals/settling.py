"""What becomes of lines' weeks that were disputed: written by the week's own verb, in the transaction of the decision.

The dispute says which rows hold from now on; what is payable of them is worked out as always (assessing.assess).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Sum

from workflows.engine import door
from workflows.engine.errors import NotFound, Refused
from workflows.engine.models import Case, Task
from workflows.parties.selectors import system_actor

from . import rules
from .assessing import Assessment, Before, assess
from .entry import Row
from .flow import ActualsFlow
from .history import before
from .models import ActualWeek, LineWeek, LineWeekVersion, Standing
from .module import module
from .rules import NOTHING
from .topics import PAYABLE, RAISED
from .writing import figures, write

#: A decision allows whatever is claimed above the plan; how much that was is kept with the line's week.
WHATEVER = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Settled:
    """The rows of a line's week as a dispute leaves them; `version` is the line's week that was disputed."""

    line_week: LineWeek
    version: int
    rows: tuple[Row, ...]


def lock_week(case_id: int) -> None:
    """Lock a week's case, for whoever locks a dispute next (design, architecture "lock in one order")."""
    Case.objects.select_for_update(of=("self",)).filter(pk=case_id).values_list("pk").get()


def judged(week: date, lines: Sequence[LineWeek], rows: Sequence[Sequence[Row]]) -> list[Assessment]:
    """What the council's rules make of these rows of lines' weeks, as payable by a decision: in a fixed number of
    queries. What is above the plan is allowed, because somebody decided so."""
    actuals = module()
    known = before(actuals, [each.line_id for each in lines], week)
    return [_judged(week, line, mine, known[line.line_id]) for line, mine in zip(lines, rows, strict=True)]


def settle(*, week_id: int, dispute_id: int, settled: Sequence[Settled], key: str) -> list[Assessment]:
    """Write what a decision on a dispute leaves, and make it payable. The caller has locked the week (`lock_week`) and
    decides inside the dispute's door; both happen, or neither.

    The system writes it, whoever has the week's turn; Refused when a line's week is not as it was disputed.
    """
    found: list[Assessment] = []

    def act(turn: door.Turn) -> None:
        found.extend(_write(turn, settled, dispute_id))

    task = Task.objects.filter(process=week_id, finished=None).order_by("-pk").values_list("pk", flat=True).first()
    body = {"dispute": dispute_id, "lines": [[each.line_week.pk, each.version] for each in settled]}
    run = partial(door.run, ActualsFlow, actor=system_actor(), verb="settle", case_id=week_id, task_id=task)
    run(version=None, key=key, body=body, act=act)
    return found


def _write(turn: door.Turn, settled: Sequence[Settled], dispute_id: int) -> list[Assessment]:
    week = ActualWeek.objects.values_list("week", flat=True).get(pk=turn.case.pk)
    lines = [each.line_week for each in settled]
    _refuse_what_moved(turn.case.pk, settled)
    found = judged(week, lines, [each.rows for each in settled])
    changed = [(each.line_week, Standing.PAYABLE.value, _figures(each, judgement))
               for each, judgement in zip(settled, found, strict=True)]  # fmt: skip
    write(changed, at=turn.now, by=turn.actor.user_id)
    for each, judgement in zip(settled, found, strict=True):
        LineWeek.objects.filter(pk=each.line_week.pk).update(settled=judgement.verdict.over)
    _keep(turn, [each.pk for each in lines])
    turn.facts.update({"dispute": dispute_id, "lines": sorted(each.pk for each in lines)})
    _set_going(turn, week, lines, found)
    turn.case.amount = LineWeek.objects.filter(case=turn.case.pk).aggregate(all=Sum("payable_cost"))["all"]
    return found


def _refuse_what_moved(week_id: int, settled: Sequence[Settled]) -> None:
    """A line's week is written only as it was disputed: nobody has changed it, and it is disputed still."""
    rows = LineWeek.objects.filter(case=week_id, standing=Standing.DISPUTED)
    now = dict(rows.filter(pk__in=[each.line_week.pk for each in settled]).values_list("pk", "version"))
    if any(now.get(each.line_week.pk) != each.version for each in settled):
        raise Refused("A line of the week is not as it was disputed. Look at the week again.", "moved")


def _figures(settled: Settled, found: Assessment) -> dict[str, Any]:
    """The columns of a line's week that nothing is in dispute of any more."""
    return figures(settled.rows, found) | {"at_stake": NOTHING, "disputable": False, "lacking": False}


def _keep(turn: door.Turn, lines: Sequence[int]) -> None:
    """Keep what was settled as a version of its own, so that it can be held against what was submitted."""
    rows = LineWeek.objects.filter(pk__in=lines).order_by("pk")
    LineWeekVersion.objects.bulk_create(
        LineWeekVersion(
            line_week=each,
            version=each.version,
            rows=each.rows,
            payable=each.payable,
            payable_cost=each.payable_cost,
            at=turn.now,
            by_id=turn.actor.user_id,
        )
        for each in rows
    )


def _set_going(turn: door.Turn, week: date, lines: Sequence[LineWeek], found: Sequence[Assessment]) -> None:
    """What the absences that are left set going, as when somebody saves them."""
    raised = [[line.line_id, one.what, one.cause, one.since.isoformat()]
              for line, judgement in zip(lines, found, strict=True) for one in judgement.raises]  # fmt: skip
    payload = {"case": turn.case.pk, "week": week.isoformat(), "raised": raised}
    turn.follow(PAYABLE, {"case": turn.case.pk})
    turn.follow(RAISED, payload | {"lines": sorted(each.line_id for each in lines)})


def _judged(week: date, line: LineWeek, rows: Sequence[Row], known: Before) -> Assessment:
    actuals = module()
    kind = rules.kind_of(actuals, line.line.service.group, line.line.service_level.key)
    if kind is None:
        raise NotFound
    return assess(actuals, kind, week, rows, replace(known, settled=WHATEVER))
