"""Nobody is left without a lead, an administrator, or a second pair of eyes: what is asked before somebody loses one.

Each waits at a row that all who would take the same thing wait at (the team, the group of administrators), always
after the person's own row, so that of two who go at once one stays.
"""

from typing import TypeVar

from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet

from workflows.engine.errors import Refused
from workflows.parties.actor import Actor
from workflows.parties.models import Team, TeamMember, User

from .rules import leaves_nobody

ADMINISTRATOR = "administrator"
M = TypeVar("M", bound=Model)


def refuse_oneself(actor: Actor, user: User, what: str) -> None:
    """Nobody changes what they themselves may do: four eyes."""
    if actor.user_id == user.pk:
        raise Refused(f"You cannot {what}. Ask another administrator.", "oneself")


def keep_an_administrator(user: User) -> None:
    """Refuse when nobody else would administer Concord."""
    if leaves_nobody(administrators(lock=True), user.pk):
        raise Refused(f"{user.name} is the only administrator. Make somebody else one first.", "last_administrator")


def keep_leads(user: User, team_id: int | None = None) -> None:
    """Refuse when a team that this person leads (or the one named) would have nobody else who leads it."""
    led = TeamMember.objects.filter(user=user, role=TeamMember.Role.LEAD)
    if team_id is not None:
        led = led.filter(team=team_id)
    for team in hold(Team.objects.filter(pk__in=list(led.values_list("team_id", flat=True)))):
        if leaves_nobody(_leads(team), user.pk):
            raise Refused(f"{user.name} is the only lead of {team.name}. Make somebody else one first.", "last_lead")


def administrators(*, lock: bool = False) -> list[int]:
    """Who administers Concord now; with `lock` nobody else can take one away before this transaction ends."""
    if lock:
        hold(Group.objects.filter(name=ADMINISTRATOR))
    active = User.objects.filter(groups__name=ADMINISTRATOR, is_active=True)
    return list(active.order_by("used_at", "pk").values_list("pk", flat=True))


def hold(rows: QuerySet[M]) -> list[M]:
    """Lock what all wait at who would take the same thing; in one order, so that no two wait for each other."""
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def _leads(team: Team) -> list[int]:
    """Who leads a team and still works here; read once its row is held."""
    rows = TeamMember.objects.filter(team=team, role=TeamMember.Role.LEAD, user__is_active=True)
    return list(rows.values_list("user_id", flat=True))
