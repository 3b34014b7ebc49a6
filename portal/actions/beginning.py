"""A new action, from the page that leads to it to its receipt (suffolk-user-guide §4 steps 2 to 13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from backoffice.web import drafts
from backoffice.web.layout import only_finds
from backoffice.web.words import weekday_date
from workflows.actions import commands, entities, rules, selectors
from workflows.actions.flow import ANSWER, FIRST
from workflows.actions.rules import Asked, Related
from workflows.actions.selectors import Filters
from workflows.actions.switching import switched
from workflows.contracts import selectors as contracts
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.door import Outcome
from workflows.engine.errors import Invalid, Refused
from workflows.invoices import acting as invoicing
from workflows.invoices import selectors as invoices
from workflows.parties.actor import Actor

from ..asking import actor_of
from ..council import team_name
from . import chapter
from .forms import CONTINUE, NewActionForm, Offer
from .showing import promised, sooner_words

DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same notice, which is open already."""

    sentence: str
    href: str
    reference: str


def form_for(request: HttpRequest) -> NewActionForm:
    """The form, prefilled by the address that led here; NotFound for a line or a document of somebody else."""
    actor = actor_of(request)
    able = switched(actor.organisation_id)
    initial = _begun(actor, request)
    return NewActionForm.of(
        request,
        initial=initial,
        offer=Offer.to(actor, able, initial.get("line")),
        promised=promised(ANSWER, moment.now()).date(),
        switched=able,
        cancel=reverse("portal:actions"),
    )


def receive(request: HttpRequest, form: NewActionForm) -> HttpResponse:
    """Carry out what was posted: the next choices, the action, or the form again with what is wrong."""
    right = form.is_valid()
    if CONTINUE in request.POST or only_finds(request.POST):
        form.keep_only("files")
        return show(request, form)
    if not right:
        return show(request, form)
    try:
        outcome = _send(request, form)
    except Invalid as invalid:
        for name, fault in invalid.faults.items():
            form.add_error(name if name in form.fields else None, fault)
        return show(request, form)
    except Refused as refusal:
        if refusal.code != DUPLICATE:
            raise
        return show(request, form, _earlier(actor_of(request), form.asked(), refusal), status=409)
    drafts.finish(request)
    messages.success(request, _told(actor_of(request), outcome.case_id, form.asked()))
    return redirect("portal:action", outcome.case_id)


def show(request: HttpRequest, form: NewActionForm, earlier: Earlier | None = None, status: int = 200) -> HttpResponse:
    """The page of the form."""
    context = {"form": form, "earlier": earlier, "chapter": chapter.name(), "words": current().actions}
    return render(request, "portal/actions/new.html", context, status=status)


def _begun(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    """What the address says the action is about: ids and keys only."""
    asked: Mapping[str, str] = request.GET
    begun: dict[str, Any] = {name: asked[name] for name in ("type", "related", "entity") if asked.get(name)}
    line_id = asked.get("line") or request.POST.get("line") or ""
    if asked.get("document", "").isdecimal():
        case = contracts.page(actor, int(asked["document"])).case
        begun["title"] = f"{current().contract_documents.type_label} {case.reference}"
    if asked.get("invoice", "").isdecimal() and current().invoices is not None:
        begun = {**begun, **_about_invoice(actor, int(asked["invoice"]))}
    if line_id.isdecimal() and len(line_id) < 19:
        line = entities.line_of(actor, int(line_id))
        about = {"related": str(Related.CLIENT), "entity": f"{Related.CLIENT}:{line.client_id}"}
        begun = {**about, **begun, "line": line.pk}
    return begun


def _about_invoice(actor: Actor, invoice_id: int) -> dict[str, Any]:
    """What an action that asks about an invoice begins with (bedford-actuals-guide "Create an Action requesting
    support"): of its contract, with its reference; NotFound for somebody else's."""
    page = invoices.page(actor, invoice_id)
    contract = page.payment.contract_id
    about = {"related": str(Related.CONTRACT), "entity": f"{Related.CONTRACT}:{contract}"}
    return {**about, "type": invoicing.profile().support, "title": f"Invoice {page.case.reference}"}


def _send(request: HttpRequest, form: NewActionForm) -> Outcome:
    data = form.cleaned_data
    return commands.open_action(
        actor=actor_of(request),
        asked=form.asked(),
        file_ids=[each.pk for each in data["files"]],
        line_id=data["line"] if data["related"] == Related.CLIENT else None,
        key=str(data["client_key"]),
    )


def _earlier(actor: Actor, asked: Asked, refusal: Refused) -> Earlier:
    """The open action that says the same, with its address when this person may read it."""
    same = Filters(open_only=True, type=asked.type, client_id=asked.entity)
    row = selectors.listed(actor, same).order_by("case_id").first()
    if row is None:
        return Earlier(refusal.reason, "", "")
    return Earlier(refusal.reason, reverse("portal:action", args=[row["case_id"]]), row["reference"])


def _told(actor: Actor, case_id: int, asked: Asked) -> str:
    """The acknowledgement: reference, who has it, by when."""
    case = selectors.page(actor, case_id).case
    team = case.holder_team.name if case.holder_team else team_name(asked.team)
    answer = promised(ANSWER, case.created).date()
    words = (
        f"Your action was sent. Its reference is {case.reference}. {team} has it, and will respond by "
        f"{weekday_date(promised(FIRST, case.created))} and answer by {weekday_date(answer)}."
    )
    if rules.sooner(asked.wanted_by, answer):
        words += f" You asked for an answer by {weekday_date(asked.wanted_by)}. {sooner_words(answer)}"
    return words
