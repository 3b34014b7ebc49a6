"""Teams and who is in them: administrators change them, auditors read them. Each change says who, when and why."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.access import lockout
from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.helpline import present
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.words import plural
from workflows.parties.actor import Actor
from workflows.parties.models import Team, TeamMember
from workflows.people import commands, roll

from .forms import REMOVE, AddForm, MemberForm
from .tables import Members, Teams


@staff()
@require_GET
def teams(request: HttpRequest) -> HttpResponse:
    """Every team, with its leads, its desks and how much is open."""
    table = Teams(roll.teams(actor_of(request)))
    return render(request, "backoffice/administration/teams.html", {"table": table})


@staff()
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """One team: who is in it, which steps come to it; an administrator adds somebody."""
    actor = actor_of(request)
    found = roll.team(actor, team_id)
    form = _adding(request, actor, found)
    if request.method == "POST" and form is not None and form.is_valid() and _added(actor, found, form):
        messages.success(request, f"They are in {found.name} now.")
        return redirect("council:team", found.pk)
    page = page_by_key(roll.members(found), ("called", "id"), request.GET, by_id=True)
    present.with_states([each.user for each in page.items], lockout.locked_among(each.user for each in page.items))
    for each in page.items:
        each.href = reverse("council:team_member", args=[found.pk, each.user_id]) if form is not None else ""
    context = {"team": found, "table": Members(page.items), "pages": page, "form": form,
               "steps": roll.steps(found.key), "open": dict(roll.open_of([found.pk])).get(found.pk, 0)}  # fmt: skip
    return render(request, "backoffice/administration/team.html", context)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def member(request: HttpRequest, team_id: int, user_id: int) -> HttpResponse:
    """One member: another role, or out of the team. What they had claimed goes back to it."""
    actor = actor_of(request)
    found = roll.team(actor, team_id)
    there, claimed = roll.member(found, user_id)
    form = MemberForm.of(request, member=there, cancel=reverse("council:team", args=[found.pk]))
    if request.method == "POST" and form.is_valid() and _changed(actor, found, there, form):
        messages.success(request, _told(found, there, claimed, form))
        return redirect("council:team", found.pk)
    context = {
        "team": found,
        "member": there,
        "claimed": claimed,
        "form": form,
        "oneself": there.user_id == actor.user_id,
    }
    return render(request, "backoffice/administration/team_member.html", context)


def _adding(request: HttpRequest, actor: Actor, found: Team) -> AddForm | None:
    """The form, for administrators; who only reads has none."""
    if "administrator" not in actor.duties:
        return None
    people = [each for each in roll.others(found) if each.pk != actor.user_id]
    return AddForm.of(request, people=people)


def _added(actor: Actor, found: Team, form: AddForm) -> bool:
    data = form.cleaned_data
    run = partial(commands.add_to_team, actor=actor, user_id=int(data["person"]), team_key=found.key,
                  role=data["role"], reason=data["reason"])  # fmt: skip
    return carried(form, run, {"oneself": "person"}) is not None


def _changed(actor: Actor, found: Team, there: TeamMember, form: MemberForm) -> bool:
    common = {"actor": actor, "user_id": there.user_id, "team_key": found.key, "reason": form.cleaned_data["reason"]}
    role = form.cleaned_data["role"]

    def run() -> bool:
        if role == REMOVE:
            commands.remove_from_team(**common)
        else:
            commands.add_to_team(**common, role=role)
        return True

    return bool(carried(form, run, {"unchanged": "role", "last_lead": "role"}))


def _told(found: Team, there: TeamMember, claimed: int, form: MemberForm) -> str:
    if form.cleaned_data["role"] != REMOVE:
        return f"{there.user.name} is changed in {found.name}. It holds from their next page on."
    goes = f" {plural(claimed, 'claimed task')} {'goes' if claimed == 1 else 'go'} back to the team." if claimed else ""
    return f"{there.user.name} is not in {found.name} any more.{goes}"
