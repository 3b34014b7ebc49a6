"""The pages of disputes. Each first fetches through a selector, which knows whose the dispute is."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web import disputed
from backoffice.web.clock import deadline
from backoffice.web.gate import needs
from backoffice.web.paging import page_by_key
from backoffice.web.stale import Told, again
from workflows.disputes import commands, selectors
from workflows.disputes.selectors import FUNCTION, ORDER, Page
from workflows.engine import moment, news
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, Invalid, Stale
from workflows.parties.actor import Actor

from ..asking import actor_of
from .forms import FilterForm, ResponseForm
from .showing import READ_ONLY, Shown
from .tables import Disputes, EditableRows


@needs(FUNCTION, module="actuals")
@require_GET
def disputes(request: HttpRequest) -> HttpResponse:
    """The list, with the guide's filters (bedford-actuals-guide "Disputes" steps 1 and 2)."""
    actor, now = actor_of(request), moment.now()
    form = FilterForm(request.GET, selectors.clients(actor))
    filters = form.filters()
    page = page_by_key(selectors.listed(actor, filters), ORDER, request.GET)
    mine = actor.may(FUNCTION, "edit")
    for row in page.items:
        row |= {"mine": mine, "clock": deadline(row["due_at"], now).tag if row["due_at"] else None}
    engine.viewed_clients(actor, "disputes", None, {row["client_id"] for row in page.items})
    context = {
        "form": form,
        "table": Disputes(page.items, filtered=filters.some),
        "page_of_list": page,
        "chapter": disputed.name(),
        "tabs": disputed.chapter("disputes"),
    }
    return render(request, "portal/disputes/list.html", context)


@needs(FUNCTION, module="actuals")
@require_http_methods(["GET", "POST"])
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """A dispute, with Response, evidence and Update Request Resolution (step 3)."""
    actor = actor_of(request)
    page = selectors.page(actor, dispute_id)
    form = ResponseForm.of(request, initial={"task": page.turn.pk if page.turn else ""})
    if request.method != "POST":
        return _show(request, page, form)
    if not actor.may(FUNCTION, "edit", page.case.service_id):
        raise Forbidden(READ_ONLY)
    if not form.is_valid():
        return _show(request, page, form)
    try:
        _answer(actor, page, form)
    except Stale as stale:
        return _meanwhile(request, form, dispute_id, stale)
    except Invalid as invalid:
        form.add_error("text", next(iter(invalid.faults.values())))
        return _show(request, page, form)
    messages.success(request, f"{page.case.reference}: your response was sent. The council decides.")
    return redirect("portal:dispute", dispute_id)


def _show(request: HttpRequest, page: Page, form: ResponseForm, stale: Told | None = None) -> HttpResponse:
    actor = actor_of(request)
    shown = Shown(page, actor, moment.now())
    if request.method == "GET":
        news.opened(actor, "dispute", page.case.pk)
        engine.viewed_clients(actor, "dispute", page.case.pk, {each.line_week.line.client_id for each in page.rows})
    answers = shown.may_answer
    context = {
        "shown": shown,
        "table": EditableRows(page.rows) if answers else disputed.Rows(page.rows),
        "entries": disputed.entries(page, inside=False),
        "form": form if answers else None,
        "stale": stale,
        "chapter": disputed.name(),
    }
    return render(request, "portal/disputes/dispute.html", context, status=409 if stale else 200)


def _answer(actor: Actor, page: Page, form: ResponseForm) -> None:
    data = form.cleaned_data
    commands.answer(
        actor=actor,
        case_id=page.case.pk,
        task_id=data["task"] or 0,
        text=data["text"],
        file_ids=[each.pk for each in data["files"]],
        key=str(data["client_key"]),
    )


def _meanwhile(request: HttpRequest, form: ResponseForm, dispute_id: int, stale: Stale) -> HttpResponse:
    """Somebody was faster: the dispute as it is now, with what was typed where it can still be sent."""
    page = selectors.page(actor_of(request), dispute_id)
    if not Shown(page, actor_of(request), moment.now()).may_answer:
        raise stale
    data = cast("QueryDict", form.data).copy()
    data["task"] = str(page.turn.pk if page.turn else "")
    renewed = ResponseForm(data, quiet=True)
    return _show(request, page, again(renewed), Told(stale.who, stale.what, stale.when, [], data))
