"""Checks all money that payments have written down: each level is the sum of the one below it, and nothing twice.

The database holds most of it while it is written (constraints and triggers); this reads everything again, by another
way than it was written (`manage verify_payments`). Findings name references only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from .models import PaymentLine
from .money import NOTHING, Money
from .snapshot import read

#: A line counts when it is not held out, and approved when it was written by hand.
PAYMENTS = """
SELECT k.reference, 'says ' || p.excl || ' + ' || p.vat || ', and its lines come to ' || s.excl || ' + ' || s.vat
FROM payments_scheduledpayment p JOIN engine_case k ON k.id = p.case_id
CROSS JOIN LATERAL (SELECT coalesce(sum(l.excl), 0) AS excl, coalesce(sum(l.vat), 0) AS vat
                    FROM payments_paymentline l WHERE l.payment_id = p.case_id AND l.held_out_at IS NULL
                        AND (l.kind <> 'manual' OR l.approved_by_id IS NOT NULL)) s
WHERE (p.excl, p.vat) <> (s.excl, s.vat)
"""
RUNS = """
SELECT k.reference, 'says ' || r.total || ' for ' || r.payments_count || ' payments, which come to '
    || s.total || ' for ' || s.count
FROM payments_paymentrun r JOIN engine_case k ON k.id = r.case_id
CROSS JOIN LATERAL (SELECT coalesce(sum(p.payable), 0) AS total, coalesce(sum(p.payable_vat), 0) AS vat,
                           count(*) AS count
                    FROM payments_scheduledpayment p WHERE p.run_id = r.case_id) s
WHERE r.finalised_at IS NOT NULL AND (r.total, r.vat, r.payments_count) <> (s.total, s.vat, s.count)
"""
#: What a finalised period took up is what the one before it left, save what became a debt, and agreed instalments.
CARRIED = """
SELECT k.reference, 'took up ' || p.carried_in || ', and was left ' || b.brought
FROM payments_scheduledpayment p JOIN engine_case k ON k.id = p.case_id
CROSS JOIN LATERAL (
    SELECT coalesce((
            SELECT q.carried_out FROM payments_scheduledpayment q
            WHERE q.contract_id = p.contract_id AND q.calendar = p.calendar AND q.first < p.first
                AND NOT EXISTS (SELECT FROM payments_debt t WHERE t.payment_id = q.case_id)
                AND q.first = (SELECT max(o.first) FROM payments_scheduledpayment o WHERE o.contract_id = p.contract_id
                               AND o.calendar = p.calendar AND o.first < p.first)), 0)
        - coalesce((SELECT sum((i.part ->> 1)::numeric) FROM payments_debt t
                    CROSS JOIN LATERAL jsonb_array_elements(t.instalments) AS i(part)
                    WHERE t.contract_id = p.contract_id AND (i.part ->> 0)::date = p.first), 0) AS brought) b
WHERE p.finalised_at IS NOT NULL AND p.carried_in <> b.brought
"""
#: A line is paid for a day by one finalised payment.
TWICE = """
SELECT k.reference, 'pays a line for days for which ' || n.reference || ' pays it too'
FROM payments_paymentline a JOIN payments_paymentline b ON b.line_id = a.line_id AND b.payment_id > a.payment_id
    AND b.first <= a.last AND b.last >= a.first
JOIN payments_scheduledpayment p ON p.case_id = a.payment_id AND p.finalised_at IS NOT NULL
JOIN payments_scheduledpayment q ON q.case_id = b.payment_id AND q.finalised_at IS NOT NULL
JOIN engine_case k ON k.id = a.payment_id JOIN engine_case n ON n.id = b.payment_id
WHERE a.kind = 'scheduled' AND b.kind = 'scheduled' AND a.held_out_at IS NULL AND b.held_out_at IS NULL
"""
#: What a case put into a payment is paid once at most, and as it was decided.
ONE_OFFS = """
SELECT k.reference, 'is paid ' || s.total || ' by ' || s.count || ' payments, and was to be paid ' || o.total
FROM payments_oneoff o JOIN engine_case k ON k.id = o.case_id
CROSS JOIN LATERAL (SELECT coalesce(sum(l.total), 0) AS total, count(*) AS count FROM payments_paymentline l
                    WHERE l.one_off_id = o.case_id AND l.held_out_at IS NULL) s
WHERE s.count > 1 OR s.count = 1 AND s.total <> o.total
"""
QUERIES = (PAYMENTS, RUNS, CARRIED, TWICE, ONE_OFFS)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one payment or run: `reference` names it, `what` says it."""

    reference: str
    what: str

    def __str__(self) -> str:
        return f"{self.reference}: {self.what}"


@dataclass(slots=True)
class _Paid:
    """What was paid for a line in a finalised period, by it and by later ones, and what it was last worth."""

    reference: str
    money: Money = NOTHING
    worth: Money = NOTHING


def verify() -> list[Finding]:
    """Everything that does not add up."""
    found: list[Finding] = []
    with connection.cursor() as cursor:
        for query in QUERIES:
            cursor.execute(query)
            found += [Finding(reference, what) for reference, what in cursor.fetchall()]
    return found + list(_not_what_it_is_worth())


def _not_what_it_is_worth() -> Iterator[Finding]:
    """Lines whose period and adjustments together paid something else than the last of them says they are worth."""
    adjusted = PaymentLine.objects.filter(kind=PaymentLine.Kind.ADJUSTMENT, payment__finalised_at__isnull=False)
    kinds = (PaymentLine.Kind.SCHEDULED, PaymentLine.Kind.ADJUSTMENT)
    rows = PaymentLine.objects.filter(kind__in=kinds, payment__finalised_at__isnull=False, held_out_at=None)
    rows = rows.filter(line__in=adjusted.values("line")).select_related("payment__case")
    paid: dict[tuple[int, int], _Paid] = {}
    for each in rows.order_by("payment__finalised_at", "pk"):
        key = each.line_id, each.about_id or each.payment_id
        known = paid.setdefault(key, _Paid(each.payment.case.reference))
        known.money += Money(each.excl, each.vat)
        known.worth = read(each.worth).money if each.worth is not None else known.worth
    for known in paid.values():
        if known.money != known.worth:
            yield Finding(
                known.reference,
                f"paid a line {known.money.total} in all for one period, and that is worth {known.worth.total}",
            )
