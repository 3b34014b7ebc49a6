"""The page of a conversation: posts, receipts and inside notes in one line of time, and what can be done now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from backoffice.cases.frame import frame
from backoffice.cases.view import CaseView
from backoffice.web.files import FilesField
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Tag
from backoffice.web.stale import Told
from backoffice.web.words import weekday_date
from workflows.actions import conversation, selectors
from workflows.actions.conversation import Piece
from workflows.actions.flow import FIRST
from workflows.actions.rules import State
from workflows.council.profile import current
from workflows.engine import definitions, door
from workflows.engine.models import Attachment, Case
from workflows.engine.timing import limits
from workflows.parties.actor import Actor
from workflows.parties.teams import team_key

from .forms import ASK, CLOSE, KEEP, REOPEN, REPLY, TAKE_BACK, UPDATE, AnswerForm
from .present import View

SIZE = 25
#: What a post did beside saying something.
MARKS: Mapping[str, Tag] = {
    "ask_for_closure": Tag("Asks for closure", "purple"),
    "request_closure": Tag("Requests closure", "purple"),
    "take_back": Tag("Takes the notice back", "orange"),
    "close": Tag("Closed it, and explains why", "grey"),
    "keep_open": Tag("Keeps it open, and says why", "blue"),
    "reopen": Tag("Reopens it", "blue"),
}
INSIDE = "Inside note: the provider cannot see this"
STEPS = {"request_closure": "requested closure.", "hand_over": "handed it over to {}."}


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing in the thread: a post, an inside note, or a line about what happened."""

    kind: str  # provider, council, inside, receipt
    who: str
    of: str
    at: datetime
    paragraphs: str = ""
    mark: Tag | None = None
    files: Iterable[Attachment] = ()
    mentioned: str = ""
    receipt: str = ""


def view_of_id(actor: Actor, case_id: int) -> View:
    """One action as somebody sees it now; NotFound."""
    return View(selectors.page(actor, case_id), actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """The conversation: the first page of an action."""
    assert isinstance(view, View)  # noqa: S101 (kinds.py gives a kind its own views)
    return conversation_page(request, view, form_of(request, view))


def offered(view: View) -> dict[str, str]:
    """What this person may do now, with its words."""
    who = view.provider
    words = {
        REPLY: f"Reply to {who}",
        UPDATE: f"Write to {who} and keep it" if view.state == State.COUNCIL else f"Write more to {who}",
        ASK: "Ask for closure",
        TAKE_BACK: "Take the notice back: it was a mistake",
        CLOSE: "Close with an explanation",
        KEEP: "Keep it open, for a reason",
        REOPEN: "Reopen it",
    }
    able = {verb: text for verb, text in words.items() if view.may(verb)}
    if not view.page.holds:
        able.pop(TAKE_BACK, None)
    if REPLY in able:
        able.pop(ASK, None)  # the reply has a box for it
    return able


def form_of(request: HttpRequest, view: View, *, also: str = "", typed: QueryDict | None = None) -> AnswerForm:
    """The form with what is offered. `also` was sent although it is not: the door says why not."""
    choices = offered(view)
    if also in AnswerForm.VERBS:
        choices.setdefault(also, also)
    options: dict[str, Any] = {
        "offered": choices,
        "hint": f"The provider will see this. It then has {current().actions.provider_within} to answer.",
        "address": reverse("council:action_answer", args=[view.case.pk]),
        "initial": {"task": view.turn.pk if view.turn else None, "seen": view.action.posts_count},
    }
    if typed is None:
        return AnswerForm.of(request, **options)
    form = AnswerForm(typed, quiet=True, **options)
    for name, field in form.fields.items():
        if isinstance(field, FilesField):
            field.bind(request, name)
    return form


def conversation_page(
    request: HttpRequest, view: View, form: AnswerForm, *, stale: Told | None = None, status: int = 200
) -> HttpResponse:
    """Write the page; `stale`: who was faster."""
    page = page_by_key(conversation.events(view.case.pk), conversation.ORDER, request.GET, size=SIZE)
    holds = view.holds()
    context = frame(view, "case", 0) | {
        "form": form,
        "stale": stale,
        "thread": thread(view.case, reversed(page.items)),
        "earlier": page.next,
        "later": page.previous,
        "about": view.aside(),
        "clocks": view.timekeeping(page.items[0]),
        "holds": holds,
        "open_lines": sum(1 for each in holds if each["goes_on"]),
        "case_href": reverse("council:case", args=[view.case.pk]),
        "same": _same_client(view),
        "why_not": "" if form.offered else _why_not(view),
    }
    return render(request, "backoffice/actions/conversation.html", context, status=409 if stale else status)


def thread(case: Case, events: Iterable[Any]) -> list[Shown]:
    """The events of a page in the order of time."""
    found: list[Shown] = []
    for piece in conversation.pieces(list(events)):
        found += _shown(case, piece)
    return found


def _shown(case: Case, piece: Piece) -> list[Shown]:
    told = piece.chapter
    if told.verb == "note":
        words = _words(told.words.get("note", ""))
        mentioned = told.names.get("mentions", "")
        return [Shown("inside", told.actor, "", told.at, words, Tag(INSIDE, "purple"), mentioned=mentioned)]
    if not piece.side:
        return [Shown("receipt", told.actor, "", told.at, receipt=_step(piece))]
    made = Shown(
        piece.side,
        told.actor,
        piece.author_of,
        told.at,
        _words(told.words.get("post", "")),
        MARKS.get(told.verb),
        piece.files,
    )
    return [made, _receipt(case, piece)] if told.verb == "open" else [made]


def _receipt(case: Case, piece: Piece) -> Shown:
    """What whoever opened it was told at once, and what follows from it."""
    told = piece.chapter
    clocks = definitions.by_id({clock for _, clock in told.facts.get("opened", []) if clock})
    due = next((limits(each, told.at).due for each in clocks.values() if each.key == FIRST), None)
    team = told.facts.get("holder_team")
    name = current().team(team_key(team)).name if team else current().name
    by = f", which responds by {weekday_date(due)}" if due else ""
    text = f"Reference {case.reference}. Sent to {name}{by}. {told.actor} was sent this receipt."
    return Shown("receipt", "", "", told.at, receipt=text)


def _step(piece: Piece) -> str:
    """What happened without a word for the other side."""
    told = piece.chapter
    if told.verb == "hand_over":
        receiver = told.names.get("to_user") or told.names.get("to_team", "a colleague")
        reason = told.words.get("reason", "")
        return f"{told.actor} handed it over to {receiver}." + (f" {reason}" if reason else "")
    return f"{told.actor} {STEPS.get(told.verb, told.verb)}"


def _words(text: str) -> str:
    return "The words were erased." if text == "(erased)" else text


def _same_client(view: View) -> list[dict[str, str]]:
    """Other cases of the same client."""
    found = selectors.same_client(view.actor, view.case)
    return [
        {
            "href": reverse("council:case", args=[each.pk]),
            "text": each.reference,
            "note": each.state if each.holder != "provider" else f"{each.state}, with provider",
        }
        for each in found
    ]


def _why_not(view: View) -> str:
    """Why there is nothing to do here for this person."""
    verb = {State.CLOSING: CLOSE, State.CLOSED: REOPEN, State.PROVIDER: UPDATE}.get(State(view.state), REPLY)
    refusal = door.may(view.actor, verb, view.case, view.turn, view.group)
    return refusal.reason if refusal else ""
