"""Gives the demo weeks of actuals in every state, read from `fixtures/demo/<council>/actuals.toml`.

Everything goes through the commands, at the moments at which it would have happened; what would only happen later is
not there yet. A service whose weeks were there before only gets those that are missing: what people did stays.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from workflows.council.profile import current
from workflows.engine import moment, reactions
from workflows.engine.calendar import LONDON, council_calendar
from workflows.engine.models import Outbox, Task
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Service, TeamMember, User
from workflows.parties.selectors import actor_for, system_actor
from workflows.register import commands as register
from workflows.register.imports import commands as imports
from workflows.register.models import CarePackageLine
from workflows.register.visits import Planned, plan_visits

from . import commands, deciding
from .demo_file import Authorised, Became, Demo, Fate, Place, Recorded, Saved, Visits
from .entry import Absence, FilledRow, read
from .filling import Filled
from .models import ActualWeek, CareDecision, LineWeek, Standing
from .rules import WEEK, cut_off, is_live, monday_of, sunday_of
from .topics import NOTICE, RAISED
from .visits.columns import VISITS

#: Other homes take part up to so many: a demonstration of thousands of lines must begin soon.
OTHER_HOMES = 12
FROM_HOMES = "HOME-"


@dataclass(frozen=True, slots=True)
class Stage:
    """A demonstration on the day on which it is made: its weeks count back from `due`."""

    wanted: Demo
    due: date
    now: datetime
    officer: Actor | None

    def week(self, ago: int) -> date:
        """The Monday so many weeks before the one that is due next."""
        return self.due - ago * WEEK

    def when(self, week: date, days: int, hour: int, minute: int = 0) -> datetime:
        """A moment so many days after a Monday, but never later than now."""
        return min(datetime.combine(week + timedelta(days=days), time(hour, minute), LONDON), self.now)


def seed(path: Path) -> int:
    """Open what is not there yet and let it run its course; returns how many weeks were opened."""
    if current().actuals is None or not path.exists():
        return 0
    wanted = Demo.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    now = moment.now()
    stage = Stage(wanted, due_next(now), now, _officer("payments"))
    if not ActualWeek.objects.exists():
        _plan(stage)
    return sum(_place(stage, each) for each in [*wanted.places, *_others()])


def due_next(now: datetime) -> date:
    """The first week whose cut-off has not passed; where there is none, the last whole one."""
    profile = current().actuals
    present = monday_of(now.astimezone(LONDON).date())
    before = cut_off(profile.cut_off if profile else None, present - WEEK)
    return present if before is not None and before <= now else present - WEEK


def _others() -> list[Place]:
    """The made-up homes: somebody of each records its weeks, or nobody does."""
    actuals = current().actuals
    live = [each.service_group for each in actuals.go_live] if actuals else []
    homes = Service.objects.filter(reference__startswith=FROM_HOMES, group__in=live, lines__isnull=False).distinct()
    return [Place(service=each.reference, who="", weeks=4) for each in homes.order_by("reference")[:OTHER_HOMES]]


def _plan(stage: Stage) -> None:
    """The days, suspensions and authorisations of the lines, before any week is opened."""
    system = system_actor()
    first = stage.week(max((each.weeks for each in stage.wanted.places), default=1))
    for line, visits in _visits_by_line(stage.wanted.visits).items():
        begin = max(line.start, first)
        with moment.at(stage.when(first, -3, 10)):
            plan_visits(actor=system, line_id=line.pk, version=None, start=begin, visits=visits)
    for each in stage.wanted.suspended:
        start = stage.week(each.ago)
        with moment.at(stage.when(start, -3, 11)):
            register.suspend_line(
                actor=system, line_id=_line(each.line).pk, version=None, start=start, reason=each.reason
            )
    for one in stage.wanted.authorised:
        _authorise(stage, one)


def _visits_by_line(visits: Iterable[Visits]) -> dict[CarePackageLine, list[Planned]]:
    found: dict[CarePackageLine, list[Planned]] = {}
    for each in visits:
        found.setdefault(_line(each.line), []).append(Planned(each.units, each.days, each.carers))
    return found


def _authorise(stage: Stage, wanted: Authorised) -> None:
    brokerage = _officer("brokerage")
    if brokerage is None:
        return
    start = stage.week(wanted.ago)
    with moment.at(stage.when(start, -2, 15)):
        deciding.authorise(
            actor=brokerage,
            line_id=_line(wanted.line).pk,
            start=start,
            end=sunday_of(start + (wanted.weeks - 1) * WEEK),
            units=wanted.units,
            reference=wanted.reference,
            given_by=wanted.given_by,
        )


def _place(stage: Stage, place: Place) -> int:
    """Every week of a place from the oldest to the present one; what people recorded before is not told again."""
    service = Service.objects.filter(reference=place.service).first()
    actuals = current().actuals
    if service is None or actuals is None:
        return 0
    told = ActualWeek.objects.filter(service=service, lot=place.lot).exists()
    present = monday_of(stage.now.astimezone(LONDON).date())
    opened = 0
    for ago in range(place.weeks - 1, (stage.due - present) // WEEK - 1, -1):
        week = stage.week(ago)
        there = ActualWeek.objects.filter(service=service, lot=place.lot, week=week).exists()
        if there or not is_live(actuals, service.group, week):
            continue
        case_id = _open(stage, service, place.lot, week)
        opened += 1
        if not told:
            _run(stage, place, service, case_id, ago)
    return opened


def _open(stage: Stage, service: Service, lot: str, week: date) -> int:
    """The schedule opens a week on its first day, and fills it."""
    system, key = system_actor(), f"demo:week:{service.reference}:{lot}:{week}"
    with moment.at(stage.when(week, 0, 0, 10)):
        case_id = commands.open_week(actor=system, service_id=service.pk, week=week, lot=lot, key=key).case_id
        commands.generate(actor=system, case_id=case_id, task_id=_turn(case_id), key=f"{key}:generate")
    return case_id


def _run(stage: Stage, place: Place, service: Service, case_id: int, ago: int) -> None:
    """One week: the differences that were saved, that it was sent, and what the team did with it."""
    wanted = _became(stage, place, ago)
    who = _recorder(place, service)
    key = f"demo:week:{case_id}"
    week = stage.week(ago)
    if ago > 0 and not LineWeek.objects.filter(case=case_id).exists():
        with moment.at(stage.when(week, 7, 0, 10)):
            system = system_actor()
            commands.close_empty(actor=system, case_id=case_id, task_id=_turn(case_id), key=f"{key}:empty")
        return
    if who is None or ago < 0:
        return
    _record(stage, who, case_id, ago)
    if filled := _filled(stage, case_id, ago):
        with moment.at(stage.when(week, 7, 9, 42)):
            commands.save(actor=who, case_id=case_id, task_id=_turn(case_id), filled=filled, key=f"{key}:save")
            _follow(RAISED, case_id)
            _decide(stage)
    if wanted.fate == "open":
        return
    _send(stage, who, case_id, week, key)
    _check(stage, wanted, case_id, week, key)


def _record(stage: Stage, who: Actor, case_id: int, ago: int) -> None:
    """The file of recorded visits that came in after the week, as its provider imports one."""
    week = stage.week(ago)
    lines = set(LineWeek.objects.filter(case=case_id).values_list("line__reference", flat=True))
    records = [
        record
        for each in stage.wanted.recorded
        if each.ago == ago and each.line in lines
        for record in _visits(each, week)
    ]
    if not records:
        return
    content = "\n".join(["CarePackageRef,CarerRef,PlannedStart,PlannedEnd,ActualStart,ActualEnd", *records]).encode()
    with moment.at(stage.when(week, 7, 8, 30)):
        run = imports.start(actor=who, file_name=f"visits-{week.isoformat()}.csv", content=content, kind=VISITS.name)
        imports.update_system(actor=who, run_id=run.pk)


def _visits(wanted: Recorded, week: date) -> Iterator[str]:
    for day, took in enumerate(wanted.took):
        begin = datetime.combine(week + timedelta(days=day), wanted.start)
        times = [begin, begin + timedelta(minutes=wanted.planned)]
        actual = [begin + timedelta(minutes=2), begin + timedelta(minutes=2 + took)] if took else []
        said = [f"{each:%Y-%m-%d %H:%M}" for each in (*times, *actual)]
        yield ",".join([wanted.line, wanted.carer, *said, *[""] * (4 - len(said))])


def _send(stage: Stage, who: Actor, case_id: int, week: date, key: str) -> None:
    """The provider submits; where a save is the submission, the team takes the week."""
    actuals = current().actuals
    case: dict[str, Any] = {"case_id": case_id, "task_id": _turn(case_id), "key": f"{key}:send"}
    with moment.at(stage.when(week, 7, 10, 15)):
        if actuals is None or actuals.submit_mode != "on_save":
            commands.submit(actor=who, reviewed=True, **case)
            _follow(NOTICE, case_id)
        elif stage.officer is not None:
            commands.take(actor=stage.officer, **case)


def _check(stage: Stage, wanted: Became, case_id: int, week: date, key: str) -> None:
    """What the team did: accept all, accept what is as planned, or ask about it."""
    if stage.officer is None or wanted.fate == "submitted":
        return
    day = min(council_calendar().next_open(stage.when(week, 9, 14, 20)), stage.now)
    case: dict[str, Any] = {
        "actor": stage.officer,
        "case_id": case_id,
        "task_id": _turn(case_id),
        "key": f"{key}:check",
    }
    with moment.at(day):
        if wanted.fate == "queried":
            commands.query(**case, text=wanted.text)
        elif wanted.fate == "partly":
            rows = LineWeek.objects.filter(case=case_id, standing=Standing.SUBMITTED, differs=False)
            commands.accept(**case, lines=list(rows.values_list("pk", flat=True)))
        else:
            commands.accept(**case)


def _became(stage: Stage, place: Place, ago: int) -> Became:
    named = (
        each for each in stage.wanted.weeks if (each.service, each.lot, each.ago) == (place.service, place.lot, ago)
    )
    usual: Fate = "open" if ago <= 0 else "submitted" if ago == 1 and not place.who else "accepted"
    return next(named, None) or Became(service=place.service, lot=place.lot, ago=ago, fate=usual)


def _filled(stage: Stage, case_id: int, ago: int) -> list[Filled]:
    """What the file says was saved in this week, by line."""
    rows: dict[str, list[Saved]] = {}
    for each in stage.wanted.saved:
        if each.ago == ago:
            rows.setdefault(each.line, []).append(each)
    weeks = LineWeek.objects.filter(case=case_id, line__reference__in=rows).select_related("line").order_by("pk")
    return [_line_week(each, rows[each.line.reference]) for each in weeks]


def _line_week(week: LineWeek, saved: Iterable[Saved]) -> Filled:
    stored = {each.number: each for each in read(week.rows)}
    rows = []
    for each in saved:
        planned = stored[each.row].planned if each.row else ()
        absent = tuple(Absence(one.box, one.units, one.cause, one.day, one.comment) for one in each.absent)
        rows.append(FilledRow(each.row, each.actual or planned, absent, each.comment, corrected=each.corrected or None))
    return Filled(week.pk, week.version, tuple(rows))


def _follow(topic: str, case_id: int) -> None:
    """What follows, as a worker would do it at that moment: it comes to the worker again, and is done already."""
    for row in Outbox.objects.filter(topic=topic, payload__case=case_id).order_by("pk"):
        for each in reactions.of(topic):
            each.function(row.payload, f"{row.key}:{each.name}")


def _decide(stage: Stage) -> None:
    """Record the decisions that were asked for and that the file knows the answer of."""
    for each in stage.wanted.decided:
        rows = CareDecision.objects.filter(line__reference=each.line, cause=each.cause, raised="funding_decision")
        asked = None if rows.filter(decided=True).exists() else rows.first()
        user = User.objects.filter(email=each.who).first()
        actor = actor_for(user) if user else None
        if asked is None or actor is None:
            continue
        case: dict[str, Any] = {"case_id": asked.pk, "task_id": _turn(asked.pk), "key": f"demo:decided:{asked.pk}"}
        week = monday_of(moment.today())
        decide = partial(deciding.extend, until=sunday_of(week + each.weeks * WEEK)) if each.weeks else deciding.stop
        with moment.at(min(moment.now() + timedelta(days=2, hours=3), stage.now)):
            decide(actor=actor, text=each.text, **case)


def _recorder(place: Place, service: Service) -> Actor | None:
    """Who records the weeks of a place; of a made-up home somebody who may, or nobody."""
    if place.who:
        user = User.objects.filter(email=place.who).first()
        return actor_for(user, service.organisation_id) if user else None
    roles = [role.key for role in current().roles if "actuals" in role.edit]
    found = Membership.objects.filter(organisation=service.organisation_id, role__in=roles, service=None).first()
    return actor_for(found.user, service.organisation_id) if found else None


def _officer(desk: str) -> Actor | None:
    team = current().team_for(desk, None)
    member = TeamMember.objects.filter(team__key=team, user__kind=User.Kind.STAFF).order_by("pk").first()
    return actor_for(member.user) if member else None


def _line(reference: str) -> CarePackageLine:
    return CarePackageLine.objects.get(reference=reference)


def _turn(case_id: int) -> int:
    turn: int = Task.objects.values_list("pk", flat=True).get(process=case_id, finished=None)
    return turn
