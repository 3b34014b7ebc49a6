"""Whatever people do with invoices, in any order: an invoice, the actuals under it and the run above it agree to the
penny, and what was submitted is as it was.

In the end all that was paid, with what the next period puts right, is what the actuals came to, less what the provider
collects and has credited: no penny is made or lost by freezing, opening again, or paying in a later period.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum

from tests import factories as make
from tests.invoices import FIRST, Ouse, bedford, on, settled
from workflows.engine import batches
from workflows.engine.calendar import LONDON
from workflows.engine.errors import Refused
from workflows.engine.models import Batch
from workflows.invoices import commands, crediting, ledger, opening, selectors
from workflows.invoices.models import CreditNote, Invoice
from workflows.payments import generating, running
from workflows.payments import ledger as payments_ledger
from workflows.payments import opening as payments
from workflows.payments.models import PaymentLine, ScheduledPayment

pytestmark = pytest.mark.django_db
SEEDS = range(200) if os.environ.get("CONCORD_SOAK") else range(2)
STEPS = 25
D = Decimal
PERIODS, WEEKS = 2, 8
#: Two periods are over, the third has begun: it is what puts the others right.
NOW = datetime(2025, 4, 29, 10, tzinfo=LONDON)
COLLECTED = D(20)


@pytest.fixture(autouse=True)
def council() -> Iterator[None]:
    with bedford(NOW):
        yield


class World:
    """A provider, the Finance Team, and what of the invoices was submitted."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.ouse = Ouse()
        self.ouse.recorded(*(FIRST + timedelta(weeks=number) for number in range(WEEKS)))
        self.nina, self.officer = self.ouse.nina(), self.ouse.officer()
        payments.open_due()
        settled()
        opening.open_due()
        self.frozen: dict[int, Decimal] = {}

    def step(self) -> None:
        """Anybody does anything; what is refused has changed nothing."""
        doing: list[Callable[[], object]] = [
            self.change, self.change, self.create, self.submit, self.submit, self.query, self.accept, self.accept,
            self.run, self.credit, self.decide, settled,
        ]  # fmt: skip
        with suppress(Refused):
            self.chance.choice(doing)()
        self.adds_up()

    def one(self) -> Invoice:
        rows = Invoice.objects.filter(payment__contract=self.ouse.contract).select_related("payment")
        return rows.order_by("payment__first")[self.chance.randrange(PERIODS)]

    def change(self) -> None:
        week = FIRST + timedelta(weeks=self.chance.randrange(WEEKS))
        number = self.chance.randrange(2)
        most = 10 if number == 0 else 4
        self.ouse.changed(number, week, str(D(self.chance.randrange(most * 4 + 1)) / 4), self.nina)

    def create(self) -> None:
        commands.create(actor=self.nina, **on(self.one().pk))

    def submit(self) -> None:
        invoice = self.one()
        commands.submit(actor=self.nina, seen=invoice.payment.total, **on(invoice.pk))

    def query(self) -> None:
        commands.query(actor=self.officer, text="Why?", **on(self.one().pk))

    def accept(self) -> None:
        invoice = self.one()
        commands.accept(actor=self.officer, seen=invoice.payment.total, **on(invoice.pk))

    def run(self) -> None:
        payment = self.one().payment
        run = running.prepare(
            actor=self.officer, calendar=payment.calendar, pay_on=payment.pay_on, key=make.key()
        ).case_id
        settled()
        running.recount(actor=self.officer, **on(run))
        running.finalise(actor=self.officer, seen=running.totals(run).total, **on(run))
        batches.run_slice(Batch.objects.filter(kind=running.FINALISE).latest("pk").pk, 0)
        settled()

    def credit(self) -> None:
        lines = selectors.creditable(self.one())
        if lines:
            line, left = self.chance.choice(lines)
            crediting.raise_note(
                actor=self.nina, invoice_id=Invoice.objects.get(payment=line.payment_id).pk, line_id=line.pk,
                amount=(left * self.chance.randrange(1, 12) / 10).quantize(D("0.01")), reason="Too much",
                key=make.key(),
            )  # fmt: skip

    def decide(self) -> None:
        for note in CreditNote.objects.filter(case__state="submitted"):
            verb = self.chance.choice([crediting.accept, crediting.accept, crediting.refuse])
            more = {"text": "No"} if verb is crediting.refuse else {}
            verb(actor=self.officer, **more, **on(note.pk))

    def adds_up(self) -> None:
        assert [str(each) for each in payments_ledger.verify() + ledger.verify()] == []
        now = {each.pk: each.total for each in ScheduledPayment.objects.filter(frozen_at__isnull=False)}
        assert {pk: total for pk, total in now.items() if pk in self.frozen} == {
            pk: total for pk, total in self.frozen.items() if pk in now
        }
        self.frozen = now

    def end(self) -> None:
        """Everything is submitted, accepted and paid; what is left to put right stands in the next period."""
        self.decide()
        settled()
        for number in range(PERIODS):
            invoice = Invoice.objects.filter(payment__contract=self.ouse.contract).order_by("payment__first")[number]
            self.chance.randrange = lambda *_, number=number: number  # type: ignore[method-assign,misc]
            for verb in (self.create, self.submit, self.accept, self.run):
                with suppress(Refused):
                    verb()
            assert Invoice.objects.get(pk=invoice.pk).case.state in {"processed", "accepted"}, invoice.case.state
        opening.open_due()
        settled()
        self.adds_up()


@pytest.mark.parametrize("seed", SEEDS)
def test_invoice_actuals_and_run_agree_to_the_penny(seed: int) -> None:
    world = World(seed)
    for _ in range(STEPS):
        world.step()
    world.end()
    periods = list(ScheduledPayment.objects.filter(contract=world.ouse.contract).order_by("first"))
    assert all(each.finalised_at for each in periods[:PERIODS])
    rest = PaymentLine.objects.filter(payment=periods[PERIODS]).exclude(kind="scheduled")
    paid = sum(each.total for each in periods[:PERIODS]) + (rest.aggregate(all=Sum("total"))["all"] or 0)
    weeks = world.ouse.contract.lines.filter(weeks__week__lt=FIRST + timedelta(weeks=WEEKS))
    delivered = weeks.aggregate(all=Sum("weeks__payable_cost"))["all"]
    credited = CreditNote.objects.filter(case__state="credited").aggregate(all=Sum("amount"))["all"] or 0
    assert paid == delivered - WEEKS * COLLECTED - credited


def submitted_stays() -> None:
    """Hours that change after an invoice was submitted are put right in the next period, and not in it."""
    ouse = Ouse()
    ouse.recorded()
    invoice = ouse.submitted()
    ouse.changed(0, FIRST, "8", ouse.nina())
    rows = ScheduledPayment.objects.filter(contract=ouse.contract).order_by("first")
    assert rows[0].total == invoice.payment.total
    moved = PaymentLine.objects.filter(payment=rows[1], kind="adjustment", about=rows[0])
    assert [each.total for each in moved] == [D("-42.96")]
    commands.query(actor=ouse.officer(), text="Two hours less?", **on(invoice.pk))
    settled()
    assert rows.all()[0].total == invoice.payment.total - D("42.96")
    assert not moved.all().exists()


def test_what_changes_after_a_submission_is_put_right_once() -> None:
    submitted_stays()


def test_without_freezing_what_was_submitted_would_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a frozen payment is worked out again like any other, and the database lets it be."""
    with connection.cursor() as cursor:
        for each in ("payments_paymentline", "payments_scheduledpayment"):
            cursor.execute(f"ALTER TABLE {each} DISABLE TRIGGER USER")
    monkeypatch.setattr(generating, "frozen_of", lambda payments: frozenset())
    with pytest.raises(AssertionError):
        submitted_stays()
