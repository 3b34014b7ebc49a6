"""The verbs on people: who there is, which team they are in, which role they have at a provider.

Administrators may use them all; the team of the helpline desk those on a provider's people (norfolk-handbook §6:
"The Provider Portal Helpline staff"). Passwords and passcodes are the business of sign-in: somebody created here
cannot sign in before they have been given one.
"""

from django.contrib.auth.models import Group

from workflows.engine import moment, outbox
from workflows.engine.atomic import command
from workflows.engine.duties import require_administrator
from workflows.engine.errors import NotFound, Refused
from workflows.engine.records import changes, checked_words, require_changes, tell
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Team, TeamMember, User

from . import sessions
from .locking import locked, require_helpline
from .rules import DUTIES, leaves_nobody
from .writing import LEFT, enrol, give, keep_an_administrator, rename, take

Kind = User.Kind


@command
def create_staff(*, actor: Actor, name: str, email: str) -> User:
    """Record a member of council staff, without a team and without a password."""
    require_administrator(actor)
    return enrol(actor, name, email, Kind.STAFF)


@command
def create_provider_user(
    *, actor: Actor, name: str, email: str, organisation_id: int, role: str, service_id: int | None = None
) -> User:
    """Record a person of a provider with a first role there, at the whole organisation or at one service."""
    require_helpline(actor)
    user = enrol(actor, name, email, Kind.PROVIDER)
    give(actor, user, organisation_id, role, service_id)
    return user


@command
def change_name(*, actor: Actor, user_id: int, name: str) -> User:
    """Correct a person's name."""
    user = locked(actor, user_id)
    if not rename(actor, user, name):
        raise Refused("Nothing is different from what is recorded already.", "unchanged")
    return user


@command
def deactivate(*, actor: Actor, user_id: int, reason: str) -> User:
    """End a person's access at once. Refused for oneself and for the last one who administers something."""
    user = locked(actor, user_id)
    if actor.user_id == user.pk:
        raise Refused("You cannot end your own access.", "oneself")
    words = checked_words("reason", reason, required=True)
    differing = changes(user, {"is_active": False, "suspended_at": None})
    require_changes(differing)
    for organisation_id in user.memberships.values_list("organisation_id", flat=True).distinct():
        keep_an_administrator(user, organisation_id)
    if leaves_nobody(_administrators(), user.pk):
        raise Refused(f"{user.name} is the only administrator. Make somebody else one first.", "last_administrator")
    user.save(update_fields=["is_active", "suspended_at"])
    sessions.end([user.pk])
    event = tell(f"user:{user.pk}", "user.deactivated", actor, {}, {"reason": words})
    outbox.put(LEFT, f"user:{user.pk}:{event.seq}", {"user": user.pk})
    return user


@command
def reactivate(*, actor: Actor, user_id: int, reason: str) -> User:
    """Give a person's access back, with the teams and roles that they had; suspended or ended, it is the same."""
    user = locked(actor, user_id)
    words = checked_words("reason", reason, required=True)
    differing = changes(user, {"is_active": True})
    require_changes(differing)
    user.suspended_at, user.used_at = None, moment.now()
    user.save(update_fields=["is_active", "suspended_at", "used_at"])
    tell(f"user:{user.pk}", "user.reactivated", actor, {}, {"reason": words})
    return user


@command
def add_to_team(*, actor: Actor, user_id: int, team_key: str, role: str = TeamMember.Role.MEMBER) -> TeamMember:
    """Put a member of staff into a team, or give them another role in it (member, lead, manager)."""
    user, team = _staff(actor, user_id), _team(team_key)
    if role not in TeamMember.Role.values:
        raise Refused(f"A team has no role {role}.", "team_role")
    member = TeamMember.objects.filter(user=user, team=team).first() or TeamMember(user=user, team=team)
    differing = changes(member, {"role": role})
    if member.pk is not None:
        require_changes(differing)
    member.save()
    tell(f"user:{user.pk}", "user.team_added", actor, {"team": team.key, "role": role})
    return member


@command
def remove_from_team(*, actor: Actor, user_id: int, team_key: str) -> None:
    """Take a member of staff out of a team."""
    user, team = _staff(actor, user_id), _team(team_key)
    removed, _ = TeamMember.objects.filter(user=user, team=team).delete()
    if not removed:
        raise Refused(f"{user.name} is not in {team.name}.", "not_there")
    event = tell(f"user:{user.pk}", "user.team_removed", actor, {"team": team.key})
    outbox.put(LEFT, f"user:{user.pk}:{event.seq}", {"user": user.pk})


@command
def give_duty(*, actor: Actor, user_id: int, duty: str) -> None:
    """Make a member of staff an administrator or an auditor."""
    user, group = _staff(actor, user_id), _duty(duty)
    if user.groups.filter(pk=group.pk).exists():
        raise Refused(f"{user.name} is an {duty} already.", "unchanged")
    user.groups.add(group)
    tell(f"user:{user.pk}", "user.duty_given", actor, {"duty": duty})


@command
def remove_duty(*, actor: Actor, user_id: int, duty: str) -> None:
    """Take a duty from a member of staff; the last administrator stays one."""
    user, group = _staff(actor, user_id), _duty(duty)
    if not user.groups.filter(pk=group.pk).exists():
        raise Refused(f"{user.name} is no {duty}.", "not_there")
    if duty == "administrator" and leaves_nobody(_administrators(), user.pk):
        raise Refused(f"{user.name} is the only administrator. Make somebody else one first.", "last_administrator")
    user.groups.remove(group)
    sessions.end([user.pk])
    tell(f"user:{user.pk}", "user.duty_removed", actor, {"duty": duty})


@command
def give_role(
    *, actor: Actor, user_id: int, organisation_id: int, role: str, service_id: int | None = None
) -> Membership:
    """Give a provider's person a role, at the whole organisation or at one of its services."""
    user = locked(actor, user_id)
    if user.kind != Kind.PROVIDER:
        raise Refused("Only people of a provider have a role there.", "staff")
    return give(actor, user, organisation_id, role, service_id)


@command
def remove_role(*, actor: Actor, user_id: int, membership_id: int) -> None:
    """Take a role from a provider's person; access ends at once. The last one who administers users stays."""
    user = locked(actor, user_id)
    membership = user.memberships.filter(pk=membership_id).first()
    if membership is None:
        raise NotFound
    take(actor, user, membership)


def _administrators() -> list[int]:
    admins = User.objects.filter(groups__name="administrator", is_active=True)
    return list(admins.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def _staff(actor: Actor, user_id: int) -> User:
    user = locked(actor, user_id)
    if user.kind != Kind.STAFF:
        raise Refused("Only council staff can be in a team or have a duty.", "provider")
    return user


def _team(key: str) -> Team:
    team = Team.objects.filter(key=key).first()
    if team is None:
        raise NotFound
    return team


def _duty(name: str) -> Group:
    if name not in DUTIES:
        raise NotFound
    group, _ = Group.objects.get_or_create(name=name)
    return group
