"""Works out what the payments of many contracts say: their lines, and what finalised periods are put right by.

Idempotent: worked out again, a payment says the same, or what has come to be known since. What somebody did by hand
(a line held out, an adjustment) stays, and so does a one-off amount once it has its payment. Only payments that are not
finalised are touched, with their cases locked.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, Q, Value, When

from workflows.council.payments import Payments
from workflows.register.models import CarePackageLine, ServiceLevel

from . import one_offs, why
from .adjustments import Adjustment, adjustment
from .entitlement import Entitlement, entitlement, nothing
from .facts import Cause, Line
from .gathering import gather
from .models import PaymentLine, ScheduledPayment
from .snapshot import read, written
from .statements import CANDIDATES, CLOSELY, LAY_OUT, WHOLE, taxed
from .waits import Waits

Key = tuple[int, int]  # (line, finalised payment)
#: How many payments, and lines of new ones, the rules look at together.
MOST_PAYMENTS, MOST_LINES = 200, 5_000
#: Causes for which a day is nobody's: the line is not there.
NOT_THERE = {Cause.START, Cause.END}
#: What does not change any more by itself: later payments put it right.
SETTLED = Q(finalised_at__isnull=False) | Q(frozen_at__isnull=False)

WRITE = """
INSERT INTO payments_paymentline (payment_id, line_id, kind, about_id, first, last, excl, vat, total, worth, causes,
                                  not_paid, waiting)
SELECT n.payment, n.line, n.kind, n.about, n.first, n.last, n.excl, n.vat, n.excl + n.vat, n.worth, n.causes,
       n.not_paid, n.waiting
FROM jsonb_to_recordset(%s::jsonb) AS n(
    payment bigint, line bigint, kind text, about bigint, first date, last date, excl numeric, vat numeric,
    worth jsonb, causes jsonb, not_paid numeric, waiting boolean)
ON CONFLICT (payment_id, line_id, kind, about_id) WHERE NOT kind IN ('manual', 'one_off') DO UPDATE SET
    first = EXCLUDED.first, last = EXCLUDED.last, excl = EXCLUDED.excl, vat = EXCLUDED.vat, total = EXCLUDED.total,
    worth = EXCLUDED.worth, causes = EXCLUDED.causes, not_paid = EXCLUDED.not_paid, waiting = EXCLUDED.waiting
WHERE (payments_paymentline.worth, payments_paymentline.causes, payments_paymentline.excl)
      IS DISTINCT FROM (EXCLUDED.worth, EXCLUDED.causes, EXCLUDED.excl)
"""
GONE = """
DELETE FROM payments_paymentline l WHERE l.payment_id = ANY(%s) AND l.kind NOT IN ('manual', 'one_off') AND NOT EXISTS (
    SELECT 1 FROM jsonb_to_recordset(%s::jsonb) AS n(payment bigint, line bigint, kind text, about bigint)
    WHERE n.payment = l.payment_id AND n.line = l.line_id AND n.kind = l.kind
      AND n.about IS NOT DISTINCT FROM l.about_id)
"""
#: The sums of payments, what the one before each left to carry (or what was agreed to be taken back instead:
#: recovering.py), and what each then pays (carrying.settle, in SQL).
SUM = """
UPDATE payments_scheduledpayment p SET
    excl = s.excl, vat = s.vat, total = s.excl + s.vat,
    carried_in = s.brought, carried_in_vat = s.brought_vat,
    payable = CASE WHEN s.balance >= 0 THEN s.balance ELSE 0 END,
    payable_vat = CASE WHEN s.balance >= 0 THEN s.balance_vat ELSE 0 END,
    carried_out = CASE WHEN s.balance >= 0 THEN 0 ELSE s.balance END,
    carried_out_vat = CASE WHEN s.balance >= 0 THEN 0 ELSE s.balance_vat END
FROM (
    SELECT o.case_id, d.excl, d.vat, b.brought, b.brought_vat,
           d.excl + d.vat + b.brought AS balance, d.vat + b.brought_vat AS balance_vat
    FROM payments_scheduledpayment o
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(l.excl), 0) AS excl, coalesce(sum(l.vat), 0) AS vat FROM payments_paymentline l
        WHERE l.payment_id = o.case_id AND l.held_out_at IS NULL
          AND (l.kind <> 'manual' OR l.approved_by_id IS NOT NULL)) d
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.total), 0) AS brought, coalesce(sum(x.vat), 0) AS brought_vat FROM (
            SELECT q.carried_out AS total, q.carried_out_vat AS vat
            FROM (SELECT e.case_id, e.carried_out, e.carried_out_vat, e.finalised_at FROM payments_scheduledpayment e
                  WHERE e.contract_id = o.contract_id AND e.calendar = o.calendar AND e.first < o.first
                  ORDER BY e.first DESC LIMIT 1) q
            WHERE q.finalised_at IS NOT NULL AND NOT EXISTS (SELECT FROM payments_debt t WHERE t.payment_id = q.case_id)
            UNION ALL
            SELECT -(i.part ->> 1)::numeric, -(i.part ->> 2)::numeric
            FROM payments_debt t CROSS JOIN LATERAL jsonb_array_elements(t.instalments) AS i(part)
            WHERE t.contract_id = o.contract_id AND (i.part ->> 0)::date = o.first) x) b
    WHERE o.case_id = ANY(%s)) s
WHERE p.case_id = s.case_id
"""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was last settled for a line and a finalised payment."""

    worth: Entitlement | None
    held_out: bool = False


@transaction.atomic
def fill(payments: Collection[ScheduledPayment], module: Payments, *, now: datetime) -> int:
    """Work these payments out, whose cases are locked; returns how many lines were looked at by the rules.

    Their rows are locked before anything is read: what changes from now on is marked once this is done, and is worked
    out again.

    Of one that is frozen, nothing but what an earlier period left is worked out (payments.invoicing).

    Of a payment that holds nothing yet, the database writes by itself what there is nothing to say about
    (statements.WHOLE).
    """
    open_ = [each for each in payments if each.finalised_at is None]
    ids = [each.pk for each in open_]
    frozen = frozen_of(ids)
    open_ = [each for each in open_ if each.pk not in frozen]
    new = [each for each in open_ if each.generated_at is None]
    closely = _begin(new, module)
    looked = 0
    for part in _parts(open_, closely):
        waits = Waits()
        rows = [*_rows(part, module, closely, waits)]
        looked += len(rows)
        old = [each.pk for each in part if each.generated_at is not None]
        _write(old, json.dumps(rows, default=str))
        waits.keep([each.pk for each in part])
    one_offs.place(ids)
    add_up(ids)
    worked_out = Case(When(frozen_at=None, then=Value(now)), default=F("generated_at"))
    ScheduledPayment.objects.filter(pk__in=ids).update(generated_at=worked_out, changed=False)
    return looked


def frozen_of(ids: Sequence[int]) -> frozenset[int]:
    """Lock the rows of these payments; which of them are frozen for their invoices."""
    rows = ScheduledPayment.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True)
    found = rows.order_by("pk").values_list("pk", "frozen_at")
    return frozenset(pk for pk, at in found if at is not None)


def _begin(new: Sequence[ScheduledPayment], module: Payments) -> Mapping[int, frozenset[int]]:
    """Write the plain lines of payments that hold nothing yet; the lines of each that need the rules."""
    if not new:
        return {}
    levels = list(ServiceLevel.objects.values_list("pk", "key"))
    ids = [each.pk for each in new]
    found: dict[int, set[int]] = {each: set() for each in ids}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS payments_plan")
        cursor.execute(LAY_OUT, [ids, taxed(module, levels), module.documents_hold])
        cursor.execute(WHOLE)
        cursor.execute(CLOSELY)
        for payment, line in cursor.fetchall():
            found[payment].add(line)
    return {payment: frozenset(lines) for payment, lines in found.items()}


def _write(old: Sequence[int], content: str) -> None:
    """Write rows; of payments that were worked out before, those that are no longer anything go."""
    with connection.cursor() as cursor:
        cursor.execute(GONE, [list(old), content])
        cursor.execute(WRITE, [content])


def add_up(ids: Sequence[int]) -> None:
    """The sums of payments, what the one before each left to carry, and what each then pays: in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(SUM, [list(ids)])


def _parts(
    payments: Sequence[ScheduledPayment], closely: Mapping[int, frozenset[int]]
) -> Iterable[list[ScheduledPayment]]:
    """Payments a few hundred at a time, or fewer where the rules have many lines to look at: memory stays flat."""
    part: list[ScheduledPayment] = []
    lines = 0
    for each in payments:
        part.append(each)
        lines += len(closely.get(each.pk, ()))
        if len(part) == MOST_PAYMENTS or lines > MOST_LINES:
            yield part
            part, lines = [], 0
    if part:
        yield part


def _rows(
    payments: list[ScheduledPayment], module: Payments, closely: Mapping[int, frozenset[int]], waits: Waits
) -> Iterable[dict[str, Any]]:
    """The rows of some payments by the rules, in as many queries for one as for all.

    `closely`: of payments that are new, the lines that the database did not write by itself. What waits is collected in
    `waits`.
    """
    finalised = _finalised(payments)
    again = _candidates({each.contract_id for each in finalised})
    first = min([each.first for each in payments] + [each.first for each in finalised])
    last = max(each.last for each in payments)
    lines = _lines(payments, first, last, closely, again)
    facts = gather(lines, first, last, module)
    settled = _settled(finalised, [each for each in lines if each.pk in again])
    next_ones = _next_ones(payments)
    by_contract: dict[int, list[CarePackageLine]] = defaultdict(list)
    for line in lines:
        by_contract[line.contract_id].append(line)
    for payment in payments:
        own, asked = by_contract[payment.contract_id], closely.get(payment.pk)
        for line in own:
            if asked is None or line.pk in asked:
                yield from _scheduled(payment, line, facts[line.pk], module, waits)
        if payment.pk in next_ones:
            past = [each for each in finalised if each.contract_id == payment.contract_id]
            moved = [each for each in own if each.pk in again]
            yield from _put_right(payment, moved, past, facts, settled, module, waits)


def _candidates(contracts: Collection[int]) -> frozenset[int]:
    """Lines of these contracts about which something may have come to be known since they were last finalised."""
    if not contracts:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, [list(contracts)])
        return frozenset(row[0] for row in cursor.fetchall())


def _scheduled(
    payment: ScheduledPayment, row: CarePackageLine, line: Line, module: Payments, waits: Waits
) -> Iterable[dict[str, Any]]:
    worth = entitlement(line, payment.first, payment.last, module.rules)
    if all(part.cause in NOT_THERE for part in worth.parts):
        return
    waits.add(payment.pk, row, worth, earlier=False)
    untold = why.not_paid(worth)
    yield {
        "payment": payment.pk,
        "line": line.line_id,
        "kind": PaymentLine.Kind.SCHEDULED.value,
        "about": None,
        "first": payment.first,
        "last": payment.last,
        "excl": worth.money.excl,
        "vat": worth.money.vat,
        "worth": written(worth),
        "causes": [],
        "not_paid": sum((each.worth for each in untold), Decimal("0.00")),
        "waiting": any(each.waits_for for each in untold),
    }


def _put_right(
    payment: ScheduledPayment,
    lines: Sequence[CarePackageLine],
    past: Sequence[ScheduledPayment],
    facts: Mapping[int, Line],
    settled: Mapping[Key, Earlier],
    module: Payments,
    waits: Waits,
) -> Iterable[dict[str, Any]]:
    """By what the finalised payments of the contract are put right in this one."""
    for each in past:
        for line in lines:
            earlier = settled.get((line.pk, each.pk), Earlier(None))
            if earlier.held_out:
                continue
            worth = entitlement(facts[line.pk], each.first, each.last, module.rules)
            waits.add(payment.pk, line, worth, earlier=True)
            found = adjustment(worth, earlier.worth, module.rules)
            if found:
                yield _adjusted(payment, each, line.pk, found)


def _adjusted(payment: ScheduledPayment, about: ScheduledPayment, line: int, found: Adjustment) -> dict[str, Any]:
    money = found.money
    return {
        "payment": payment.pk,
        "line": line,
        "kind": PaymentLine.Kind.ADJUSTMENT.value,
        "about": about.pk,
        "first": about.first,
        "last": about.last,
        "excl": money.excl,
        "vat": money.vat,
        "worth": written(found.now),
        "causes": [
            {"cause": item.cause, "first": item.first, "last": item.last, "excl": item.money.excl,
             "vat": item.money.vat, "words": told.words}
            for item, told in zip(found.items, why.moved(found), strict=True)
        ],
        "not_paid": Decimal("0.00"),
        "waiting": False,
    }  # fmt: skip


def _lines(
    payments: Sequence[ScheduledPayment],
    first: date,
    last: date,
    closely: Mapping[int, frozenset[int]],
    again: frozenset[int],
) -> list[CarePackageLine]:
    """The lines that the rules have to look at: in a payment that was worked out before all that share a day with the
    range or were paid in it, in a new one those of `closely`; and those of `again` for what was finalised."""
    whole = {each.contract_id for each in payments if each.pk not in closely}
    some = again.union(*(closely[each.pk] for each in payments if each.pk in closely))
    shares = Q(start__lte=last) & (Q(end=None) | Q(end__gte=first))
    paid = PaymentLine.objects.filter(payment__contract__in=whole, payment__finalised_at__isnull=False)
    rows = CarePackageLine.objects.filter(
        Q(pk__in=some) | Q(contract__in=whole) & (shares | Q(pk__in=paid.values("line")))
    )
    return list(rows.select_related("contract", "service_level").order_by("pk"))


def _finalised(payments: Sequence[ScheduledPayment]) -> list[ScheduledPayment]:
    """What is put right later, when it is no longer right: what was finalised, or frozen for its invoice."""
    rows = ScheduledPayment.objects.filter(contract__in={each.contract_id for each in payments})
    return list(rows.filter(SETTLED).order_by("first"))


def _settled(finalised: Sequence[ScheduledPayment], lines: Sequence[CarePackageLine]) -> dict[Key, Earlier]:
    """What was last settled by line and payment: by the payment itself, or by a finalised adjustment of it."""
    ids = [each.pk for each in finalised]
    rows = (
        PaymentLine.objects.filter(line__in=lines)
        .filter(
            Q(payment__in=ids, kind=PaymentLine.Kind.SCHEDULED)
            | Q(about__in=ids, kind=PaymentLine.Kind.ADJUSTMENT, payment__finalised_at__isnull=False)
            | Q(about__in=ids, kind=PaymentLine.Kind.ADJUSTMENT, payment__frozen_at__isnull=False)
        )
        .order_by("payment__finalised_at", "payment__first", "pk")
    )
    found: dict[Key, Earlier] = {}
    for each in rows.only("line", "payment", "about", "kind", "first", "last", "worth", "held_out_at", "put_back_at"):
        key = each.line_id, each.about_id or each.payment_id
        if each.held_out_at is None and each.worth is not None:
            found[key] = Earlier(read(each.worth))
        elif each.kind == PaymentLine.Kind.SCHEDULED:  # an adjustment that was held out has settled nothing
            kept_out = nothing(each.line_id, each.first, each.last, Cause.HOLD)
            found[key] = Earlier(kept_out, held_out=each.put_back_at is None)
    return found


def _next_ones(payments: Sequence[ScheduledPayment]) -> set[int]:
    """The payments in which adjustments stand: the first of each contract that is not settled yet."""
    contracts = {each.contract_id for each in payments}
    open_ = ScheduledPayment.objects.filter(contract__in=contracts).exclude(SETTLED).order_by("first", "pk")
    first: dict[int, int] = {}
    for contract, payment in open_.values_list("contract_id", "pk"):
        first.setdefault(contract, payment)
    return set(first.values())
