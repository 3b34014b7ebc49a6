"""From a form to a request: the same way for contacts, roles, and details of the organisation and its services."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from backoffice.web import drafts
from backoffice.web.stale import again, told
from backoffice.web.words import listing, weekday_moment
from workflows.changes import commands, records, selectors
from workflows.changes.records import Record
from workflows.changes.rules import What, less_preferred, preferred
from workflows.council.profile import current
from workflows.engine.errors import Busy, Forbidden, NotFound, Refused, Stale

from ..asking import actor_of
from .forms import PLACES, RequestForm

FLYING = (Stale, Busy, NotFound, Forbidden)


def asked(
    request: HttpRequest,
    form_class: type[RequestForm],
    what: What,
    template: str,
    *,
    cancel: str,
    contact_id: int | None = None,
    service_id: int | None = None,
) -> HttpResponse:
    """Show the form, or send what was typed; what is refused stands on the form with everything as it was typed."""
    actor = actor_of(request)
    record = records.own(actor, what, contact_id=contact_id, service_id=service_id)
    options: dict[str, Any] = {
        "record": record,
        "services": records.services_of(record.organisation_id),
        "cancel": cancel,
    }
    form = form_class.of(request, **options)
    stale = None
    if request.method == "POST" and form.is_valid():
        try:
            return _sent(request, form, record)
        except FLYING:
            raise
        except Refused as refusal:
            if refusal.code == "moved":
                stale, form = _again(request, form_class, record, options)
            else:
                onto(form, refusal)
    context = {"form": form, "record": record, "stale": stale, "others": _open_about(request, record)}
    return render(request, template, context, status=409 if stale else 200)


def onto(form: Any, refusal: Refused) -> None:
    """Put a refusal onto a form: by field where the command names one."""
    for field, fault in getattr(refusal, "faults", {"": refusal.reason}).items():
        place = PLACES.get(field, field)
        form.add_error(place if place in form.fields else None, fault)


def _sent(request: HttpRequest, form: RequestForm, record: Record) -> HttpResponse:
    outcome = commands.ask(
        actor=actor_of(request),
        what=record.what,
        values=form.values(),
        seen=form.cleaned_data["seen"],
        key=str(form.cleaned_data["client_key"]),
        contact_id=record.contact.pk if record.contact else None,
        service_id=record.service.pk if record.service else None,
        confirmed=form.confirmed,
    )
    drafts.finish(request)
    profile = current().change_requests
    if less_preferred(profile, form.cleaned_data.get("portal_email", "")):
        messages.warning(request, f"The address is taken. One that ends in {preferred(profile)} is preferred.")
    return sent(request, outcome.case_id)


def sent(request: HttpRequest, case_id: int) -> HttpResponse:
    """Lead to the request: which it is, who has it, and until when."""
    page = selectors.page(actor_of(request), case_id)
    turn = page.turn
    told_by = f" They answer by {weekday_moment(turn.due_at)}." if turn and turn.due_at else ""
    team = turn.team.name if turn and turn.team else "The council"
    messages.success(request, f"Change request {page.case.reference} is sent. {team} has it.{told_by}")
    same = sorted({each for line in page.lines for each in line.others})
    if same:
        messages.info(request, f"{listing(same)} asks for some of the same fields and is open too.")
    return redirect("portal:change_request", case_id)


def _again(
    request: HttpRequest, form_class: type[RequestForm], record: Record, options: dict[str, Any]
) -> tuple[Any, RequestForm]:
    """The form once more on what is recorded now, with what was typed; who was faster stands above it."""
    who, when = selectors.last_change(record)
    stale = told(Stale(who, "changed what is recorded", when), form_class(**options), request.POST)
    return stale, again(form_class(stale.data, quiet=True, **options))


def _open_about(request: HttpRequest, record: Record) -> list[str]:
    """References of open requests about the same record."""
    if record.what is What.CONTACT_CREATION:
        return []
    about = {"contact_id": record.contact.pk} if record.contact else {}
    if record.service:
        about = {"service_id": record.service.pk}
    return [each.reference for each in selectors.awaiting(actor_of(request), **about)]
