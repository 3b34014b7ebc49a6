"""Who may sign in: the council's people and providers', found by provider or by name, and what each may do.

One person's page is the helpline's room: how they sign in, and what can be done for them, stands there for all.
"""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.access import lockout
from backoffice.casework.asking import actor_of, number_in
from backoffice.casework.commanding import carried
from backoffice.helpline import present
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Tab
from workflows.council.profile import current
from workflows.engine.errors import NotFound
from workflows.parties import selectors as parties
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, User
from workflows.people import commands, officers, reach, roll
from workflows.people.locking import require_helpline

from .forms import AccessForm, DutiesForm, FindForm, InviteForm, OfficerForm
from .tables import People

SIDES = {"staff": "Council staff", "provider": "Providers"}


@staff()
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Who may sign in, by side; one provider's people, or whom a part of a name finds."""
    actor = actor_of(request)
    side = _side(request, actor)
    roll.require_reader(actor, side)
    organisation = number_in(request, "organisation") if side == "provider" else None
    form = FindForm.of(request)
    context: dict[str, Any] = {"form": form, "side": side, "tabs": _tabs(actor, side), "organisation": organisation,
                               "may": _administers(actor), "helps": _helps(actor)}  # fmt: skip
    if side == "provider":
        context["providers"] = parties.organisation_names()
        context |= {"title": current().helpdesk.officer, "officer": officers.of(organisation) if organisation else None}
    if request.method == "POST" and form.is_valid():
        found = roll.matching(actor, side, form.cleaned_data["text"])
        context |= {"found": True, "table": _table(actor, found[: roll.MOST]), "more": len(found) > roll.MOST}
    else:
        page = page_by_key(roll.people(actor, side, organisation), ("name", "id"), request.GET, by_id=True)
        context |= {"pages": page, "table": _table(actor, page.items)}
    return render(request, "backoffice/administration/people.html", context)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Somebody new at the council: recorded in a team, and mailed a way in."""
    actor = actor_of(request)
    teams = [row.team for row in roll.teams(actor)]
    form = InviteForm.of(request, teams=teams, cancel=reverse("council:people"))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        run = partial(commands.invite_staff, actor=actor, name=data["name"], email=data["email"],
                      team_key=data["team"], role=data["role"], reason=data["reason"])  # fmt: skip
        made = carried(form, run, {"taken": "email", "not_possible": "email", "name": "name"})
        if made is not None:
            messages.success(request, f"An invitation is on its way to {made.email}.")
            return redirect("council:helpline_person", made.pk)
    return render(request, "backoffice/administration/invite.html", {"form": form})


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def duties(request: HttpRequest, user_id: int) -> HttpResponse:
    """What somebody does for all teams: administrator, auditor. Nobody decides that about themselves."""
    actor = actor_of(request)
    them = roll.person(actor, user_id, User.Kind.STAFF)
    held = {duty for _, duty in parties.duties_of([them])}
    form = DutiesForm.of(request, initial={"duties": sorted(held)},
                         cancel=reverse("council:helpline_person", args=[user_id]))  # fmt: skip
    if request.method == "POST" and form.is_valid():
        run = partial(commands.set_duties, actor=actor, user_id=user_id, duties=form.cleaned_data["duties"],
                      reason=form.cleaned_data["reason"])  # fmt: skip
        if carried(form, run, {"unchanged": "duties", "last_administrator": "duties"}):
            messages.success(request, f"The duties of {them.name} are changed. They hold from their next page on.")
            return redirect("council:helpline_person", user_id)
    context = {"form": form, "them": them, "oneself": user_id == actor.user_id}
    return render(request, "backoffice/administration/duties.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def access(request: HttpRequest, user_id: int, organisation_id: int) -> HttpResponse:
    """Another role or another reach for a provider's person; it holds from their next request on."""
    actor = actor_of(request)
    them = present.helped(actor, user_id, User.Kind.PROVIDER)
    provider, services = roll.provider(organisation_id), roll.services(organisation_id)
    held = reach.written(
        (each.role, each.service_id) for each in roll.places(them) if each.organisation_id == organisation_id
    )
    back = reverse("council:helpline_person", args=[user_id])
    form = AccessForm.of(request, access=held, services=services, cancel=back)
    if request.method == "POST" and form.is_valid() and _set(actor, them, provider, form):
        messages.success(request, f"The access of {them.name} at {provider.name} is changed.")
        return redirect(back)
    context = {"form": form, "them": them, "provider": provider, "now": reach.words(held, current(), services)}
    return render(request, "backoffice/administration/access.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def officer(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Who of the council looks after a provider (Bradford's Business Relationship Officer); the provider sees it."""
    actor, title = actor_of(request), current().helpdesk.officer
    require_helpline(actor)
    provider, now = roll.provider(organisation_id), officers.of(organisation_id)
    if title is None:
        raise NotFound
    shown = {"name": now.name, "email": now.email, "telephone": now.telephone} if now else {}
    back = f"{reverse('council:people')}?side=provider&organisation={provider.pk}"
    form = OfficerForm.of(request, initial=shown, cancel=back)
    if request.method == "POST" and form.is_valid():
        run = partial(officers.set_officer, actor=actor, organisation_id=provider.pk, **form.cleaned_data)
        if carried(form, run, {"not_possible": "email", "name": "name", "unchanged": "name"}) is not None:
            messages.success(request, f"{provider.name} sees it on its home page.")
            return redirect(back)
    context = {"form": form, "provider": provider, "officer": title, "href": back}
    return render(request, "backoffice/administration/officer.html", context)


def _set(actor: Actor, them: User, provider: Organisation, form: AccessForm) -> bool:
    run = partial(commands.set_access, actor=actor, user_id=them.pk, organisation_id=provider.pk,
                  access=form.access(), seen=form.cleaned_data["seen"], reason=form.cleaned_data["reason"])  # fmt: skip
    return carried(form, run, {"unchanged": "role", "last_administrator": "role"}) is not None


def _side(request: HttpRequest, actor: Actor) -> str:
    """Which side is asked for; whoever only helps providers' people sees those."""
    usual = "staff" if actor.duties else "provider"
    side = request.GET.get("side", usual)
    return side if side in SIDES else usual


def _tabs(actor: Actor, side: str) -> list[Tab]:
    shown = SIDES if actor.duties else {}
    return [Tab(text, f"?side={key}", current=key == side) for key, text in shown.items()]


def _table(actor: Actor, found: list[User]) -> People:
    """People with their places, their state, and for whoever may help them the way to their page."""
    present.with_states(present.with_places(found), lockout.locked_among(found))
    helps = _helps(actor)
    for each in found:
        each.href = reverse("council:helpline_person", args=[each.pk]) if helps else ""  # type: ignore[attr-defined]
    return People(found)


def _helps(actor: Actor) -> bool:
    """Whether they may do something for the people of the list, and not only read it."""
    return _administers(actor) or "auditor" not in actor.duties


def _administers(actor: Actor) -> bool:
    return "administrator" in actor.duties
