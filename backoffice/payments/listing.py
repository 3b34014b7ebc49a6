"""The desk of scheduled payments: every period with filters, what was rejected, and what somebody should look at."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.cases.rooms import rooms
from backoffice.casework import worklist
from backoffice.casework.asking import day_in, number_in
from backoffice.web import payment_words
from backoffice.web.clock import clock_of
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Fact, Tab
from backoffice.web.words import money, plural
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.parties.actor import Actor
from workflows.payments import desk
from workflows.payments.acting import profile
from workflows.payments.desk import ATTENTION, BY_DUE, OLDEST, ORDER, STATES, Figures, Filters
from workflows.payments.models import Confirmation
from workflows.payments.rules import State

from .entering import entered, pays
from .tables import ByHand, Periods, Rejections


@staff()
@require_GET
def periods(request: HttpRequest) -> HttpResponse:
    """Every period of every contract, narrowed by what the address says."""
    actor, asked = entered(request), _asked(request)
    page = page_by_key(desk.listed(actor, asked), ORDER, request.GET)
    noted = desk.noted([row["case_id"] for row in page.items])
    for row in page.items:
        row["noted"] = noted.get(row["case_id"], {})
    figures = desk.figures()
    context = _frame(actor, figures, "periods") | _choices(asked) | {
        "table": _without_answer(Periods(page.items)),
        "pages": page,
        "asked": asked,
        "figures": _figures(figures),
    }  # fmt: skip
    return render(request, "backoffice/payments/list.html", context)


@staff()
@require_GET
def rejected(request: HttpRequest) -> HttpResponse:
    """The rejections that await an answer, with the money at stake."""
    actor = entered(request)
    page = page_by_key(desk.rejections(actor), BY_DUE, request.GET)
    now = moment.now()
    for row in page.items:
        row["clock"] = clock_of(row, now)
    context = _frame(actor, desk.figures(), "rejected") | {"table": Rejections(page.items), "pages": page}
    return render(request, "backoffice/payments/rejected.html", context)


@staff()
@require_GET
def by_hand(request: HttpRequest) -> HttpResponse:
    """Amounts by hand that wait for a second person; and those that a payment was finalised without."""
    actor, missed = entered(request), request.GET.get("show") == "missed"
    page = page_by_key(desk.by_hand(actor, missed=missed), OLDEST, request.GET)
    for row in page.items:
        row.href = reverse("council:payment_by_hand", args=[row.payment_id, row.pk])
    engine.viewed_clients(actor, "payments.by_hand", None, {row.line.client_id for row in page.items})
    own = reverse("council:payments_by_hand")
    views = [Tab("To approve", own, "", not missed), Tab("Finalised without", f"{own}?show=missed", "", missed)]
    context = _frame(actor, desk.figures(), "by_hand")
    context |= {"table": ByHand(page.items), "pages": page, "views": views, "missed": missed}
    return render(request, "backoffice/payments/by_hand_list.html", context)


def tabs(actor: Actor, figures: Figures, shown: str) -> list[Tab]:
    """The lists of the desk, each with how much is in it."""
    found = [
        ("periods", "Periods", "council:payments", ""),
        ("rejected", "Rejected", "council:payments_rejected", f"{figures.rejected:,}"),
        ("by_hand", "By hand", "council:payments_by_hand", f"{figures.by_hand:,}"),
        ("owed", "To recover", "council:payments_owed", f"{figures.owed:,}"),
    ]
    if "payment_stop" in actor.reads:
        found.insert(3, ("stops", "Stops", "council:payments_stops", f"{figures.stops:,}"))
    return [Tab(words, reverse(address), count, name == shown) for name, words, address, count in found]


def _frame(actor: Actor, figures: Figures, shown: str) -> dict[str, Any]:
    """What every list of the desk has around it."""
    return {"chapter": payment_words.name(), "tabs": tabs(actor, figures, shown), "rooms": rooms(actor),
            "may": pays(actor)}  # fmt: skip


def _figures(found: Figures) -> list[Fact]:
    """What stands above the list: the money, and where the lines behind it are."""
    here = reverse("council:payments")

    def only(**narrowed: str) -> str:
        return f"{here}?{urlencode(narrowed)}"

    facts = [
        Fact("Current", money(found.open_money), href=only(state=State.CURRENT), link=plural(found.open, "payment")),
        Fact("Rejected", money(found.rejected_money), href=reverse("council:payments_rejected"),
             link=f"{plural(found.rejected, 'payment')} to answer"),
        Fact("Waiting for somebody", money(found.waiting_money), href=only(attention="waiting"),
             link=f"{plural(found.waiting, 'line')} in payments"),
    ]  # fmt: skip
    if profile().review == "confirm":
        facts.append(Fact("Not confirmed in time", money(found.late_money), href=only(attention="late"),
                          link=f"{plural(found.late, 'payment')} past the cut-off"))  # fmt: skip
    facts.append(Fact("To recover", money(found.owed_money), href=reverse("council:payments_owed"),
                      link=plural(found.owed, "debt")))  # fmt: skip
    return facts


def _asked(request: HttpRequest) -> Filters:
    """What the address narrows by; what it cannot mean is left out."""
    allowed: dict[str, set[Any]] = {
        "group": {each.key for each in current().service_groups},
        "calendar": {each.key for each in profile().calendars},
        "state": set(STATES),
        "confirmation": set(Confirmation.values),
        "attention": set(ATTENTION),
    }
    said = {name: request.GET.get(name, "") for name in allowed}
    kept = {name: value for name, value in said.items() if value in allowed[name]}
    return Filters(
        organisation_id=number_in(request, "provider"), contract_id=number_in(request, "contract"),
        pay_on=day_in(request, "pay_on"), **kept,
    )  # fmt: skip


def _choices(asked: Filters) -> dict[str, Any]:
    """The entries of the filters, each with what is chosen."""
    confirm = profile().review == "confirm"
    states = [(str(each), payment_words.STATES[each].text if each != State.PAID else "Paid") for each in STATES]
    selects: list[tuple[str, str, Any, Any]] = [
        ("provider", "Provider", worklist.providers(), asked.organisation_id),
        ("contract", "Contract", desk.contracts(), asked.contract_id),
        ("group", "Service group", [(each.key, each.name) for each in current().service_groups], asked.group),
        ("calendar", "Calendar", [(each.key, each.name) for each in profile().calendars], asked.calendar),
        ("state", "Status", states, asked.state),
        ("confirmation", "Provider's answer", Confirmation.choices if confirm else [], asked.confirmation),
        ("attention", "To look at", [*ATTENTION.items()] if confirm else
         [(key, words) for key, words in ATTENTION.items() if key != "late"], asked.attention),
    ]  # fmt: skip
    shown = [(name, label, [("", "Any"), *((str(key), words) for key, words in entries)], str(chosen or ""))
             for name, label, entries, chosen in selects if entries]  # fmt: skip
    return {"selects": shown, "narrowed": asked != Filters()}


def _without_answer(table: Periods) -> Periods:
    """A council that does not ask its providers has no column for their answers."""
    if profile().review != "confirm":
        table.columns.hide("answer")
    return table
