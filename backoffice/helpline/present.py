"""A person's state and story in the helpline's words."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.urls import reverse

from backoffice.web.pieces import Entry, Row, Tag
from backoffice.web.words import listing, moment, plural
from workflows.council.profile import current
from workflows.engine.errors import NotFound
from workflows.engine.events import facts_of
from workflows.engine.models import Event
from workflows.parties import selectors as parties
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.people import authenticators, reach, roll
from workflows.people import helpline as desk
from workflows.people.first_access import is_invited
from workflows.people.rules import months_later

ACTS = {
    "password": "A new password was given by telephone",
    "password_link": "A link for a new password was sent",
    "passcode_link": "A link for a new {passcode} was sent",
    "passcode": "The {passcode} was taken away",
    "authenticator": "The authenticator app was taken away",
    "unlock": "The lock was lifted",
    "reinstate": "Access was given back",
}
TOLD = {
    "user.added": "Recorded as somebody who may sign in",
    "user.help_asked": "Asked to be telephoned",
    "user.link_sent": "A link was mailed",
    "user.password_changed": "The password was changed",
    "user.passcode_changed": "The {passcode} was changed",
    "user.authenticator_changed": "The authenticator app was added or taken away",
    "user.password_issued": "A first password was given",
    "user.suspended": "Access was suspended",
    "user.invited": "An invitation was mailed",
    "user.team_added": "Put into a team",
    "user.team_removed": "Taken out of a team",
    "user.duty_given": "Given a duty",
    "user.duty_removed": "A duty was taken away",
    "user.access_set": "Role and reach were changed",
    "user.deactivated": "Access was ended",
    "user.reactivated": "Access was given back",
    "user.policies_accepted": "Accepted the council's texts",
    "user.helped": "",
}


def with_places(people: Sequence[User]) -> list[User]:
    """These people with `places`: where each one is, in three queries."""
    names = {role.key: role.name for role in current().roles}
    places: dict[int, list[str]] = {}
    sides = {person.kind for person in people}
    for each in parties.memberships_of(people) if User.Kind.PROVIDER in sides else ():
        at = f"{each.service.name}, {each.organisation.name}" if each.service else each.organisation.name
        places.setdefault(each.user_id, []).append(f"{at} ({names.get(each.role, each.role)})")
    for member in parties.teams_of(people) if User.Kind.STAFF in sides else ():
        places.setdefault(member.user_id, []).append(f"{member.team.name} ({member.get_role_display().lower()})")
    for user_id, duty in parties.duties_of(people) if User.Kind.STAFF in sides else ():
        places.setdefault(user_id, []).append(duty.capitalize())
    for person in people:
        person.places = "; ".join(places.get(person.pk, [])) or "Nowhere"  # type: ignore[attr-defined]
    return list(people)


def with_states(people: Sequence[User], locked: Collection[int]) -> list[User]:
    """These people with `state`: in a tag whether they can sign in."""
    for person in people:
        person.state = tag_of(person, locked=person.pk in locked)  # type: ignore[attr-defined]
    return list(people)


def tag_of(user: User, *, locked: bool) -> Tag:
    """The same for one."""
    if user.suspended_at:
        return Tag("Suspended", "yellow")
    if not user.is_active:
        return Tag("Ended")
    if locked:
        return Tag("Locked", "red")
    return Tag("Invited", "blue") if is_invited(user) else Tag("Active", "green")


def helped(actor: Actor, user_id: int, kind: str) -> User:
    """Somebody of one side whom this person may help, and who is not themselves; NotFound."""
    them = desk.one(actor, user_id)
    if them.kind != kind:
        raise NotFound
    return them


def teams_rows(user: User) -> list[Row]:
    """A member of staff's teams and duties, each with what changes it."""
    found = [
        Row(each.team.name, each.get_role_display(), change="Change",
            href=reverse("council:team_member", args=[each.team_id, user.pk]))
        for each in parties.teams_of([user])
    ]  # fmt: skip
    held = listing(sorted(duty.capitalize() for _, duty in parties.duties_of([user]))) or "None"
    return [*found, Row("Duties", held, change="Change", href=reverse("council:duties", args=[user.pk]))]


def access_rows(user: User) -> list[Row]:
    """A provider's person's roles and their reach, provider by provider, each with what changes it."""
    found: dict[int, Row] = {}
    for organisation, places in groupby(roll.places(user), key=lambda each: each.organisation):
        held = list(places)
        services = {each.service.pk: each.service.name for each in held if each.service}
        text = reach.written((each.role, each.service_id) for each in held)
        found[organisation.pk] = Row(
            organisation.name, reach.words(text, current(), services), change="Change",
            href=reverse("council:person_access", args=[user.pk, organisation.pk]),
        )  # fmt: skip
    return list(found.values())


def state(user: User, *, locked: bool = False) -> str:
    """In a word whether they can sign in."""
    if user.suspended_at:
        return f"Suspended on {moment(user.suspended_at)}"
    if not user.is_active:
        return "Access has ended"
    if locked:
        return "Locked after too many wrong tries"
    if is_invited(user):
        return "Invited, has not signed in yet"
    if user.must_change_password:
        return "Must choose a password at the next sign-in"
    return "Can sign in"


def rows(user: User, *, locked: bool) -> list[Row]:
    """How they sign in."""
    numbers = desk.telephones(user)
    (there,) = with_places([user])
    return [
        Row("E-mail address", user.email),
        Row("Where", there.places),  # type: ignore[attr-defined]
        Row("State", state(user, locked=locked)),
        Row("Recorded telephone", listing(numbers) if numbers else "None"),
        Row("Last sign-in", moment(user.last_login) if user.last_login else "Never"),
        Row("Password", _password(user)),
        Row("Second step", _second_step(user)),
    ]


def _second_step(user: User) -> str:
    if authenticators.of(user.pk):
        return f"Authenticator app, {plural(authenticators.codes_left(user.pk), 'recovery code')} left"
    name = current().sign_in.passcode.name
    return name.capitalize() if user.passcode else f"No {name} yet"


def _password(user: User) -> str:
    if user.password_set_at is None:
        return "None of their own yet"
    months = current().sign_in.password.expires_months
    ends = f", expires on {moment(months_later(user.password_set_at, months))}" if months else ""
    return f"Chosen on {moment(user.password_set_at)}{ends}"


def story(user: User) -> list[Entry]:
    """What happened to how they sign in, the newest first."""
    events = desk.told(user, TOLD)
    names = {each.pk: each.name for each in parties.people().filter(pk__in={each.actor_id for each in events})}
    return [_entry(each, user, names) for each in events]


def _entry(event: Event, user: User, names: dict[int, str]) -> Entry:
    facts, passcode = facts_of(event), current().sign_in.passcode.name
    said = ACTS.get(facts.get("act", ""), TOLD[event.kind]) if event.kind == "user.helped" else TOLD[event.kind]
    lines = [f"Answered: {each}" for each in facts.get("answered", ())] + list(_lines(event, facts))
    by = "" if event.actor_id == user.pk else names.get(event.actor_id, "")
    return Entry(said.format(passcode=passcode), event.at, by, lines=lines)


def _lines(event: Event, facts: Mapping[str, Any]) -> Iterator[str]:
    """What of a change is worth a line: which team or duty, and whether nobody decided it."""
    if event.kind in {"user.team_added", "user.team_removed"}:
        names = {team.key: team.name for team in current().teams}
        yield names.get(facts["team"], facts["team"]) + (f", as {facts['role']}" if "role" in facts else "")
    elif event.kind in {"user.duty_given", "user.duty_removed"}:
        yield facts["duty"].capitalize()
    elif event.kind == "user.suspended" and facts.get("unused_days"):
        yield f"Not used for {facts['unused_days']} days"
