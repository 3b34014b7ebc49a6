"""Retention: how long what is kept, what is past its time, and the erasure of it by two persons and a worker."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of, number_in
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Fact, Tab
from backoffice.web.words import moment, plural
from workflows.engine import batches
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.parties.actor import Actor
from workflows.retention import commands, listing, selectors
from workflows.retention.models import RetentionItem, RetentionList

from .keeping_tables import Due, Schedule

State = RetentionList.State
SHOWN = {"": "All", "due": "Due", "held": "Held", "erased": "Erased", "kept": "Not erased"}
SAID = {
    "prepare": "A worker is putting the list together. Nothing is erased by it.",
    "ask": "Another administrator must confirm it. Until then nothing is erased, and it can be withdrawn.",
    "confirm": "A worker is erasing what is on the list. It goes on when you close this page.",
    "withdraw": "The list is withdrawn. Nothing was erased.",
}


@staff()
@require_http_methods(["GET", "POST"])
def retention(request: HttpRequest) -> HttpResponse:
    """The schedule, the list that is open or the latest, and what may be done with it now."""
    actor = actor_of(request)
    found = selectors.latest(actor)
    refusal = ""
    if request.method == "POST":
        try:
            _act(actor, found, request)
            messages.success(request, SAID[request.POST["verb"]])
            return redirect("council:retention")
        except (Forbidden, NotFound):
            raise
        except Refused as refused:
            refusal = refused.reason
            found = selectors.latest(actor)
    context = _context(request, actor, found) | {"refusal": refusal}
    return render(request, "backoffice/administration/retention.html", context, status=422 if refusal else 200)


def _act(actor: Actor, found: RetentionList | None, request: HttpRequest) -> None:
    verb = request.POST.get("verb", "")
    if "administrator" not in actor.duties:
        raise Forbidden("Only an administrator erases what is past its time.")
    if verb == "prepare":
        listing.ask_for(actor=actor)
        return
    on = _posted(request, "list")
    if found is None or on != found.pk:
        raise Refused("There is another list by now. Read it first.", "changed")
    if verb == "ask":
        commands.ask(actor=actor, list_id=found.pk, seen=_posted(request, "seen") or 0)
    elif verb == "confirm":
        commands.confirm(actor=actor, list_id=found.pk)
    elif verb == "withdraw":
        commands.put_away(actor=actor, list_id=found.pk)
    else:
        raise NotFound


def _posted(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _context(request: HttpRequest, actor: Actor, found: RetentionList | None) -> dict[str, Any]:
    lines = selectors.lines(found)
    state = found.state if found else ""
    context: dict[str, Any] = {
        "list": found,
        "schedule": Schedule(lines),
        "assumed": any(not each.rule.source for each in lines),
        "prepares": _administers(actor) and state in {"", State.READY, State.DONE},
        "asks": _administers(actor) and state == State.READY,
        "confirms": _administers(actor) and found is not None and state == State.ASKED
        and found.asked_by_id != actor.user_id,
        "withdraws": _administers(actor) and state in {State.READY, State.ASKED},
        "progress": None,
    }  # fmt: skip
    if found is None or state == State.PREPARING:
        return context
    context["due"] = selectors.due_items(found)
    context["facts"] = _facts(found)
    if found.batch is not None:
        progress = batches.progress(found.batch)
        context |= {"progress": progress, "behind": progress.total - progress.waiting}
    return context | _things(request, found, lines)


def _things(request: HttpRequest, found: RetentionList, lines: Any) -> dict[str, Any]:
    """The page of single things, narrowed by an entry of the schedule and by what became of them."""
    rule, shown = number_in(request, "entry"), request.GET.get("show", "")
    shown = shown if shown in RetentionItem.State.values else ""
    page = page_by_key(selectors.things(found, rule, shown).select_related("hold"), ("id",), request.GET)
    names = selectors.called(found, page.items)
    for each in page.items:
        each.called, each.line = names.get(each.pk, ""), lines[each.rule]
    entry = f"entry={rule}&" if rule is not None else ""
    tabs = [Tab(text, f"?{entry}show={key}", current=key == shown) for key, text in SHOWN.items()]
    return {"table": Due(page.items), "pages": page, "tabs": tabs, "narrowed": rule is not None}


def _facts(found: RetentionList) -> list[Fact]:
    facts = [Fact("List", f"{found.pk}", found.get_state_display()),
             Fact("Prepared", moment(found.prepared_at), f"by {found.prepared_by.name}")]  # fmt: skip
    if found.asked_by:
        facts.append(Fact("Asked for", moment(found.asked_at), f"by {found.asked_by.name}"))
    if found.confirmed_by:
        facts.append(Fact("Confirmed", moment(found.confirmed_at), f"by {found.confirmed_by.name}"))
    if found.batch and found.batch.finished_at:
        facts.append(Fact("Finished", moment(found.batch.finished_at), plural(found.items.count(), "thing")))
    return facts


def _administers(actor: Actor) -> bool:
    return "administrator" in actor.duties
