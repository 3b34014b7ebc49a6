"""What a line of a payment would come to if what its provider says were so: reads and works out, writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from workflows.council.payments import PaymentRules
from workflows.register.models import CarePackageLine

from .acting import profile
from .answers import Wrong
from .entitlement import entitlement, rules_on
from .facts import Line
from .gathering import gather
from .models import ScheduledPayment


@dataclass(frozen=True, slots=True)
class WouldBe:
    """A line as it is now and as it would be: what it is paid, and for how many days of how many."""

    line_id: int
    before: Decimal
    after: Decimal
    days: int
    of: int

    @property
    def less(self) -> Decimal:
        """What would not be overpaid."""
        return self.before - self.after


def would_be(payment: ScheduledPayment, wrong: Sequence[Wrong]) -> list[WouldBe]:
    """What those of `wrong` come to that name a day; the caller has scoped payment and lines."""
    dated = [each for each in wrong if each.since is not None]
    rows = CarePackageLine.objects.filter(pk__in=[each.line_id for each in dated], contract=payment.contract_id)
    module, lines = profile(), list(rows.select_related("contract", "service_level"))
    facts = gather(lines, payment.first, payment.last, module) if lines else {}
    return [_one(payment, facts[each.line_id], each, module.rules) for each in dated if each.line_id in facts]


def _one(payment: ScheduledPayment, line: Line, wrong: Wrong, rules: Sequence[PaymentRules]) -> WouldBe:
    now = entitlement(line, payment.first, payment.last, rules)
    then = entitlement(_so(line, wrong, rules), payment.first, payment.last, rules)
    paid = sum(part.days for part in then.parts if part.paid)
    return WouldBe(line.line_id, now.money.total, then.money.total, paid, sum(part.days for part in then.parts))


def _so(line: Line, wrong: Wrong, rules: Sequence[PaymentRules]) -> Line:
    """The line if the client had died, or had moved out, on the day that is named."""
    if wrong.since is None:
        return line
    if wrong.died:
        return replace(line, died=wrong.since)
    paid = rules_on(rules, wrong.since).pay_day_of_move
    end = wrong.since if paid else wrong.since - timedelta(days=1)
    return replace(line, end=end if line.end is None else min(end, line.end))
