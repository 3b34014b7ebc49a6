"""A provider's own performance: its answers, what waits, and who had the ball in its cases. Nobody else's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from backoffice.web import performance as shown
from backoffice.web.gate import needs
from workflows.engine import moment
from workflows.engine.tally import london_day
from workflows.insight import performance as figures
from workflows.insight.asked import asked as put_right

from ..asking import actor_of
from .days import DaysForm

NAME = "Performance"
ABOUT = "Your answers within target, how long they take, and who had the ball in your cases."


@needs()
@require_GET
def performance(request: HttpRequest) -> HttpResponse:
    """The person's own organisation, of the chapters that their role has for all of it."""
    actor, now = actor_of(request), moment.now()
    kinds = figures.kinds_of(actor)
    days = DaysForm(request.GET).days
    asked = put_right(london_day(now), first=days[0], last=days[1])
    found = figures.read(actor.organisation_id or 0, kinds, asked.first, asked.last)
    context = shown.context(found, asked, own=True) | {
        "now": now,
        "any": bool(kinds),
        "narrow": any(days),
    }
    return render(request, "portal/reports/performance.html", context)
