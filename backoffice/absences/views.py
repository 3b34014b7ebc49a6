"""Absence and substitute: who is away, who has their work, and ending it early (design, workflows, inbox verbs)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of, number_in
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from workflows.engine import moment
from workflows.engine.errors import Refused
from workflows.parties.actor import Actor
from workflows.parties.models import Absence, User
from workflows.people import absences as people

from .forms import FIELDS, AbsenceForm, EndForm
from .tables import Absences, days_of


@staff()
@require_GET
def absences(request: HttpRequest) -> HttpResponse:
    """Present and coming absences that concern the person; a leader chooses here for whom to record another."""
    actor, chosen = actor_of(request), number_in(request, "person")
    if chosen is not None:
        return redirect("council:absence_new", user_id=people.person_of(actor, chosen).pk)
    page = page_by_key(people.present_and_coming(actor), ("first_day", "id"), request.GET)
    others = list(people.people_of(actor).exclude(pk=actor.user_id).order_by("name", "pk"))
    mine, today = {actor.user_id, *(each.pk for each in others)}, moment.today()
    for row in page.items:
        row.now = row.first_day <= today
        row.href = reverse("council:absence_end", args=[row.pk]) if row.user_id in mine else ""
    context = {"table": Absences(page.items), "pages": page, "others": others, "works": bool(actor.team_ids)}
    return render(request, "backoffice/absences/absences.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, user_id: int) -> HttpResponse:
    """Record that somebody is away, and who stands in."""
    actor = actor_of(request)
    person = people.person_of(actor, user_id)
    colleagues = people.substitutes_for(person.pk)
    form = AbsenceForm.of(request, colleagues=colleagues, today=moment.today(), cancel=reverse("council:absences"))
    if request.method == "POST" and form.is_valid() and _recorded(request, actor, person, form):
        return redirect("council:absences")
    context = {"form": form, "person": person, "oneself": person.pk == actor.user_id, "nobody": not colleagues}
    return render(request, "backoffice/absences/record.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, absence_id: int) -> HttpResponse:
    """End an absence early, or take a coming one back; sent twice it is ended once."""
    actor = actor_of(request)
    absence = people.one_of(actor, absence_id)
    if request.method == "POST":
        if absence.ended_at is None:
            people.end_absence(actor=actor, absence_id=absence.pk)
        messages.success(request, f"The absence of {absence.user.name} has ended. Work that nobody touched comes back.")
        return redirect("council:absences")
    if absence.ended_at is not None:
        return redirect("council:absences")
    context = {
        "form": EndForm(cancel=reverse("council:absences")),
        "absence": absence,
        "now": absence.first_day <= moment.today(),
    }
    return render(request, "backoffice/absences/end.html", context)


def _recorded(request: HttpRequest, actor: Actor, person: User, form: AbsenceForm) -> bool:
    """Whether it was recorded; a refusal stands at its field."""
    data = form.cleaned_data
    try:
        made = people.set_absence(
            actor=actor,
            user_id=person.pk,
            substitute_id=int(data["substitute"]),
            first_day=data["first_day"],
            last_day=data["last_day"],
        )
    except Refused as refusal:
        if refusal.code not in FIELDS:
            raise
        form.add_error(FIELDS[refusal.code], refusal.reason)
        return False
    messages.success(request, _told(made))
    return True


def _told(made: Absence) -> str:
    return f"{made.user.name} is recorded as away, {days_of(made)}. {made.substitute.name} has the work meanwhile."
