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

from .forms import InsightFilter


@staff()
@require_GET
def provider_performance(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """One provider, of the kinds of case that this manager reads."""
    now = moment.now()
    seen = selectors.scope(actor_of(request))
    provider = figures.of_one(seen, organisation_id)
    asked = InsightFilter(request.GET, teams=[], kinds=[]).asked(london_day(now))
    found = figures.read(provider.pk, seen.kinds, asked.first, asked.last)
    context = performance.context(found, asked, own=False) | {
        "now": now,
        "provider": provider,
        "back": f"{reverse('council:managers_ball')}?provider={provider.pk}",
        "narrow": bool(request.GET.get("first") or request.GET.get("last")),
    }
    return render(request, "backoffice/insight/performance.html", context)
