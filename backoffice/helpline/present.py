"""A person's state and story in the helpline's words."""

from collections.abc import Sequence

from backoffice.web.pieces import Entry, Row
from backoffice.web.words import listing, moment, plural
from workflows.council.profile import current
from workflows.engine.events import facts_of
from workflows.engine.models import Event
from workflows.parties import selectors as parties
from workflows.parties.models import User
from workflows.people import authenticators
from workflows.people import helpline as desk
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
    "user.suspended": "Access was suspended, because it was not used",
    "user.deactivated": "Access was ended",
    "user.reactivated": "Access was given back",
    "user.policies_accepted": "Accepted the council's texts",
    "user.helped": "",
}


def with_places(people: Sequence[User]) -> list[User]:
    """These people with `places`: where each one is, in two queries."""
    names = {role.key: role.name for role in current().roles}
    places: dict[int, list[str]] = {}
    for each in parties.memberships_of(people):
        at = each.service.name if each.service else each.organisation.name
        places.setdefault(each.user_id, []).append(f"{at} ({names.get(each.role, each.role)})")
    for member in parties.teams_of(people):
        places.setdefault(member.user_id, []).append(member.team.name)
    for person in people:
        person.places = "; ".join(places.get(person.pk, [])) or "Nowhere"  # type: ignore[attr-defined]
    return list(people)


def state(user: User, *, locked: bool = False) -> str:
    """In a word whether they can sign in."""
    if user.suspended_at:
        return f"Suspended on {moment(user.suspended_at)}: not used"
    if not user.is_active:
        return "Access has ended"
    if locked:
        return "Locked after too many wrong tries"
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
    lines = [f"Answered: {each}" for each in facts.get("answered", ())]
    by = "" if event.actor_id == user.pk else names.get(event.actor_id, "")
    return Entry(said.format(passcode=passcode), event.at, by, lines=lines)
