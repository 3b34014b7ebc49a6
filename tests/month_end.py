"""The month-end board worked out again by another way: line by line, from what each payment line keeps of its own
price and from each week's lines, never from the rows that the board adds up."""

from collections import defaultdict
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q

from workflows.actuals.models import ActualWeek, LineWeek
from workflows.council.schema import Council
from workflows.disputes.models import Dispute
from workflows.engine.models import Case
from workflows.invoices.models import Invoice
from workflows.parties.models import Team
from workflows.payments import entitlement
from workflows.payments.gathering import gather
from workflows.payments.models import PaymentLine, PaymentStop, ScheduledPayment
from workflows.payments.snapshot import written

Holder = tuple[str, int]
Sums = dict[tuple[str, Holder], Decimal]
Run = tuple[str, date | None, datetime | None]
WAITS = {"hold", "document", "dispute", "actuals", "no_price", "no_method"}


def by_hand(council: Council) -> dict[Run, Sums]:
    """What is blocked of each run by cause and holder, in pounds."""
    found: dict[Run, Sums] = defaultdict(lambda: defaultdict(Decimal))
    if council.payments is None:
        _weeks(council, found)
    else:
        for payment in ScheduledPayment.objects.filter(finalised_at=None).select_related("contract"):
            _payment(council, payment, found[payment.calendar, payment.pay_on, None])
        _earlier(council, found)
    kept = {run: {key: money for key, money in sums.items() if money} for run, sums in found.items()}
    return {run: sums for run, sums in kept.items() if sums}


def _payment(council: Council, payment: ScheduledPayment, sums: Sums) -> None:
    whose = ("provider", payment.contract.organisation_id)
    payments = _desk(council, "payments")
    for line in payment.lines.select_related("line"):
        if line.held_out_at is not None:
            sums["held_out", payments] += line.total
        elif line.kind == "manual" and line.approved_by_id is None:
            sums["by_hand", payments] += line.total
        if line.kind == "scheduled" and payment.frozen_at is None:
            _parts(council, line.line, line.worth or {"parts": []}, whose, sums)
    if payment.invoiced and payment.released_at is None:
        invoice = Invoice.objects.filter(payment=payment).select_related("case").first()
        state = invoice.case.state if invoice else "unsubmitted"
        key = {"pending": "invoice_pending", "submitted": "invoice_check"}.get(state, "invoice_draft")
        team = invoice.case.holder_team_id if invoice else None
        sums[key, ("team", team) if state == "submitted" and team else whose] += payment.payable


def _earlier(council: Council, found: dict[Run, Sums]) -> None:
    """What still waits of every line of every settled payment, worked out now: it counts at the contract's next one."""
    module = council.payments
    assert module is not None
    settled = ~Q(finalised_at=None) | ~Q(frozen_at=None)
    next_ones: dict[int, ScheduledPayment] = {}
    for each in ScheduledPayment.objects.exclude(settled).select_related("contract").order_by("-first", "-pk"):
        next_ones[each.contract_id] = each
    past = ScheduledPayment.objects.filter(settled, contract__in=next_ones)
    lines_of = PaymentLine.objects.filter(payment__in=past, kind="scheduled")
    rows = list(lines_of.select_related("line__contract", "line__service_level", "payment"))
    if not rows:
        return
    lines = list({each.line_id: each.line for each in rows}.values())
    facts = gather(lines, min(each.first for each in rows), max(each.last for each in rows), module)
    for row in rows:
        payment = next_ones[row.payment.contract_id]
        sums = found[payment.calendar, payment.pay_on, None]
        if row.held_out_at is not None:
            if row.put_back_at is None and row.payment.finalised_at is not None:
                sums["held_out", _desk(council, "payments")] += row.total
            continue
        now = entitlement.entitlement(facts[row.line_id], row.payment.first, row.payment.last, module.rules)
        _parts(council, row.line, written(now), ("provider", payment.contract.organisation_id), sums)


def _parts(council: Council, line: Any, worth: dict[str, Any], whose: Holder, sums: Sums) -> None:
    for part in worth["parts"]:
        days = (date.fromisoformat(part["last"]) - date.fromisoformat(part["first"])).days + 1
        vat = Fraction(part.get("vat", "0"))
        actual = part.get("actual")
        price = Fraction(part.get("unit_cost", "0"))
        if part.get("cause") in WAITS:
            off = Fraction(part.get("contribution", "0")) if part.get("net") else Fraction(0)
            weekly = Fraction(part.get("quantity", "0")) * price - off
            if actual and "cost" in actual:
                weekly = Fraction(actual["cost"]) * 7 / _days(actual) - off
            amount = weekly * days / 7 if "unit_cost" in part else Fraction(0)
            key, holder = _whose(council, part["cause"], part.get("wait"), line, part, whose)
            sums[key, holder] += _rounded(amount, vat)
        elif "cause" not in part and actual and "disputed" in actual and "unit_cost" in part:
            amount = Fraction(actual["disputed"]) * price * days / _days(actual)
            key, holder = _whose(council, "dispute", actual["wait"], line, part, whose)
            sums[key, holder] += _rounded(amount, vat)


def _whose(
    council: Council, cause: str, wait: dict[str, Any] | None, line: Any, part: dict[str, Any], whose: Holder
) -> tuple[str, Holder]:
    payments, brokerage = _desk(council, "payments"), _desk(council, "brokerage")
    if cause in {"no_price", "no_method"}:
        return cause, brokerage if cause == "no_price" else payments
    if cause == "document":
        assert wait is not None
        rejected = wait["what"] == "rejected"
        return ("document_amend", brokerage) if rejected else ("document_answer", whose)
    case = Case.objects.filter(reference=wait["reference"]).first() if wait else None
    if cause == "hold":
        assert case is not None
        stop = PaymentStop.objects.filter(notice=case).select_related("case").first()
        return "hold", _holder(stop.case if stop else case, payments)
    if case is None:
        day = date.fromisoformat(part["first"])
        monday = date.fromordinal(day.toordinal() - day.weekday())
        week = ActualWeek.objects.filter(service=line.service_id, lot=line.lot, week=monday).first()
        case = week.case if week else None
    if cause == "dispute":
        return "dispute", _of_dispute(case, payments)
    if case is None:
        return "actuals_none", payments
    return ("actuals_open" if case.state == "recording" else "actuals_check"), _holder(case, payments)


def _of_dispute(case: Case | None, otherwise: Holder) -> Holder:
    assert case is not None
    open_ = [
        each.case for each in Dispute.objects.filter(week=case.pk).select_related("case") if not each.case.finished
    ]
    theirs = [each for each in open_ if each.holder == "provider"]
    return _holder((theirs or open_ or [case])[0], otherwise)


def _weeks(council: Council, found: dict[Run, Sums]) -> None:
    payments = _desk(council, "payments")
    for row in LineWeek.objects.select_related("case__actual_week"):
        case, until = row.case, row.case.actual_week.cut_off
        if case.finished or row.standing not in {"generated", "saved", "submitted", "disputed"}:
            continue
        sums = found["", None, until]
        if row.standing == "disputed":
            sums["dispute", _of_dispute(case, payments)] += row.at_stake
        else:
            key = "week_open" if case.state == "recording" else "week_check"
            sums[key, _holder(case, payments)] += row.payable_cost


def _holder(case: Case, otherwise: Holder) -> Holder:
    if case.holder == "provider":
        return "provider", case.organisation_id
    return ("team", case.holder_team_id) if case.holder_team_id else otherwise


def _desk(council: Council, desk: Any) -> Holder:
    return "team", Team.objects.get(key=council.desks[desk]).pk


def _days(actual: dict[str, Any]) -> int:
    return (date.fromisoformat(actual["last"]) - date.fromisoformat(actual["first"])).days + 1


def _rounded(amount: Fraction, vat: Fraction) -> Decimal:
    """Half a penny away from zero, the amount and its VAT each once."""
    excl = _pennies(amount)
    return excl + _pennies(Fraction(excl) * vat / 100)


def _pennies(amount: Fraction) -> Decimal:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
