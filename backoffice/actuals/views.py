"""The room of a week of actuals: what needs a person first, what is as planned counted, and one line's own page."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.view import CaseView
from backoffice.web.gate import staff
from backoffice.web.monitored import said
from backoffice.web.pieces import Row
from backoffice.web.words import date_range, moment, money
from workflows.actuals import checking, selectors
from workflows.actuals.entry import Row as EnteredRow
from workflows.actuals.entry import read
from workflows.actuals.models import LineWeek, LineWeekVersion
from workflows.actuals.rules import NOTHING
from workflows.actuals.visits import selectors as visits
from workflows.council.actuals import Actuals
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.register.rules import plain

from .entering import entered
from .present import KIND, Shown, WeekView, clean_rows
from .why import changes, money_change, reasons, units

LATEST = 4
#: Exceptions on one page; further ones are reached by the link below them.
MOST = 50
BOXES = {"actual": "Actual", "frustrated": "Frustrated", "missed": "Missed"}


def view_of_id(actor: Actor, case_id: int) -> WeekView:
    """One week as somebody sees it now, with the lines that need a look; NotFound."""
    exceptions = LineWeek.objects.filter(checking.LIVE & checking.EXCEPTION, case=case_id)
    return WeekView(selectors.page(actor, case_id, only=_ids(exceptions)), actor)


def _ids(lines: QuerySet[LineWeek]) -> Any:
    """Their ids, as a part of the query that asks for them."""
    return lines.order_by().values_list("pk", flat=True)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, what the week comes to, the lines that need a person, and the rest counted."""
    assert isinstance(view, WeekView)  # noqa: S101 (kinds.py gives a kind its own views)
    case_id = view.case.pk
    chapters = engine.story(f"case:{case_id}")
    clean = list(selectors.lines_of(case_id).filter(~checking.EXCEPTION))
    every = "all" in request.GET
    shown = view.exceptions if every else view.exceptions[:MOST]
    named = {each.line.week.line.client_id for each in shown} | {each.line.client_id for each in clean}
    engine.viewed_clients(view.actor, "actuals", case_id, named)
    context = frame(view, "case", len(chapters)) | {
        "money": view.money_facts(),
        "exceptions": shown,
        "left": len(view.exceptions) - len(shown),
        "clean": clean_rows(clean),
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
        "may_accept": view.may("accept_some") and any(each.may_accept for each in shown),
        "may_query": view.may("query"),
        "dispute_href": view.dispute_href(),
        "about": view.aside(),
    }
    return render(request, "backoffice/actuals/week.html", context)


@staff()
@require_GET
def line(request: HttpRequest, case_id: int, line_week_id: int) -> HttpResponse:
    """One line in one week: its rows, why it is paid or not, and how it was changed since it was first submitted."""
    actor, actuals = entered(request, KIND)
    page = selectors.page(actor, case_id, only=[line_week_id])
    found = next(iter(page.lines), None)
    if found is None:
        raise NotFound
    engine.viewed(actor, "actuals", case_id, found.week.line.client_id)
    context = {
        "view": WeekView(page, actor),
        "case": page.case,
        "shown": Shown(found, reasons(found, actuals)),
        "line": found.week.line,
        "rows": _rows(found),
        "versions": _versions(found),
        "visited": _visited(actuals, found),
    }
    return render(request, "backoffice/actuals/line.html", context)


def _visited(actuals: Actuals, line: selectors.Line) -> str:
    """How many visits were recorded, where there are any."""
    seen = visits.of_lines(actuals, [line]).get(line.week.pk)
    return said(seen.number, seen.minutes) if seen else ""


def _rows(line: selectors.Line) -> list[Row]:
    """What was planned and entered, row by row, and what is paid of it."""
    unit, found = line.kind.unit, []
    for row, paid in zip(line.rows, line.found.payable(), strict=True):
        name = "Added" if row.added else date_range(row.first, row.last)
        price = f"{money(row.price)} each" if row.price is not None else "no price"
        told = [f"{units(sum(row.planned, NOTHING), unit)} planned, {price}", _entered(line, row)]
        cost = f"{units(paid.units, unit)} to be paid: {money(paid.cost)}"
        if paid.not_charged:
            told.append(f"{units(paid.not_charged, unit)} that the client is not charged for")
        found.append(Row(name, cost, told))
    return found


def _entered(line: selectors.Line, row: EnteredRow) -> str:
    """What stands in its boxes as the provider sees them: what was delivered is worked out from all of them."""
    sums = {box: sum(row.box(box), NOTHING) for box in line.kind.boxes if box in BOXES}
    told = [f"{BOXES[box]} {plain(amount)}" for box, amount in sums.items() if amount or box == "actual"]
    return f"Entered: {', '.join(told)}"


def _versions(line: selectors.Line) -> list[dict[str, Any]]:
    """Every version as it was submitted, the newest first, with what it changed; what is saved since stands on top."""
    kept = list(LineWeekVersion.objects.filter(line_week=line.week.pk).select_related("by").order_by("version"))
    told = [
        {
            "name": f"Version {number}",
            "when": moment(each.at),
            "by": each.by.name,
            "changes": _changes(kept[number - 2], each, line.kind.unit) if number > 1 else [],
            "first": number == 1,
        }
        for number, each in enumerate(kept, start=1)
    ]
    if kept and kept[-1].version != line.week.version:
        last = kept[-1]
        since = changes(read(last.rows), line.rows, line.kind.unit)
        since += money_change(last.payable_cost, line.week.payable_cost)
        who = line.week.saved_by.name if line.week.saved_by else ""
        told.append({"name": "Saved since, not submitted", "when": moment(line.week.saved_at), "by": who,
                     "changes": since, "first": False})  # fmt: skip
    return told[::-1]


def _changes(old: LineWeekVersion, new: LineWeekVersion, unit: str) -> list[Any]:
    return changes(read(old.rows), read(new.rows), unit) + money_change(old.payable_cost, new.payable_cost)
