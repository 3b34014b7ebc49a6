"""Accepting many invoices at once: those about which nothing is to be said are ticked, the money is shown first."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of, key_of
from backoffice.casework.batch_page import page_of
from backoffice.web import invoice_words
from backoffice.web.gate import staff, teams_of_desk
from backoffice.web.pieces import Fact
from backoffice.web.words import money, plural
from workflows.engine.errors import Forbidden, NotFound
from workflows.invoices import batches as accepting
from workflows.invoices import checking
from workflows.invoices.checking import ToCheck
from workflows.parties.actor import Actor

from .present import KIND
from .tables import Checks, Items, Preview, ticked

ZERO = Decimal("0.00")


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The invoices that await the council; then what will be accepted of those that were ticked; then it is done."""
    actor = actor_of(request)
    checking.to_check(actor, ())  # where there is no such module there is no such page
    if not checks(actor):
        raise Forbidden("Only the team that pays accepts invoices.")
    if request.method != "POST":
        return _choose(request, checking.to_check(actor))
    found = checking.to_check(actor, _ids(request))
    if not found:
        messages.info(request, "Tick at least one invoice that still awaits your check.")
        return redirect("council:invoices_check")
    if "start" in request.POST:
        seen = {each.invoice.pk: _seen(request, each) for each in found}
        return redirect("council:invoice_batch", accepting.accept_many(actor=actor, seen=seen, key=key_of(request)).pk)
    return render(request, "backoffice/invoices/preview.html", _preview(found))


@staff(reads=KIND)
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far an acceptance of many is, and what became of each. It goes on when the browser is closed."""
    found = checking.batch(actor_of(request), batch_id)
    if found is None:
        raise NotFound
    context = page_of(request, found, checking.batch_items(found), of="invoice", done="Accepted")
    for row in context["pages"].items:
        row["href"] = reverse("council:case", args=[row["case_id"]]) if row["case_id"] else ""
    table = Items(context["pages"].items)
    return render(request, "backoffice/invoices/batch.html", context | {"table": table, "name": invoice_words.name()})


def checks(actor: Actor) -> bool:
    """Whether one of the person's teams does the work of the payments desk."""
    return bool(teams_of_desk("payments") & set(actor.teams))


def _choose(request: HttpRequest, found: Sequence[ToCheck]) -> HttpResponse:
    clean = [each for each in found if each.clean]
    facts = [
        Fact("Await your check", plural(len(found), "invoice"), money(sum((each.total for each in found), ZERO))),
        Fact("Nothing to be said", plural(len(clean), "invoice"), money(sum((each.total for each in clean), ZERO))),
    ]
    table = Checks(ticked(found, None))
    context = {"table": table, "facts": facts, "some": bool(found), "name": invoice_words.name()}
    return render(request, "backoffice/invoices/check.html", context)


def _preview(found: Sequence[ToCheck]) -> dict[str, object]:
    total = sum((each.total for each in found), ZERO)
    look = [each for each in found if not each.clean]
    return {
        "table": Preview(found),
        "does": f"Accept {plural(len(found), 'invoice')}",
        "facts": [Fact("Invoices", f"{len(found):,}"), Fact("Together", money(total)),
                  Fact("Worth a look", plural(len(look), "invoice"))],
        "typed": [("invoices", each.invoice.pk) for each in found]
        + [(f"seen-{each.invoice.pk}", each.total) for each in found],
        "key": uuid4(),
    }  # fmt: skip


def _ids(request: HttpRequest) -> list[int]:
    given = request.POST.getlist("invoices")
    return [int(each) for each in given if each.isascii() and each.isdigit() and len(each) < 19]


def _seen(request: HttpRequest, each: ToCheck) -> Decimal:
    """The total that stood on the preview; without it the one of now, which is the same or is refused."""
    typed = request.POST.get(f"seen-{each.invoice.pk}", "")
    return Decimal(typed) if typed.replace(".", "", 1).replace("-", "", 1).isdigit() else each.total
