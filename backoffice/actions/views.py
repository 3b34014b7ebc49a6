"""The list of all actions that somebody may read, with its filters."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.cases.rooms import rooms
from backoffice.casework.asking import actor_of, number_in
from backoffice.web.clock import clock
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from workflows.actions import selectors
from workflows.actions.selectors import Filters
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.parties.actor import Actor
from workflows.parties.selectors import teams_by_key

from .present import KIND
from .switches import switches
from .tables import Actions


@staff(reads=KIND)
@require_GET
def actions(request: HttpRequest) -> HttpResponse:
    """All actions, the last post first; open ones only, unless it is asked otherwise."""
    actor, asked = actor_of(request), _asked(request)
    page = page_by_key(selectors.listed(actor, asked), selectors.ORDER, request.GET)
    now = moment.now()
    for row in page.items:
        row["href"] = reverse("council:case", args=[row["case_id"]])
        row["clock"] = clock(row["due_at"], now)
    engine.viewed_clients(actor, "actions", None, {row["client_id"] for row in page.items if row["client_id"]})
    context = {
        "table": Actions(page.items),
        "pages": page,
        "asked": asked,
        "rooms": rooms(actor),
        **_offers(actor),
        **_choices(asked),
    }
    return render(request, "backoffice/actions/list.html", context | _offers(actor) | _choices(asked))


def _asked(request: HttpRequest) -> Filters:
    """What the address narrows by; a list that nobody has narrowed shows what is open."""
    given = request.GET
    types = {each.key for each in current().actions.types}
    assigned = given.get("assigned", "")
    return Filters(
        open_only="open" in given or "filtered" not in given,
        assigned_to=assigned if assigned == "provider" or (assigned.isascii() and assigned.isdigit()) else "",
        type=given.get("type", "") if given.get("type", "") in types else "",
        organisation_id=number_in(request, "provider"),
    )


def _offers(actor: Actor) -> dict[str, Any]:
    """What may be begun from here."""
    single = any(each.per_provider for each in current().actions.types)
    return {
        "writes": bool(actor.team_ids),
        "new_button": current().actions.new_button,
        "switches": single and switches(actor),
    }


def _choices(asked: Filters) -> dict[str, Any]:
    """The entries of the filters."""
    profile = current()
    readers = [each.key for each in profile.teams if KIND in each.reads]
    teams = teams_by_key(readers).order_by("name").values_list("pk", "name")
    return {
        "assigned": [("", "Anybody"), ("provider", "Provider"), *((str(pk), f"LA ({name})") for pk, name in teams)],
        "types": [("", "Any type"), *((each.key, each.label) for each in profile.actions.types)],
        "providers": [("", "Any provider"), *((str(pk), name) for pk, name in selectors.providers())],
        "provider": str(asked.organisation_id or ""),
    }
