"""The steps of signing in, and what the session remembers between them.

A person who has given a right password is not signed in yet: the session holds only who they say they are and when,
and every further step is theirs within ten minutes.
"""

from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from backoffice.web import drafts
from workflows.council.profile import current
from workflows.engine import accesses, moment
from workflows.parties.models import User
from workflows.parties.selectors import organisations_of
from workflows.people import authenticators, policies, sessions
from workflows.people.models import SignInLink
from workflows.people.rules import has_expired, tidy_address
from workflows.people.secrets import secret_changed

from . import devices, lockout, passcode
from .words import browser_words

Step = Literal[
    "sign_in", "passcode", "authenticator", "policies", "new_password", "new_authenticator", "new_passcode", "done"
]
PENDING = "signing_in"
WITHIN = timedelta(minutes=10)
BACKEND = "backoffice.access.backend.PasswordBackend"


def begin(request: HttpRequest, email: str, password: str) -> tuple[User | None, int]:
    """Try an address and a password: the person, or None and how many tries are left (0: locked).

    A person who is suspended is found and gets no further.

    An address that does not exist is counted and answered alike, in the same time (ModelBackend hashes either way).
    """
    tries = lockout.tries_of(request, email)
    with lockout.one_at_a_time(tries.key):
        if tries.locked():
            return None, 0
        found = authenticate(tries.sender(), username=email.strip().lower(), password=password)
        left = tries.left()
    if not isinstance(found, User):
        _refused(User.objects.filter(email=email.strip().lower()).values_list("pk", flat=True).first(), left)
        return None, left
    if found.is_active:
        note(request, found)
    else:
        accesses.note(found.pk, "suspended")
    return found, left


def _refused(user_id: int | None, left: int) -> int:
    """Write a wrong try into the access log, and the lock that the last one brings; returns how many are left.

    What is tried while it is locked is not compared with anything, and not written down: a stranger fills no table.
    """
    accesses.note(user_id, "refused" if left else "locked")
    return left


def follow(request: HttpRequest, link: SignInLink, email: str, password: str | None) -> int | None:
    """Whether somebody may follow a link that a mail brought: None when they may, else how many tries are left.

    The tries count with the link: whoever guesses elsewhere uses none of them up.
    """
    tries = lockout.tries_with_link(request, link.pk)
    with lockout.one_at_a_time(tries.key):
        if tries.locked():
            return 0
        if tidy_address(email) != link.user.email or (password is not None and not link.user.check_password(password)):
            return _refused(link.user_id, tries.count_wrong())
    return None


def note(request: HttpRequest, user: User, link: SignInLink | None = None) -> None:
    """Remember who is signing in here: their password was right, or they followed a link to choose something new."""
    request.session.cycle_key()
    renew = link.opens if link else ""
    request.session[PENDING] = {
        "user": user.pk,
        "at": timezone.now().isoformat(),
        "digits": renew == SignInLink.Opens.PASSCODE and authenticators.of(user.pk) is None,
        "renew": renew,
        "link": link.pk if link else None,
    }


def pending(request: HttpRequest) -> User | None:
    """Who is in the middle of signing in here; None when nobody is, or too long ago."""
    noted = request.session.get(PENDING)
    if not noted or timezone.now() - datetime.fromisoformat(noted["at"]) > WITHIN:
        return None
    return User.objects.filter(pk=noted["user"], is_active=True).first()


def next_step(request: HttpRequest, user: User) -> Step:
    """What this person must do next: show who they are, accept the council's texts, choose what they still lack."""
    app = authenticators.of(user.pk)
    if (app or user.passcode) and not request.session[PENDING]["digits"]:
        return "authenticator" if app else "passcode"
    if policies.to_accept(user.pk):
        return "policies"
    renew = request.session[PENDING].get("renew", "")
    if user.must_change_password or expired(user) or renew == SignInLink.Opens.PASSWORD:
        return "new_password"
    if app is None and needs_app(user):
        return "new_authenticator"
    return "done" if (app or user.passcode) and renew != SignInLink.Opens.PASSCODE else "new_passcode"


def needs_app(user: User) -> bool:
    """Whether this person must sign in with an authenticator app: the council's own, save in a demonstration."""
    return user.kind == User.Kind.STAFF and not settings.DEMO


def expired(user: User) -> bool:
    """Whether their password is older than the council lets one be (norfolk-handbook §1)."""
    return has_expired(user.password_set_at or user.created_at, current().sign_in.password.expires_months, moment.now())


def answer_passcode(request: HttpRequest, user: User, answer: dict[int, str]) -> int | None:
    """Check the digits: None when right, else how many tries are left (0: locked)."""
    tries = _tries(request, user)
    with lockout.one_at_a_time(tries.key):
        if tries.locked():
            return 0
        if not passcode.matches(user.pk, user.passcode, answer):
            return _refused(user.pk, tries.count_wrong())
    note_digits(request)
    User.objects.filter(pk=user.pk).update(passcode_asked="")
    return None


def answer_app(request: HttpRequest, user: User, typed: str) -> int | None:
    """Check the digits of the authenticator app, or a recovery code: None when right, else how many tries are left."""
    app, plain = authenticators.of(user.pk), "".join(typed.split())
    tries = _tries(request, user)
    with lockout.one_at_a_time(tries.key):
        if tries.locked():
            return 0
        if app is None or not (authenticators.right(app, plain) or authenticators.recover(user.pk, plain)):
            return _refused(user.pk, tries.count_wrong())
    note_digits(request)
    return None


def _tries(request: HttpRequest, user: User) -> lockout.Tries:
    """What wrong digits count with: the link that led here, or the device."""
    link = request.session[PENDING].get("link")
    return lockout.tries_with_link(request, link) if link else lockout.tries_of(request, user.email)


def renewed(request: HttpRequest) -> None:
    """What the link was for is chosen."""
    request.session[PENDING] = request.session[PENDING] | {"renew": ""}


def note_digits(request: HttpRequest) -> None:
    """The second step is done in this session."""
    request.session[PENDING] = request.session[PENDING] | {"digits": True}


def asked_positions(user: User) -> list[int]:
    """The positions asked of this person: the same until answered, so that asking again teaches a guesser nothing."""
    if not user.passcode_asked:
        chosen = passcode.positions(passcode.length(user.passcode))
        user.passcode_asked = ",".join(str(place) for place in chosen)
        User.objects.filter(pk=user.pk, passcode_asked="").update(passcode_asked=user.passcode_asked)
        user.refresh_from_db(fields=["passcode_asked"])
    return [int(place) for place in user.passcode_asked.split(",")]


@transaction.atomic
def choose_password(user: User, password: str) -> None:
    """Set the password that a person chose; they are told by a mail, and no device is known any more."""
    user.set_password(password)
    user.must_change_password = False
    user.password_set_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_set_at"])
    devices.forget(user)
    sessions.end([user.pk])
    secret_changed(user_id=user.pk, what="password", called="password")


@transaction.atomic
def choose_passcode(user: User, digits: str) -> None:
    """Set the passcode that a person chose; they are told by a mail."""
    user.passcode = passcode.hashed(user.pk, digits)
    user.passcode_asked = ""
    user.save(update_fields=["passcode", "passcode_asked"])
    secret_changed(user_id=user.pk, what="passcode", called=current().sign_in.passcode.name)


def finish(request: HttpRequest, user: User) -> str:
    """Sign the person in and return where they go: back to what they typed, or where they wanted to be, or home."""
    wanted = request.session.get("next", "")
    link = request.session.pop(PENDING, {}).get("link")
    request.session.pop("next", None)
    login(request, user, backend=BACKEND)
    User.objects.filter(pk=user.pk).update(used_at=moment.now())
    accesses.note(user.pk, "")
    if link:
        lockout.unlock(user.email)  # norfolk-handbook §1: who is locked out asks for a reset
    else:
        lockout.tries_of(request, user.email).forget()
    devices.remember(request, user)
    request.session["seen"] = request.session["began"] = timezone.now().timestamp()
    request.session["browser"] = browser_words(request.META.get("HTTP_USER_AGENT", ""))
    draft = drafts.claim(request, user)
    if draft is not None:
        wanted = f"{draft.page}{'&' if '?' in draft.page else '?'}draft={draft.pk}"
    return settle_provider(request, user, wanted)


def settle_provider(request: HttpRequest, user: User, wanted: str) -> str:
    """Choose the provider where there is only one; with several the person is asked first."""
    if user.kind != User.Kind.PROVIDER:
        return wanted or "/"
    ids = list(organisations_of(user).values_list("pk", flat=True))
    request.session["several_providers"] = len(ids) > 1
    if len(ids) == 1:
        request.session["organisation"] = ids[0]
        return wanted or "/"
    request.session["next"] = wanted
    return "choose"


def remember_wanted(request: HttpRequest) -> None:
    """Note where the person wanted to go; an address of another site is ignored."""
    wanted = request.GET.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        request.session["next"] = wanted


def longest() -> timedelta:
    """After how long a person is signed out, however busy they are."""
    return timedelta(hours=current().sign_in.longest_hours)


def idle_limit() -> timedelta:
    """After how long without a page a person is signed out."""
    return timedelta(minutes=current().sign_in.idle_minutes)
