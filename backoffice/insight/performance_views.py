"""How one provider does, for managers: the same figures as the provider reads of itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.casework.asking import actor_of
from backoffice.web import performance
from backoffice.web.gate import staff
from workflows.engine import moment
from workflows.engine.tally import london_day
from workflows.insight import performance as figures
from workflows.insight import selectors
from workflows.insight.asked import Asked, Number, Opens
from workflows.insight.ball import Of, Question
from workflows.parties.actor import Actor

from .ball_present import query_of
from .forms import InsightFilter
from .opening import Doors


@staff()
@require_GET
def provider_performance(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """One provider, of the kinds of case that this manager reads."""
    actor, now = actor_of(request), moment.now()
    seen = selectors.scope(actor)
    provider = figures.of_one(seen, organisation_id)
    asked = InsightFilter(request.GET, teams=[], kinds=[]).asked(london_day(now))
    found = figures.read(provider.pk, seen.kinds, asked.first, asked.last)
    links = _links(actor, provider.pk, asked)
    context = performance.context(found, asked, own=False, links=links) | {
        "now": now,
        "provider": provider,
        "back": f"{reverse('council:managers_ball')}?provider={provider.pk}",
        "narrow": bool(request.GET.get("first") or request.GET.get("last")),
    }
    return render(request, "backoffice/insight/performance.html", context)


def _links(actor: Actor, provider_id: int, asked: Asked) -> performance.Links:
    """The lists of turns and stretches that this person may open."""
    doors = Doors(actor)

    def turns(step: figures.Step, view: str) -> str:
        count = step.breached if view else step.waiting
        return doors.address(Number(count, Opens(None, view, step.kind, step.node, provider=provider_id)))

    def stretches(kind: str) -> str:
        question = Question(asked.first, asked.last, provider_id=provider_id)
        if not actor.reads:
            return ""
        return f"{reverse('council:managers_ball_cases')}?{query_of(question, Of(kind=kind))}"

    return performance.Links(turns, stretches)
