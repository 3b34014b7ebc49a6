"""What money could be lost or made by: the order of periods, changes meanwhile, and what nobody told payments of."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests import factories as make
from tests.councils import another_council, usual_council
from tests.db.test_scheduled_payments import FIRST, SECOND, WITHIN, again, finalised, oasis, officer, on, opened, turn
from workflows.contracts import commands as documents
from workflows.contracts.models import ContractDocument
from workflows.engine import batches, moment, reactions
from workflows.engine.calendar import LONDON
from workflows.engine.errors import Refused
from workflows.engine.models import Batch, Outbox
from workflows.parties.selectors import system_actor
from workflows.payments import commands, opening, running
from workflows.payments.models import Debt, PaymentLine, PaymentRun, ScheduledPayment
from workflows.register import catalogue
from workflows.register import commands as register

pytestmark = pytest.mark.django_db
D = Decimal
IN_MAY = datetime(2018, 5, 16, 10, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Norfolk in April 2018: the periods of the handbook are paid."""
    another_council(monkeypatch, {"payments": {"go_live": None}})
    with moment.at(WITHIN):
        yield
    usual_council()


def follow(*topics: str) -> None:
    """What follows what has happened, as a worker does it, once."""
    for row in Outbox.objects.filter(topic__in=topics, done_at=None).order_by("pk"):
        for each in reactions.of(row.topic):
            each.function(row.payload, f"{row.key}:{each.name}")
        Outbox.objects.filter(pk=row.pk).update(done_at=moment.now())


def prepared(payment: ScheduledPayment) -> int:
    return running.prepare(actor=officer(), calendar="four_weekly", pay_on=payment.pay_on, key=make.key()).case_id


def test_periods_are_finalised_one_after_the_other() -> None:
    """What the first leaves below zero would be lost where the second was finalised before it."""
    place = oasis(people=1)
    first = opened(place)
    with moment.at(IN_MAY):
        second = opened(place, SECOND)
        run = prepared(second)
        with pytest.raises(Refused, match="earlier period") as refused:
            commands.finalise(actor=system_actor(), run_id=run, **on(second))
        assert refused.value.code == "order"
        finalised(first, people=1)
        opening.work_out_changed()
        commands.finalise(actor=system_actor(), run_id=run, **on(second))


def test_what_a_period_leaves_that_comes_after_a_later_one_is_owed() -> None:
    place = oasis(people=1)
    with moment.at(IN_MAY):
        opening.open_due()
        first, second = ScheduledPayment.objects.order_by("first")
        ScheduledPayment.objects.filter(pk=second.pk).update(finalised_at=moment.now())  # as an import would leave it
        made = commands.adjust(
            actor=officer(), line_id=place.lines[0].pk, excl=D("-2500.00"), vat=D(0), text="Paid twice", **on(first)
        )
        by_hand = PaymentLine.objects.get(payment=made.case_id, kind="manual").pk
        commands.approve_adjustment(actor=officer("Mary Dunn"), adjustment_id=by_hand, **on(first))
        finalised(first, people=1)
    assert Debt.objects.get().amount == D("513.56")


def test_what_was_approved_is_what_is_paid() -> None:
    """Whatever changes a payment between the approval of its run and its turn in the worker keeps it out."""
    place = oasis(people=1)
    payment = opened(place)
    one, two, run = officer(), officer("Mary Dunn"), prepared(payment)
    said = {"case_id": run, "seen": PaymentRun.objects.get(pk=run).total}
    running.propose(actor=one, task_id=turn(run), key=make.key(), **said)
    running.approve(actor=two, task_id=turn(run), key=make.key(), **said)
    register.end_line(
        actor=system_actor(), line_id=place.lines[0].pk, version=None, end=date(2018, 4, 20), reason="Moved"
    )
    follow("line.changed")
    opening.work_out_changed()
    batch = Batch.objects.filter(kind=running.FINALISE).latest("pk")
    batches.run_slice(batch.pk, 0)
    assert again(payment).finalised_at is None
    assert again(payment).run_id is None
    assert "£1,986.44 in the run, and comes to £851.33 now" in batch.items.get().message
    assert PaymentRun.objects.get(pk=run).total == 0


def test_what_changes_while_a_payment_is_worked_out_is_worked_out_again() -> None:
    """A mark is never taken for the one that is just being dealt with."""
    payment = opened(oasis(people=1))
    assert commands.mark_changed([payment.contract_id]) == 1
    assert commands.mark_changed([payment.contract_id]) == 1


def test_another_rate_is_worked_out_again_at_once() -> None:
    place = oasis(people=1)
    payment = opened(place)
    catalogue.set_rate(
        actor=system_actor(), service_level_id=place.lines[0].service_level_id, amount=D("500.00"), start=FIRST
    )
    follow("rates.changed")
    assert opening.work_out_changed() == 1
    assert again(payment).total == D("2000.00")


def test_where_days_wait_for_a_document_its_answer_is_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rules: list[dict[str, Any]] = [
        {"start": FIRST, "pay_day_of_death": True, "pay_day_of_move": True, "unanswered_documents": "hold",
         "notice_recovers": True}
    ]  # fmt: skip
    another_council(monkeypatch, {"payments": {"go_live": None, "rules": rules}})
    place = oasis(people=1)
    with moment.at(datetime(2018, 4, 9, 8, tzinfo=LONDON)):
        documents.publish_line(actor=system_actor(), line_id=place.lines[0].pk, key=make.key())
    payment = opened(place)
    assert payment.total == 0
    document = ContractDocument.objects.get()
    version = document.versions.get()
    who = make.actor(make.provider_user(place.organisation, role="super_user_scheduled"))
    documents.agree(actor=who, number=1, sha256=version.sha256, **on(payment) | {  # type: ignore[arg-type]
        "case_id": document.pk, "task_id": turn(document.pk)})  # fmt: skip
    follow("contract_document.stands")
    opening.work_out_changed()
    assert again(payment).total == D("1986.44")
