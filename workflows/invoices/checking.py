"""What of the invoices that await the council is worth a look before they are accepted: the rest can be accepted
together. Each is told in a sentence; nothing is refused because of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum

from workflows.council.profile import current
from workflows.engine.models import Batch, Case, Task
from workflows.parties.actor import Actor
from workflows.payments.models import PaymentLine, ScheduledPayment

from . import selectors
from .batches import ACCEPT, MOST
from .models import Invoice
from .rules import State

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class ToCheck:
    """An invoice that awaits the council; `before` is what the period before it came to, if there was one."""

    invoice: Invoice
    before: Decimal | None
    remarks: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        """What it claims."""
        total: Decimal = self.invoice.payment.total
        return total

    @property
    def clean(self) -> bool:
        """Whether nothing about it is worth a look."""
        return not self.remarks


def to_check(actor: Actor, ids: Collection[int] | None = None) -> list[ToCheck]:
    """The invoices that await the council, those submitted first first, in one query; `ids`: of these alone."""
    payment = OuterRef("payment_id")
    waits = PaymentLine.objects.filter(payment=payment, waiting=True).order_by().values("payment")
    later = PaymentLine.objects.filter(about=payment, kind=PaymentLine.Kind.ADJUSTMENT, payment__finalised_at=None)
    earlier = ScheduledPayment.objects.filter(
        contract=OuterRef("payment__contract_id"), calendar=OuterRef("payment__calendar"),
        first__lt=OuterRef("payment__first"), generated_at__isnull=False,
    )  # fmt: skip
    rows: Any = selectors.invoices(actor, selectors.Filters(state=State.SUBMITTED))
    rows = rows if ids is None else rows.filter(pk__in=ids)
    rows = rows.annotate(
        waits=Subquery(waits.annotate(sum=Sum("not_paid")).values("sum")),
        moved=Exists(later.exclude(total=0)) | Q(payment__changed=True),
        before=Subquery(earlier.order_by("-first").values("total")[:1]),
    )
    return [_looked_at(each) for each in rows.order_by("submitted_at", "pk")[:MOST]]


def remarks(total: Decimal, vat: Decimal, before: Decimal | None, waits: Decimal, *, moved: bool) -> tuple[str, ...]:
    """What is worth a look, in sentences. Pure."""
    found = []
    if total < 0:
        found.append("It is below zero: a credit note by itself.")
    if vat:
        found.append(f"It claims £{vat:,.2f} of VAT: look at the VAT invoice.")
    if before is not None and before > 0 and _percent(total, before) > _unusual():
        more = "more" if total > before else "less"
        found.append(f"{_percent(total, before)}% {more} than the period before it (£{before:,.2f}).")
    if waits:
        found.append(f"£{waits:,.2f} of its period waits for somebody, and is not in it.")
    if moved:
        found.append("Something has changed since it was submitted: the next invoice puts it right.")
    return tuple(found)


def put_right(invoice: Invoice) -> Decimal:
    """By what the next period puts right what has come to be known since an invoice was submitted."""
    rows = PaymentLine.objects.filter(about=invoice.payment_id, kind=PaymentLine.Kind.ADJUSTMENT, held_out_at=None)
    found: Decimal | None = rows.aggregate(all=Sum("total"))["all"]
    return found or ZERO


def batch(actor: Actor, batch_id: int) -> Batch | None:
    """An acceptance of many: its own person's, and an auditor's to read."""
    rows = Batch.objects.select_related("actor").filter(kind=ACCEPT, pk=batch_id)
    return (rows if "auditor" in actor.duties else rows.filter(actor=actor.user_id)).first()


def batch_items(found: Batch) -> Any:
    """The items of such a batch as plain rows, with each invoice's reference and provider."""
    case = Case.objects.filter(pk=OuterRef("target"))
    rows = found.items.order_by().annotate(
        reference=Subquery(case.values("reference")[:1]), provider=Subquery(case.values("organisation__name")[:1])
    )
    return rows.values("id", "result", "message", "case_id", "reference", "provider")


def with_clocks(actor: Actor, filters: selectors.Filters) -> Any:
    """Invoices for the council's list, as plain rows for `page_by_key` with `LIST_ORDER`."""
    rows = selectors.invoices(actor, filters)
    return rows.values(
        "case_id", "submitted_at", first=F("payment__first"), last=F("payment__last"), total=F("payment__total"),
        vat=F("payment__vat"), state=F("case__state"), reference=F("case__reference"), holder=F("case__holder"),
        organisation=F("case__organisation__name"), team=F("case__holder_team__name"),
        contract=F("payment__contract__reference"), title=F("payment__contract__title"),
        due_at=Subquery(_due()),
    )  # fmt: skip


#: How the council's list is ordered: the newest period first.
LIST_ORDER: Sequence[str] = ("-first", "-case_id")


def _due() -> Any:
    return Task.objects.filter(process=OuterRef("case_id"), finished__isnull=True).values("due_at")[:1]


def _looked_at(row: Any) -> ToCheck:
    payment = row.payment
    said = remarks(payment.total, payment.vat, row.before, row.waits or ZERO, moved=row.moved)
    return ToCheck(row, row.before, said)


def _percent(total: Decimal, before: Decimal) -> int:
    return int(abs(total - before) * 100 / before)


def _unusual() -> int:
    module = current().payments
    return module.unusual_percent if module else 20
