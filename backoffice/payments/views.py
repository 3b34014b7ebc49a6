"""A scheduled payment's case: its lines with the sum behind each, what was rejected, what changed since."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.view import CaseView
from backoffice.casework.asking import key_of
from backoffice.web import line_words, payment_why, payment_words
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Fact, Tab, Tag
from backoffice.web.words import date_range, moment, money, upper_first
from workflows.engine import selectors as engine
from workflows.engine.errors import Refused
from workflows.invoices import selectors as invoices
from workflows.parties.actor import Actor
from workflows.payments import commands, desk, recovering, selectors
from workflows.payments.models import Debt, PaymentLine, ScheduledPayment
from workflows.payments.selectors import BY_CLIENT, SHOWN, Paid, method_words
from workflows.register.models import CarePackageLine
from workflows.register.recording import SAID

from .entering import DEBT, entered, let_in, pays
from .present import PaymentView
from .tables import Happened, Said

LATEST = 4
#: How many periods of the contract stand beside the payment.
PERIODS = 14
TITLES = SAID | {
    "contract.payment_method": "recorded a payment method",
    "level.rate_set": "set a rate",
    "level.uplifted": "uplifted the rate",
}


def view_of_id(actor: Actor, case_id: int) -> PaymentView:
    """One payment as somebody sees it now; NotFound."""
    page = desk.page(actor, case_id)
    turns = engine.open_turns(case_id)
    return PaymentView(page, turns[0] if turns else None, actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, what it comes to, its lines, what was rejected, what changed, the newest of the story."""
    assert isinstance(view, PaymentView)  # noqa: S101 (kinds.py gives a kind its own views)
    case_id, payment = view.case.pk, view.payment
    chapters = engine.story(f"case:{case_id}")
    lines = _lines(request, view)
    waiting = list(desk.by_hand(view.actor, missed=not view.is_open).filter(payment=case_id))
    named = {row["client_id"] for row in lines["pages"].items} | {each.line.client_id for each in waiting}
    named |= {each.line.client_id for each in view.page.rejections if each.line is not None}
    engine.viewed_clients(view.actor, "scheduled_payment", case_id, named)
    context = frame(view, "case", len(chapters)) | lines | {
        "money": _money(payment),
        "rejections": Said(view.page.rejections) if view.page.rejections else None,
        "changes": _changes(payment, [each["paid"].line for each in lines["rows"]]),
        "waiting": [_by_hand(view, each) for each in waiting],
        "periods": _periods(view),
        "method": method_words(payment.method),
        "owed": (owed := recovering.owed(payment)),
        "debt": _debt(view, owed),
        "acts": _acts(view, owed),
        "said": selectors.text_of(payment.comments),
        "may_decide": view.may("approve_adjustment") if view.is_open else pays(view.actor),
        "may_again": view.is_open and view.may("recalculate"),
        "again_key": uuid4(),
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
    }  # fmt: skip
    return render(request, "backoffice/payments/payment.html", context)


@staff()
@require_POST
def again(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Work a payment out again by what is known now; it comes by itself, and this is for who does not want to wait."""
    actor = entered(request)
    view = view_of_id(actor, payment_id)
    if (away := let_in(request, view, "recalculate", "It is finalised.")) is not None:
        return away
    turn = view.turn.pk if view.turn else 0
    commands.recalculate(actor=actor, case_id=payment_id, task_id=turn, key=key_of(request))
    now = ScheduledPayment.objects.values_list("payable", flat=True).get(pk=payment_id)
    messages.success(request, f"It is worked out again: {money(now)} is payable.")
    return redirect("council:case", payment_id)


@staff()
@require_GET
def line(request: HttpRequest, payment_id: int, line_id: int) -> HttpResponse:
    """One line of a payment on a page of its own: its sum, and what it waits for."""
    actor = entered(request)
    view = view_of_id(actor, payment_id)
    found = selectors.paid(payment_id, [line_id])
    if not found:
        raise Refused("This line is not in the payment any more.", "none")
    engine.viewed(actor, "scheduled_payment", payment_id, found[0].line.client_id)
    context = {"view": view, "case": view.case, "working": _working(view, found[0]), "line": found[0].line}
    return render(request, "backoffice/payments/line.html", context)


def _lines(request: HttpRequest, view: PaymentView) -> dict[str, Any]:
    """The lines of a page of the list, each with its sum; those that were asked for are open."""
    shown = request.GET.get("shown", "")
    shown = shown if shown in SHOWN else ""
    rows = desk.lines(view.case.pk, shown)
    page = page_by_key(rows, BY_CLIENT, request.GET, by_id=True)
    asked = request.GET.get("why", "")
    found = selectors.paid(view.case.pk, [row["id"] for row in page.items])
    kept = {"shown", "after", "before"}
    own = {name: str(value) for name, value in request.GET.items() if name in kept}
    return {
        "pages": page,
        "rows": [_row(view, each, asked, own) for each in found],
        "every": asked == "all",
        "open_every": f"?{urlencode(own | {'why': 'all'})}#lines",
        "close_every": f"?{urlencode(own)}#lines",
        "shown": shown,
        "line_tabs": [Tab("All lines", "?#lines", "", not shown), *(
            Tab(words, f"?{urlencode({'shown': name})}#lines", "", name == shown) for name, words in SHOWN.items())],
        "line_count": view.page.lines,
    }  # fmt: skip


def _row(view: PaymentView, paid: Paid, asked: str, own: dict[str, str]) -> dict[str, Any]:
    opened = asked in {"all", str(paid.line.pk)}
    query = urlencode(own if opened else own | {"why": str(paid.line.pk)})
    working = _working(view, paid)
    return {
        "paid": paid,
        "working": working,
        "opened": opened,
        "tags": [each for each in [working.tag, *_row_tags(paid)] if each],
        "toggle": f"?{query}#line-{paid.line.pk}",
        "href": reverse("council:register_line", args=[paid.line.pk])
        if "contract_document" in view.actor.reads
        else "",
    }


def _working(view: PaymentView, paid: Paid) -> payment_why.Working:
    return payment_why.working(paid, inside=True, held_by=view.team())


def _row_tags(paid: Paid) -> list[Tag]:
    kinds = {row.kind for row in paid.rows}
    return [Tag("Adjusted", "blue")] if PaymentLine.Kind.ADJUSTMENT in kinds else []


def _money(payment: ScheduledPayment) -> list[tuple[str, Any]]:
    """How the payment comes to what it pays: total, what was brought, what is carried on."""
    found = [("Total of the lines", payment.total)]
    if payment.carried_in:
        found.append(("Taken back from an earlier period", payment.carried_in))
    if payment.carried_out:
        found.append(("Carried on to a later period", -payment.carried_out))
    return [*found, ("Total Payable", payment.payable)]


def _changes(payment: ScheduledPayment, lines: Sequence[CarePackageLine]) -> Happened:
    """What happened since the payment was generated to what it is worked out from, in words."""
    events = desk.since_generated(payment, [each.pk for each in lines])
    chapters = engine.chapters(events)
    levels = line_words.levels_named(chapters)
    whose = {each.pk: desk.name_of(each) for each in lines}
    rows = [
        {
            "when": moment(each.at),
            "what": upper_first(TITLES.get(each.kind, each.kind.replace(".", " "))),
            "about": whose.get(int(event.stream[5:]), "") if event.stream.startswith("line:") else "",
            "how": "; ".join(line_words.sentences(each.facts, levels)) if event.stream.startswith("line:") else "",
            "by": each.actor,
        }
        for event, each in zip(events, chapters, strict=True)
    ]
    return Happened(rows)


def _by_hand(view: PaymentView, made: PaymentLine) -> dict[str, Any]:
    address = reverse("council:payment_by_hand", args=[view.case.pk, made.pk])
    return {"row": made, "href": address, "note": selectors.text_of(made.note)}


def _periods(view: PaymentView) -> list[dict[str, Any]]:
    """The periods of the contract, the newest first."""
    return [
        {
            "words": date_range(each.first, each.last),
            "href": reverse("council:case", args=[each.pk]),
            "amount": money(each.payable),
            "tags": payment_words.tags(each),
            "current": each.pk == view.case.pk,
        }
        for each in desk.of_contract(view.actor, view.payment.contract_id, PERIODS)
    ]


def _debt(view: PaymentView, owed: Debt | None) -> str:
    """Where it is told how it is recovered, for whoever may read that."""
    readable = owed is not None and owed.case_id is not None and DEBT in view.actor.reads
    return reverse("council:case", args=[owed.case_id]) if owed is not None and readable else ""


def _acts(view: PaymentView, owed: Debt | None) -> list[Fact]:
    """What else can be done here by whoever may, and the invoice that claims it where there is one."""
    pk, found = view.case.pk, []
    claimed = invoices.of_payment(pk) if view.payment.invoiced and invoices.KIND in view.actor.reads else None
    if claimed is not None:
        found.append(Fact("", href=reverse("council:case", args=[claimed.pk]), link="See the invoice that claims it"))
    if view.is_open and view.may("adjust"):
        found.append(Fact("", href=reverse("council:payment_adjust", args=[pk]), link="Pay or take back by hand"))
    if view.is_open and view.may("hold_out"):
        found.append(Fact("", href=reverse("council:payment_hold_out", args=[pk]), link="Hold lines out of it"))
    if (view.may("put_back") or view.may("put_back_last")) and desk.to_hold(pk, out=False):
        found.append(Fact("", href=reverse("council:payment_put_back", args=[pk]), link="Put held lines back"))
    if owed is not None and owed.recovered < owed.amount and owed.case_id is None and pays(view.actor):
        found.append(Fact("", href=reverse("council:payment_debt", args=[pk]), link="Agree how it is recovered"))
    contract = reverse("council:payment_methods", args=[view.payment.contract_id])
    return [*found, Fact("", href=contract, link="How this contract is paid")]
