"""The helpline: who waits for a call, finding a person, and helping them (norfolk-handbook §1 and §6)."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from backoffice.access import lockout
from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web.gate import staff
from workflows.engine import holds
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.people import commands, helping, roll
from workflows.people import helpline as desk
from workflows.people.first_access import first_password

from . import present
from .forms import FindForm, HelpForm
from .tables import Found, Waiting

DONE = {
    "password_link": "A link is on its way to {email}.",
    "passcode_link": "A link is on its way to {email}.",
    "passcode": "It is taken away. {name} chooses another at the next sign-in.",
    "authenticator": "It is taken away. {name} signs in without it, or adds another.",
    "unlock": "{name} can try again.",
    "reinstate": "{name} has access again.",
    "invite": "A new invitation is on its way to {email}.",
    "suspend": "The access of {name} is suspended.",
    "end": "The access of {name} has ended.",
}


@staff()
@require_http_methods(["GET", "POST"])
def helpline(request: HttpRequest) -> HttpResponse:
    """Who waits, and a box to look for anybody else."""
    actor = actor_of(request)
    waiting = Waiting(list(desk.waiting(actor)[:100]))
    form = FindForm.of(request)
    found: Found | None = None
    if request.method == "POST" and form.is_valid():
        people = desk.matching(actor, form.cleaned_data["text"])
        found = Found(present.with_states(present.with_places(people), lockout.locked_among(people)))
    return render(
        request, "backoffice/helpline/helpline.html",
        {"form": form, "waiting": waiting, "found": found, "more": found is not None and len(found.shown) > desk.MOST},
    )  # fmt: skip


@staff()
@never_cache
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: how they sign in, and what can be done. A new password is shown once, and kept nowhere."""
    actor = actor_of(request)
    them = desk.one(actor, user_id)
    locked = lockout.is_locked_for(them.email)
    form = HelpForm.of(request, person=them, locked=locked, cancel=reverse("council:helpline"))
    made = ""
    if request.method == "POST" and form.is_valid():
        made = first_password()
        if carried(form, lambda: _help(actor, them, form.cleaned_data, made)) is None:
            made = ""
        elif form.cleaned_data["act"] != "password":
            messages.success(request, DONE[form.cleaned_data["act"]].format(name=them.name, email=them.email))
            return redirect("council:helpline_person", user_id)
    staff_side = them.kind == User.Kind.STAFF
    places = present.teams_rows(them) if staff_side else present.access_rows(them)
    context = {"them": them, "rows": present.rows(them, locked=locked), "story": present.story(them), "made": made,
               "claimed": roll.claimed(them), "staff": staff_side, "places": places,
               "form": form, "telephones": desk.telephones(them), "oneself": them.pk == actor.user_id,
               "legal_holds": holds.shown(actor, "person", them.pk)}  # fmt: skip
    return render(request, "backoffice/helpline/person.html", context)


@transaction.atomic
def _help(actor: Actor, them: User, data: Mapping[str, Any], password: str) -> User:
    """The act that was chosen; whatever gives a way in lifts the lock too (norfolk-handbook §1)."""
    act, answered = data["act"], data["answered"]
    common: dict[str, Any] = {"actor": actor, "user_id": them.pk}
    if act == "end":
        return helping.end(**common, reason=data["reason"])
    if act == "suspend":
        return commands.suspend(**common, reason=data["reason"])
    if act == "invite":
        return commands.invite_again(**common)
    common["answered"] = answered
    if act == "reinstate":
        return helping.reinstate(**common, reason=data["reason"])
    if act in {"password_link", "passcode_link"}:
        return helping.send_link(**common, what=act.removesuffix("_link"))
    if act == "passcode":
        return helping.take_passcode(**common)
    if act == "authenticator":
        return helping.take_authenticator(**common)
    lockout.unlock(them.email)
    return helping.give_password(**common, password=password) if act == "password" else helping.note_unlocked(**common)
