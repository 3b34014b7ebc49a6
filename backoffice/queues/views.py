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
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.tabular import write_csv

from . import bulk, saved, sheets
from .asking import VIEWS, kept, number
from .listing import Listing
from .tables import Everything, Queue


@staff()
@require_GET
def first(request: HttpRequest) -> HttpResponse:
    """The queue of the first of the person's teams; an auditor's everything; who is in none is told so."""
    actor = actor_of(request)
    teams = selectors.teams(actor) if actor.team_ids else []
    if teams:
        return redirect("council:queue", teams[0].pk)
    return redirect("council:queue_everything") if actor.reads else render(request, "backoffice/queues/none.html")


@staff()
@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """All of the person's teams as one list (an auditor's: every team's)."""
    return _page(request, Listing(request, "all"))


@staff()
@require_GET
def everything(request: HttpRequest) -> HttpResponse:
    """Open work of every team and provider, of the kinds that the person may read: to look up, not to claim."""
    listing = _everything(request)
    selectors.viewed(listing.actor, "queue.everything", None)
    return _page(request, listing)


@staff()
@require_GET
def everything_file(request: HttpRequest, form: str) -> HttpResponse | FileResponse:
    """Everything that the person may read as CSV or XLSX."""
    return _file(_everything(request), form)


@staff()
@require_GET
def queue(request: HttpRequest, team_id: int) -> HttpResponse:
    """One team's queue."""
    return _page(request, Listing(request, team_id))


@staff()
@require_GET
def every_file(request: HttpRequest, form: str) -> HttpResponse | FileResponse:
    """All of the person's teams' work as CSV or XLSX."""
    return _file(Listing(request, "all"), form)


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
    actor, where = actor_of(request), saved.where_of(request.POST.get("team", ""))
    if where is None or not saved.opens(actor, where):
        raise NotFound
    if isinstance(where, int) and where not in {team.pk for team in selectors.teams(actor)}:
        raise NotFound
    query = QueryDict(request.POST.get("query", "")[:2_000])
    try:
        saved.save(actor, where, request.POST.get("name", ""), query, for_team=request.POST.get("whose") == "team")
    except Refused as refusal:
        messages.error(request, f"The view was not saved. {refusal.reason}")
    else:
        messages.success(request, "The view is saved.")
    return redirect(f"{_queue_of(where)}{kept(query)}")


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
        "places": _places(listing),
        "saved": [
            (view, f"{_queue_of(view.where)}{kept(view.query)}", capped_count(of_views[view.pk])) for view in views
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
    kind = Everything if listing.everything else Queue
    table = kind(listing.page.items, exclude=() if listing.member else ("tick",))
    costly = listing.asked.order == "costly"
    table.orders = {
        "due": (kept(request.GET, order=""), "" if costly else "ascending"),
        "stake": (kept(request.GET, order="costly"), "descending" if costly else ""),
    }
    return table


def _file(listing: Listing, form: str) -> HttpResponse | FileResponse:
    rows = worklist.rows(listing.turns()).order_by(*selectors.ORDERS[listing.asked.order])[: sheets.MOST + 1]
    lines = list(sheets.lines(rows, listing.actor.user_id, listing.now, listing.team_names))
    selectors.viewed(listing.actor, f"queue.{form}", listing.team.pk if listing.team else None)
    name = f"queue-{listing.team.key if listing.team else listing.where}-{moment.today().isoformat()}.{form}"
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


def _everything(request: HttpRequest) -> Listing:
    if not actor_of(request).reads:
        raise Forbidden("This list is for teams that read cases. None of your work does.")
    return Listing(request, "everything")


def _places(listing: Listing) -> list[tuple[str, str]]:
    """The lists that this person may go to, the present one without an address."""
    found: list[tuple[saved.Where, str]] = [(each.pk, each.name) for each in listing.teams]
    if saved.opens(listing.actor, "all"):
        found.append(("all", "All teams together" if "auditor" in listing.actor.duties else "All my teams together"))
    if saved.opens(listing.actor, "everything"):
        found.append(("everything", "Everything I may read"))
    return [(words, "" if where == listing.where else _queue_of(where)) for where, words in found]


def _queue_of(where: saved.Where) -> str:
    if isinstance(where, int):
        return reverse("council:queue", args=[where])
    return reverse("council:queue_all" if where == "all" else "council:queue_everything")


def _file_of(listing: Listing, form: str) -> str:
    if listing.team is not None:
        return reverse("council:queue_file", args=[listing.team.pk, form])
    return reverse(f"council:queue_{listing.where}_file", args=[form])


def _id(text: str) -> int:
    found = number(text)
    if found is None:
        raise NotFound
    return found
