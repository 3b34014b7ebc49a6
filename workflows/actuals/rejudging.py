"""Weeks that are not paid yet are worked out again when something that they were judged by has changed.

A decision on care, an authorisation that is recorded or withdrawn, and a price: what follows is written by a verb of
each week, through its own door. Nobody's entries change, so nobody's open form is refused because of it.

Who accepts a line accepts its money: what was accepted and comes to any other sum goes back to be checked (ADR 14).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet, Sum

from workflows.engine import door, outbox
from workflows.engine.arrays import any_of
from workflows.engine.errors import NotFound
from workflows.engine.models import Task
from workflows.engine.reactions import reacts_to
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.register.catalogue import RATES_CHANGED
from workflows.register.recording import LINE_CHANGED
from workflows.register.rules import Span
from workflows.register.rules import Standing as Price
from workflows.register.selectors import prices_of_lines

from . import notices, rules
from .assessing import Assessment, Before, assess
from .commands import OtherVerb, then_accepted
from .entry import Row, read
from .filling import OPEN
from .flow import ActualsFlow
from .history import before
from .models import ActualWeek, LineWeek, Standing
from .module import module
from .pricing import level_prices
from .rules import State
from .topics import PAYABLE, RAISED
from .writing import figures

DECIDED, REPRICED = "actuals.decided", "actuals.repriced"
#: Weeks that one transaction works out again after a rate has changed.
AT_ONCE = 50
#: What happens to a line that its unpaid weeks are worked out again for (register.recording.What).
MOVES = frozenset({"varied", "authorised", "authorisation_withdrawn"})


def rejudge(*, actor: Actor, case_id: int, task_id: int, lines: Collection[int], key: str) -> door.Outcome:
    """Work out again what is payable of these lines in a week: of what is neither paid nor in dispute.

    `lines` are ids of care package lines. What became of each line's money stands in the story. A line that was
    accepted for other money is to be checked again, and with it a week that was checked.
    """
    earlier = door.answered(actor, key)
    verb = str(earlier.answer.get("verb", "rejudge")) if earlier else "rejudge"
    while True:
        try:
            return then_accepted(partial(_rejudge, verb, actor, case_id, task_id, lines, key), key)
        except OtherVerb as other:
            verb = other.verb


def _rejudge(verb: str, actor: Actor, case_id: int, task_id: int, lines: Collection[int], key: str) -> door.Outcome:
    def act(turn: door.Turn) -> None:
        week = ActualWeek.objects.values_list("week", flat=True).get(pk=case_id)
        stored = list(_stored(case_id, lines))
        known = before(module(), [each.line_id for each in stored], week)
        prices = _prices(stored)
        judged = [(each, *_judged(week, each, known[each.line_id], prices[each.line_id])) for each in stored]
        again = [each for each in judged if each[0].standing == Standing.PAYABLE and _moves(each)]
        under_lock = "recheck" if again and turn.case.state == State.CHECKED else "rejudge"
        if under_lock != verb:
            raise OtherVerb(under_lock)
        turn.answer["verb"] = verb
        for _, new, _ in again:
            new["standing"] = Standing.SUBMITTED
        turn.facts["lines"] = sorted(each.pk for each in stored)
        turn.facts["money"] = _write(judged)
        _set_going(turn, week, judged)
        turn.case.amount = LineWeek.objects.filter(case=case_id).aggregate(all=Sum("payable_cost"))["all"]
        if again:
            turn.state(State.SUBMITTED)
            turn.notify(notices.MOVED, turn.desk("payments"))

    run = partial(door.run, ActualsFlow, actor=actor, verb=verb, case_id=case_id, task_id=task_id, version=None)
    return run(key=key, body={"lines": sorted(lines)}, act=act)


def _moves(judged: tuple[LineWeek, dict[str, Any], Assessment]) -> bool:
    stored, new, _ = judged
    return bool(new["payable_cost"] != stored.payable_cost)


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


def outdated(case_id: int) -> list[int]:
    """The lines of a week that are not paid and would come to other money by the rules that hold now.

    What is kept beside a line's week is what the rules made of it when it was last saved (ADR 14); a release, or
    another profile, may make something else of the very same entries.
    """
    ids = LineWeek.objects.filter(case=case_id, standing__in=OPEN).values_list("line_id", flat=True)
    stored = _stored(case_id, list(ids))
    if not stored:
        return []
    week = stored[0].week
    known, prices = before(module(), [each.line_id for each in stored], week), _prices(stored)
    judged = ((each, *_judged(week, each, known[each.line_id], prices[each.line_id])) for each in stored)
    return [each[0].line_id for each in judged if _moves(each)]


@reacts_to(DECIDED, name="actuals.rejudge")
def after_decision(payload: Mapping[str, Any], key: str) -> None:
    """A team decided about paying for longer: the weeks since then that are not paid are worked out again."""
    rejudge_line(payload["line"], date.fromisoformat(payload["since"]), f"{key}:rejudge")


@reacts_to(RAISED, name="actuals.rejudge_later")
def after_absences(payload: Mapping[str, Any], key: str) -> None:
    """An absence counts the weeks before it: where those have changed, later ones that are not paid are worked out
    again."""
    later = LineWeek.objects.filter(line__in=any_of(payload["lines"]), week__gt=date.fromisoformat(payload["week"]))
    absent = later.filter(standing__in=OPEN).exclude(causes=[])
    for case_id in list(dict.fromkeys(absent.order_by("week", "case").values_list("case_id", flat=True))):
        turn = Task.objects.filter(process=case_id, finished=None).order_by("-pk").first()
        moved = sorted(set(payload["lines"]).intersection(outdated(case_id))) if turn is not None else []
        if turn is not None and moved:
            own = f"{key}:later:{case_id}"
            rejudge(actor=system_actor(), case_id=case_id, task_id=turn.pk, lines=moved, key=own)


@reacts_to(LINE_CHANGED, name="actuals.rejudge_line")
def after_change(payload: Mapping[str, Any], key: str) -> None:
    """More was authorised (or no longer), or the line has another price."""
    if payload["what"] in MOVES:
        rejudge_line(payload["line"], None, f"{key}:rejudge")


@reacts_to(RATES_CHANGED, name="actuals.rejudge_level")
def after_rate(payload: Mapping[str, Any], key: str) -> None:
    """A service level has another rate from a day on: for all, for a provider, or for a contract."""
    _rejudge_level(payload, key)


@reacts_to(REPRICED, name="actuals.rejudge_level_on")
def go_on(payload: Mapping[str, Any], key: str) -> None:
    """The next weeks that another rate of a service level reaches."""
    _rejudge_level(payload, key)


def _rejudge_level(payload: Mapping[str, Any], key: str) -> None:
    """Work out again up to so many weeks, in one transaction; what is left follows in another."""
    level, since = payload["level"], rules.monday_of(date.fromisoformat(payload["start"]))
    priced = Q(line__service_level=level) | Q(rows__contains=[{"level": level}])
    weeks = LineWeek.objects.filter(priced, week__gte=since, standing__in=OPEN, case__gt=payload.get("after", 0))
    cases = list(weeks.order_by("case").values_list("case", flat=True).distinct()[:AT_ONCE])
    turns = dict(Task.objects.filter(process__in=cases, finished=None).order_by("pk").values_list("process", "pk"))
    for case_id, lines in _lines_with_other_prices(weeks.filter(case__in=cases)).items():
        if case_id in turns:
            own = f"{key}:{case_id}"
            rejudge(actor=system_actor(), case_id=case_id, task_id=turns[case_id], lines=lines, key=own)
    if len(cases) == AT_ONCE:
        cause = payload.get("cause", key)
        outbox.put(REPRICED, f"{cause}:{cases[-1]}", dict(payload) | {"after": cases[-1], "cause": cause})


def _lines_with_other_prices(weeks: QuerySet[LineWeek]) -> dict[int, list[int]]:
    """The lines of these weeks, by case, in which a row has another price now: prices of their own stay."""
    found: dict[int, list[int]] = {}
    stored = list(weeks.select_related("line__service", "line__contract").order_by("case", "line"))
    prices = _prices(stored)
    for each in stored:
        rows = read(each.rows)
        if repriced(rows, prices[each.line_id], _levels(each.week, each)) != rows:
            found.setdefault(each.case_id, []).append(each.line_id)
    return found


def _prices(stored: Sequence[LineWeek]) -> Mapping[int, Sequence[Price]]:
    """What a unit costs in these weeks, by line: two queries for all."""
    if not stored:
        return {}
    span = Span(min(each.week for each in stored), rules.sunday_of(max(each.week for each in stored)))
    return prices_of_lines([each.line for each in stored], span)


def repriced(rows: Sequence[Row], prices: Sequence[Price], levels: Mapping[int, Decimal]) -> tuple[Row, ...]:
    """The rows with the prices that hold on their days now.

    A row whose price changes inside its own days has none: it cannot be paid before somebody generates it anew. Rows of
    another service level have that level's (`levels`), not the line's.
    """
    return tuple(
        replace(row, price=_price(row, prices) if row.level is None else levels.get(row.level, row.price))
        for row in rows
    )


def _levels(week: date, stored: LineWeek) -> Mapping[int, Decimal]:
    """What the other service levels of a line's rows cost in its week."""
    levels = {row.level for row in read(stored.rows) if row.level is not None}
    return level_prices([stored.line], levels, week).get(stored.line_id, {})


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


def _judged(week: date, stored: LineWeek, known: Before, prices: Sequence[Price]) -> tuple[dict[str, Any], Assessment]:
    actuals = module()
    kind = rules.kind_of(actuals, stored.line.service.group, stored.line.service_level.key)
    if kind is None:
        raise NotFound
    rows = repriced(read(stored.rows), prices, _levels(week, stored))
    found = assess(actuals, kind, week, rows, replace(known, settled=stored.settled))
    return figures(rows, found), found


def _write(judged: Sequence[tuple[LineWeek, dict[str, Any], Assessment]]) -> list[list[Any]]:
    """Write the figures; what became of each line's money, where it moved: [line's week, before, after]."""
    moved, changed = [], []
    columns: set[str] = set()
    for stored, new, found in judged:
        if _moves((stored, new, found)):
            moved.append([stored.pk, str(stored.payable_cost), str(new["payable_cost"])])
        for name, value in new.items():
            setattr(stored, name, value)
        changed.append(stored)
        columns |= set(new)
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
