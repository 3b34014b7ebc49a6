"""Care package lines: one line, and a new one."""

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework import worklist
from backoffice.casework.asking import actor_of, works_for
from backoffice.casework.commanding import carried
from backoffice.casework.terms_form import OWN
from backoffice.web.clock import clock_of
from backoffice.web.gate import staff, teams_of_desk
from backoffice.web.pieces import Fact, Row
from backoffice.web.planned import planned_visits
from backoffice.web.words import date_range, date_words, per_week, upper_first
from workflows.contracts import selectors as contracts
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.parties.selectors import team_names
from workflows.register import commands, selectors
from workflows.register.models import CarePackageLine
from workflows.register.rules import plain, weekly_cost

from . import authorising, story
from .forms import AddForm, ChooseService
from .tables import LineDocuments, Prices, Waiting, cost_of


@staff(reads="contract_document")
@require_GET
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """One line: what it says, its prices, its documents and its story."""
    actor = actor_of(request)
    found = selectors.line(actor, line_id)
    engine.viewed(actor, "line", found.pk, found.client_id)
    context = {
        "line": found,
        "facts": _facts(found),
        "rows": _rows(found),
        "prices": Prices(selectors.prices_of(found)),
        "unpublished": contracts.lines_to_publish(moment.today()).filter(pk=found.pk).exists(),
        "waiting": Waiting(_waiting(actor, found)),
        "suspensions": [date_range(each.start, each.end) for each in found.suspensions.order_by("start")],
        "contributions": [
            f"{per_week(each.amount)}, {date_range(each.start, each.end)}"
            for each in found.contributions.order_by("start")
        ],
        "documents": LineDocuments(_documents(actor, found)),
        "entries": story.entries(engine.story(f"line:{found.pk}")),
        "authorisations": authorising.of_line(found),
        "planned": planned_visits(found.visits.order_by("start", "pk")),
        "may_change": works_for(actor, "brokerage", found.service.group),
    }
    return render(request, "backoffice/lines/line.html", context)


@staff(desk="brokerage")
@require_http_methods(["GET", "POST"])
def choose_service(request: HttpRequest) -> HttpResponse:
    """The first step of a new line: where the care is provided."""
    services = list(selectors.services(actor_of(request)))
    form = ChooseService.of(request, services=services, cancel=reverse("council:lines"))
    if request.method == "POST" and form.is_valid():
        return redirect("council:line_add", form.cleaned_data["service"])
    return render(request, "backoffice/lines/form.html", {"form": form, "title": "New care package line: where?"})


@staff(desk="brokerage")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, service_id: int) -> HttpResponse:
    """The second step: everything else."""
    actor = actor_of(request)
    service = selectors.services(actor).filter(pk=service_id).first()
    if service is None:
        raise NotFound
    form = AddForm.of(
        request,
        contracts=list(selectors.contracts().filter(organisation=service.organisation_id)),
        levels=list(selectors.service_levels().filter(service_group=service.group)),
        cancel=reverse("council:line_new"),
    )
    if request.method == "POST" and form.is_valid():
        made = carried(form, partial(_add, actor, service_id, form), {"taken": "reference", "no_rate": "service_level"})
        if made is not None:
            messages.success(request, f"{made.reference} is added.")
            return redirect("council:register_line", made.pk)
    context = {"form": form, "title": f"New care package line at {service.name}", "caption": service.organisation.name}
    return render(request, "backoffice/lines/form.html", context)


def may_change(actor: Actor) -> bool:
    """Whether one of the person's teams does brokerage."""
    return bool(teams_of_desk("brokerage") & set(actor.teams))


def _add(actor: Actor, service_id: int, form: AddForm) -> CarePackageLine:
    data = form.cleaned_data
    temporary = data["temporary"] == "yes"
    return commands.add_line(
        actor=actor,
        reference=data["reference"],
        client_id=form.client.pk if form.client else 0,
        service_id=service_id,
        contract_id=int(data["contract"]),
        service_level_id=int(data["service_level"]),
        quantity=data["quantity"],
        start=data["start"],
        end=data["end"],
        temporary=temporary,
        review_date=data["review_date"] if temporary else None,
        unit_cost=data["own_price"] if data["pricing"] == OWN else None,
        lot=data["lot"],
        publish=data["publish"],
    )


def _facts(line: CarePackageLine) -> list[Fact]:
    return [
        Fact("Cost", cost_of(line) if line.unit_cost is None else per_week(weekly_cost(line.quantity, line.unit_cost))),
        Fact("Dates", upper_first(date_range(line.start, line.end))),
        Fact("Service level", line.service_level.name, _state(line)),
        Fact("Review date", date_words(line.review_date), "temporary" if line.temporary else "not temporary"),
    ]


def _state(line: CarePackageLine) -> str:
    today: date = moment.today()
    if line.suspended:
        return "suspended now"
    if line.end is not None and line.end < today:
        return "has ended"
    return "starts later" if line.start > today else "provided now"


def _rows(line: CarePackageLine) -> list[Row]:
    return [
        Row("Client", f"{line.client} (SSRef {line.client.ss_ref})"),
        Row("Service", line.service.name, [line.service.organisation.name]),
        Row("Contract", line.contract.reference, [line.contract.title]),
        Row("Quantity", f"{plain(line.quantity)} x {line.service_level.unit} ({line.service_level.contract_type})"),
        *([Row("Lot", line.lot)] if line.lot else []),
        Row("Start date", date_words(line.start)),
        Row("End date", date_words(line.end) if line.end else "None (open)"),
    ]


def _waiting(actor: Actor, line: CarePackageLine) -> list[dict[str, Any]]:
    """The open turns of the line's cases that this person may read: who has each, and until when."""
    turns = list(worklist.rows(contracts.turns_of_line(actor, line.pk)).order_by("due_at", "id"))
    teams = team_names({row["team_id"] for row in turns if row["team_id"]})
    now = timezone.now()
    found = []
    for row in turns:
        due = clock_of(row, now)
        href = reverse("council:case", args=[row["process_id"]])
        team = teams.get(row["team_id"], "")
        person = worklist.holder_words(row, actor.user_id) if team else ""
        side = team or line.service.organisation.name
        found.append({**row, "href": href, "clock": due, "side": side, "person": person})
    return found


def _documents(actor: Actor, line: CarePackageLine) -> list[dict[str, Any]]:
    """The line's contract documents that this person may read, the newest first."""
    found = contracts.of_line(actor, line.pk)
    for row in found:
        row["href"] = reverse("council:case", args=[row["case_id"]])
    return found
