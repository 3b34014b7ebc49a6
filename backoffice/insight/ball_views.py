"""Who had the ball: the page, the cases behind a line of it, and the same as files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.casework.asking import actor_of
from backoffice.casework.worklist import kind_words
from backoffice.web import sides
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.spreadsheet import workbook
from backoffice.web.words import date_range
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.tabular import write_csv
from workflows.engine.tally import london_day
from workflows.insight import ball_reading, selectors
from workflows.insight.ball import Of, Question
from workflows.insight.selectors import Scope
from workflows.parties.actor import Actor
from workflows.parties.selectors import organisation_names

from . import ball_present as present
from .ball_forms import NAMES, BallFilter
from .ball_tables import Stretches
from .rooms import rooms
from .sheets import Value

HERE = "council:managers_ball"


@dataclass(frozen=True, slots=True)
class Page:
    """Who asks for what."""

    actor: Actor
    seen: Scope
    chosen: BallFilter
    asked: Question
    now: datetime

    def rows(self) -> tuple[present.Rows, ball_reading.Found]:
        """What was found, as lines."""
        found = ball_reading.read(self.seen, self.asked, london_day(self.now))
        return present.rows(found, self.seen, self.asked), found

    def cases(self, of: Of) -> str:
        """Where the cases of a line stand; nowhere for who reads none."""
        if not self.actor.reads:
            return ""
        return f"{reverse('council:managers_ball_cases')}?{present.query_of(self.asked, of)}"

    def about(self, of: Of) -> str:
        """What else there is of a provider."""
        if not of.provider_id:
            return ""
        return f"{reverse('council:provider_performance', args=[of.provider_id])}?{present.days_of(self.asked)}"


@staff()
@require_GET
def ball(request: HttpRequest) -> HttpResponse:
    """The whole as a bar, then by side, team, process and provider."""
    page = _page(request)
    told, found = page.rows()
    context = _context(request, page) | {
        "bar": present.bar(told),
        "sheets": present.sheets(told, found, page.cases, page.about),
        "query": present.query_of(page.asked, Of()),
        "rooms": rooms(request, HERE),
    }
    return render(request, "backoffice/insight/ball.html", context)


@staff()
@require_GET
def ball_cases(request: HttpRequest) -> HttpResponse:
    """The stretches that a line counts, latest first, each with its case."""
    page = _page(request)
    rows = ball_reading.cases_behind(page.actor, page.seen, page.asked, page.chosen.of_side)
    pages = page_by_key(rows, ("-ended_at", "-id"), request.GET)
    context = _context(request, page) | {
        "pages": pages,
        "table": Stretches(pages.items),
        "side": present.SIDES.get(page.chosen.of_side, ""),
        "back": f"{reverse(HERE)}?{present.query_of(page.asked, Of())}",
        "kept": not page.actor.reads_all(),
    }
    return render(request, "backoffice/insight/ball_cases.html", context)


@staff()
@require_GET
def ball_csv(request: HttpRequest) -> HttpResponse:
    """All tables, one under the other, to the minute."""
    page = _page(request)
    told, _ = page.rows()
    lines: list[list[Value]] = []
    for title, table in present.files(told):
        lines += [[title], *table, []]
    engine.viewed(page.actor, "managers_ball.csv", page.asked.team_id)
    answer = HttpResponse(write_csv(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_name(page)}.csv"'
    return answer


@staff()
@require_GET
def ball_xlsx(request: HttpRequest) -> FileResponse:
    """The same as a workbook: a sheet a table."""
    page = _page(request)
    told, _ = page.rows()
    engine.viewed(page.actor, "managers_ball.xlsx", page.asked.team_id)
    return workbook(f"{_name(page)}.xlsx", present.files(told))


def _page(request: HttpRequest) -> Page:
    actor, now = actor_of(request), moment.now()
    seen = selectors.scope(actor)
    chosen = BallFilter(
        request.GET,
        teams=[(team.pk, team.name) for team in seen.teams],
        kinds=sorted((kind, kind_words(kind)) for kind in seen.kinds),
        providers=organisation_names(),
        groups=[(group.key, group.name) for group in current().service_groups],
    )
    return Page(actor, seen, chosen, chosen.question(london_day(now)), now)


def _context(request: HttpRequest, page: Page) -> dict[str, Any]:
    asked = page.asked
    return {
        "now": page.now,
        "time": date_range(asked.first, asked.last),
        "asked": asked,
        "filter": page.chosen,
        "narrow": any(request.GET.get(name) for name in NAMES),
        "narrowed": _narrowed(page),
        "day": sides.day(),
    }


def _narrowed(page: Page) -> list[str]:
    """What the page is narrowed by, in words."""
    return [
        dict(choices)[chosen] for _, _, choices, chosen in page.chosen.drop_downs if chosen and chosen in dict(choices)
    ]


def _name(page: Page) -> str:
    return f"who-had-the-ball-{page.asked.last.isoformat()}"
