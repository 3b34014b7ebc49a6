"""The manager's page: what is stuck, where, since when, and what it holds up; and the same as files."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from backoffice.casework import worklist
from backoffice.casework.asking import actor_of
from backoffice.casework.worklist import kind_words
from backoffice.web.gate import staff
from backoffice.web.spreadsheet import workbook
from workflows.council.profile import current
from workflows.engine import moment, registry
from workflows.engine import selectors as engine
from workflows.engine.tabular import write_csv
from workflows.engine.tally import london_day
from workflows.insight import selectors
from workflows.insight.selectors import Overview

from . import charts, present
from .forms import InsightFilter
from .opening import Doors
from .rooms import rooms
from .sheets import Sheet, Value


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked for and found."""

    chosen: InsightFilter
    found: Overview
    doors: Doors
    now: datetime

    def sheets(self) -> list[Sheet]:
        """Every table, in the order of the page."""
        return [
            present.backlog(self.found, self.doors, london_day(self.now)),
            present.flow(self.found),
            present.steps(self.found, self.doors),
            present.blocked(self.found, self.doors),
            present.blocked_by_holder(self.found),
            present.holders(self.found, self.doors),
        ]


@staff()
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """One exception first, then every figure; each opens what it counts."""
    page = _page(request)
    goal = current().managers.within_target_goal
    found = page.found
    context = {
        "now": page.now,
        "rooms": rooms(request, "council:managers"),
        "where": found.teams[0].name if len(found.teams) == 1 else "all teams" if found.scope.every else "your teams",
        "first": present.first(found, page.doors),
        "facts": present.facts(found, goal),
        "sheet": {sheet.key: sheet for sheet in page.sheets()},
        "shares": charts.share_chart(found.periods, goal),
        "flows": charts.flow_chart(found.periods),
        "unit": "day" if found.asked.by_day else "week",
        "time": present.time_shown(found),
        "weeks": present.weeks_shown(found),
        "about": present.about(found, page.chosen),
        "filter": page.chosen,
        "asked": found.asked,
        "query": _query(request),
        "narrow": any(request.GET.get(name) for name in page.chosen.fields),
        "several": len(found.scope.teams) > 1,
        "figures_only": found.scope.every and "auditor" not in actor_of(request).duties,
    }
    return render(request, "backoffice/insight/overview.html", context)


@staff()
@require_GET
def csv(request: HttpRequest) -> HttpResponse:
    """Everything on the page as one CSV file: its tables, one under the other."""
    page = _page(request)
    rows: list[list[Value]] = []
    for sheet in page.sheets():
        rows += [[sheet.title], *sheet.plain(), []]
    engine.viewed(actor_of(request), "managers.csv", page.found.asked.team_id)
    answer = HttpResponse(write_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_name(page)}.csv"'
    return answer


@staff()
@require_GET
def xlsx(request: HttpRequest) -> FileResponse:
    """Everything on the page as a workbook: a sheet a table."""
    page = _page(request)
    engine.viewed(actor_of(request), "managers.xlsx", page.found.asked.team_id)
    return workbook(f"{_name(page)}.xlsx", [(sheet.title, list(sheet.plain())) for sheet in page.sheets()])


def _page(request: HttpRequest) -> Page:
    actor, now = actor_of(request), moment.now()
    scope = selectors.scope(actor)
    teams = [(team.pk, team.name) for team in scope.teams]
    kinds = sorted((kind, kind_words(kind)) for kind in registry.kinds())
    groups = [(group.key, group.name) for group in current().service_groups]
    chosen = InsightFilter(request.GET, teams=teams, kinds=kinds, groups=groups, providers=worklist.providers())
    found = selectors.overview(scope, chosen.asked(london_day(now)), now)
    return Page(chosen, found, Doors(actor), now)


def _name(page: Page) -> str:
    return f"managers-{page.found.asked.last.isoformat()}"


def _query(request: HttpRequest) -> str:
    kept = [(name, value) for name, value in request.GET.items() if value]
    return f"?{urlencode(kept)}" if kept else ""
