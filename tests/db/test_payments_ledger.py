"""What is wrong with money that was written down is found, whatever let it happen: each sum is broken behind the
database's own checks, and `manage verify_payments` names it."""

from collections.abc import Callable
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from workflows.payments import ledger
from workflows.payments.models import Debt, PaymentLine, PaymentRun, ScheduledPayment

from .test_payments_recovering import norfolk, overpaid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures(norfolk.__name__)]
POUND = Decimal("1.00")
TABLES = ("payments_scheduledpayment", "payments_paymentline", "payments_paymentrun")


def behind_the_triggers() -> None:
    """Take the triggers out, as a fault of the database or a hand in it would; the test takes it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for each in TABLES:
            cursor.execute(f"ALTER TABLE {each} DISABLE TRIGGER USER")


def payment(first: ScheduledPayment, _second: ScheduledPayment) -> None:
    """A payment says a pound more than its lines; what it pays says so too."""
    more = {name: F(name) + POUND for name in ("excl", "total", "payable")}
    ScheduledPayment.objects.filter(pk=first.pk).update(**more)


def by_hand(_first: ScheduledPayment, second: ScheduledPayment) -> None:
    """An amount by hand that nobody has approved is in the sum."""
    PaymentLine.objects.filter(payment=second, kind="manual").update(approved_by=None)


def run(first: ScheduledPayment, _second: ScheduledPayment) -> None:
    """A run says a pound more than its payments."""
    PaymentRun.objects.filter(pk=first.run_id).update(excl=F("excl") + POUND, total=F("total") + POUND)


def count(first: ScheduledPayment, _second: ScheduledPayment) -> None:
    """A run counts a payment more than it has."""
    PaymentRun.objects.filter(pk=first.run_id).update(payments_count=F("payments_count") + 1)


def carried(_first: ScheduledPayment, second: ScheduledPayment) -> None:
    """A period takes up a pound that none left."""
    less = {name: F(name) - POUND for name in ("carried_in", "carried_out")}
    ScheduledPayment.objects.filter(pk=second.pk).update(**less)


def instalment(_first: ScheduledPayment, second: ScheduledPayment) -> None:
    """An instalment was agreed that a finalised period has not taken back."""
    plan = [[second.first.isoformat(), "1.00", "0.00"]]
    Debt.objects.create(payment=second, contract_id=second.contract_id, amount=POUND, instalments=plan)


def twice(first: ScheduledPayment, second: ScheduledPayment) -> None:
    """Two periods pay a line for the same day."""
    PaymentLine.objects.filter(payment=second, kind="scheduled").update(first=first.last)


def worth(first: ScheduledPayment, second: ScheduledPayment) -> None:
    """What a period and its adjustment paid is not what the line is worth: the adjustment says what it was before."""
    before = PaymentLine.objects.get(payment=first, kind="scheduled", line__in=adjusted(second).values("line"))
    adjusted(second).update(worth=before.worth)


def adjusted(second: ScheduledPayment) -> QuerySet[PaymentLine]:
    return PaymentLine.objects.filter(payment=second, kind="adjustment")


Breaks = Callable[[ScheduledPayment, ScheduledPayment], None]
BROKEN: tuple[tuple[Breaks, str], ...] = (
    (payment, "and its lines come to"),
    (by_hand, "and its lines come to"),
    (run, "payments, which come to"),
    (count, "payments, which come to"),
    (carried, "took up"),
    (instalment, "took up"),
    (twice, "pays it too"),
    (worth, "paid a line"),
)


def test_each_sum_that_does_not_add_up_is_refused_by_the_database_and_found_behind_it() -> None:
    """Two finalised periods: an adjustment, an amount by hand, and something that is carried on."""
    place, second = overpaid(people=1)
    first = ScheduledPayment.objects.get(contract=place.contract, first__lt=second.first)
    assert ledger.verify() == []
    out = StringIO()
    call_command("verify_payments", stdout=out)
    for breaks, said in BROKEN:
        if breaks is not instalment:  # what is agreed is no sum that was finalised
            with pytest.raises(IntegrityError), transaction.atomic():
                breaks(first, second)
        with transaction.atomic():
            behind_the_triggers()
            breaks(first, second)
            found = ledger.verify()
            assert [each for each in found if said in each.what], (breaks.__doc__, [str(each) for each in found])
            with pytest.raises(CommandError):
                call_command("verify_payments", stdout=out)
            transaction.set_rollback(True)
    assert ledger.verify() == []
