"""The pages of one-off claims. Each first fetches through a selector, which knows whose the claim is."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web import claimed, drafts
from backoffice.web.clock import deadline
from backoffice.web.files import KEPT, FilesField
from backoffice.web.gate import needs
from backoffice.web.layout import only_finds
from backoffice.web.paging import page_by_key
from backoffice.web.stale import Told, again
from workflows.claims import commands, selectors
from workflows.claims.commands import module
from workflows.claims.selectors import FUNCTION, ORDER, Page
from workflows.engine import moment, news
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, Invalid, Stale

from ..asking import actor_of
from .forms import AnswerForm, FilterForm, NewClaimForm
from .showing import READ_ONLY, Shown
from .tables import Claims


@needs(FUNCTION, module="claims")
@require_GET
def claims(request: HttpRequest) -> HttpResponse:
    """The list, those sent last first."""
    actor, now = actor_of(request), moment.now()
    form = FilterForm(request.GET)
    filters = form.filters()
    page = page_by_key(selectors.listed(actor, filters), ORDER, request.GET)
    for row in page.items:
        row |= {"clock": deadline(row["due_at"], now).tag if row["due_at"] else None}
    engine.viewed_clients(actor, "claims", None, {row["client_id"] for row in page.items if row["client_id"]})
    context = {
        "form": form,
        "table": Claims(page.items, filtered=filters.some),
        "page_of_list": page,
        "chapter": claimed.name(),
        "words": module(),
        "may_begin": actor.may(FUNCTION, "edit"),
    }
    return render(request, "portal/claims/list.html", context)


@needs(FUNCTION, "edit", module="claims")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new claim, with its evidence; whatever is wrong, all that was typed and chosen stays."""
    actor = actor_of(request)
    form = NewClaimForm.of(
        request, claims=module(), actor=actor, initial=_begun(request), cancel=reverse("portal:claims")
    )
    if request.method != "POST":
        return _new(request, form)
    right = form.is_valid()
    if only_finds(request.POST):
        form.keep_only("files")
        return _new(request, form)
    if not right:
        return _new(request, form)
    try:
        done = commands.submit(actor=actor, asked=form.asked(), file_ids=_files(form), key=_key(form))
    except Invalid as invalid:
        for name, fault in invalid.faults.items():
            form.add_error(name if name in form.fields else None, fault)
        return _new(request, form)
    drafts.finish(request)
    case = selectors.page(actor, done.case_id).case
    messages.success(request, f"Your claim was sent. Its reference is {case.reference}.")
    return redirect("portal:claim", done.case_id)


@needs(FUNCTION, module="claims")
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """A claim and its story, with the form that answers a query."""
    actor = actor_of(request)
    page = selectors.page(actor, claim_id)
    form = AnswerForm.of(request, initial=_turn_of(page))
    if request.method != "POST":
        return _show(request, page, form)
    if not actor.may(FUNCTION, "edit", page.case.service_id):
        raise Forbidden(READ_ONLY)
    if not form.is_valid():
        return _show(request, page, form)
    try:
        _answer(request, page, form)
    except Stale as stale:
        return _meanwhile(request, form, claim_id, stale)
    except Invalid as invalid:
        for name, fault in invalid.faults.items():
            form.add_error(name if name in form.fields else None, fault)
        return _show(request, page, form)
    drafts.finish(request)
    messages.success(request, f"{page.case.reference}: your answer was sent. The council decides.")
    return redirect("portal:claim", claim_id)


def _answer(request: HttpRequest, page: Page, form: AnswerForm) -> None:
    data = form.cleaned_data
    commands.answer(
        actor=actor_of(request),
        case_id=page.case.pk,
        task_id=data["task"] or 0,
        text=data["text"],
        amount=data["amount"],
        file_ids=_files(form),
        key=_key(form),
    )


def _begun(request: HttpRequest) -> dict[str, Any]:
    """The line that the address names, if it does: ids only."""
    line = request.GET.get("line", "")
    return {"about": f"line:{line}"} if line.isascii() and line.isdigit() else {}


def _turn_of(page: Page) -> dict[str, Any]:
    return {"task": page.turn.pk if page.turn else "", "amount": page.claim.amount}


def _files(form: NewClaimForm | AnswerForm) -> list[int]:
    return [each.pk for each in form.cleaned_data.get("files", [])]


def _key(form: NewClaimForm | AnswerForm) -> str:
    return str(form.cleaned_data["client_key"])


def _new(request: HttpRequest, form: NewClaimForm) -> HttpResponse:
    context = {"form": form, "chapter": claimed.name(), "words": module()}
    return render(request, "portal/claims/new.html", context)


def _show(request: HttpRequest, page: Page, form: AnswerForm, stale: Told | None = None) -> HttpResponse:
    actor = actor_of(request)
    shown = Shown(page, actor, moment.now())
    if request.method == "GET":
        news.opened(actor, "claim", page.case.pk, page.case.client_id)
    context = {
        "shown": shown,
        "rows": claimed.rows(page),
        "entries": claimed.entries(page, inside=False),
        "form": form if shown.may_answer else None,
        "stale": stale,
        "chapter": claimed.name(),
    }
    return render(request, "portal/claims/claim.html", context, status=409 if stale else 200)


def _meanwhile(request: HttpRequest, form: AnswerForm, claim_id: int, stale: Stale) -> HttpResponse:
    """Somebody was faster: the claim as it is now, with what was typed where it can still be sent."""
    page = selectors.page(actor_of(request), claim_id)
    if not Shown(page, actor_of(request), moment.now()).may_answer:
        raise stale
    data = cast("QueryDict", form.data).copy()
    data["task"] = str(page.turn.pk if page.turn else "")
    data.setlist(f"files_{KEPT}", [str(each) for each in _files(form)])
    renewed = AnswerForm(data, quiet=True)
    cast("FilesField", renewed.fields["files"]).bind(request, "files")
    return _show(request, page, again(renewed), Told(stale.who, stale.what, stale.when, [], data))
