"""The writers of people and their roles: no duty is asked here. Whoever calls has asked whether it may be done.

`commands` asks for a desk; a change request was decided by one (workflows.changes). Each is one transaction's part:
the caller holds the person's row.
"""

from collections.abc import Collection, Mapping
from typing import Any

from workflows.council.profile import current
from workflows.engine import outbox
from workflows.engine.errors import NotFound, Refused
from workflows.engine.records import changes, checked_name, found, insert, refuse, tell
from workflows.parties import grants
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, Service, User

from . import contacts, sessions
from .rules import administering_roles, loses_its_last, refusal_of_address, refusal_of_role, tidy_address

#: Somebody has less than they had: what they held must not be stranded (leaving.py).
LEFT = "person.left"


def enrol(actor: Actor, name: str, email: str, kind: str) -> User:
    """Record a person, without a password; Refused when the address is none, or somebody's."""
    address = tidy_address(email)
    refuse(refusal_of_address(address))
    user = User(email=address, name=checked_name("name", name, most=200), kind=kind)
    user.set_unusable_password()
    insert(user, f"Somebody is known by the address {address} already.")
    tell(f"user:{user.pk}", "user.added", actor, {"kind": kind}, {"name": user.name, "email": address})
    return user


def rename(actor: Actor, user: User, name: str) -> bool:
    """Correct a person's name; False when it is that already."""
    differing = changes(user, {"name": checked_name("name", name, most=200)})
    if differing:
        user.save(update_fields=["name"])
        tell(f"user:{user.pk}", "user.renamed", actor, {}, {"name": user.name})
    return bool(differing)


def readdress(actor: Actor, user: User, email: str) -> bool:
    """Change the address that a person signs in with; False when it is that already, Refused when it is somebody's."""
    address = tidy_address(email)
    refuse(refusal_of_address(address))
    if not changes(user, {"email": address}):
        return False
    if User.objects.filter(email=address).exclude(pk=user.pk).exists():
        raise Refused("This address is used for the portal already.", "taken")
    user.save(update_fields=["email"])
    tell(f"user:{user.pk}", "user.readdressed", actor, {}, {"email": address})
    return True


def give(actor: Actor, user: User, organisation_id: int, role: str, service_id: int | None) -> Membership:
    """Give a role, at the whole organisation or at one of its services; whoever has one is a contact there."""
    refuse(refusal_of_role(current(), role))
    organisation = found(Organisation, organisation_id)
    if service_id is not None and not Service.objects.filter(pk=service_id, organisation=organisation).exists():
        raise NotFound
    membership = Membership(user=user, organisation=organisation, service_id=service_id, role=role)
    insert(membership, f"{user.name} has this role already.")
    contacts.of_user(actor, user, organisation)
    grants.sync_user(user)
    tell(f"user:{user.pk}", "user.role_given", actor, _role_facts(membership))
    return membership


def take(actor: Actor, user: User, membership: Membership) -> None:
    """Take a role; access ends at once. The last one who administers the organisation's people stays."""
    facts = _role_facts(membership)
    membership.delete()
    keep_an_administrator(user, membership.organisation_id, membership)
    grants.sync_user(user)
    sessions.end([user.pk])
    event = tell(f"user:{user.pk}", "user.role_removed", actor, facts)
    outbox.put(LEFT, f"user:{user.pk}:{event.seq}", {"user": user.pk})


def set_access(actor: Actor, user: User, organisation_id: int, wanted: Collection[tuple[str, int | None]]) -> None:
    """Make a person's roles at a provider exactly these: what is given comes before what is taken, so that the last
    who administers can change how they do."""
    there = user.memberships.filter(organisation=organisation_id).select_related("organisation")
    held = {(each.role, each.service_id): each for each in there.order_by("pk")}
    for role, service_id in wanted:
        if (role, service_id) not in held:
            give(actor, user, organisation_id, role, service_id)
    for place, membership in held.items():
        if place not in wanted:
            take(actor, user, membership)


def keep_an_administrator(user: User, organisation_id: int, taken: Membership | None = None) -> None:
    """Refuse when nobody else of the organisation could administer its users (workflows §2).

    `taken` is a role that they have no longer; without it they lose all. The lock on the organisation makes two who
    leave at once wait for each other.
    """
    if taken is not None and taken.role not in administering_roles(current()):
        return
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    there = Membership.objects.filter(organisation=organisation_id, user__is_active=True)
    held: list[tuple[int, str, int | None]] = list(there.values_list("user_id", "role", "service_id"))
    if taken is None:
        before, after = held, [each for each in held if each[0] != user.pk]
    else:
        before, after = [*held, (user.pk, taken.role, taken.service_id)], held
    if loses_its_last(current(), (each[1:] for each in before), (each[1:] for each in after)):
        raise Refused(f"{user.name} is the last one who administers this provider's people.", "last_administrator")


def _role_facts(membership: Membership) -> Mapping[str, Any]:
    return {
        "organisation": membership.organisation_id,
        "service": membership.service_id,
        "role": membership.role,
    }
