"""The readers of payment runs: what is due, what stands in a run, what of it waits, and what moved since the last one.

For whoever of the council reads payment runs; providers do not know that there are any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case as When
from django.db.models import (
    CharField,
    Count,
    DecimalField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models import When as If
from django.db.models.functions import Coalesce

from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Batch, Case, Task
from workflows.parties.actor import Actor

from . import running
from .acting import profile
from .flow import PaymentRunFlow
from .models import PaymentLine, PaymentRun, Rejected, ReturnedFile, ScheduledPayment
from .paying import COUNTS

KIND = PaymentRunFlow.kind
ZERO = Decimal("0.00")
MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=14, decimal_places=2)
#: How many of the greatest changes a page shows.
MOST_CHANGES = 10
#: What of a run's payments needs a look before it is finalised, by the name of its list.
LOOKS = ("waiting", "held_out", "by_hand")


@dataclass(frozen=True, slots=True)
class Due:
    """The payments of one calendar and pay day that no run has taken yet."""

    calendar: str
    name: str
    pay_on: date
    finalise_on: date
    payments: int
    payable: Decimal
    changed: int  # are being worked out again
    rejected: int  # payments that a provider rejected and nobody has answered
    at_stake: Decimal
    lines: int  # lines of which something waits
    not_paid: Decimal  # what waits of them
    held_out: int
    by_hand: int  # adjustments by hand that nobody has approved
    invoices: int  # payments that wait for their invoice: no run takes them before it is accepted
    invoiced: Decimal  # what those come to


@dataclass(frozen=True, slots=True)
class Sums:
    """What runs of a pay day come to."""

    payments: int = 0
    lines: int = 0
    excl: Decimal = ZERO
    vat: Decimal = ZERO
    total: Decimal = ZERO
    pay_on: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a contract's payment differs from the one before it."""

    run: int
    payment: int
    reference: str
    provider: str
    contract: str
    before: Decimal | None
    now: Decimal

    @property
    def by(self) -> Decimal:
        """More, or less."""
        return self.now - (self.before or ZERO)


@dataclass(frozen=True, slots=True)
class Page:
    """A run as its page shows it. `now`: what its payments come to at this moment; `run` has what was counted."""

    case: Case
    turn: Task | None
    run: PaymentRun
    now: running.Totals
    changed: int
    looks: Mapping[str, int]
    before: Sums
    same_day: Sums
    unpaid: int


def cases(actor: Actor) -> QuerySet[Case]:
    """The runs that this person may read, as cases; NotFound where the council has no scheduled payments."""
    profile()
    return engine.cases(actor).filter(kind=KIND)


def runs(actor: Actor) -> QuerySet[PaymentRun]:
    """The runs, for `page_by_key` with `-number`."""
    return PaymentRun.objects.filter(case__in=cases(actor)).select_related("case", "proposed_by", "approved_by")


def due(actor: Actor) -> list[Due]:
    """What is due and in no run, by calendar and pay day, the next first: in four queries."""
    cases(actor)
    every: Any = ScheduledPayment.objects.filter(finalised_at=None, run=None)
    found: Any = every.values("calendar", "pay_on").annotate(
        invoices=Count("pk", filter=~running.TAKEN), claimed=Sum("payable", filter=~running.TAKEN),
        payments=Count("pk", filter=running.TAKEN), pays=Sum("payable", filter=running.TAKEN),
        changed=Count("pk", filter=running.TAKEN & Q(changed=True)), finalise_on=Min("finalise_on"),
    )  # fmt: skip
    waiting = every.filter(running.TAKEN)
    of_line = {"calendar": F("payment__calendar"), "pay_on": F("payment__pay_on")}
    lines: Any = PaymentLine.objects.filter(payment__in=waiting.values("pk")).values(**of_line)
    lines = lines.annotate(**_counted())
    wrong: Any = Rejected.objects.filter(payment__in=waiting.values("pk"), answer=Rejected.Answer.OPEN)
    wrong = wrong.values(**of_line)
    wrong = wrong.annotate(rejected=Count("payment", distinct=True), at_stake=Sum("at_stake"))
    by_key: dict[Any, dict[str, Any]] = {}
    for rows in (lines, wrong):
        for row in rows:
            by_key.setdefault((row["calendar"], row["pay_on"]), {}).update(row)
    return [_due(row, by_key.get((row["calendar"], row["pay_on"]), {})) for row in found.order_by("pay_on", "calendar")]


def due_on(actor: Actor, calendar: str, pay_on: date) -> Due:
    """One of them; NotFound when nothing is due there."""
    found = next((each for each in due(actor) if (each.calendar, each.pay_on) == (calendar, pay_on)), None)
    if found is None:
        raise NotFound
    return found


def page(actor: Actor, case_id: int) -> Page:
    """One run; NotFound. In five queries, as every page of a run begins with it."""
    related = ("case__organisation", "case__holder_team", "case__service", "case__client", "proposed_by", "approved_by")
    run = PaymentRun.objects.filter(case__in=cases(actor), pk=case_id).select_related(*related).first()
    if run is None:
        raise NotFound
    turns = engine.open_turns(case_id)
    sums = ScheduledPayment.objects.filter(run=case_id).aggregate(
        payments=Count("pk"), total=Coalesce(Sum("payable"), Value(ZERO), output_field=MONEY),
        vat=Coalesce(Sum("payable_vat"), Value(ZERO), output_field=MONEY),
        changed=Count("pk", filter=Q(changed=True, finalised_at=None)), unpaid=Count("pk", filter=Q(paid_at=None)),
    )  # fmt: skip
    lines = PaymentLine.objects.filter(payment__run=case_id).aggregate(**_counted(), paid=Count("pk", filter=COUNTS))
    before, same_day = _days(run)
    return Page(
        case=run.case,
        turn=turns[0] if turns else None,
        run=run,
        now=running.Totals(sums["payments"], lines["paid"], sums["total"] - sums["vat"], sums["vat"]),
        changed=sums["changed"],
        looks={"waiting": lines["lines"], "held_out": lines["held_out"], "by_hand": lines["by_hand"]},
        before=before,
        same_day=same_day,
        unpaid=sums["unpaid"],
    )


def payments(run_id: int) -> QuerySet[Any, dict[str, Any]]:
    """The payments of a run whose reader is checked, as plain rows for `page_by_key` with `PAYMENT_ORDER`."""
    lines = PaymentLine.objects.filter(payment=OuterRef("pk")).order_by().values("payment")
    wrong = Rejected.objects.filter(payment=OuterRef("pk"), answer=Rejected.Answer.OPEN)
    rows = ScheduledPayment.objects.filter(run=run_id).annotate(
        reference=F("case__reference"),
        state=F("case__state"),
        provider=F("contract__organisation__name"),
        contract_name=F("contract__reference"),
        lines_count=Subquery(lines.annotate(n=Count("pk")).values("n")),
        held_out=Subquery(lines.annotate(n=Count("pk", filter=Q(held_out_at__isnull=False))).values("n")),
        not_paid=Subquery(lines.annotate(n=Sum("not_paid", filter=Q(waiting=True))).values("n"), output_field=MONEY),
        rejected=Exists(wrong),
        before=_before(),
    )
    found: Any = rows.values(
        "pk", "case_id", "reference", "state", "provider", "contract_name", "lines_count", "held_out", "not_paid",
        "rejected", "before", "total", "payable", "carried_in", "carried_out", "changed", "confirmation", "paid_at",
        "paid_reference",
    )  # fmt: skip
    return found  # type: ignore[no-any-return]


#: How the payments of a run are listed: what pays most first.
PAYMENT_ORDER = ("-payable", "case")


def payment_of(run_id: int, payment_id: int) -> ScheduledPayment:
    """One payment of a run whose reader is checked; NotFound."""
    rows = ScheduledPayment.objects.filter(run=run_id, pk=payment_id)
    found = rows.select_related("case__organisation", "contract", "method").first()
    if found is None:
        raise NotFound
    return found


def lines_of(payment_id: int) -> QuerySet[PaymentLine]:
    """The lines of a payment whose reader is checked, for `page_by_key` with `LINE_ORDER`."""
    return PaymentLine.objects.filter(payment=payment_id).select_related(*LINE_RELATED)


LINE_RELATED = (
    "line__client", "line__service", "line__service_level", "payment__case", "payment__contract__organisation",
    "held_out_why", "held_out_by", "written_by", "note",
)  # fmt: skip
LOOK_ORDER = ("-not_paid", "id")
LINE_ORDER = ("line__client__surname", "line__client__forename", "id")


def looks(payments_: Any, which: str) -> QuerySet[PaymentLine]:
    """The lines of payments that need a look, for `page_by_key` with `LOOK_ORDER`: waiting, held out, by hand."""
    narrowed = {
        "waiting": Q(waiting=True, held_out_at=None),
        "held_out": Q(held_out_at__isnull=False),
        "by_hand": Q(kind=PaymentLine.Kind.MANUAL, approved_by=None, held_out_at=None),
    }
    return PaymentLine.objects.filter(narrowed[which], payment__in=payments_.values("pk")).select_related(*LINE_RELATED)


def due_payments(calendar: str, pay_on: date) -> QuerySet[ScheduledPayment]:
    """The payments of a calendar and pay day that no run has taken."""
    return ScheduledPayment.objects.filter(running.TAKEN, calendar=calendar, pay_on=pay_on, finalised_at=None, run=None)


def run_payments(run_id: int) -> QuerySet[ScheduledPayment]:
    """The payments of a run."""
    return ScheduledPayment.objects.filter(run=run_id)


def changes(run_id: int) -> list[Change]:
    """What moved most against the payment before it of the same contract; a contract that was not paid before too."""
    rows = ScheduledPayment.objects.filter(run=run_id).annotate(before=_before())
    moved = rows.annotate(by=F("payable") - Coalesce(F("before"), Value(ZERO), output_field=MONEY))
    far = moved.annotate(far=When(If(by__lt=0, then=-F("by")), default=F("by"), output_field=MONEY)).filter(far__gt=0)
    columns = ("pk", "case__reference", "contract__organisation__name", "contract__reference", "before", "payable")
    return [Change(run_id, *row) for row in far.order_by("-far", "pk").values_list(*columns)[:MOST_CHANGES]]


def batch(actor: Actor, batch_id: int) -> Batch:
    """A finalisation, or what marks payments as paid, for whoever reads its run; NotFound."""
    kinds = (running.FINALISE, running.PAID)
    found = Batch.objects.select_related("actor").filter(kind__in=kinds, pk=batch_id).first()
    if found is None or not cases(actor).filter(pk=found.parameters["run"]).exists():
        raise NotFound
    return found


def batch_items(batch: Batch) -> Any:
    """Its items as plain rows, with each payment's reference and provider."""
    payment = ScheduledPayment.objects.filter(pk=OuterRef("target"))
    rows = batch.items.order_by().annotate(
        reference=Subquery(payment.values("case__reference")[:1], output_field=CharField()),
        provider=Subquery(payment.values("contract__organisation__name")[:1], output_field=CharField()),
    )
    return rows.values("id", "result", "message", "target", "reference", "provider")


def batches_of(run_id: int) -> Sequence[Batch]:
    """The batches of a run, the newest first."""
    kinds = (running.FINALISE, running.PAID)
    return list(Batch.objects.filter(kind__in=kinds, parameters__run=run_id).order_by("-pk"))


def returned(run_id: int) -> list[ReturnedFile]:
    """What finance has sent back of a run, the newest first."""
    return list(ReturnedFile.objects.filter(run=run_id).select_related("by").order_by("-pk"))


def _due(row: Mapping[str, Any], more: Mapping[str, Any]) -> Due:
    return Due(
        calendar=row["calendar"],
        name=profile().calendar(row["calendar"]).name,
        pay_on=row["pay_on"],
        finalise_on=row["finalise_on"],
        payments=row["payments"],
        payable=row["pays"] or ZERO,
        changed=row["changed"],
        rejected=more.get("rejected", 0),
        at_stake=more.get("at_stake") or ZERO,
        lines=more.get("lines", 0),
        not_paid=more.get("not_paid") or ZERO,
        held_out=more.get("held_out", 0),
        by_hand=more.get("by_hand", 0),
        invoices=row["invoices"],
        invoiced=row["claimed"] or ZERO,
    )


def _counted() -> dict[str, Any]:
    waiting, by_hand = Q(waiting=True, held_out_at=None), Q(kind=PaymentLine.Kind.MANUAL, approved_by=None)
    return {
        "lines": Count("pk", filter=waiting),
        "not_paid": Sum("not_paid", filter=waiting),
        "held_out": Count("pk", filter=Q(held_out_at__isnull=False)),
        "by_hand": Count("pk", filter=by_hand & Q(held_out_at=None)),
    }


def _before() -> Subquery:
    """What the payment before of the same contract and calendar paid; nothing when there is none."""
    earlier = ScheduledPayment.objects.filter(
        contract=OuterRef("contract"), calendar=OuterRef("calendar"), first__lt=OuterRef("first"),
        finalised_at__isnull=False,
    )  # fmt: skip
    return Subquery(earlier.order_by("-first").values("payable")[:1], output_field=MONEY)


def _days(run: PaymentRun) -> tuple[Sums, Sums]:
    """What the pay day before of the same calendar came to, in all its runs; what other runs of this one have paid."""
    rows = PaymentRun.objects.filter(calendar=run.calendar, finalised_at__isnull=False, pay_on__lte=run.pay_on)
    found: Any = rows.exclude(pk=run.pk).order_by("-pay_on").values("pay_on")
    found = found.annotate(
        payments=Sum("payments_count"), lines=Sum("lines_count"), e=Sum("excl"), v=Sum("vat"), t=Sum("total")
    )[:2]
    days = [Sums(each["payments"], each["lines"], each["e"], each["v"], each["t"], each["pay_on"]) for each in found]
    same = next((each for each in days if each.pay_on == run.pay_on), Sums())
    return next((each for each in days if each.pay_on != run.pay_on), Sums()), same


def unusual(before: Decimal | None, now: Decimal) -> bool:
    """Whether a figure moved by more than the council's usual measure since the pay day before."""
    if not before:
        return bool(now)
    return abs(now - before) * 100 > abs(before) * profile().unusual_percent
