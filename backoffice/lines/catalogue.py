"""What lines refer to: clients, contracts, service levels, rates; and the uplift with its preview."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.words import difference
from workflows.council.profile import current
from workflows.engine import holds, moment
from workflows.engine import selectors as engine
from workflows.engine.duties import require_desk
from workflows.engine.errors import NotFound
from workflows.parties.models import Client
from workflows.register import catalogue, selectors
from workflows.register.models import Contract, Rate, ServiceLevel
from workflows.register.rules import UpliftPreview, amount_on

from .catalogue_forms import (
    ClientForm,
    ContractForm,
    FindClientForm,
    LevelForm,
    NewClientForm,
    NewContractForm,
    RateForm,
    UpliftForm,
)
from .tables import Contracts, Levels, Rates
from .views import may_change

#: Whose desks make and change contracts, as the commands have it.
PROCURING = ("procurement", "brokerage")


@staff(reads="contract_document")
@require_http_methods(["GET", "POST"])
def clients(request: HttpRequest) -> HttpResponse:
    """Find a client by SSRef; nobody is listed, because nobody needs a list of everybody."""
    form = FindClientForm(request.POST) if request.method == "POST" else FindClientForm()
    if request.method == "POST" and form.is_valid():
        found = selectors.client_by_ss_ref(form.cleaned_data["ss_ref"])
        if found is not None:
            return redirect("council:client", found.pk)
        form.add_error("ss_ref", f"There is no client with the SSRef {form.cleaned_data['ss_ref']}")
    context = {"form": form, "brokerage": may_change(actor_of(request))}
    return render(request, "backoffice/lines/clients.html", context)


@staff(reads="contract_document")
@require_GET
def client(request: HttpRequest, client_id: int) -> HttpResponse:
    """One client, with the way to their lines."""
    actor, found = actor_of(request), _client(client_id)
    engine.viewed(actor, "client", found.pk, found.pk)
    count = selectors.lines(actor, historical=True).filter(client=found).order_by().count()
    held = holds.shown(actor, "client", found.pk)
    context = {"client": found, "count": count, "brokerage": may_change(actor), "legal_holds": held}
    return render(request, "backoffice/lines/client.html", context)


@staff(desk="brokerage")
@require_http_methods(["GET", "POST"])
def add_client(request: HttpRequest) -> HttpResponse:
    """A new client."""
    form = NewClientForm.of(request, cancel=reverse("council:clients"))
    made = _sent(request, form, lambda data: catalogue.add_client(actor=actor_of(request), **data), {"taken": "ss_ref"})
    if made is not None:
        messages.success(request, "The client is added.")
        return redirect("council:client", made.pk)
    return _form(request, form, "New client", reverse("council:clients"), "Clients")


@staff(desk="brokerage")
@require_http_methods(["GET", "POST"])
def change_client(request: HttpRequest, client_id: int) -> HttpResponse:
    """Correct a client's name."""
    found, href = _client(client_id), reverse("council:client", args=[client_id])
    initial = {"surname": found.surname, "forename": found.forename}
    form = ClientForm.of(request, initial=initial, cancel=href)
    command = partial(catalogue.change_client, actor=actor_of(request), client_id=client_id)
    if _sent(request, form, lambda data: command(**data)) is not None:
        messages.success(request, "The name is changed.")
        return redirect(href)
    return _form(request, form, "Correct the client's name", href, f"Client {found.ss_ref}")


@staff(reads="contract_document")
@require_GET
def contracts(request: HttpRequest) -> HttpResponse:
    """All contracts by reference."""
    page = page_by_key(selectors.contracts(), ("reference",), request.GET)
    for row in page.items:
        row.href = reverse("council:contract", args=[row.pk])
    context = {"table": Contracts(page.items), "pages": page, "may": _procures(request)}
    return render(request, "backoffice/lines/contracts.html", context)


@staff(reads="contract_document")
@require_GET
def contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    """One contract."""
    actor, council = actor_of(request), current()
    says_how = council.team_for("procurement", None) in actor.teams
    payments = council.payments is not None and (says_how or "scheduled_payment" in actor.reads)
    context = {"contract": _contract(contract_id), "may": _procures(request), "payments": payments}
    return render(request, "backoffice/lines/contract.html", context)


@staff(reads="contract_document")
@require_http_methods(["GET", "POST"])
def add_contract(request: HttpRequest) -> HttpResponse:
    """A new contract: of Procurement, or of Brokerage; who is of neither sees no form that would be refused."""
    require_desk(actor_of(request), None, *PROCURING)
    organisations = list(selectors.organisations())
    form = NewContractForm.of(request, organisations=organisations, cancel=reverse("council:contracts"))
    made = _sent(request, form, partial(_add_contract, request), {"taken": "reference"})
    if made is not None:
        messages.success(request, f"{made.reference} is added.")
        return redirect("council:contract", made.pk)
    return _form(request, form, "New contract", reverse("council:contracts"), "Contracts")


@staff(reads="contract_document")
@require_http_methods(["GET", "POST"])
def change_contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Change a contract's title and notes."""
    require_desk(actor_of(request), None, *PROCURING)
    found, href = _contract(contract_id), reverse("council:contract", args=[contract_id])
    form = ContractForm.of(request, initial={"title": found.title, "text": found.text}, cancel=href)
    command = partial(catalogue.change_contract, actor=actor_of(request), contract_id=contract_id)
    if _sent(request, form, lambda data: command(**data)) is not None:
        messages.success(request, "The contract is changed.")
        return redirect(href)
    return _form(request, form, f"Change contract {found.reference}", href, found.reference)


@staff(reads="contract_document")
@require_GET
def levels(request: HttpRequest) -> HttpResponse:
    """All service levels with today's general rate: the profile and one query for levels, one for rates."""
    page = page_by_key(selectors.service_levels(), ("name", "id"), request.GET)
    rates = selectors.general_rates(page.items)
    groups = {group.key: group.name for group in current().service_groups}
    for row in page.items:
        row.href = reverse("council:level", args=[row.pk])
        row.group_name = groups.get(row.service_group, row.service_group)
        row.rate = amount_on(rates.get(row.pk, []), moment.today())
    context = {"table": Levels(page.items), "pages": page, "brokerage": may_change(actor_of(request))}
    return render(request, "backoffice/lines/levels.html", context)


@staff(reads="contract_document")
@require_GET
def level(request: HttpRequest, level_id: int) -> HttpResponse:
    """One service level with all its rates."""
    found = _level(level_id)
    rates = list(found.rates.select_related("organisation", "contract").order_by("contract", "organisation", "-start"))
    for rate in rates:
        rate.scope = _scope(rate)  # type: ignore[attr-defined]
    context = {"level": found, "table": Rates(rates), "brokerage": may_change(actor_of(request))}
    return render(request, "backoffice/lines/level.html", context)


@staff(desk="brokerage")
@require_http_methods(["GET", "POST"])
def add_level(request: HttpRequest) -> HttpResponse:
    """A new service level; its rate follows on its page."""
    form = LevelForm.of(request, cancel=reverse("council:levels"))
    command = partial(catalogue.add_service_level, actor=actor_of(request))
    made = _sent(request, form, lambda data: command(**data), {"taken": "name"})
    if made is not None:
        messages.success(request, f"{made.name} is added. Set its rate now: without one its lines have no price.")
        return redirect("council:level", made.pk)
    return _form(request, form, "New service level", reverse("council:levels"), "Service levels")


@staff(desk="brokerage")
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, level_id: int) -> HttpResponse:
    """Set a rate for everybody, one organisation or one contract."""
    found, href = _level(level_id), reverse("council:level", args=[level_id])
    form = RateForm.of(
        request,
        organisations=list(selectors.organisations()),
        contracts=list(selectors.contracts()),
        cancel=href,
    )
    if _sent(request, form, partial(_set_rate, request, form, found.pk), {"not_possible": "start"}) is not None:
        messages.success(request, "The rate is saved.")
        return redirect(href)
    return _form(request, form, f"Set a rate for {found.name}", href, found.name)


@staff(desk="brokerage")
@require_http_methods(["GET", "POST"])
def uplift(request: HttpRequest, level_id: int) -> HttpResponse:
    """A new rate from a day on: typed, seen what it moves, confirmed. What moved meanwhile is shown again first."""
    found, href = _level(level_id), reverse("council:level", args=[level_id])
    form, step = UpliftForm.of(request, cancel=href), request.POST.get("step")
    if request.method != "POST" or step == "edit" or not form.is_valid():
        if step == "edit":
            form = UpliftForm(request.POST, quiet=True, cancel=href)
        return _form(request, form, f"Uplift: {found.name}", href, found.name)
    data = form.cleaned_data
    preview = selectors.uplift_preview(level_id, data["start"], data["amount"])
    if step == "confirm" and data["seen"] == _figures(preview):
        terms = {"service_level_id": level_id, "start": data["start"], "amount": data["amount"]}
        command = partial(catalogue.uplift, actor=actor_of(request), **terms)
        if carried(form, command, {"unchanged": "amount", "not_possible": "start"}) is None:
            return _form(request, form, f"Uplift: {found.name}", href, found.name)
        messages.success(request, f"The new rate of {found.name} is set.")
        return redirect(href)
    context = {
        "level": found,
        "preview": preview,
        "figures": _figures(preview),
        "typed": _typed(request),
        "moved": step == "confirm",
        "yearly": difference(preview.before, preview.after),
        "rate_moved": preview.new_amount - (preview.old_amount or 0),
    }
    return render(request, "backoffice/lines/uplift.html", context)


def _sent(
    request: HttpRequest,
    form: ConcordForm,
    command: Callable[[dict[str, Any]], Any],
    fields: dict[str, str] | None = None,
) -> Any:
    """What the command made of a valid form; None when there is nothing yet."""
    if request.method != "POST" or not form.is_valid():
        return None
    return carried(form, lambda: command(form.cleaned_data), fields)


def _form(request: HttpRequest, form: ConcordForm, title: str, href: str, text: str) -> HttpResponse:
    context = {"form": form, "title": title, "back_href": href, "back_text": text}
    return render(request, "backoffice/lines/form.html", context)


def _add_contract(request: HttpRequest, data: dict[str, Any]) -> Contract:
    return catalogue.add_contract(
        actor=actor_of(request),
        reference=data["reference"],
        organisation_id=int(data["organisation"]),
        title=data["title"],
        text=data["text"],
    )


def _set_rate(request: HttpRequest, form: RateForm, level_id: int, data: dict[str, Any]) -> Rate:
    return catalogue.set_rate(
        actor=actor_of(request),
        service_level_id=level_id,
        amount=data["amount"],
        start=data["start"],
        end=data["end"],
        **form.scope_ids(),
    )


def _figures(preview: UpliftPreview) -> str:
    """The figures that a person saw, in one word: confirmed is what was seen."""
    return f"{preview.old_amount}/{preview.lines}/{preview.before}/{preview.after}"


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    left_out = {"csrfmiddlewaretoken", "step", "seen"}
    return [(name, value) for name in request.POST if name not in left_out for value in request.POST.getlist(name)]


def _procures(request: HttpRequest) -> bool:
    council, teams = current(), set(actor_of(request).teams)
    return bool(teams & {council.team_for(desk, None) for desk in PROCURING})


def _scope(rate: Rate) -> str:
    if rate.contract is not None:
        return f"Contract {rate.contract.reference}"
    return rate.organisation.name if rate.organisation is not None else "Everybody"


def _client(client_id: int) -> Client:
    found = selectors.client(client_id)
    if found is None:
        raise NotFound
    return found


def _contract(contract_id: int) -> Contract:
    found = selectors.contracts().filter(pk=contract_id).first()
    if found is None:
        raise NotFound
    return found


def _level(level_id: int) -> ServiceLevel:
    found = selectors.service_levels().filter(pk=level_id).first()
    if found is None:
        raise NotFound
    return found
