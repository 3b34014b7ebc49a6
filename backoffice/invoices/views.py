"""The council's list of invoices, and the page of one with its items and the sum behind each."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.rooms import rooms
from backoffice.cases.view import CaseView
from backoffice.casework.asking import actor_of, day_in, number_in
from backoffice.web import invoice_words, payment_why
from backoffice.web.clock import deadline
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.invoices import checking, selectors
from workflows.invoices.selectors import Filters
from workflows.parties.actor import Actor
from workflows.payments import desk
from workflows.payments.selectors import BY_CLIENT, Paid

from .many import checks
from .present import KIND, InvoiceView
from .tables import Invoices, Moved

LATEST = 6


@staff(reads=KIND)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All invoices, the newest period first; the queue says what is due when."""
    actor, now, asked = actor_of(request), moment.now(), _asked(request)
    page = page_by_key(checking.with_clocks(actor, asked), checking.LIST_ORDER, request.GET)
    for row in page.items:
        row |= {"clock": deadline(row["due_at"], now).tag if row["due_at"] else None}
    states = [("", "Any status"), *((str(each), invoice_words.state_words(each)) for each in selectors.STATES)]
    context = {
        "table": Invoices(page.items),
        "pages": page,
        "asked": asked,
        "name": invoice_words.name(),
        "rooms": rooms(actor),
        "checks": checks(actor),
        "selects": [
            ("status", "Status", states, asked.state),
            ("provider", "Provider", _choices("Any provider", selectors.organisations(actor)),
             str(asked.organisation_id or "")),
            ("contract", "Contract", _choices("Any contract", selectors.contracts(actor)),
             str(asked.contract_id or "")),
        ],
    }  # fmt: skip
    return render(request, "backoffice/invoices/list.html", context)


def view_of_id(actor: Actor, case_id: int) -> InvoiceView:
    """One invoice as somebody sees it now; NotFound."""
    page = selectors.page(actor, case_id)
    return InvoiceView(page, actor, checking.put_right(page.invoice))


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, its items with the sum behind each, what changed, the VAT invoice, credit notes, the story."""
    assert isinstance(view, InvoiceView)  # noqa: S101 (kinds.py gives a kind its own views)
    chapters = engine.story(f"case:{view.case.pk}")
    lines = page_by_key(desk.lines(view.payment.pk, ""), BY_CLIENT, request.GET, by_id=True)
    moved = view.page.moved
    named = {row["client_id"] for row in lines.items} | {each.line.client_id for each in moved}
    engine.viewed_clients(view.actor, "invoice", view.case.pk, named)
    context = frame(view, "case", len(chapters)) | {
        "summary": view.rows(),
        "rows": _items(request, view, [row["id"] for row in lines.items]),
        "pages": lines,
        "every": request.GET.get("why", "") == "all",
        "moved": Moved(moved) if moved else None,
        "notes": selectors.notes_of(view.case.pk),
        "may_query": view.may("query"),
        "sees_payment": "scheduled_payment" in view.actor.reads,
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
    }  # fmt: skip
    return render(request, "backoffice/invoices/invoice.html", context)


def _items(request: HttpRequest, view: InvoiceView, ids: list[int]) -> list[dict[str, Any]]:
    asked = request.GET.get("why", "")
    own = {name: str(value) for name, value in request.GET.items() if name in {"after", "before"}}
    return [_item(view, each, asked, own) for each in selectors.items(view.invoice, ids)]


def _item(view: InvoiceView, paid: Paid, asked: str, own: dict[str, str]) -> dict[str, Any]:
    opened = asked in {"all", str(paid.line.pk)}
    query = urlencode(own if opened else own | {"why": str(paid.line.pk)})
    working = payment_why.working(paid, inside=True, held_by=view.team())
    return {"paid": paid, "working": working, "opened": opened, "toggle": f"?{query}#line-{paid.line.pk}"}


def _choices(none: str, found: list[tuple[int, str]]) -> list[tuple[str, str]]:
    return [("", none), *((str(pk), words) for pk, words in found)]


def _asked(request: HttpRequest) -> Filters:
    state = request.GET.get("status", "")
    return Filters(
        state=state if state in selectors.STATES else "",
        contract_id=number_in(request, "contract"),
        organisation_id=number_in(request, "provider"),
        first=day_in(request, "first"),
        last=day_in(request, "last"),
    )
