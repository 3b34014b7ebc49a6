"""Absences: for as long as somebody is away, their work goes to a substitute, "B for A" (design, workflows).

A person records their own, or whoever leads one of their teams does, or an administrator. One at a time, no loops,
also not across several people. Turns move when the absence begins and come back, if untouched, when it is over: by a
regular job, and at once when it begins or ends today.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from workflows.engine import moment, outbox
from workflows.engine.atomic import command
from workflows.engine.errors import Busy, Forbidden, NotFound, Refused, Stale
from workflows.engine.reactions import reacts_to
from workflows.engine.records import tell
from workflows.engine.turns import standing
from workflows.parties.actor import Actor
from workflows.parties.models import Absence, TeamMember, User
from workflows.parties.selectors import system_actor

from . import rules
from .notices import STANDS_IN

MOVED = "absence.changed"

#: Open turns whose owner is away today, each with who is there in their place (a chain has no loops: set_absence).
#: Of a chain that ends with nobody who is there the turn goes to the team: the substitute is then empty.
AWAY = """
WITH RECURSIVE absent AS (
    SELECT user_id, substitute_id FROM parties_absence
    WHERE first_day <= %(today)s AND last_day >= %(today)s AND ended_at IS NULL
), chain(absent, here, steps) AS (
    SELECT user_id, substitute_id, 1 FROM absent
    UNION ALL
    SELECT c.absent, a.substitute_id, c.steps + 1 FROM chain c JOIN absent a ON a.user_id = c.here WHERE c.steps < 50
)
SELECT t.id, c.absent, c.here FROM chain c
JOIN engine_task t ON t.owner_id = c.absent AND t.finished IS NULL
WHERE NOT EXISTS (SELECT FROM absent a WHERE a.user_id = c.here)
ORDER BY t.id
"""

#: Open turns of somebody who stands in for a person who is there again, and has done nothing with them since.
BACK = """
SELECT t.id FROM engine_task t
JOIN parties_user u ON u.id = t.standing_in_for_id AND u.is_active
JOIN parties_teammember m ON m.user_id = u.id AND m.team_id = t.team_id
WHERE t.finished IS NULL AND t.owner_id IS NOT NULL AND t.standing_in_for_id IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM parties_absence a WHERE a.user_id = u.id
      AND a.first_day <= %(today)s AND a.last_day >= %(today)s AND a.ended_at IS NULL)
  AND NOT EXISTS (
    SELECT FROM engine_event e
    WHERE e.stream = 'case:' || t.process_id AND e.actor_id = t.owner_id AND e.at > t.assigned)
ORDER BY t.id
"""


#: Who has got turns of an absence that goes on, in its own moves: one row an absence and substitute.
GOT = """
SELECT a.id, t.owner_id, count(*), (array_agg(t.process_id ORDER BY t.due_at, t.id))[1]
FROM parties_absence a
JOIN engine_task t ON t.standing_in_for_id = a.user_id AND t.finished IS NULL AND t.owner_id IS NOT NULL
WHERE a.first_day <= %(today)s AND a.last_day >= %(today)s AND a.ended_at IS NULL AND EXISTS (
    SELECT FROM engine_event e
    WHERE e.stream = 'case:' || t.process_id AND e.at = t.assigned AND e.kind LIKE '%%.stand_in')
GROUP BY 1, 2
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move of turns did; what was being changed just then is left to the next time."""

    out: int
    back: int


@command
def set_absence(*, actor: Actor, user_id: int, substitute_id: int, first_day: date, last_day: date) -> Absence:
    """Record that somebody is away from `first_day` to `last_day`, and who has their work meanwhile.

    The very same again (a double click) is the same absence. Refused with the code `days`, `substitute` or `overlap`.
    """
    people = _locked(user_id, substitute_id)
    person, substitute = people[user_id], people[substitute_id]
    _require(actor, person)
    today, words = moment.today(), {"first_day": first_day, "last_day": last_day}
    same = Absence.objects.filter(user=person, substitute=substitute, ended_at=None, **words).first()
    if same is not None:
        return same
    _refuse(rules.refusal_of_days(first_day, last_day, today), "days")
    _refuse(rules.refusal_of_substitute(person.name, substitute.name, **_about(person, substitute)), "substitute")
    others = _overlapping(first_day, last_day)
    _refuse(rules.refusal_of_overlap(user_id, substitute_id, others), "overlap")
    absence = Absence.objects.create(user=person, substitute=substitute, **words)
    facts = {"absence": absence.pk, "substitute": substitute.pk, "first_day": first_day, "last_day": last_day}
    tell(f"user:{person.pk}", "user.absence_set", actor, facts)
    if first_day <= today:
        outbox.put(MOVED, f"absence:{absence.pk}:set", {"absence": absence.pk})
    return absence


@command
def end_absence(*, actor: Actor, absence_id: int) -> Absence:
    """Take an absence back, or end one before its time; untouched turns come back at once."""
    found = Absence.objects.select_for_update(no_key=True).filter(pk=absence_id, ended_at=None).first()
    if found is None:
        raise NotFound
    _require(actor, found.user)
    found.ended_at = moment.now()
    found.save(update_fields=["ended_at"])
    tell(f"user:{found.user_id}", "user.absence_ended", actor, {"absence": found.pk})
    outbox.put(MOVED, f"absence:{found.pk}:ended", {"absence": found.pk})
    return found


def current_of(user_id: int) -> Absence | None:
    """The absence that a person is in, or the next one; None when there is none."""
    open_ones = Absence.objects.filter(user_id=user_id, ended_at=None, last_day__gte=moment.today())
    return open_ones.select_related("substitute", "user").order_by("first_day").first()


def present_and_coming(actor: Actor) -> QuerySet[Absence]:
    """The absences of today and later that concern a person: their own, of those they lead, where they stand in.

    An auditor reads all of them.
    """
    open_ones = Absence.objects.filter(ended_at=None, last_day__gte=moment.today())
    if not actor.is_staff:
        return open_ones.none()
    if "auditor" not in actor.duties:
        concerned = Q(user__in=people_of(actor)) | Q(substitute_id=actor.user_id) | Q(user_id=actor.user_id)
        open_ones = open_ones.filter(concerned)
    return open_ones.select_related("user", "substitute")


def people_of(actor: Actor) -> QuerySet[User]:
    """Whose absence somebody may record: their own and their teams' when they lead; an administrator everybody's."""
    staff = User.objects.filter(is_active=True, kind=User.Kind.STAFF)
    if not actor.is_staff:
        return staff.none()
    if "administrator" in actor.duties:
        return staff
    led = [key for key in actor.teams if actor.manages(key)]
    members = TeamMember.objects.filter(team__key__in=led).values("user_id")
    return staff.filter(Q(pk=actor.user_id) | Q(pk__in=members))


def person_of(actor: Actor, user_id: int) -> User:
    """Somebody whose absence this person may record; NotFound otherwise."""
    person = people_of(actor).filter(pk=user_id).first()
    if person is None:
        raise NotFound
    return person


def one_of(actor: Actor, absence_id: int) -> Absence:
    """An absence, ended or not, that this person may end; NotFound otherwise."""
    mine = Absence.objects.filter(user__in=people_of(actor)).select_related("user", "substitute")
    absence = mine.filter(pk=absence_id).first()
    if absence is None:
        raise NotFound
    return absence


def substitutes_for(user_id: int) -> list[User]:
    """Who may stand in for a person: active colleagues of their teams, by name."""
    teams = TeamMember.objects.filter(user_id=user_id).values("team_id")
    colleagues = User.objects.filter(is_active=True, kind=User.Kind.STAFF, teams__team_id__in=teams)
    return list(colleagues.exclude(pk=user_id).distinct().order_by("name", "pk"))


def move_turns() -> Moved:
    """Give the turns of people who are away to whoever stands in, and untouched ones back to who is there again."""
    today, system = {"today": moment.today()}, system_actor()
    out = sum(_out(system, *row) for row in _rows(AWAY, today))
    back = sum(_back(system, *row) for row in _rows(BACK, today))
    _tell_substitutes(today)
    return Moved(out, back)


@reacts_to(MOVED, name="people.move_turns")
def move_at_once(_payload: Mapping[str, Any], _key: str) -> None:
    """Move the turns of an absence that begins or ends today, without waiting for the regular job."""
    move_turns()


@command
def _tell_substitutes(today: Mapping[str, Any]) -> None:
    """Tell whoever got work by an absence, once an absence: also when the move was cut short before it was told."""
    for absence, substitute, count, case in _rows(GOT, today):
        audience = {"user": substitute}
        told = {"kind": STANDS_IN, "case": case, "figures": {"count": count}, "audience": audience}
        outbox.put("notify", f"absence:{absence}:{substitute}", told)


def _out(system: Actor, task_id: int, absent: int, substitute: int) -> bool:
    key = f"stand_in:{task_id}:{moment.now().isoformat()}"
    words = {"task_id": task_id, "absent": absent, "substitute": substitute}
    return _done(lambda: standing.stand_in(actor=system, key=key, **words))


def _back(system: Actor, task_id: int) -> bool:
    key = f"give_back:{task_id}:{moment.now().isoformat()}"
    return _done(lambda: standing.give_back(actor=system, task_id=task_id, key=key))


def _done(verb: Any) -> bool:
    """Whether it happened; what moved on meanwhile needs nothing, what is being changed waits for the next time."""
    try:
        verb()
    except (Stale, Busy):
        return False
    except Refused as refusal:
        if refusal.code not in {"moved_on", "unchanged"}:
            raise
        return False
    return True


def _rows(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _locked(*user_ids: int) -> dict[int, User]:
    """The people concerned, under the one lock of all absences: a loop may lead over people in neither command."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [rules.ABSENCES])
    found = User.objects.filter(pk__in=user_ids, kind=User.Kind.STAFF).order_by("pk").in_bulk()
    if set(found) != set(user_ids):
        raise NotFound
    return found


def _require(actor: Actor, person: User) -> None:
    """By oneself, by who leads one of the person's teams, or by an administrator."""
    if not actor.is_staff:
        raise NotFound
    keys = TeamMember.objects.filter(user=person).values_list("team__key", flat=True)
    leads = any(actor.manages(key) for key in keys)
    if not (actor.user_id == person.pk or leads or "administrator" in actor.duties):
        raise Forbidden(f"Only {person.name}, or who leads their team, can record this.")


def _refuse(reason: str | None, code: str) -> None:
    if reason is not None:
        raise Refused(reason, code)


def _about(person: User, substitute: User) -> dict[str, bool]:
    teams = TeamMember.objects.filter(user=person).values("team_id")
    shared = TeamMember.objects.filter(user=substitute, team_id__in=teams).exists()
    return {"oneself": person.pk == substitute.pk, "active": substitute.is_active, "colleague": shared}


def _overlapping(first_day: date, last_day: date) -> Iterable[tuple[int, int, date, date]]:
    rows = Absence.objects.filter(Q(ended_at=None), first_day__lte=last_day, last_day__gte=first_day)
    return [
        (user, substitute, max(first, first_day), min(last, last_day))
        for user, substitute, first, last in rows.values_list("user_id", "substitute_id", "first_day", "last_day")
    ]
