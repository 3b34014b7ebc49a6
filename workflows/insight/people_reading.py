"""Reads how the work of teams is spread over their people, scoped to who asks: a lead or manager their own teams, a
member their own line. Auditors and administrators read no other person's line by that duty: the duty is to look after
what was done and who may do it, and every case's story is open to an auditor; how people work is for who leads them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q

from workflows.engine import folding
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Absence, Team, TeamMember

from .people import Away, Held, TeamOf, absences, own, team_of


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose lines somebody reads: everybody's of some teams, and their own in others."""

    led: tuple[Team, ...]
    own: tuple[Team, ...]

    @property
    def teams(self) -> tuple[Team, ...]:
        """Those that they lead first."""
        return (*self.led, *self.own)


def may_see(actor: Actor) -> bool:
    """Whether the page is one of the managers' pages for this person: who leads or manages a team."""
    return actor.is_staff and any(actor.manages(key) for key in actor.teams)


def reach(actor: Actor) -> Reach:
    """What this person reads; NotFound for a provider, Forbidden for staff who are in no team."""
    if not actor.is_staff:
        raise NotFound
    if not actor.teams:
        raise Forbidden("This page is for people who lead a team, and for their own figures. You are in no team.")
    teams = list(Team.objects.filter(key__in=list(actor.teams)).order_by("name", "pk"))
    return Reach(
        tuple(team for team in teams if actor.manages(team.key)),
        tuple(team for team in teams if not actor.manages(team.key)),
    )


def read(actor: Actor, seen: Reach, first: date, last: date, team_id: int | None = None) -> list[TeamOf]:
    """The teams that somebody reads of; one that is not theirs is as one that does not exist."""
    teams = [team for team in seen.teams if team_id in {None, team.pk}]
    if not teams:
        raise NotFound
    ids = [team.pk for team in teams]
    members, did = _members(ids), _did(ids, first, last)
    held = _held(
        ids, {user for each in members.values() for user, _ in each} | {who for each in did.values() for who in each}
    )
    away, stood_in = absences(_absences(members, first, last), council_calendar(), first, last)
    led = {team.pk for team in seen.led}
    found = []
    for team in teams:
        of = team_of(
            team.pk, team.name, members=members.get(team.pk, []), held=held.get(team.pk, {}),
            did=did.get(team.pk, {}), away=away, stood_in=stood_in,
        )  # fmt: skip
        found.append(of if team.pk in led else own(of, actor.user_id))
    return found


def _members(teams: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    rows = TeamMember.objects.filter(team_id__in=teams, user__is_active=True)
    found: dict[int, list[tuple[int, str]]] = {}
    for team, user, name in rows.values_list("team_id", "user_id", "user__name"):
        found.setdefault(team, []).append((user, name))
    return found


def _held(teams: Sequence[int], people: Collection[int]) -> dict[int, dict[int, Held]]:
    """By team and owner; its cost follows what these people have claimed (index task_my_work)."""
    rows = Task.objects.filter(finished__isnull=True, owner_id__in=people, team_id__in=teams).order_by()
    found: dict[int, dict[int, Held]] = {}
    for team, owner, count, oldest in rows.values_list("team_id", "owner_id").annotate(Count("id"), Min("assigned")):
        found.setdefault(team, {})[owner] = Held(count, oldest)
    return found


def _did(teams: Sequence[int], first: date, last: date) -> dict[int, dict[int, dict[str, int]]]:
    found: dict[int, dict[int, dict[str, int]]] = {}
    for row in folding.persons(teams, first=first, last=last):
        own_figures = found.setdefault(row.team_id, {}).setdefault(row.person_id, {})
        own_figures[row.metric] = own_figures.get(row.metric, 0) + row.count
    return found


def _absences(members: dict[int, list[tuple[int, str]]], first: date, last: date) -> list[Away]:
    people = {user for each in members.values() for user, _ in each}
    rows = Absence.objects.filter(
        Q(user__in=people) | Q(substitute__in=people), first_day__lte=last, last_day__gte=first
    )
    return [Away(*row) for row in rows.values_list("user_id", "substitute_id", "first_day", "last_day", "ended_at")]
