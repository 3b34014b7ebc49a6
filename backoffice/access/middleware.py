"""Who is asking, and may they: sets `request.actor`, and holds every view to what it declares."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from backoffice.web import drafts, refusals
from backoffice.web.gate import access_of
from workflows.engine.errors import Refused
from workflows.parties.models import User
from workflows.parties.selectors import actor_for

from . import devices, lockout, steps
from .confirm import LockedOut

Answer = Callable[[HttpRequest], HttpResponse]
NOTE_EVERY = 60  # seconds between two notes of "seen": not a write for each page


class SignedIn:
    """Signs out who was idle or signed in too long, knows the actor, and asks each view's declaration first."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set `request.actor` (None: nobody, or a person who has not chosen a provider yet)."""
        request.actor = None  # type: ignore[attr-defined]
        request.was_user_id = None  # type: ignore[attr-defined]
        response = self.get_response(request)
        drafts.finish_if_taken(request, response.status_code)
        devices.set_cookie(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let the view run, or answer in its place; an undeclared view raises UndeclaredAccess."""
        access = access_of(view)
        self._know(request)
        if access.kind == "public":
            return None
        if request.actor is None:  # type: ignore[attr-defined]
            return _to_sign_in(request)
        try:
            access.check(request.actor)  # type: ignore[attr-defined]
        except Refused as refusal:
            return refusals.page_for(refusal, request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A person who gave the last wrong password at a binding act gets the page of the lock."""
        return lockout.locked_out(request) if isinstance(exception, LockedOut) else None

    def _know(self, request: HttpRequest) -> None:
        user = request.user
        if not isinstance(user, User):
            return
        now = timezone.now().timestamp()
        seen = request.session.setdefault("seen", now)
        began = request.session.setdefault("began", now)
        if now - seen > steps.idle_limit().total_seconds() or now - began > steps.longest().total_seconds():
            request.was_user_id = user.pk  # type: ignore[attr-defined]
            logout(request)
            return
        if now - seen > NOTE_EVERY:
            request.session["seen"] = now
        request.actor = actor_for(user, request.session.get("organisation"))  # type: ignore[attr-defined]


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Ask to sign in (or to choose a provider); what was posted is kept first."""
    if request.user.is_authenticated:
        return redirect("access:provider")
    page = request.get_full_path()
    if request.method == "POST":
        drafts.keep(request, request.was_user_id)  # type: ignore[attr-defined]
        page = drafts.page_of_form(request)
    return redirect(f"{reverse('access:sign_in')}?next={quote(page, safe='')}")
