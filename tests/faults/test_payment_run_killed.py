"""A worker that is killed in the middle of a run: each payment is whole, and the run goes on by itself."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests import factories as make
from tests.faults.processes import RELAY, WORKER, Started, database_url, until
from tests.faults.test_later_work import clear
from tests.model.payments import ROLES, WITHIN, Payers, contract_of, council, follow, officer, on
from workflows.engine import moment
from workflows.engine.models import Batch, Case, Event
from workflows.engine.verify import verify
from workflows.payments import ledger, opening, running
from workflows.payments.models import PaymentRun, ScheduledPayment

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
Start = Callable[..., Started]
CONTRACTS = 12


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts processes of the product on the test database; they end with the test."""
    clear()
    begun: list[Started] = []
    usual = {
        "DATABASE_URL": database_url(), "CONCORD_MAIL_DIR": str(tmp_path / "mail"), "CONCORD_SMTP_URL": "",
        "CONCORD_OUTBOX_LEASE_SECONDS": "2",
    }  # fmt: skip

    def begin(command: list[str], **environment: str) -> Started:
        begun.append(Started(command, tmp_path / "processes.log", **{**usual, **environment}))
        return begun[-1]

    yield begin
    for each in begun:
        each.kill()
    clear()


def approved() -> int:
    """A run of the payments of some contracts, approved by two people."""
    people = Payers(ROLES)
    for _ in range(CONTRACTS):
        contract_of(people)
    opening.open_due()
    follow("line.changed", "rates.changed")
    opening.work_out_changed()
    one, two = officer(), officer()
    pay_on = ScheduledPayment.objects.values_list("pay_on", flat=True).first()
    assert pay_on is not None
    run = running.prepare(actor=one, calendar="four_weekly", pay_on=pay_on, key=make.key()).case_id
    seen = PaymentRun.objects.get(pk=run).total
    running.propose(actor=one, seen=seen, **on(run))
    running.approve(actor=two, seen=seen, **on(run))
    return run


def finalised() -> int:
    return ScheduledPayment.objects.filter(finalised_at__isnull=False).count()


def test_a_worker_killed_in_the_middle_of_a_run_leaves_payments_whole_and_the_run_goes_on(start: Start) -> None:
    with council(), moment.at(WITHIN):
        run = approved()
        total = PaymentRun.objects.get(pk=run).total
        start(RELAY)
        first = start(WORKER)
        until(lambda: finalised() > 0)
        first.kill()
        done = finalised()
        assert [str(each) for each in ledger.verify()] == []
        assert Case.objects.get(pk=run).state == ("finalised" if done == CONTRACTS else "finalising")
        start(WORKER)
        until(lambda: Batch.objects.get(kind=running.FINALISE).finished_at)
        items = Batch.objects.get(kind=running.FINALISE).items.order_by("pk")
        assert {each.result for each in items} == {"done"}, [each.message for each in items]
        assert finalised() == CONTRACTS
        assert Event.objects.filter(kind="scheduled_payment.finalise").count() == CONTRACTS
        assert (Case.objects.get(pk=run).state, PaymentRun.objects.get(pk=run).total) == ("finalised", total)
        assert total > Decimal(0)
        assert [str(each) for each in ledger.verify()] == []
        assert verify().findings == []
