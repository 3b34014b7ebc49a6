"""The month-end board: one run, how long is left to it, what is ready and what is blocked; and the same as files."""

from dataclasses import dataclass
from datetime import datetime

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.casework.asking import actor_of
from backoffice.insight.rooms import rooms
from backoffice.insight.sheets import Sheet, Value
from backoffice.web.gate import staff
from backoffice.web.pieces import Tab
from backoffice.web.spreadsheet import workbook
from backoffice.web.words import date_words, money
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.tabular import write_csv
from workflows.month_end import selectors
from workflows.month_end.late import late
from workflows.month_end.moments import Run
from workflows.month_end.selectors import Board
from workflows.parties.actor import Actor

from . import present
from .present import Doors

#: So many runs are tabs; the others stand in the table of dates.
TABS = 6


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked for and found."""

    found: Board
    doors: Doors
    now: datetime

    def sheets(self) -> list[Sheet]:
        """Every table, in the order of the page."""
        return [
            present.by_cause(self.found, self.doors),
            present.by_holder(self.found, self.doors),
            present.adds_up(self.found, self.doors),
            present.coming(self.found.runs, selectors.cut_offs(self.now), self.now),
        ]


@staff()
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """How long is left, then every pound of the run: ready, or blocked by a cause and somebody whose turn it is."""
    actor, page = actor_of(request), page_of(request)
    found, run = page.found, page.found.run
    context = {
        "now": page.now,
        "run": run,
        "name": present.run_words(run),
        "rooms": rooms(request, "council:month_end"),
        "runs": tabs(found.runs, run),
        "first": _first(found, actor, page.now),
        "facts": present.facts(found, page.now),
        "sheet": {sheet.key: sheet for sheet in page.sheets()},
        "late": _late(found, actor, page.now),
        "query": f"?run={run.key}",
        "figures_only": not page.doors.lists,
    }
    return render(request, "backoffice/insight/month_end/board.html", context)


@staff()
@require_GET
def file(request: HttpRequest, form: str) -> HttpResponse | FileResponse:
    """Everything on the page as CSV (its tables, one under the other) or as a workbook (a sheet a table)."""
    if form not in {"csv", "xlsx"}:
        raise NotFound
    page = page_of(request)
    name = f"month-end-{page.found.run.key.replace(':', '-').replace('_', '-')}"
    engine.viewed(actor_of(request), f"month_end.{form}", None)
    if form == "xlsx":
        return workbook(f"{name}.xlsx", [(sheet.title, list(sheet.plain())) for sheet in page.sheets()])
    rows: list[list[Value]] = []
    for sheet in page.sheets():
        rows += [[sheet.title], *sheet.plain(), []]
    answer = HttpResponse(write_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def page_of(request: HttpRequest) -> Page:
    """The run that the address names, else the next one."""
    actor, now = actor_of(request), moment.now()
    found = selectors.board(actor, now, request.GET.get("run", ""))
    doors = Doors(found.run, selectors.may_list(actor), actor.reads)
    return Page(found, doors, now)


def tabs(runs: tuple[Run, ...], chosen: Run) -> list[Tab]:
    """The runs that are open or come next; none when there is only one."""
    shown = [*runs[:TABS], *([chosen] if chosen not in runs[:TABS] else [])]
    if len(shown) < 2:
        return []
    address = reverse("council:month_end")
    words = [f"{each.name} {date_words(each.first if each.is_weeks else each.pay_on)}" for each in shown]
    return [
        Tab(name, f"{address}?run={each.key}", current=each == chosen) for each, name in zip(shown, words, strict=True)
    ]


def _first(found: Board, actor: Actor, now: datetime) -> dict[str, object]:
    """The one thing to know, and what to do about it."""
    providers, teams = found.held_by("provider"), found.held_by("team")
    if not found.blocked:
        return {"title": "Nothing is blocked", "text": f"{money(found.ready.money)} is ready to pay.", "warm": False}
    said = f"{money(providers)} waits for providers, {money(teams)} for our teams. {money(found.ready.money)} is ready."
    more: dict[str, object] = {}
    if providers and selectors.may_remind(actor) and found.run.next_step(now) is not None:
        more = {
            "href": f"{reverse('council:month_end_reminders')}?run={found.run.key}",
            "button": "Look at the reminders",
        }
    return {"title": f"{money(found.blocked_money)} is blocked", "text": said, "warm": True, **more}


def _late(found: Board, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """What is late for closure, each with its page where this person may open it."""
    told = [present.late_words(each) for each in late(actor, found.runs, now)]
    may = {
        reverse("council:actuals"): "actuals" in actor.reads,
        reverse("council:parked"): "administrator" in actor.duties,
    }
    return [(words, href if may.get(href.partition("?")[0], True) else "") for words, href in told]
