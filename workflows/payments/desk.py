"""What the Payments team reads of scheduled payments: every period, what needs somebody, and the money that is in it.

Nobody of a provider comes here (selectors.py is theirs). One query a question, however many payments there are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Case, Event, Task
from workflows.engine.selectors.stories import TEXTS
from workflows.parties.actor import Actor
from workflows.register import selectors as register
from workflows.register.models import CarePackageLine, Contract, PaymentHold

from . import recovering
from .acting import profile
from .flow import PaymentDebtFlow, PaymentStopFlow, ScheduledPaymentFlow
from .models import Confirmation, Debt, PaymentLine, PaymentStop, Rejected, ScheduledPayment
from .rules import State
from .selectors import BY_CLIENT, Options, Page

ZERO = Decimal("0.00")
#: How the list of periods is ordered: those paid last first.
ORDER = ("-pay_on", "-case_id")
#: How rejections, and amounts that wait for a second person, are ordered: what is due first.
BY_DUE, OLDEST = ("due_at", "id"), ("id",)
#: What somebody should look at, as the list can be narrowed to it.
ATTENTION = {
    "waiting": "Lines that wait for somebody",
    "adjusted": "Adjustments of earlier periods",
    "by_hand": "By hand, not approved",
    "late": "Not confirmed, cut-off has passed",
    "changed": "Changed, not worked out yet",
    "below": "Below zero",
}
#: Rows of a payment that nobody has approved are no part of it.
_UNAPPROVED = Q(kind=PaymentLine.Kind.MANUAL, approved_by=None)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list of periods is narrowed by."""

    organisation_id: int | None = None
    contract_id: int | None = None
    group: str = ""
    calendar: str = ""
    state: str = ""
    confirmation: str = ""
    attention: str = ""
    pay_on: date | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands above the list: how many there are of what somebody should look at, and the money in it."""

    open: int
    open_money: Decimal
    rejected: int
    rejected_money: Decimal
    waiting: int
    waiting_money: Decimal
    by_hand: int
    by_hand_money: Decimal
    late: int
    late_money: Decimal
    stops: int
    owed: int
    owed_money: Decimal


FIGURES = """
WITH open AS MATERIALIZED (
    SELECT case_id, payable, cut_off, confirmation FROM payments_scheduledpayment WHERE finalised_at IS NULL
)
SELECT o.n, o.sum, r.n, r.sum, w.n, w.sum, h.n, h.sum, o.late, o.late_sum, s.n, d.n, d.sum
FROM (SELECT count(*) AS n, coalesce(sum(payable), 0) AS sum,
             count(*) FILTER (WHERE {late}) AS late, coalesce(sum(payable) FILTER (WHERE {late}), 0) AS late_sum
      FROM open) o,
     (SELECT count(DISTINCT x.payment_id) AS n, coalesce(sum(x.at_stake), 0) AS sum
      FROM payments_rejected x JOIN open ON open.case_id = x.payment_id WHERE x.answer = '') r,
     (SELECT count(*) AS n, coalesce(sum(x.not_paid), 0) AS sum
      FROM payments_paymentline x JOIN open ON open.case_id = x.payment_id WHERE x.waiting) w,
     (SELECT count(*) AS n, coalesce(sum(x.total), 0) AS sum
      FROM payments_paymentline x JOIN open ON open.case_id = x.payment_id
      WHERE x.kind = 'manual' AND x.approved_by_id IS NULL) h,
     (SELECT count(*) AS n FROM payments_paymentstop x JOIN engine_case c ON c.id = x.case_id WHERE c.state = 'open') s,
     (SELECT count(*) AS n, coalesce(sum(amount - recovered), 0) AS sum FROM payments_debt WHERE recovered < amount) d
"""


def cases(actor: Actor) -> QuerySet[Case]:
    """The scheduled payments that this person of the council may read; NotFound where the council has none."""
    profile()
    return engine.cases(actor, ScheduledPaymentFlow.function).filter(kind=ScheduledPaymentFlow.kind)


def payments(actor: Actor) -> QuerySet[ScheduledPayment]:
    """The same as payments."""
    return ScheduledPayment.objects.filter(case__in=cases(actor))


def page(actor: Actor, case_id: int) -> Page:
    """One payment with all that its provider said of it; NotFound when it does not exist for this person."""
    counted = PaymentLine.objects.filter(payment=OuterRef("pk")).order_by().values("payment")
    related = ("case__organisation", "case__holder_team", "contract", "method", "comments", "confirmed_by", "debt")
    rows: Any = payments(actor).select_related(*related)
    lines_of = Subquery(counted.annotate(n=Count("line", distinct=True)).values("n"))
    payment = rows.annotate(lines_of=lines_of).filter(pk=case_id).first()
    if payment is None:
        raise NotFound
    said = Rejected.objects.filter(payment=case_id).select_related("line__client", "why", "by").order_by("pk")
    lines_there, nothing = payment.lines_of or 0, Options((), ())
    return Page(payment, None, True, lines_there, payment.total, nothing, list(said))


def lines(case_id: int, shown: str) -> QuerySet[CarePackageLine, dict[str, Any]]:
    """The lines of a payment whose reader is checked, as plain rows for `page_by_key` with `BY_CLIENT`; `shown` is one
    of selectors.SHOWN, or empty."""
    mine = PaymentLine.objects.filter(payment=case_id, line=OuterRef("pk"))
    narrowed = {
        "not_paid": Exists(mine.filter(Q(not_paid__gt=0) | Q(held_out_at__isnull=False))),
        "adjusted": Exists(mine.exclude(kind=PaymentLine.Kind.SCHEDULED)),
        "rejected": Exists(Rejected.objects.filter(payment=case_id, answer="", line=OuterRef("pk"))),
    }
    rows = CarePackageLine.objects.filter(Exists(mine))
    if shown:
        rows = rows.filter(narrowed[shown])
    found: Any = rows.values(*BY_CLIENT, "client_id")
    return found  # type: ignore[no-any-return]


def figures() -> Figures:
    """What stands above the list, in one query. The caller has checked that the person reads payments."""
    late = "confirmation = 'unconfirmed' AND cut_off < %s" if profile().review == "confirm" else "false"
    given = [moment.today()] * late.count("%s") * 2
    with connection.cursor() as cursor:
        cursor.execute(FIGURES.format(late=late), given)
        return Figures(*cursor.fetchone())


def listed(actor: Actor, asked: Filters) -> Any:
    """Periods as plain rows, for `page_by_key` with `ORDER`."""
    open_ = Rejected.objects.filter(payment=OuterRef("pk"), answer="").order_by().values("payment")
    rows = _narrowed(payments(actor), asked)
    found: Any = rows.values(
        "case_id",
        "first",
        "last",
        "cut_off",
        "finalise_on",
        "pay_on",
        "confirmation",
        "total",
        "payable",
        "carried_out",
        "changed",
        "calendar",
        "generated_at",
        "contract_id",
        reference=F("case__reference"),
        state=F("case__state"),
        organisation=F("case__organisation__name"),
        contract_reference=F("contract__reference"),
        contract_title=F("contract__title"),
        at_stake=Subquery(open_.annotate(sum=Sum("at_stake")).values("sum")),
    )
    return found


def noted(case_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """How many lines of each of these payments wait, are adjusted, or were written by hand and not approved."""
    rows = PaymentLine.objects.filter(payment__in=case_ids).order_by().values("payment_id")
    told: Any = rows.annotate(
        lines=Count("pk", filter=Q(kind=PaymentLine.Kind.SCHEDULED)),
        waits=Count("pk", filter=Q(waiting=True)),
        waits_money=Sum("not_paid", filter=Q(waiting=True), default=ZERO),
        held_out=Count("pk", filter=Q(held_out_at__isnull=False)),
        adjusted=Count("pk", filter=Q(kind=PaymentLine.Kind.ADJUSTMENT)),
        by_hand=Count("pk", filter=_UNAPPROVED),
    )
    return {each.pop("payment_id"): each for each in told}


def rejections(actor: Actor) -> Any:
    """The turns in which Payments answers a rejection, as plain rows, for `page_by_key` with `BY_DUE`."""
    turns = Task.objects.filter(process__in=cases(actor), node="answer", finished=None)
    open_ = Rejected.objects.filter(payment=OuterRef("process_id"), answer="").order_by().values("payment")
    about = ScheduledPayment.objects.filter(pk=OuterRef("process_id"))
    return turns.order_by().values(
        "id",
        "due_at",
        "at_risk_at",
        "not_before",
        "assigned",
        "reference",
        case_id=F("process_id"),
        provider_name=F("process__organisation__name"),
        contract=Subquery(about.values("contract__reference")),
        first=Subquery(about.values("first")),
        last=Subquery(about.values("last")),
        finalise_on=Subquery(about.values("finalise_on")),
        payable=Subquery(about.values("payable")),
        lines=Subquery(open_.annotate(n=Count("pk")).values("n")),
        died=Subquery(open_.annotate(n=Count("pk", filter=Q(died=True))).values("n")),
        at_stake=Subquery(open_.annotate(sum=Sum("at_stake")).values("sum")),
        team_name=F("team__name"),
        owner_name=F("owner__name"),
    )


def by_hand(actor: Actor, *, missed: bool = False) -> QuerySet[PaymentLine]:
    """Amounts that wait for a second person; `missed`: those whose payment was finalised without them."""
    rows = PaymentLine.objects.filter(_UNAPPROVED, payment__case__in=cases(actor))
    rows = rows.filter(payment__finalised_at__isnull=not missed)
    return rows.select_related("payment__case__organisation", "payment__contract", "line__client", "written_by", "note")


def of_contract(actor: Actor, contract_id: int, most: int | None = None) -> list[ScheduledPayment]:
    """The newest periods of a contract, the newest first."""
    rows = payments(actor).filter(contract=contract_id)
    return list(rows.select_related("case").order_by("-first", "-pk")[:most])


def contracts() -> list[tuple[int, str]]:
    """The contracts that have payments, by reference, for the filter; the caller has checked who asks."""
    rows = Contract.objects.filter(Exists(ScheduledPayment.objects.filter(contract=OuterRef("pk"))))
    found = rows.order_by("reference").values_list("pk", "reference", "title")
    return [(pk, f"{reference}, {title}" if title else reference) for pk, reference, title in found]


def since_generated(payment: ScheduledPayment, lines: Sequence[int]) -> list[Event]:
    """What happened to these lines, and to the contract, since the payment was first worked out, the newest first."""
    streams = [f"contract:{payment.contract_id}", *(f"line:{each}" for each in lines)]
    rows = Event.objects.filter(stream__in=streams, at__gte=payment.case.created).select_related("actor")
    return list(rows.annotate(texts=TEXTS).order_by("-at", "-pk")[:20])


def stop_of(actor: Actor, case_id: int) -> PaymentStop | None:
    """A stop that this person may read, with its notice."""
    own = engine.cases(actor, PaymentStopFlow.function).filter(kind=PaymentStopFlow.kind)
    related = ("case__organisation", "case__service", "case__client", "case__holder_team",
               "notice__organisation", "notice__holder_team")  # fmt: skip
    return PaymentStop.objects.filter(case__in=own, pk=case_id).select_related(*related).first()


def stops(actor: Actor, *, every: bool = False) -> QuerySet[PaymentStop]:
    """The stops that this person may read: those to be checked, or all."""
    own = engine.cases(actor, PaymentStopFlow.function).filter(kind=PaymentStopFlow.kind)
    rows = PaymentStop.objects.filter(case__in=own if every else own.filter(state="open"))
    return rows.select_related("case__organisation", "case__service", "case__client", "notice__holder_team")


def _narrowed(rows: QuerySet[ScheduledPayment], asked: Filters) -> QuerySet[ScheduledPayment]:
    if asked.organisation_id is not None:
        rows = rows.filter(case__organisation=asked.organisation_id)
    if asked.contract_id is not None:
        rows = rows.filter(contract=asked.contract_id)
    if asked.pay_on is not None:
        rows = rows.filter(pay_on=asked.pay_on)
    if asked.group:
        own = CarePackageLine.objects.filter(contract=OuterRef("contract"), service__group=asked.group)
        rows = rows.filter(Exists(own))
    given: Mapping[str, str] = {
        "calendar": asked.calendar, "case__state": asked.state, "confirmation": asked.confirmation
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    return rows.filter(_attention(asked.attention, moment.today())) if asked.attention else rows


def _attention(which: str, today: date) -> Q:
    """What each entry of `ATTENTION` means."""
    mine = PaymentLine.objects.filter(payment=OuterRef("pk"))
    open_ = Q(finalised_at=None)
    found: dict[str, Any] = {
        "waiting": open_ & Exists(mine.filter(waiting=True)),
        "adjusted": open_ & Exists(mine.filter(kind=PaymentLine.Kind.ADJUSTMENT)),
        "by_hand": open_ & Exists(mine.filter(_UNAPPROVED)),
        "late": open_ & Q(confirmation=Confirmation.UNCONFIRMED, cut_off__lt=today),
        "changed": open_ & Q(changed=True),
        "below": Q(carried_out__lt=0),
    }
    chosen: Q = found[which]
    return chosen


#: The states of a payment, in their order.
STATES = (State.CURRENT, State.PARTLY, State.FINALISED, State.PAID)


def debt_of(actor: Actor, case_id: int) -> Debt | None:
    """A debt that this person may read, by its case, with the payment that it is from."""
    own = engine.cases(actor, PaymentDebtFlow.function).filter(kind=PaymentDebtFlow.kind)
    related = ("case__organisation", "case__service", "case__holder_team", "payment__case", "contract")
    return Debt.objects.filter(case__in=own, case=case_id).select_related(*related).first()


def debts(*, every: bool = False) -> QuerySet[Debt]:
    """What is to be recovered, and (`every`) what was, with the payment that it is from; the caller has scoped."""
    rows = Debt.objects.all() if every else Debt.objects.filter(recovered__lt=F("amount"))
    return rows.select_related("payment__case__organisation", "contract", "case__holder_team")


def instalments(debt: Debt) -> list[dict[str, Any]]:
    """What was agreed of a debt: each instalment with the payment that takes it back, where that is open already."""
    plan = recovering.plan_of(debt)
    rows = ScheduledPayment.objects.filter(contract=debt.contract_id, first__in=[each.first for each in plan])
    there = {each.first: each for each in rows.select_related("case")} if plan else {}
    return [{"first": each.first, "amount": each.amount, "payment": there.get(each.first)} for each in plan]


def names_of_lines(ids: Collection[int]) -> dict[int, str]:
    """Whose these lines are, in one query, and none when there is none."""
    if not ids:
        return {}
    rows = CarePackageLine.objects.filter(pk__in=ids).select_related("client")
    return {each.pk: name_of(each) for each in rows}


def name_of(line: CarePackageLine) -> str:
    """Whose a line is, and what it is called."""
    return f"{line.client} ({line.client.ss_ref}), {line.reference}"


def lines_to_amend(actor: Actor, ids: Collection[int]) -> list[CarePackageLine]:
    """Lines with their prices of today, as a form that changes them shows them."""
    return list(register.lines(actor, historical=True).filter(pk__in=ids))


def by_hand_of(actor: Actor, case_id: int, line_id: int) -> PaymentLine | None:
    """An amount by hand of a payment that nobody has approved, whether that is final or not."""
    every = (by_hand(actor, missed=missed).filter(payment=case_id, pk=line_id).first() for missed in (False, True))
    return next((each for each in every if each is not None), None)


def to_hold(case_id: int, *, out: bool) -> list[PaymentLine]:
    """The rows of a payment, whose reader is checked, that can be held out of it, or (not `out`) put back."""
    rows = PaymentLine.objects.filter(payment=case_id).select_related("line__client", "held_out_why", "held_out_by")
    if out:
        rows = rows.filter(held_out_at=None).exclude(_UNAPPROVED)
    else:
        rows = rows.filter(held_out_at__isnull=False, put_back_at=None)
    return list(rows.order_by("line__client__surname", "line__client__forename", "pk"))


def lines_of_contract(contract_id: int) -> list[tuple[int, str]]:
    """(line, whose it is) of a contract whose reader is checked."""
    rows = CarePackageLine.objects.filter(contract=contract_id).select_related("client")
    found = rows.order_by("client__surname", "client__forename", "pk")
    return [(each.pk, f"{each.client} ({each.client.ss_ref}), {each.reference}") for each in found]


def contracts_of(stop: PaymentStop) -> set[int]:
    """The contracts of the lines that a stop's notice holds."""
    rows = PaymentHold.objects.filter(case=stop.notice_id, lifted_at=None)
    return set(rows.values_list("line__contract_id", flat=True))


def stopped(stop: PaymentStop) -> list[dict[str, Any]]:
    """Each line that a stop's notice holds or held, with the payments that are current: what of them is not paid
    because of it, and what is taken back of earlier ones."""
    holds = PaymentHold.objects.filter(case=stop.notice_id).select_related("line__client", "line__contract")
    lines = {each.line_id: each for each in holds.order_by("pk")}
    rows = PaymentLine.objects.filter(line__in=lines, payment__finalised_at=None).order_by("payment__first")
    told: dict[int, list[tuple[ScheduledPayment | None, Decimal, Decimal]]] = {pk: [] for pk in lines}
    sums: dict[tuple[int, int], list[Any]] = {}
    for row in rows.select_related("payment"):
        found = sums.setdefault((row.line_id, row.payment_id), [row.payment, ZERO, ZERO])
        found[1 if row.kind == PaymentLine.Kind.SCHEDULED else 2] += (
            row.not_paid if row.kind == PaymentLine.Kind.SCHEDULED else min(_because(row, stop), ZERO)
        )
    for (line, _), (payment, not_paid, taken) in sums.items():
        told[line].append((payment, not_paid, taken))
    return [
        {
            "line_id": pk, "client_id": hold.line.client_id, "reference": hold.line.reference,
            "contract": hold.line.contract.reference, "payment_id": payment.pk if payment else None,
            "first": payment.first if payment else None, "last": payment.last if payment else None,
            "not_paid": not_paid, "taken": -taken, "lifted": hold.lifted_at,
        }
        for pk, hold in lines.items()
        for payment, not_paid, taken in told[pk] or NONE_CURRENT
    ]  # fmt: skip


#: What stands for a line none of whose payments is current.
NONE_CURRENT: list[tuple[ScheduledPayment | None, Decimal, Decimal]] = [(None, ZERO, ZERO)]
#: By what an adjustment tells that a notice took something back: before it is checked, and after.
_TAKES_BACK = {"death": {"hold", "death"}, "away": {"hold", "absence"}, "move": {"hold", "absence"}}


def _because(row: PaymentLine, stop: PaymentStop) -> Decimal:
    """What of an adjustment is because of the notice."""
    causes = (each for each in row.causes if each["cause"] in _TAKES_BACK[stop.cause])
    return sum((Decimal(each["excl"]) + Decimal(each["vat"]) for each in causes), ZERO)


def contract(contract_id: int) -> Contract | None:
    """A contract with its provider; the caller has checked who asks."""
    return Contract.objects.filter(pk=contract_id).select_related("organisation").first()


def periods_of(case_ids: Collection[int]) -> dict[int, tuple[date, date]]:
    """The first and last day of these payments."""
    rows = ScheduledPayment.objects.filter(pk__in=case_ids)
    return {pk: (first, last) for pk, first, last in rows.values_list("pk", "first", "last")}
