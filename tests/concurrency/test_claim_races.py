"""Claims raced with real connections: an accepted amount is paid once, whoever finalises or works out meanwhile.

The negative control takes the lock away by which who adds an amount and who finalises a payment wait for each other.
"""

import os
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from threading import Event as Signal
from typing import Any

import pytest

from tests import claims as do
from tests import factories as make
from tests.concurrency.racing import race
from tests.paying import Paying, handbook, oasis, officer
from workflows.claims import commands as claims
from workflows.engine import batches
from workflows.engine.door import Outcome
from workflows.engine.errors import Busy, Refused, Stale
from workflows.engine.models import Batch, Task
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.payments import commands as payments
from workflows.payments import generating, ledger, one_offs, opening, running
from workflows.payments.models import OneOff, PaymentLine, PaymentRun, ScheduledPayment

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
ROUNDS = 40 if os.environ.get("CONCORD_SOAK") else 2
AMOUNT = Decimal("24.50")


@pytest.fixture(autouse=True)
def norfolk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, handbook(patch):
        yield


class Home:
    """The handbook's home with a claim, a payment, and two people of Payments."""

    def __init__(self) -> None:
        self.place: Paying = oasis()
        self.payment = self.place.opened()
        self.colin, self.mary = officer(), officer("Mary Dunn")
        self.case = do.sent(self.place.actor(), do.asked(self.place.lines[0], self.payment.first))

    def accepting(self, by: Actor) -> Any:
        return partial(do.accepted, by, self.case)

    def finalising(self) -> Any:
        """A run of the payment that has been approved; a worker comes."""
        run = running.prepare(
            actor=self.colin, calendar="four_weekly", pay_on=self.payment.pay_on, key=make.key()
        ).case_id  # fmt: skip
        seen = PaymentRun.objects.get(pk=run).total
        said = {"case_id": run, "seen": seen}
        running.propose(actor=self.colin, task_id=turn(run), key=make.key(), **said)
        running.approve(actor=self.mary, task_id=turn(run), key=make.key(), **said)
        return partial(batches.run_slice, Batch.objects.filter(kind=running.FINALISE).latest("pk").pk, 0)


def turn(case_id: int) -> int:
    return Task.objects.get(process=case_id, finished=None).pk


def adds_up() -> None:
    assert [str(each) for each in ledger.verify()] == []
    assert verify().findings == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_accept_at_once_and_one_amount_is_due(_round: int) -> None:
    home = Home()
    both = [
        partial(claims.accept, actor=each, seen=AMOUNT, **do.turn(home.case)) for each in (home.colin, home.mary)
    ]  # fmt: skip
    rejecting = partial(claims.reject, actor=home.mary, reason="not_agreed", **do.turn(home.case))
    results = race([*both, rejecting])
    assert sum(isinstance(each, Outcome) for each in results) == 1, results
    assert all(isinstance(each, Outcome | Stale | Busy) for each in results), results
    accepted = any(isinstance(each, Outcome) for each in results[:2])
    race([opening.work_out_changed, opening.work_out_changed])
    found = [OneOff.objects.count(), PaymentLine.objects.filter(kind="one_off").count()]
    assert found == [int(accepted)] * 2
    adds_up()


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accepted_while_the_payment_is_finalised_it_is_paid_by_this_or_by_the_next(_round: int, order: int) -> None:
    home = Home()
    calls = [home.accepting(home.colin), home.finalising(), opening.work_out_changed]
    results = race(calls[::order])
    assert all(isinstance(each, Outcome | Refused | int | None) for each in results), results
    for left in Batch.objects.filter(finished_at=None).order_by("pk"):  # what was busy comes again
        batches.run_slice(left.pk, 1)
    if OneOff.objects.exists():
        settled(home)
    adds_up()


def settled(home: Home) -> None:
    """Work out what has changed: the amount stands in the payment, or waits for the next one, and nowhere twice."""
    opening.work_out_changed()
    placed = list(PaymentLine.objects.filter(kind="one_off"))
    final = ScheduledPayment.objects.get(pk=home.payment.pk).finalised_at is not None
    assert len(placed) <= 1
    assert placed or final, "an open payment has to take it"
    assert not ScheduledPayment.objects.filter(finalised_at__isnull=False, changed=True).exists()


class Meanwhile:
    """A payment is being worked out, and has given out what waited; an amount is accepted meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, waits: bool) -> None:
        self.placed, self.go_on, self.place = Signal(), Signal(), one_offs.place
        monkeypatch.setattr(generating.one_offs, "place", self._place)
        if not waits:
            monkeypatch.setattr(one_offs, "mark_changed", self._mark_at_once)

    def _place(self, ids: Any) -> None:
        self.place(ids)
        self.placed.set()
        self.go_on.wait(0.5)  # who accepts meanwhile waits for this transaction, or does not

    def _mark_at_once(self, contracts: Any) -> int:
        """As if nobody held the row: what is marked already is not marked again."""
        return ScheduledPayment.objects.filter(contract__in=contracts, finalised_at=None, changed=False).count()

    def working_out(self, home: Home) -> Any:
        now = {"case_id": home.payment.pk, "task_id": turn(home.payment.pk), "key": make.key()}
        return payments.recalculate(actor=home.colin, **now)

    def accepting(self, home: Home) -> Any:
        assert self.placed.wait(10)
        try:
            return do.accepted(home.mary, home.case)
        finally:
            self.go_on.set()


@pytest.mark.parametrize("waits", [True, False], ids=["as it is", "without the lock"])
def test_an_amount_that_comes_while_its_payment_is_worked_out_is_not_lost(
    monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """The negative control: without waiting for whoever works the payment out, nobody would do it once more."""
    home = Home()
    with monkeypatch.context() as patch:
        meanwhile = Meanwhile(patch, waits=waits)
        results = race([partial(meanwhile.working_out, home), partial(meanwhile.accepting, home)])
    assert all(isinstance(each, Outcome) for each in results), results
    opening.work_out_changed()
    assert PaymentLine.objects.filter(kind="one_off").count() == int(waits)
    adds_up()
