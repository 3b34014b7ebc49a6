"""The verbs on people: who there is, which team they are in, which role they have at a provider.

Administrators may use them all; the team of the helpline desk those on a provider's people (norfolk-handbook §6:
"The Provider Portal Helpline staff"). Passwords and passcodes are the business of sign-in: somebody created here
cannot sign in before they have been given one. A `reason` is kept with the event, as erasable words.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.models import Group

from workflows.engine import moment, outbox
from workflows.engine.atomic import command
from workflows.engine.duties import require_administrator
from workflows.engine.errors import NotFound, Refused
from workflows.engine.models import Event
from workflows.engine.records import changes, checked_words, refuse, require_changes, tell
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Team, TeamMember, User

from . import first_access, reach, sessions, standing, writing
from .locking import locked, require_helpline
from .rules import DUTIES, refusal_of_unseen
from .writing import LEFT, enrol, give, keep_an_administrator, rename, take

Kind = User.Kind
Lead = TeamMember.Role.LEAD


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
def invite_staff(*, actor: Actor, name: str, email: str, team_key: str, role: str, reason: str) -> User:
    """Record a member of staff in a team, and mail them a way in."""
    user = create_staff(actor=actor, name=name, email=email)
    add_to_team(actor=actor, user_id=user.pk, team_key=team_key, role=role, reason=reason)
    first_access.invite(actor, user)
    return user


@command
def invite_again(*, actor: Actor, user_id: int) -> User:
    """Send a new invitation to somebody who has not signed in yet; the link of the one before works no more."""
    user = locked(actor, user_id)
    if not user.is_active:
        raise Refused(f"{user.name} has no access. Give it back first.", "no_access")
    first_access.refuse_if_begun(user)
    first_access.invite(actor, user)
    return user


@command
def deactivate(*, actor: Actor, user_id: int, reason: str) -> User:
    """End a person's access at once. Refused for oneself and for the last one who leads or administers something."""
    user = locked(actor, user_id)
    standing.refuse_oneself(actor, user, "end your own access")
    words = checked_words("reason", reason, required=True)
    differing = changes(user, {"is_active": False, "suspended_at": None})
    require_changes(differing)
    _shut_out(actor, user, "user.deactivated", {}, words)
    return user


@command
def suspend(*, actor: Actor, user_id: int, reason: str) -> User:
    """Shut a person out for a time, with what `deactivate` refuses; `reactivate` lets them in again."""
    user = locked(actor, user_id)
    standing.refuse_oneself(actor, user, "suspend your own access")
    words = checked_words("reason", reason, required=True)
    if not user.is_active:
        raise Refused(f"{user.name} has no access.", "unchanged")
    changes(user, {"is_active": False, "suspended_at": moment.now()})
    _shut_out(actor, user, "user.suspended", {"unused_days": None}, words)
    return user


def _shut_out(actor: Actor, user: User, kind: str, facts: Mapping[str, Any], words: str) -> None:
    """Save a person who may not sign in any more: their sessions are over, and what they had claimed goes back."""
    for organisation_id in user.memberships.values_list("organisation_id", flat=True).distinct().order_by():
        keep_an_administrator(user, organisation_id)
    standing.keep_leads(user)
    if user.kind == Kind.STAFF:
        standing.keep_an_administrator(user)
    user.save(update_fields=["is_active", "suspended_at"])
    sessions.end([user.pk])
    _left(user, tell(f"user:{user.pk}", kind, actor, facts, {"reason": words}))


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
def add_to_team(
    *, actor: Actor, user_id: int, team_key: str, role: str = TeamMember.Role.MEMBER, reason: str = ""
) -> TeamMember:
    """Put a member of staff into a team, or give them another role in it (member, lead, manager); a lead stays."""
    user, team = _staff(actor, user_id, "change your own teams"), _team(team_key)
    if role not in TeamMember.Role.values:
        raise Refused(f"A team has no role {role}.", "team_role")
    if role != Lead:
        standing.keep_leads(user, team.pk)
    member = TeamMember.objects.filter(user=user, team=team).first() or TeamMember(user=user, team=team)
    differing = changes(member, {"role": role})
    if member.pk is not None:
        require_changes(differing)
    member.save()
    tell(f"user:{user.pk}", "user.team_added", actor, {"team": team.key, "role": role}, _why(reason))
    return member


@command
def remove_from_team(*, actor: Actor, user_id: int, team_key: str, reason: str = "") -> None:
    """Take a member of staff out of a team; its last lead stays, and what they had claimed there goes back to it."""
    user, team = _staff(actor, user_id, "change your own teams"), _team(team_key)
    standing.keep_leads(user, team.pk)
    removed, _ = TeamMember.objects.filter(user=user, team=team).delete()
    if not removed:
        raise Refused(f"{user.name} is not in {team.name}.", "not_there")
    _left(user, tell(f"user:{user.pk}", "user.team_removed", actor, {"team": team.key}, _why(reason)))


@command
def give_duty(*, actor: Actor, user_id: int, duty: str, reason: str = "") -> None:
    """Make a member of staff an administrator or an auditor."""
    user, group = _staff(actor, user_id, "change your own duties"), _duty(duty)
    if user.groups.filter(pk=group.pk).exists():
        raise Refused(f"{user.name} is an {duty} already.", "unchanged")
    user.groups.add(group)
    tell(f"user:{user.pk}", "user.duty_given", actor, {"duty": duty}, _why(reason))


@command
def remove_duty(*, actor: Actor, user_id: int, duty: str, reason: str = "") -> None:
    """Take a duty from a member of staff; the last administrator stays one."""
    user, group = _staff(actor, user_id, "change your own duties"), _duty(duty)
    if not user.groups.filter(pk=group.pk).exists():
        raise Refused(f"{user.name} is no {duty}.", "not_there")
    if duty == standing.ADMINISTRATOR:
        standing.keep_an_administrator(user)
    user.groups.remove(group)
    sessions.end([user.pk])
    tell(f"user:{user.pk}", "user.duty_removed", actor, {"duty": duty}, _why(reason))


@command
def set_duties(*, actor: Actor, user_id: int, duties: Collection[str], reason: str) -> bool:
    """Make somebody's duties exactly these, for one reason; Refused when they are these already."""
    words = checked_words("reason", reason, required=True)
    user = _staff(actor, user_id, "change your own duties")
    held = set(user.groups.filter(name__in=DUTIES).values_list("name", flat=True))
    require_changes(dict.fromkeys(held ^ set(duties), 1))
    for duty in sorted(set(duties) - held):
        give_duty(actor=actor, user_id=user_id, duty=duty, reason=words)
    for duty in sorted(held - set(duties)):
        remove_duty(actor=actor, user_id=user_id, duty=duty, reason=words)
    return True


@command
def set_access(
    *, actor: Actor, user_id: int, organisation_id: int, access: str, seen: str, reason: str
) -> dict[str, list[str]]:
    """Make a person's roles at a provider those of `access` (reach.py); Refused when they are not as `seen` any more.

    It holds from the person's next request on. Empty ends their access there, and there alone.
    """
    user = locked(actor, user_id)
    if user.kind != Kind.PROVIDER:
        raise Refused("Only people of a provider have a role there.", "staff")
    words = checked_words("reason", reason, required=True)
    held = reach.written(user.memberships.filter(organisation=organisation_id).values_list("role", "service_id"))
    refuse(refusal_of_unseen(held, seen))
    require_changes({"access": 1} if held != access else {})
    writing.set_access(actor, user, organisation_id, reach.places(access))
    tell(f"user:{user.pk}", "user.access_set", actor,
         {"organisation": organisation_id, "changes": {"access": [held, access]}}, {"reason": words})  # fmt: skip
    return {"access": [held, access]}


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


def _staff(actor: Actor, user_id: int, what: str) -> User:
    """Lock a member of staff who is to have, or to lose, something: never by themselves."""
    user = locked(actor, user_id)
    standing.refuse_oneself(actor, user, what)
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


def _left(user: User, event: Event) -> None:
    """Somebody has less than they had: nothing that they held is stranded (leaving.py)."""
    outbox.put(LEFT, f"user:{user.pk}:{event.seq}", {"user": user.pk})


def _why(reason: str) -> dict[str, str]:
    """The reason as words of an event; none where nobody asked for one."""
    words = checked_words("reason", reason)
    return {"reason": words} if words else {}
