"""The live process map of each workflow: its picture, the same as tables, and the same as files."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.casework.asking import actor_of
from backoffice.insight.opening import Doors
from backoffice.insight.rooms import rooms
from backoffice.insight.sheets import Value
from backoffice.web.gate import staff
from backoffice.web.pieces import Tab
from backoffice.web.spreadsheet import workbook
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.tabular import write_csv
from workflows.engine.tally import london_day
from workflows.insight import map_meanings, maps, selectors
from workflows.insight.maps import ProcessMap
from workflows.insight.selectors import Scope

from . import drawing, present, tables, words
from .forms import MapFilter


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked for and found."""

    scope: Scope
    chosen: MapFilter
    shown: ProcessMap
    doors: Doors
    now: datetime


@staff()
@require_GET
def first(request: HttpRequest) -> HttpResponse:
    """The map of the kind that other pages were narrowed to, else of the first kind that this person may see."""
    open_to = maps.kinds(selectors.scope(actor_of(request)))
    if not open_to:
        raise NotFound
    asked = request.GET.get("kind", "")
    return redirect(_address(asked if asked in open_to else open_to[0]) + _query(request))


@staff()
@require_GET
def process_map(request: HttpRequest, kind: str) -> HttpResponse:
    """The step to look at first, then the picture, then the same in words."""
    page = _page(request, kind)
    shown = page.shown
    context = {
        "now": page.now,
        "rooms": rooms(request, "council:managers_maps"),
        "kinds": [Tab(words.kind_title(each), _address(each) + _query(request), current=each == kind)
                  for each in maps.kinds(page.scope)],
        "title": words.kind_title(kind),
        "first": present.first(shown, page.doors),
        "picture": drawing.picture(shown, page.doors),
        "again": [words.again(each) for each in shown.figures.again],
        "whole": shown.team_id is None,
        "none_ended": shown.figures.none_ended,
        "tables": [table for table in tables.tables(shown, page.doors) if table.lines],
        "meanings": map_meanings.MEANINGS,
        "filter": page.chosen,
        "shown": shown,
        "period": words.weeks(shown.weeks),
        "query": _query(request),
        "several": len(page.scope.teams) > 1,
    }  # fmt: skip
    return render(request, "backoffice/insight/map.html", context)


@staff()
@require_GET
def file(request: HttpRequest, kind: str, form: str) -> HttpResponse | FileResponse:
    """The tables of the map as one CSV file, or as a workbook with a sheet a table."""
    page = _page(request, kind)
    if form not in {"csv", "xlsx"}:
        raise NotFound
    name = f"map-{kind.replace('_', '-')}-{page.shown.last.isoformat()}"
    engine.viewed(actor_of(request), f"managers.map.{form}", page.shown.team_id)
    found = tables.tables(page.shown, page.doors)
    if form == "xlsx":
        return workbook(f"{name}.xlsx", [(table.title, list(table.plain())) for table in found])
    rows: list[list[Value]] = []
    for table in found:
        rows += [[table.title], *table.plain(), []]
    answer = HttpResponse(write_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _page(request: HttpRequest, kind: str) -> Page:
    actor, now = actor_of(request), moment.now()
    scope = selectors.scope(actor)
    chosen = MapFilter(request.GET, teams=[(team.pk, team.name) for team in scope.teams])
    shown = maps.process_map(scope, kind, chosen.team_id, chosen.weeks_asked, london_day(now))
    return Page(scope, chosen, shown, Doors(actor), now)


def _address(kind: str) -> str:
    return reverse("council:managers_map", args=[kind])


def _query(request: HttpRequest) -> str:
    """The filters that stay when another kind is looked at."""
    kept = [(name, request.GET[name]) for name in ("team", "weeks") if request.GET.get(name)]
    return f"?{urlencode(kept)}" if kept else ""
