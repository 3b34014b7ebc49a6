"""What a change would make of payments: it is carried out as it would be, and taken back. Nothing stays written.

So a page shows the money before anybody confirms, by the very rules that carry it out.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import Q, Sum

from workflows.engine import moment
from workflows.engine.atomic import command
from workflows.engine.models import Case
from workflows.parties.actor import Actor

from . import generating
from .acting import profile
from .answers import Change, change_lines
from .models import PaymentLine, ScheduledPayment

ZERO = Decimal("0.00")
Sums = dict[tuple[int, int], Decimal]  # by payment and line


@dataclass(frozen=True, slots=True)
class Moved:
    """What a payment, or one line of it, comes to now and would come to."""

    payment_id: int
    line_id: int | None
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Tried:
    """What would move: payments by what they pay, and their lines."""

    payments: Sequence[Moved]
    lines: Sequence[Moved]

    @property
    def before(self) -> Decimal:
        """What the payments pay now."""
        return sum((each.before for each in self.payments), ZERO)

    @property
    def after(self) -> Decimal:
        """What they would pay."""
        return sum((each.after for each in self.payments), ZERO)


@command
def amended(*, actor: Actor, case_id: int, task_id: int, changed: Sequence[Change]) -> Tried:
    """What a payment would come to with these lines changed; raises what `answers.amend` would refuse of them."""
    return _tried(Q(pk=case_id), partial(change_lines, actor, case_id, task_id, changed, ""))


@command
def done(*, actor: Actor, contracts: Collection[int], change: Callable[[], object]) -> Tried:  # noqa: ARG001 (@command)
    """What the payments of these contracts that are not finalised would come to after a change.

    `change` raises what its command would refuse; `actor` is who asks.
    """
    return _tried(Q(contract__in=contracts), change)


def _tried(which: Q, change: Callable[[], object]) -> Tried:
    """Carry out and take back. What a change locks before a case is locked first; then the payments' cases."""
    change()
    payments = list(ScheduledPayment.objects.filter(which, finalised_at=None).order_by("pk").select_related("contract"))
    ids = [each.pk for each in payments]
    list(Case.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    before, lines = {each.pk: each.payable for each in payments}, _lines(ids)
    generating.fill(payments, profile(), now=moment.now())
    after, now = dict(ScheduledPayment.objects.filter(pk__in=ids).values_list("pk", "payable")), _lines(ids)
    transaction.set_rollback(True)
    every = sorted(lines.keys() | now.keys())
    moved = [Moved(*key, lines.get(key, ZERO), now.get(key, ZERO)) for key in every]
    return Tried([Moved(pk, None, before[pk], after[pk]) for pk in ids], [e for e in moved if e.before != e.after])


def _lines(payments: Collection[int]) -> Sums:
    """What each line adds to each payment now."""
    rows = PaymentLine.objects.filter(payment__in=payments, held_out_at=None)
    rows = rows.filter(~Q(kind=PaymentLine.Kind.MANUAL) | Q(approved_by__isnull=False))
    found = rows.order_by().values_list("payment_id", "line_id").annotate(sum=Sum("total"))
    return {(payment, line): amount for payment, line, amount in found}
