"""Queues: what to do next; claim and release; the list as a file; views that people keep."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.casework import worklist
from backoffice.casework.asking import actor_of, key_of
from backoffice.web.gate import staff
from backoffice.web.pieces import Tab
from backoffice.web.spreadsheet import spreadsheet
from backoffice.web.words import capped_count
from workflows.engine import moment, selectors, turns
from workflows.engine.errors import NotFound, Refused
from workflows.engine.tabular import write_csv

from . import bulk, saved, sheets
from .asking import VIEWS, kept, number
from .listing import Listing
from .tables import Queue


@staff()
@require_GET
def first(request: HttpRequest) -> HttpResponse:
    """The queue of the first of the person's teams; who is in none is told so."""
    teams = selectors.teams(actor_of(request))
    if not teams:
        return render(request, "backoffice/queues/none.html")
    return redirect("council:queue", teams[0].pk)


@staff()
@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """All of the person's teams as one list (an auditor's: every team's)."""
    return _page(request, Listing(request, None))


@staff()
@require_GET
def queue(request: HttpRequest, team_id: int) -> HttpResponse:
    """One team's queue."""
    return _page(request, Listing(request, team_id))


@staff()
@require_GET
def every_file(request: HttpRequest, form: str) -> HttpResponse | FileResponse:
    """All of the person's teams' work as CSV or XLSX."""
    return _file(Listing(request, None), form)


@staff()
@require_GET
def file(request: HttpRequest, team_id: int, form: str) -> HttpResponse | FileResponse:
    """One team's queue, narrowed and ordered as on the page, as CSV or XLSX."""
    return _file(Listing(request, team_id), form)


@staff()
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Claim (which opens the case), claim what is next, or release one task of a queue."""
    actor = actor_of(request)
    if "claim_next" in request.POST:
        return _claim_next(request)
    claim = "claim" in request.POST
    task_id = _id(request.POST.get("claim") or request.POST.get("release") or "")
    key = f"{'claim' if claim else 'release'}:{task_id}:{key_of(request)}"
    if claim:
        done = turns.claim(actor=actor, task_id=task_id, key=key)
        messages.success(request, "It is yours now.")
        return redirect("council:case", done.case_id)
    done = turns.release(actor=actor, task_id=task_id, key=key)
    messages.success(request, "It is back with the team.")
    back = request.POST.get("back", "")
    return redirect(back) if back.startswith("/queues/") else redirect("council:case", done.case_id)


@staff()
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the page under a name, for oneself or for the team."""
    actor, team_id = actor_of(request), number(request.POST.get("team"))
    if team_id is None and request.POST.get("team") != saved.ALL:
        raise NotFound
    if team_id is not None and team_id not in {team.pk for team in selectors.teams(actor)}:
        raise NotFound
    query = QueryDict(request.POST.get("query", "")[:2_000])
    try:
        saved.save(actor, team_id, request.POST.get("name", ""), query, for_team=request.POST.get("whose") == "team")
    except Refused as refusal:
        messages.error(request, f"The view was not saved. {refusal.reason}")
    else:
        messages.success(request, "The view is saved.")
    return redirect(f"{_queue_of(team_id)}{kept(query)}")


@staff()
@require_POST
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete a saved view of one's own or of one's team."""
    name = saved.delete(actor_of(request), view_id)
    messages.success(request, f"The view {name} is deleted.")
    back = request.POST.get("back", "")
    return redirect(back if back.startswith("/queues/") else "council:queues")


def _page(request: HttpRequest, listing: Listing) -> HttpResponse:
    views, asked = saved.views(listing.actor), listing.asked
    counts, of_views = listing.counts(views)
    people = listing.people()
    page = listing.page
    context = {
        "listing": listing,
        "asked": asked,
        "people": people,
        "chosen": listing.chips(people),
        "tabs": [
            Tab(text, kept(request.GET, view=key), capped_count(counts[figure]), current=asked.view == key)
            for key, text, figure in VIEWS
        ],
        "next": listing.next(),
        "why": listing.why(),
        "count": capped_count(counts[asked.figure]),
        "pages": page,
        "table": _table(request, listing),
        "member": bool(listing.actor.team_ids & set(listing.team_ids)),
        "saved": [
            (view, f"{_queue_of(view.team_id)}{kept(view.query)}", capped_count(of_views[view.pk])) for view in views
        ],
        "cleared": kept(QueryDict(), view=asked.view, order=request.GET.get("order", "")),
        "costly": kept(request.GET, order="costly"),
        "due_first": kept(request.GET, order=""),
        "query": kept(request.GET).removeprefix("?"),
        "here": request.get_full_path(),
        "files": [(form.upper(), f"{_file_of(listing, form)}{kept(request.GET)}") for form in ("csv", "xlsx")],
        "verbs": bulk.BUTTONS,
        "client_key": uuid4(),
    }
    return render(request, "backoffice/queues/queue.html", context)


def _table(request: HttpRequest, listing: Listing) -> Queue:
    member = bool(listing.actor.team_ids & set(listing.team_ids))
    table = Queue(listing.page.items, exclude=() if member else ("tick",))
    costly = listing.asked.order == "costly"
    table.orders = {
        "due": (kept(request.GET, order=""), "" if costly else "ascending"),
        "stake": (kept(request.GET, order="costly"), "descending" if costly else ""),
    }
    return table


def _file(listing: Listing, form: str) -> HttpResponse | FileResponse:
    rows = worklist.rows(listing.turns()).order_by(*selectors.ORDERS[listing.asked.order])[: sheets.MOST + 1]
    lines = list(sheets.lines(rows, listing.actor.user_id, listing.now))
    selectors.viewed(listing.actor, f"queue.{form}", listing.team.pk if listing.team else None)
    name = f"queue-{listing.team.key if listing.team else 'all'}-{moment.today().isoformat()}.{form}"
    if form == "xlsx":
        return spreadsheet(name, "Queue", sheets.HEADINGS, lines)
    answer = HttpResponse(write_csv([sheets.HEADINGS, *lines]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _claim_next(request: HttpRequest) -> HttpResponse:
    """The first turn of the team that nobody has; when it is not the one that was shown, the person is told."""
    team_id = _id(request.POST.get("claim_next", ""))
    order: Any = "costly" if request.POST.get("order") == "costly" else "due"
    key = f"claim_next:{key_of(request)}"
    done = turns.claim_next(actor=actor_of(request), team_id=team_id, order=order, key=key)
    same = str(done.answer.get("task")) == request.POST.get("shown")
    messages.success(
        request, "It is yours now." if same else "A colleague was faster with the first. This was next, and is yours."
    )
    return redirect("council:case", done.case_id)


def _queue_of(team_id: int | None) -> str:
    return reverse("council:queue_all") if team_id is None else reverse("council:queue", args=[team_id])


def _file_of(listing: Listing, form: str) -> str:
    if listing.team is None:
        return reverse("council:queue_all_file", args=[form])
    return reverse("council:queue_file", args=[listing.team.pk, form])


def _id(text: str) -> int:
    found = number(text)
    if found is None:
        raise NotFound
    return found
