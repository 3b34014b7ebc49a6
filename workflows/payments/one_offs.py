"""Amounts outside the plan that another process puts into a contract's next payment: an accepted claim, a credit note.

They are decided on a case of their own; here they are money. `add` says that one is due; `place` gives each that has no
payment yet to the first open payment of its contract that is not frozen for its invoice, or to the first that is opened
later. There it stays, as a line
by hand does: what is worked out again never moves it. Held out when its payment was finalised and put back since, it
goes to the next one.

Never twice: an amount is its case's own (one row a case), and stands in one payment (payment_line `one_off_in_one_
payment`). Never lost: who adds one marks the contract's open payments as changed, which waits for whoever finalises
one of them, and is waited for (acting.locked_open).
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from django.db import connection

from workflows.engine import door
from workflows.engine.errors import Invalid, Refused
from workflows.register.models import CarePackageLine

from .acting import mark_changed, profile
from .models import OneOff, PaymentLine, PaymentMethod

#: What has no payment: in no line, or only in lines that were put back after their payment was finalised without them.
PLACE = """
INSERT INTO payments_paymentline (payment_id, line_id, kind, one_off_id, first, last, excl, vat, total, causes,
                                  not_paid, waiting)
SELECT p.case_id, o.line_id, 'one_off', o.case_id, o.first, o.last, o.excl, o.vat, o.total, '[]', 0, false
FROM payments_oneoff o
JOIN LATERAL (
    SELECT n.case_id FROM payments_scheduledpayment n
    WHERE n.contract_id = o.contract_id AND n.finalised_at IS NULL AND n.frozen_at IS NULL
    ORDER BY n.first, n.case_id LIMIT 1) p ON true
WHERE p.case_id = ANY(%s)
  AND NOT EXISTS (SELECT FROM payments_paymentline l WHERE l.one_off_id = o.case_id AND l.put_back_at IS NULL)
ORDER BY o.case_id
"""


def add(
    turn: door.Turn, *, line_id: int, first: date, last: date, excl: Decimal, words: str, vat: Decimal = Decimal(0)
) -> OneOff:
    """Let the contract of a line pay an amount because of this case, whose verb it is.

    Refused `no_method` where the contract is not paid here, so that nothing waits for a payment that never comes.
    """
    profile()
    line = CarePackageLine.objects.select_related("contract").filter(pk=line_id).first()
    if line is None or line.contract.organisation_id != turn.case.organisation_id:
        raise Invalid({"line": "Choose a care package line of this provider"})
    if not PaymentMethod.objects.filter(contract=line.contract_id).exists():
        raise Refused(f"The contract {line.contract.reference} has no payment method, so nothing pays it.", "no_method")
    made = OneOff.objects.create(
        case=turn.case, contract=line.contract, line=line, first=first, last=last, excl=excl, vat=vat,
        total=excl + vat, words=words,
    )  # fmt: skip
    turn.facts.update({"line": line_id, "excl": excl, "vat": vat})
    mark_changed([line.contract_id])
    return made


def place(payments: Sequence[int]) -> None:
    """Give what has no payment to these, where they are the first open ones; their rows are locked."""
    with connection.cursor() as cursor:
        cursor.execute(PLACE, [list(payments)])


def placed(case_ids: Collection[int]) -> dict[int, PaymentLine]:
    """The line that pays (or paid) each of these cases, by case; those that wait for a payment are not in it."""
    rows = PaymentLine.objects.filter(one_off__in=case_ids, put_back_at=None)
    return {each.one_off_id or 0: each for each in rows.select_related("payment__case", "payment__contract")}
