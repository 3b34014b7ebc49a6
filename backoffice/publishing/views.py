"""Ready to publish: choose lines, see what will happen to each, let a worker do it, see what became of each."""

from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.casework.asking import actor_of, key_of, number_in
from backoffice.casework.batch_page import page_of
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.words import moment
from workflows.contracts import selectors as contracts
from workflows.contracts.batches import PUBLISH
from workflows.engine import batches
from workflows.engine.errors import NotFound
from workflows.engine.models import Batch
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine

from .plans import groups_of, plans, ready, without_rate
from .tables import Batches, Chosen, Items, Ready, WithoutRate

SHOWN = 100
COLUMNS = {"provider": "service__organisation", "line": "pk"}


@staff()
@require_GET
def lines(request: HttpRequest) -> HttpResponse:
    """The lines that are ready, with what would happen to each."""
    actor = actor_of(request)
    listed, chosen = _narrowed(request, actor)
    page = page_by_key(listed, ("id",), request.GET)
    count = listed.order_by().count()
    without = list(_filtered(without_rate(actor), chosen)[: SHOWN + 1])
    context = {
        "table": Ready(plans(page.items)),
        "pages": page,
        "count": count,
        "chosen": chosen,
        "query": urlencode(chosen),
        "providers": _providers(actor),
        "provider": dict(chosen).get("provider"),
        "may": bool(groups_of(actor)),
        "batches": Batches(_batches()),
        "without": WithoutRate(without[:SHOWN]),
        "without_more": len(without) > SHOWN,
    }
    return render(request, "backoffice/publishing/lines.html", context)


@staff(desk="brokerage")
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What will happen to each line that was chosen, or to all that match; nothing is done yet."""
    actor = actor_of(request)
    listed, chosen = _chosen(request, actor)
    if not listed.exists():
        messages.info(request, "Choose at least one line that is still ready to publish.")
        return redirect(f"{reverse('council:publishing')}?{urlencode(chosen)}")
    return _check(request, listed, moved=False)


@staff(desk="brokerage")
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Hand the lines to a worker. When others are ready than were shown, the list is shown again first.

    The second of two clicks is led to the batch of the first. The lines are read before that batch is looked for: when
    it is not there yet, no worker has begun, so both clicks have read the same lines and the key keeps them one.
    """
    actor, key = actor_of(request), key_of(request)
    listed, _ = _chosen(request, actor)
    ids = list(listed.order_by("id").values_list("pk", flat=True))
    earlier = batches.begun(actor, key)
    if earlier is not None:
        return redirect("council:batch", earlier.pk)
    if not ids or request.POST.get("seen") != _seen(ids):
        return _check(request, listed, moved=True)
    batch = batches.create(PUBLISH, actor, ids, {"seen": _seen(ids)}, key=key)
    return redirect("council:batch", batch.pk)


@staff()
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far a bulk publication is, and what became of each line. It goes on when the browser is closed."""
    found = contracts.publications().filter(pk=batch_id).first()
    if found is None or not _sees_batches(actor_of(request)):
        raise NotFound
    context = page_of(request, found, contracts.publication_items(found), of="line")
    for row in context["pages"].items:
        row["href"] = reverse("council:case", args=[row["case_id"]]) if row["case_id"] else ""
        row["line_href"] = reverse("council:register_line", args=[row["target"]])
    table = Items(context["pages"].items)
    return render(request, "backoffice/publishing/batch.html", context | {"table": table})


def _check(request: HttpRequest, listed: QuerySet[CarePackageLine], *, moved: bool) -> HttpResponse:
    ids = list(listed.order_by("id").values_list("pk", flat=True))
    shown = plans(list(listed.order_by("id")[:SHOWN]))
    context = {
        "count": len(ids),
        "table": Chosen(shown),
        "rest": max(0, len(ids) - SHOWN),
        "typed": [(name, value) for name in ("line", "all", "provider") for value in request.POST.getlist(name)],
        "seen": _seen(ids),
        "client_key": uuid4(),
        "moved": moved,
    }
    return render(request, "backoffice/publishing/check.html", context)


def _seen(ids: list[int]) -> str:
    """What was on the page, in one word: how many lines, and which."""
    return f"{len(ids)}:{sum(ids)}:{ids[-1] if ids else 0}"


def _narrowed(request: HttpRequest, actor: Actor) -> tuple[QuerySet[CarePackageLine], list[tuple[str, int]]]:
    """The ready lines of a provider, or one line, as the address says."""
    numbers = [(name, number_in(request, name)) for name in COLUMNS]
    chosen = [(name, number) for name, number in numbers if number is not None]
    return _filtered(ready(actor), chosen), chosen


def _filtered(listed: QuerySet[CarePackageLine], chosen: list[tuple[str, int]]) -> QuerySet[CarePackageLine]:
    return listed.filter(**{COLUMNS[name]: number for name, number in chosen})


def _chosen(request: HttpRequest, actor: Actor) -> tuple[QuerySet[CarePackageLine], list[tuple[str, int]]]:
    """The lines that were ticked, or all that match the provider."""
    providers = _ids(request, "provider")
    listed, chosen = ready(actor), [("provider", each) for each in providers[:1]]
    if request.POST.get("all"):
        return (listed.filter(service__organisation=chosen[0][1]) if chosen else listed), chosen
    return listed.filter(pk__in=_ids(request, "line")), chosen


def _ids(request: HttpRequest, name: str) -> list[int]:
    texts = request.POST.getlist(name)
    return [int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19]


def _providers(actor: Actor) -> list[tuple[int, str]]:
    names = ready(actor).order_by("service__organisation__name")
    return list(names.values_list("service__organisation_id", "service__organisation__name").distinct())


def _batches() -> list[Batch]:
    found = list(contracts.publications()[:5])
    for each in found:
        each.when = moment(each.created_at)  # type: ignore[attr-defined]
        each.href = reverse("council:batch", args=[each.pk])  # type: ignore[attr-defined]
    return found


def _sees_batches(actor: Actor) -> bool:
    return bool(groups_of(actor)) or bool(actor.duties)
