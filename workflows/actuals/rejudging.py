"""Weeks that are not paid yet are worked out again when something that they were judged by has changed.

A decision on care, an authorisation that is recorded or withdrawn, and a line's price: what follows is written by a
verb of each week, through its own door. Nobody's entries change, so nobody's open form is refused because of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Sum

from workflows.engine import door
from workflows.engine.errors import NotFound
from workflows.engine.models import Task
from workflows.engine.reactions import reacts_to
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.register.recording import LINE_CHANGED
from workflows.register.rules import Standing as Price
from workflows.register.selectors import prices_of

from . import rules
from .assessing import Assessment, Before, assess
from .entry import Row, read
from .filling import OPEN
from .flow import ActualsFlow
from .history import before
from .models import ActualWeek, LineWeek
from .module import module
from .topics import PAYABLE, RAISED
from .writing import figures

DECIDED = "actuals.decided"
#: What happens to a line that its unpaid weeks are worked out again for (register.recording.What).
MOVES = frozenset({"varied", "authorised", "authorisation_withdrawn"})


def rejudge(*, actor: Actor, case_id: int, task_id: int, lines: Collection[int], key: str) -> door.Outcome:
    """Work out again what is payable of these lines in a week: of what is neither paid nor in dispute.

    `lines` are ids of care package lines. What became of each line's money stands in the story.
    """

    def act(turn: door.Turn) -> None:
        week = ActualWeek.objects.values_list("week", flat=True).get(pk=case_id)
        stored = list(_stored(case_id, lines))
        known = before(module(), [each.line_id for each in stored], week)
        judged = [(each, *_judged(week, each, known[each.line_id])) for each in stored]
        turn.facts["lines"] = sorted(each.pk for each in stored)
        turn.facts["moved"] = _write(judged)
        _set_going(turn, week, judged)
        turn.case.amount = LineWeek.objects.filter(case=case_id).aggregate(all=Sum("payable_cost"))["all"]

    run = partial(door.run, ActualsFlow, actor=actor, verb="rejudge", case_id=case_id, task_id=task_id, version=None)
    return run(key=key, body={"lines": sorted(lines)}, act=act)


def rejudge_line(line_id: int, since: date | None, key: str) -> int:
    """Work out again the weeks of a line that are not paid, from a Monday on (None: all); returns how many."""
    weeks = LineWeek.objects.filter(line=line_id, standing__in=OPEN).order_by("week")
    if since is not None:
        weeks = weeks.filter(week__gte=since)
    done = 0
    for case_id in weeks.values_list("case_id", flat=True):
        turn = Task.objects.filter(process=case_id, finished=None).order_by("-pk").first()
        if turn is not None:
            own = f"{key}:{case_id}"
            rejudge(actor=system_actor(), case_id=case_id, task_id=turn.pk, lines=[line_id], key=own)
            done += 1
    return done


@reacts_to(DECIDED, name="actuals.rejudge")
def after_decision(payload: Mapping[str, Any], key: str) -> None:
    """A team decided about paying for longer: the weeks since then that are not paid are worked out again."""
    rejudge_line(payload["line"], date.fromisoformat(payload["since"]), f"{key}:rejudge")


@reacts_to(LINE_CHANGED, name="actuals.rejudge_line")
def after_change(payload: Mapping[str, Any], key: str) -> None:
    """More was authorised (or no longer), or the line has another price."""
    if payload["what"] in MOVES:
        rejudge_line(payload["line"], None, f"{key}:rejudge")


def repriced(rows: Sequence[Row], prices: Sequence[Price]) -> tuple[Row, ...]:
    """The rows with the prices that hold on their days now.

    A row whose price changes inside its own days has none: it cannot be paid before somebody generates it anew. Rows of
    another service level keep theirs, which is not the line's.
    """
    return tuple(row if row.level is not None else replace(row, price=_price(row, prices)) for row in rows)


def _price(row: Row, prices: Sequence[Price]) -> Decimal | None:
    held = {
        next((each.amount for each in prices if each.span.covers(day)), None)
        for day in rules.days_of(rules.monday_of(row.first))
        if row.first <= day <= row.last
    }
    if row.added:  # it has the days of the whole week, and the last price of the line in it
        return next((each.amount for each in prices if each.span.covers(row.last)), row.price)
    return held.pop() if len(held) == 1 else None


def _stored(case_id: int, lines: Collection[int]) -> Sequence[LineWeek]:
    rows = LineWeek.objects.filter(case=case_id, line__in=lines, standing__in=OPEN).order_by("pk")
    return list(rows.select_related("line__service", "line__service_level", "line__contract"))


def _judged(week: date, stored: LineWeek, known: Before) -> tuple[dict[str, Any], Assessment]:
    actuals = module()
    kind = rules.kind_of(actuals, stored.line.service.group, stored.line.service_level.key)
    if kind is None:
        raise NotFound
    rows = repriced(read(stored.rows), prices_of(stored.line))
    found = assess(actuals, kind, week, rows, replace(known, settled=stored.settled))
    return figures(rows, found), found


def _write(judged: Sequence[tuple[LineWeek, dict[str, Any], Assessment]]) -> list[list[Any]]:
    """Write the figures; what became of each line's money, where it moved: [line's week, before, after]."""
    moved, changed = [], []
    columns: set[str] = set()
    for stored, new, _ in judged:
        if new["payable_cost"] != stored.payable_cost:
            moved.append([stored.pk, str(stored.payable_cost), str(new["payable_cost"])])
        for name, value in new.items():
            setattr(stored, name, value)
        columns |= set(new)
        changed.append(stored)
    if changed:
        LineWeek.objects.bulk_update(changed, sorted(columns))
    return moved


def _set_going(turn: door.Turn, week: date, judged: Sequence[tuple[LineWeek, dict[str, Any], Assessment]]) -> None:
    """What the absences set going now: the end of a longer payment is asked about before it comes."""
    raised = [[stored.line_id, one.what, one.cause, one.since.isoformat()]
              for stored, _, found in judged for one in found.raises]  # fmt: skip
    payload = {"case": turn.case.pk, "week": week.isoformat(), "raised": raised}
    turn.follow(PAYABLE, {"case": turn.case.pk})
    turn.follow(RAISED, payload | {"lines": sorted(stored.line_id for stored, _, _ in judged)})
