"""What is sent from a conversation's page: reply, update, closure, and back again. The door decides."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import FLYING
from backoffice.web.gate import staff
from backoffice.web.stale import Told, again
from workflows.actions import commands, conversation
from workflows.engine import door
from workflows.engine.errors import Forbidden, Refused, Stale
from workflows.parties.actor import Actor

from .forms import ASK, CLOSE, KEEP, REOPEN, REPLY, TAKE_BACK, UPDATE, WITH_FILES, AnswerForm
from .present import KIND, View
from .showing import conversation_page, form_of, offered, view_of_id

DONE: Mapping[str, str] = {
    REPLY: "Your reply is sent. It is the provider's turn.",
    UPDATE: "What you wrote is sent. It stays with whoever had it.",
    ASK: "Closure is asked for. Whoever closes it is told.",
    CLOSE: "The action is closed. The provider reads your explanation.",
    KEEP: "The action stays open. Its team is told.",
    REOPEN: "The action is open again.",
    TAKE_BACK: "The notice is taken back. Payments are no longer held.",
}


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, action_id: int) -> HttpResponse:
    """The conversation with its form; what was sent is carried out, or comes back with what to put right."""
    actor = actor_of(request)
    view = view_of_id(actor, action_id)
    posted = request.POST.get("what", "") if request.method == "POST" else ""
    form = form_of(request, view, also=posted)
    if request.method != "POST" or not form.is_valid():
        return conversation_page(request, view, form)
    if refusal := _written_meanwhile(actor, view, form):
        return _once_more(request, view, refusal)
    try:
        _carry_out(actor, view, form)
    except Stale as stale:
        view = view_of_id(actor, action_id)
        if posted not in offered(view):
            raise
        return _once_more(request, view, stale)
    except Forbidden as forbidden:
        form.add_error(None, forbidden.reason)
        return conversation_page(request, view, form, status=403)
    except FLYING:
        raise
    except Refused as refusal:
        _onto(form, refusal)
        return conversation_page(request, view, form)
    messages.success(request, DONE[form.verb])
    return redirect("council:case", action_id)


def _carry_out(actor: Actor, view: View, form: AnswerForm) -> door.Outcome:
    """Run the verb that was chosen; the second of two clicks is answered as the first was."""
    command = getattr(commands, form.verb)
    files = {"file_ids": form.file_ids} if form.verb in WITH_FILES else {}
    return command(  # type: ignore[no-any-return]
        actor=actor,
        case_id=view.case.pk,
        task_id=form.cleaned_data["task"] or 0,
        text=form.text,
        key=str(form.cleaned_data["client_key"]),
        **files,
    )


def _written_meanwhile(actor: Actor, view: View, form: AnswerForm) -> Stale | None:
    """Who of the other side has written since the page was opened: what they say may change the answer."""
    if form.cleaned_data["seen"] == view.action.posts_count:
        return None
    if door.answered(actor, str(form.cleaned_data["client_key"])) is not None:
        return None
    last = conversation.last_post(view.case.pk)
    if last is None or last.author_id == actor.user_id:
        return None
    return Stale(last.author.name, "wrote in this conversation", last.at, view.case.pk)


def _once_more(request: HttpRequest, view: View, refusal: Stale) -> HttpResponse:
    """The conversation as it is now, with what was typed in its form."""
    data = request.POST.copy()
    data["task"], data["seen"] = str(view.turn.pk if view.turn else ""), str(view.action.posts_count)
    form = form_of(request, view, typed=data)
    return conversation_page(request, view, again(form), stale=Told(refusal.who, refusal.what, refusal.when, [], data))


def _onto(form: AnswerForm, refusal: Refused) -> None:
    """Put what a command refuses where the words were typed."""
    for fault in (getattr(refusal, "faults", None) or {"": refusal.reason}).values():
        form.add_error(form.place, fault)
