"""How one signs in, and where one is signed in: every session can be ended by its owner."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.web.gate import signed_in
from backoffice.web.pieces import Row
from backoffice.web.words import date_words, moment, plural
from workflows.council.profile import current
from workflows.parties.models import User
from workflows.people import authenticators, policies, sessions
from workflows.people.models import OpenSession
from workflows.people.rules import months_later


@dataclass(frozen=True, slots=True)
class Place:
    """One session as its owner sees it."""

    mark: str
    browser: str
    began: str
    seen: str
    here: bool


def user_of(request: HttpRequest) -> User:
    """The person; the gate lets only signed-in people here."""
    return cast("User", request.user)


@signed_in
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """What one signs in with, what one has accepted, and where one is signed in."""
    user = user_of(request)
    places = [_place(each, request) for each in sessions.of(user.pk).order_by("-expire_date", "session_key")]
    context = {"rows": _rows(user), "places": places, "several": len(places) > 1}
    return render(request, "account/sign_in.html", context)


@signed_in
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """Sign out in one other place, or in all others."""
    user, which = user_of(request), request.POST.get("which", "")
    if which == "others":
        count = sessions.end_others(user.pk, request.session.session_key or "")
    else:
        count = sessions.end_one(user.pk, which)
    messages.success(request, f"You are signed out in {plural(count, 'other place')}." if count else
                     "That was over already.")  # fmt: skip
    return redirect("account:sign_in")


def _place(session: OpenSession, request: HttpRequest) -> Place:
    held = sessions.held(session)
    return Place(
        mark=sessions.mark(session.session_key),
        browser=str(held.get("browser", "A browser")),
        began=_when(held.get("began")),
        seen=_when(held.get("seen")),
        here=session.session_key == request.session.session_key,
    )


def _when(stamp: float | None) -> str:
    return moment(datetime.fromtimestamp(stamp, UTC)) if stamp else ""


def _rows(user: User) -> list[Row]:
    rules, passcode = current().sign_in.password, current().sign_in.passcode.name
    chosen = user.password_set_at
    ends = f", expires on {date_words(months_later(chosen, rules.expires_months))}" if chosen and rules.expires_months \
        else ""  # fmt: skip
    password = f"Chosen on {date_words(chosen)}{ends}" if chosen else "The one that you were given"
    found = [Row("Password", password, href=reverse("account:password"), change="Change")]
    if authenticators.of(user.pk):
        left = f"Authenticator app, {plural(authenticators.codes_left(user.pk), 'recovery code')} left"
        found.append(Row("Second step", left, href=reverse("account:authenticator_remove"), change="Take away"))
    else:
        app = reverse("account:authenticator")
        found.append(Row("Second step", passcode.capitalize(), href=app, change="Add an authenticator app"))
    if accepted := policies.accepted(user.pk):
        found.append(Row("Accepted", accepted[0], lines=accepted[1:]))
    return found
