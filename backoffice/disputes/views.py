"""The list of all disputed actuals, and raising a dispute of a week."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of, day_in, number_in
from backoffice.casework.commanding import carried
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from workflows.disputes import commands, selectors
from workflows.disputes.selectors import ORDER, STATUSES, Filters
from workflows.engine import door
from workflows.engine import selectors as engine
from workflows.parties.actor import Actor

from .forms import RaiseForm
from .present import KIND
from .tables import Differing, Listed


@staff(reads=KIND)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All disputed rows, with the guide's filters and the provider's."""
    actor, asked = actor_of(request), _asked(request)
    page = page_by_key(selectors.listed(actor, asked), ORDER, request.GET)
    engine.viewed_clients(actor, "disputes", None, {row["client_id"] for row in page.items})
    context = {
        "table": Listed(page.items),
        "pages": page,
        "asked": asked,
        "statuses": [("", "Any status"), *((str(key), words) for key, words in STATUSES.items())],
        "providers": [("", "Any provider"), *((str(pk), name) for pk, name in selectors.organisations(actor))],
        "provider": str(asked.organisation_id or ""),
        "clients": [("", "Any client"), *((str(pk), name) for pk, name in selectors.clients(actor))],
        "client": str(asked.client_id or ""),
    }
    return render(request, "backoffice/disputes/list.html", context)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def raise_one(request: HttpRequest, week_id: int) -> HttpResponse:
    """Dispute lines of a week that differ; those that the council's rule disputes are ticked already."""
    actor = actor_of(request)
    week, rows = selectors.disputable(actor, week_id)
    turns = engine.open_turns(week_id)
    group = week.case.service.group if week.case.service else None
    if refusal := door.may(actor, "dispute", week.case, turns[0] if turns else None, group):
        raise refusal
    form = RaiseForm.of(request, initial={"task": turns[0].pk}, cancel=reverse("council:disputes"))
    chosen = [int(each) for each in request.POST.getlist("lines") if each.isascii() and each.isdigit()]
    if request.method == "POST" and form.is_valid() and _some(form, chosen):
        outcome = carried(form, lambda: _raise(actor, week_id, chosen, form))
        if outcome is not None:
            messages.success(request, "The lines are disputed. The provider is told.")
            return redirect("council:case", outcome.answer["dispute"])
    engine.viewed_clients(actor, "actuals.dispute", week_id, {each.line.client_id for each in rows})
    ticked = chosen if request.method == "POST" else [each.pk for each in rows if each.disputable]
    context = {"form": form, "table": Differing(rows, ticked=ticked), "week": week, "case": week.case}
    return render(request, "backoffice/disputes/raise.html", context)


def _some(form: RaiseForm, chosen: list[int]) -> bool:
    if not chosen:
        form.add_error(None, "Tick at least one line")
    return bool(chosen)


def _raise(actor: Actor, week_id: int, lines: list[int], form: RaiseForm) -> Any:
    data = form.cleaned_data
    return commands.raise_dispute(
        actor=actor,
        week_id=week_id,
        task_id=data["task"] or 0,
        lines=lines,
        reason=data["reason"],
        key=str(data["client_key"]),
    )


def _asked(request: HttpRequest) -> Filters:
    status = request.GET.get("status", "")
    return Filters(
        client_id=number_in(request, "client"),
        first=day_in(request, "first"),
        last=day_in(request, "last"),
        status=status if status in STATUSES else "",
        organisation_id=number_in(request, "provider"),
    )
