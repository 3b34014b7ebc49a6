"""What Brokerage does with a document: amend and republish, withdraw, terminate."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of, works_for
from backoffice.casework.commanding import carried
from backoffice.casework.terms import Standing, draft, standing
from backoffice.casework.terms_form import price_words
from backoffice.web.gate import staff
from backoffice.web.stale import Told, again, read_as, told
from workflows.contracts import commands
from workflows.contracts import selectors as contracts
from workflows.contracts.rules import Change, State, changes, figures, money_moved, thawed
from workflows.engine import door, reading
from workflows.engine.errors import Forbidden, Refused, Stale
from workflows.parties.actor import Actor
from workflows.register import commands as register
from workflows.register import selectors as lines

from .forms import AmendForm, StopForm
from .present import view_of

KIND = "contract_document"
NOT_TYPED = {"csrfmiddlewaretoken", "step"}


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, case_id: int) -> HttpResponse:
    """Change the line and publish a new version: type, check what changes, confirm. Nothing is written before that."""
    actor = actor_of(request)
    page = contracts.page(actor, case_id)
    _enter(request, page)
    if page.case.state != State.REJECTED or page.turn is None:
        return _too_late(request, page)
    now = standing(lines.line(actor, page.document.line_id))
    refusal = _refusal(page, actor, "republish")
    if request.method != "POST":
        _let_in(refusal)
        return _amending(request, page, _form(request, page, now))
    if request.POST.get("step") == "edit":
        return _amending(request, page, _form(request, page, now, data=request.POST, quiet=True))
    form = _form(request, page, now, data=request.POST)
    if not form.is_valid():
        return _amending(request, page, form)
    if stale := _moved_on(page, now, form):
        return _again(request, actor, case_id, door.noted(stale, actor, "republish", case_id))
    if isinstance(refusal, Forbidden):
        return _not_yours(request, page, form, refusal)
    if refusal is not None:  # the turn ended between two of this page's queries: somebody was faster just now
        return _too_late(request, contracts.page(actor, case_id))
    if request.POST.get("step") != "confirm":
        return _checking(request, page, now, form)
    return _republish(request, actor, page, form)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, case_id: int) -> HttpResponse:
    """Withdraw a rejected document for a reason."""
    return _stop(request, case_id, "withdraw", commands.withdraw, frozenset({State.REJECTED}))


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def terminate(request: HttpRequest, case_id: int) -> HttpResponse:
    """Terminate a published, rejected or accepted document for a reason."""
    allowed = frozenset({State.PUBLISHED, State.REJECTED, State.ACCEPTED})
    return _stop(request, case_id, "terminate", commands.terminate, allowed)


def _form(
    request: HttpRequest, page: contracts.Page, now: Standing, *, data: QueryDict | None = None, quiet: bool = False
) -> AmendForm:
    if data is None:
        return AmendForm.of(request, **_options(page, now))
    return AmendForm(data, quiet=quiet, **_options(page, now))


def _options(page: contracts.Page, now: Standing) -> dict[str, Any]:
    return {
        "now": now,
        "moved": page.moved,
        "initial": {"case_version": page.case.version},
        "cancel": reverse("council:case", args=[page.case.pk]),
    }


def _refusal(page: contracts.Page, actor: Actor, verb: str) -> Refused | None:
    """Why this person may not use a verb here, as the door says: a colleague may have claimed the turn."""
    service = page.case.service
    return door.may(actor, verb, page.case, page.turn, service.group if service else None)


def _enter(request: HttpRequest, page: contracts.Page) -> None:
    """For the team of the desk and the team that has the turn; whoever had it may send twice, or be told of it."""
    actor, group = actor_of(request), page.case.service.group if page.case.service else None
    if any(works_for(actor, "brokerage", group, turn) for turn in (page.turn, None)):
        return
    if door.answered(actor, request.POST.get("client_key", "")) is None:
        raise Forbidden("This is for the team whose turn it is.")


def _let_in(refusal: Refused | None) -> None:
    """Open a form only for whoever may send it."""
    if isinstance(refusal, Forbidden):
        raise refusal


def _not_yours(request: HttpRequest, page: contracts.Page, form: AmendForm, refusal: Refused) -> HttpResponse:
    """The form as it was typed, with why it cannot be sent."""
    form.add_error(None, refusal.reason)
    return _amending(request, page, form, status=403)


def _amending(
    request: HttpRequest, page: contracts.Page, form: AmendForm, *, stale: Told | None = None, status: int = 200
) -> HttpResponse:
    view = view_of(page, actor_of(request))
    context = {"form": form, "view": view, "case": page.case, "stale": stale, "price": price_words(form.now)}
    return render(request, "backoffice/contract_documents/amend.html", context, status=409 if stale else status)


def _checking(request: HttpRequest, page: contracts.Page, now: Standing, form: AmendForm) -> HttpResponse:
    """Show the draft against the last version, with the money it moves."""
    latest, terms = page.latest, draft(now, form.wanted)
    if terms is None:
        raise ValueError("the form has refused terms without a price")
    weekly, yearly = money_moved(latest.weekly, terms.weekly_cost)
    found: list[Change] = changes(thawed(latest.figures), figures(terms), latest.weekly, terms.weekly_cost)
    context = {
        "case": page.case,
        "view": view_of(page, actor_of(request)),
        "changes": found,
        "same": len(latest.figures) - len(found),
        "weekly": weekly,
        "yearly": yearly,
        "number": latest.number + 1,
        "explanation": form.cleaned_data["explanation"],
        "typed": list(_typed(request.POST)),
    }
    return render(request, "backoffice/contract_documents/check.html", context)


def _republish(request: HttpRequest, actor: Actor, page: contracts.Page, form: AmendForm) -> HttpResponse:
    data = form.cleaned_data
    change = partial(
        register.change_line,
        actor=actor,
        line_id=page.document.line_id,
        version=data["line_version"],
        turn_id=page.turn.pk if page.turn else None,
        **form.changed,
    )
    command = partial(
        commands.republish,
        actor=actor,
        case_id=page.case.pk,
        task_id=page.turn.pk if page.turn else 0,
        version=data["case_version"],
        explanation=data["explanation"],
        key=str(data["client_key"]),
        amend=change if form.changed else None,
    )
    try:
        done = carried(form, command)
    except Stale as stale:
        return _again(request, actor, page.case.pk, stale)
    except Forbidden as refusal:
        return _not_yours(request, page, form, refusal)
    if done is None:
        return _amending(request, page, form)
    messages.success(request, f"Version {page.latest.number + 1} is published. {page.case.organisation.name} is told.")
    return redirect("council:case", page.case.pk)


def _moved_on(page: contracts.Page, now: Standing, form: AmendForm) -> Stale | None:
    """Who was faster, when the case or the line is no longer as the form was opened with."""
    if form.cleaned_data["case_version"] != page.case.version:
        return reading.stale(page.case, page.case.flow_class)
    if form.cleaned_data["line_version"] not in {None, now.line.version}:
        last = lines.line_story(now.line.pk).last()
        return Stale(last.actor.name if last else "Somebody", "changed the line", last.at if last else None)
    return None


def _again(request: HttpRequest, actor: Actor, case_id: int, refusal: Stale) -> HttpResponse:
    """The form opened anew on what is there now, with what was typed, and what the other changed field by field."""
    page = contracts.page(actor, case_id)
    now = standing(lines.line(actor, page.document.line_id))
    options = _options(page, now)
    if page.case.state != State.REJECTED or page.turn is None:
        read_as(request, AmendForm(**options))
        raise refusal
    stale = told(refusal, AmendForm(**options), request.POST)
    return _amending(request, page, again(AmendForm(stale.data, quiet=True, **options)), stale=stale)


def _too_late(request: HttpRequest, page: contracts.Page) -> HttpResponse:
    """It does not wait to be amended any more: the same form sent twice, somebody was faster, or an old link."""
    if request.method != "POST":
        messages.info(request, "This document is not waiting to be amended any more.")
        return redirect("council:case", page.case.pk)
    now = standing(lines.line(actor_of(request), page.document.line_id))
    read_as(request, AmendForm(**_options(page, now)))
    if request.POST.get("step") == "confirm":
        # The door knows whether this very form has had its effect; if not, it raises who was faster.
        commands.republish(
            actor=actor_of(request),
            case_id=page.case.pk,
            task_id=page.turn.pk if page.turn else None,  # type: ignore[arg-type]
            version=0,
            explanation=str(request.POST.get("explanation", "")).replace("\r\n", "\n").strip(),
            key=request.POST.get("client_key", ""),
        )
    else:
        stale = reading.stale(page.case, page.case.flow_class)
        raise door.noted(stale, actor_of(request), "republish", page.case.pk)
    return redirect("council:case", page.case.pk)


def _stop(
    request: HttpRequest, case_id: int, verb: str, command: Callable[..., object], allowed: frozenset[State]
) -> HttpResponse:
    actor = actor_of(request)
    page = contracts.page(actor, case_id)
    _enter(request, page)
    if page.case.state not in allowed and request.method != "POST":
        messages.info(request, f"There is nothing to {verb}: this document is {page.case.state}.")
        return redirect("council:case", page.case.pk)
    options = _stop_options(page, verb)
    form, stale, status = StopForm.of(request, **options), None, 200
    if request.method != "POST":
        _let_in(_refusal(page, actor, verb))
    elif form.is_valid():
        if page.case.state not in allowed and form.cleaned_data["case_version"] == page.case.version:
            raise door.noted(reading.stale(page.case, page.case.flow_class), actor, verb, case_id)
        try:
            done = carried(form, partial(_carry_out, command, actor, page, form))
        except Stale as refusal:
            page = contracts.page(actor, case_id)
            if page.case.state not in allowed:
                raise
            options = _stop_options(page, verb)
            stale = told(refusal, StopForm(**options), request.POST)
            form = again(StopForm(stale.data, quiet=True, **options))
        except Forbidden as refusal:
            form.add_error(None, refusal.reason)
            status = 403
        else:
            if done is not None:
                name = page.case.organisation.name
                messages.success(request, f"{page.case.reference} is terminated. {name} is told.")
                return redirect("council:case", case_id)
    context = {"form": form, "view": view_of(page, actor), "case": page.case, "verb": verb, "stale": stale}
    return render(request, "backoffice/contract_documents/stop.html", context, status=409 if stale else status)


def _stop_options(page: contracts.Page, verb: str) -> dict[str, Any]:
    return {
        "verb": verb,
        "initial": {"case_version": page.case.version},
        "cancel": reverse("council:case", args=[page.case.pk]),
    }


def _carry_out(command: Callable[..., object], actor: Actor, page: contracts.Page, form: StopForm) -> object:
    return command(
        actor=actor,
        case_id=page.case.pk,
        task_id=page.turn.pk if page.turn else None,
        version=form.cleaned_data["case_version"],
        text=form.cleaned_data["text"],
        key=str(form.cleaned_data["client_key"]),
    )


def _typed(data: QueryDict) -> Iterable[tuple[str, str]]:
    return ((name, value) for name in data if name not in NOT_TYPED for value in data.getlist(name))
