"""What is to be recovered: the debts, and how one is recovered, in agreed instalments or in another way."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.cases.rooms import rooms
from backoffice.casework.commanding import carried
from backoffice.web import payment_words
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Row
from backoffice.web.words import date_range, money, plural
from workflows.council.profile import current
from workflows.engine import door
from workflows.engine.errors import Forbidden
from workflows.parties.actor import Actor
from workflows.payments import carrying, desk, recovering
from workflows.payments.models import Debt
from workflows.payments.money import Money

from .entering import entered, pays, sent_already
from .forms import PlanForm
from .listing import tabs
from .present import PaymentView
from .tables import Owed
from .views import view_of_id

NOTHING_OWED = "Nothing of this payment is owed any more."


@staff()
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What is to be recovered, of all providers, and what already was."""
    actor = entered(request)
    page = page_by_key(desk.debts(), ("-payment_id",), request.GET)
    context = {
        "chapter": payment_words.name(),
        "tabs": tabs(actor, desk.figures(), "owed"),
        "rooms": rooms(actor),
        "table": Owed([_row(each) for each in page.items]),
        "pages": page,
    }
    return render(request, "backoffice/payments/owed.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Agree on instalments, on none, or record what was recovered in another way."""
    actor = entered(request)
    view = view_of_id(actor, payment_id)
    if sent_already(request, actor, payment_id):
        return redirect("council:case", payment_id)
    if not pays(actor):
        team = current().team(current().team_for("payments", None)).name
        raise Forbidden(f"Only {team} may say how it is recovered.")
    debt = recovering.owed(view.payment)
    if request.method != "POST" and (debt is None or debt.recovered >= debt.amount):
        messages.info(request, NOTHING_OWED)
        return redirect("council:case", payment_id)
    form = PlanForm.of(request, cancel=view.address("case"))
    said = partial(_record, actor, view, debt, form)
    if request.method == "POST" and form.is_valid() and carried(form, said) is not None:
        messages.success(request, "It is recorded. Payments to come are worked out again.")
        return redirect("council:case", payment_id)
    context = {"view": view, "case": view.case, "form": form, "rows": _about(view, debt),
               "periods": _periods(view)}  # fmt: skip
    return render(request, "backoffice/payments/debt.html", context)


def _record(actor: Actor, view: PaymentView, debt: Debt | None, form: PlanForm) -> door.Outcome:
    data = form.cleaned_data
    said: dict[str, Any] = {"actor": actor, "payment_id": view.case.pk, "text": data["text"],
                            "key": str(data["client_key"])}  # fmt: skip
    if data["way"] == "paid":
        return recovering.recovered(amount=data["amount"], **said)
    parts = _parts(data, debt) if data["way"] == "plan" and debt is not None else []
    days = [each.first for each in recovering.periods_to_come(view.payment)]
    over = [date.max] * max(len(parts) - len(days), 0)
    return recovering.agree(instalments=list(zip([*days, *over], parts, strict=False)), **said)


def _parts(data: dict[str, Any], debt: Debt) -> list[Decimal]:
    """The instalments: as they were typed, else alike, the odd pennies first."""
    if data.get("parts"):
        return list(data["parts"])
    return [each.total for each in carrying.instalments(Money(debt.amount - debt.recovered), data["count"])]


def _about(view: PaymentView, debt: Debt | None) -> list[Row]:
    if debt is None:
        return [Row("Owed", NOTHING_OWED)]
    found = [
        Row("Provider", view.provider, [view.contract]),
        Row("From", payment_words.period(view.payment)),
        Row("Owed", money(debt.amount)),
        Row("Recovered", money(debt.recovered)),
        Row("Still owed", money(debt.amount - debt.recovered)),
    ]
    if debt._state.adding:
        found.append(Row("How", "The next payment takes it back, as long as nothing else is agreed."))
    plan_ = recovering.plan_of(debt)
    return [
        *found,
        Row("Agreed", _plan_words(debt), [f"{each.first:%d/%m/%Y}: {money(each.amount)}" for each in plan_]),
    ]


def _periods(view: PaymentView) -> list[str]:
    """The periods that can take something back, the next one first."""
    return [date_range(each.first, each.last) for each in recovering.periods_to_come(view.payment, 6)]


def _plan_words(debt: Debt) -> str:
    found = recovering.plan_of(debt)
    return plural(len(found), "instalment") if found else "No instalments"


def _row(debt: Debt) -> dict[str, Any]:
    payment, left = debt.payment, debt.amount - debt.recovered
    return {
        "organisation": payment.case.organisation.name,
        "contract": debt.contract.reference,
        "reference": payment.case.reference,
        "case": reverse("council:case", args=[payment.pk]),
        "period": payment_words.period(payment),
        "amount": debt.amount,
        "recovered": debt.recovered,
        "left": left,
        "how": _plan_words(debt) if left else "Recovered",
        "href": reverse("council:payment_debt", args=[payment.pk]) if left else "",
    }
