"""The panel of a demonstration: who there is, with password and passcode. It does not exist outside `CONCORD_DEMO`."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password

from workflows.council.profile import current
from workflows.parties.models import Membership, TeamMember, User

from . import passcode

PASSWORD = "Harbour-lamp-27"  # noqa: S105 - shown on the sign-in page of a demonstration, used nowhere else
#: The passcode is the first of these, as many as the council asks for; none go up or down.
DIGITS = "5927418360"


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the panel."""

    name: str
    email: str
    place: str
    password: str
    passcode: str


def digits() -> str:
    """The panel's passcode, as long as the council's are."""
    return DIGITS[: current().sign_in.passcode.length]


def give_credentials(users: list[User], *, first_sign_in: frozenset[str] = frozenset()) -> None:
    """Give people of a demonstration the panel's password and passcode.

    The addresses in `first_sign_in` get the password as the helpdesk would: they must change it and have no passcode.
    Raises RuntimeError outside a demonstration.
    """
    if not settings.DEMO:
        raise RuntimeError("Demonstration passwords are only given when CONCORD_DEMO is set.")
    password = make_password(PASSWORD)  # one hash for all: it is no secret, and hashing is slow on purpose
    for user in users:
        user.password = password
        user.must_change_password = user.email in first_sign_in
        user.passcode = "" if user.must_change_password else passcode.hashed(user.pk, digits())
        user.password_set_at = None
    User.objects.bulk_update(users, ["password", "must_change_password", "passcode", "password_set_at"], batch_size=500)


def people(limit: int = 40) -> list[Person]:
    """The people of the panel: council staff by team, then providers; who chose a password of their own says so."""
    if not settings.DEMO:
        return []
    users = list(User.objects.filter(is_active=True).exclude(kind=User.Kind.SYSTEM).order_by("-kind", "pk")[:limit])
    places = _places(users)
    return [
        Person(
            user.name,
            user.email,
            places.get(user.pk, ""),
            PASSWORD if user.password_set_at is None else "their own",
            _passcode_of(user),
        )
        for user in users
    ]


def _passcode_of(user: User) -> str:
    if not user.passcode:
        return "none yet: chosen at the first sign-in"
    return digits() if passcode.matches(user.pk, user.passcode, passcode.whole(digits())) else "their own"


def _places(users: list[User]) -> dict[int, str]:
    """Where each person works: team names, or providers."""
    names: dict[int, list[str]] = {}
    for member in TeamMember.objects.filter(user__in=users).select_related("team"):
        names.setdefault(member.user_id, []).append(f"{member.team.name} ({member.get_role_display().lower()})")
    for membership in Membership.objects.filter(user__in=users).select_related("organisation", "service"):
        place = membership.service.name if membership.service else membership.organisation.name
        names.setdefault(membership.user_id, []).append(f"{place} ({membership.role.replace('_', ' ')})")
    return {user_id: "; ".join(sorted(each)) for user_id, each in names.items()}
