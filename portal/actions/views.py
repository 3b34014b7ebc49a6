"""The pages of actions. Each first fetches through a selector, which knows whose the conversation is."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web import drafts
from backoffice.web.files import KEPT, FilesField
from backoffice.web.gate import needs
from backoffice.web.paging import page_by_key
from workflows.actions import commands, conversation, selectors
from workflows.actions.selectors import FUNCTION, ORDER, Filters, Page
from workflows.council.profile import current
from workflows.engine import moment, news
from workflows.engine.errors import Forbidden, Invalid, Refused, Stale

from ..asking import actor_of, awaiting_actions
from . import beginning, chapter
from .forms import ClosureForm, CommentForm, FilterForm, ReopenForm, TakeBackForm, TurnForm
from .showing import Shown
from .tables import Actions, prepared

POSTS = 30
INCOMPLETE = "The form was not complete. Open the action again and send it from there."
READ_ONLY = "Your role lets you read this action, not write in it."
Sends = Callable[[TurnForm, Page, Any], Any]


@needs(FUNCTION)
@require_GET
def actions(request: HttpRequest) -> HttpResponse:
    """The list, the last post first (norfolk-handbook §9)."""
    actor, now = actor_of(request), moment.now()
    form = FilterForm(request.GET)
    filters = form.filters()
    page = page_by_key(selectors.listed(actor, filters), ORDER, request.GET)
    filtered = filters != Filters()
    may = actor.may(FUNCTION, "edit")
    context = {
        "words": current().actions,
        "form": form,
        "table": Actions(prepared(page.items, now, mine=may), filtered=filtered),
        "page_of_list": page,
        "filtered": filtered,
        "tabs": chapter.tabs("actions"),
        "chapter": chapter.name(),
        "awaiting": awaiting_actions(request).count,
        "may_begin": may,
    }
    return render(request, "portal/actions/list.html", context)


@needs(FUNCTION, "edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new action (picture 09b); by GET with the choices so far, which a script asks for as they are made."""
    form = beginning.form_for(request)
    return beginning.receive(request, form) if request.method == "POST" else beginning.show(request, form)


@needs(FUNCTION)
@require_http_methods(["GET", "POST"])
def action(request: HttpRequest, action_id: int) -> HttpResponse:
    """The conversation, with the form to comment (picture 05a)."""
    page = selectors.page(actor_of(request), action_id)
    shown = _shown(request, page)
    form = CommentForm.of(request, initial=_turn_of(page))
    if request.method == "GET":
        return _show(request, shown, form)
    _require_writing(shown)
    try:
        sent = _sent(request, form, page, _comment)
    except Stale as stale:
        return _meanwhile(request, page, form, stale)
    return _done(request, page, "Your comment was sent.") if sent else _show(request, shown, form)


@needs(FUNCTION, "edit")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, action_id: int) -> HttpResponse:
    """Request its closure (suffolk-user-guide §4 steps 9 and 10)."""
    page = selectors.page(actor_of(request), action_id)
    told = f"Closure was requested. {_shown(request, page).closing_team} closes it and says why, or keeps it open."
    return _short(request, page, ClosureForm, _closure, "may_close", told, "Request closure")


@needs(FUNCTION, "edit")
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, action_id: int) -> HttpResponse:
    """Take back a notice that was a mistake; the payments it holds go on."""
    page = selectors.page(actor_of(request), action_id)
    told = "The notice is taken back. It no longer holds any payments."
    return _short(request, page, TakeBackForm, _take_back, "may_take_back", told, "Take the notice back")


@needs(FUNCTION, "edit")
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, action_id: int) -> HttpResponse:
    """Take a closed action up again."""
    page = selectors.page(actor_of(request), action_id)
    return _short(request, page, ReopenForm, _reopen, "may_reopen", "The action is open again.", "Reopen this action")


def _short(
    request: HttpRequest, page: Page, made_by: type[TurnForm], sends: Sends, allowed: str, told: str, heading: str
) -> HttpResponse:
    """A page with one short form about the turn that is open."""
    shown = _shown(request, page)
    _require_writing(shown)
    form = made_by.of(request, initial=_turn_of(page), cancel=reverse("portal:action", args=[page.case.pk]))
    if request.method == "POST" and _sent(request, form, page, sends):
        return _done(request, page, told)
    if request.method == "GET" and not getattr(shown, allowed):
        messages.info(request, "That cannot be done with the action as it stands now.")
        return redirect("portal:action", page.case.pk)
    context = {"shown": shown, "form": form, "heading": heading, "allowed": allowed}
    return render(request, "portal/actions/short.html", context)


def _sent(request: HttpRequest, form: TurnForm, page: Page, sends: Sends) -> bool:
    """Carry out a posted form; False when it is to be shown again with what is wrong."""
    right = form.is_valid()
    if form.broken:
        raise Refused(INCOMPLETE, "incomplete")
    if not right:
        return False
    try:
        sends(form, page, actor_of(request))
    except Invalid as invalid:
        for name, fault in invalid.faults.items():
            form.add_error(name if name in form.fields else None, fault)
        return False
    drafts.finish(request)
    return True


def _common(form: TurnForm, page: Page, actor: Any) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "actor": actor,
        "case_id": page.case.pk,
        "task_id": data["task"],
        "text": data["text"],
        "key": str(data["client_key"]),
    }


def _files(form: TurnForm) -> list[int]:
    return [each.pk for each in form.cleaned_data["files"]]


def _comment(form: TurnForm, page: Page, actor: Any) -> None:
    commands.comment(**_common(form, page, actor), file_ids=_files(form))


def _closure(form: TurnForm, page: Page, actor: Any) -> None:
    commands.request_closure(**_common(form, page, actor))


def _take_back(form: TurnForm, page: Page, actor: Any) -> None:
    commands.take_back(**_common(form, page, actor))


def _reopen(form: TurnForm, page: Page, actor: Any) -> None:
    commands.reopen(**_common(form, page, actor), file_ids=_files(form))


def _done(request: HttpRequest, page: Page, told: str) -> HttpResponse:
    messages.success(request, told)
    return redirect("portal:action", page.case.pk)


def _meanwhile(request: HttpRequest, page: Page, form: CommentForm, stale: Stale) -> HttpResponse:
    """Somebody did something while it was written: what they did is shown, and what was typed stands ready again."""
    fresh = _shown(request, selectors.page(actor_of(request), page.case.pk))
    if not fresh.asks:
        raise stale
    data = cast("QueryDict", form.data).copy()
    data["task"] = str(_turn_of(fresh.page)["task"])
    data.setlist(f"files_{KEPT}", [str(each) for each in _files(form)])
    again = CommentForm(data, quiet=True)
    cast("FilesField", again.fields["files"]).bind(request, "files")
    return _show(request, fresh, again, stale)


def _show(request: HttpRequest, shown: Shown, form: CommentForm, stale: Stale | None = None) -> HttpResponse:
    page = shown.page
    told = conversation.events(page.case.pk, conversation.VERBS)
    posts = page_by_key(told, conversation.ORDER, request.GET, size=POSTS)
    pieces = conversation.pieces(list(reversed(posts.items)))
    if request.method == "GET":
        news.opened(actor_of(request), "action", page.case.pk, page.case.client_id)
    context = {
        "shown": shown,
        "posts": shown.said(pieces, first=not posts.next),
        "earlier": posts.next,
        "later": posts.previous,
        "form": form if shown.asks and not posts.previous else None,
        "stale": stale,
        "chapter": chapter.name(),
        "words": current().actions,
    }
    return render(request, "portal/actions/action.html", context, status=409 if stale else 200)


def _shown(request: HttpRequest, page: Page) -> Shown:
    return Shown(page, actor_of(request), moment.now())


def _turn_of(page: Page) -> Mapping[str, Any]:
    return {"task": page.turn.pk if page.turn else ""}


def _require_writing(shown: Shown) -> None:
    if not shown.may_write:
        raise Forbidden(READ_ONLY)
