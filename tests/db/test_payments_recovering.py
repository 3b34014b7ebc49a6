"""What is owed after a period below zero: no penny is made or lost, whatever is agreed (design, workflows §5)."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest

from tests import factories as make
from tests.councils import another_council, usual_council
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.errors import Forbidden, Invalid, Stale
from workflows.engine.models import Case, Event, Outbox, Task
from workflows.parties.selectors import system_actor
from workflows.payments import commands, opening, reactions, recovering
from workflows.payments.models import Debt, ScheduledPayment
from workflows.register import commands as register

from .test_scheduled_payments import FIRST, SECOND, Oasis, again, finalised, oasis, officer, on, opened, turn

pytestmark = pytest.mark.django_db
D = Decimal
MAY = datetime(2018, 5, 15, 10, tzinfo=LONDON)
JUNE = datetime(2018, 6, 12, 10, tzinfo=LONDON)
JULY = datetime(2018, 7, 10, 10, tzinfo=LONDON)
THIRD, FOURTH = date(2018, 6, 4), date(2018, 7, 2)


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    another_council(monkeypatch, {"payments": {"go_live": None}})
    yield
    usual_council()


def overpaid(*, people: int) -> tuple[Oasis, ScheduledPayment]:
    """A home whose first period was paid, and whose people had all gone on 20 April: the second is below zero."""
    with moment.at(datetime(2018, 4, 18, 10, tzinfo=LONDON)):
        place = oasis(people=2)
        finalised(opened(place))
    for line in place.lines[:people]:
        with moment.at(datetime(2018, 5, 2, 10, tzinfo=LONDON)):
            register.end_line(
                actor=system_actor(), line_id=line.pk, version=None, end=date(2018, 4, 20), reason="Moved"
            )
    with moment.at(MAY):
        second = opened(place, SECOND)
        if people == 1:  # the other one's stay is taken back by hand
            one, two = officer(), officer("Mary Dunn")
            said = {"line_id": place.lines[1].pk, "excl": D("-2000.00"), "vat": D(0), "text": "Paid twice in March"}
            commands.adjust(actor=one, **said, **on(second))
            made = second.lines.get(kind="manual")
            commands.approve_adjustment(actor=two, adjustment_id=made.pk, **on(second))
        finalised(again(second), people=1)
    return place, again(second)


def test_with_nobody_left_it_is_to_be_recovered_and_payments_is_told() -> None:
    place, second = overpaid(people=2)
    debt = Debt.objects.get()
    assert (debt.payment_id, debt.amount) == (second.pk, D("2270.22"))
    assert not Outbox.objects.filter(key__contains="scheduled_payment.owed").exists()
    with moment.at(MAY):
        for _ in range(2):  # a worker's second try
            reactions.owed({"payment": second.pk}, "owed")
    assert Outbox.objects.filter(key__contains="scheduled_payment.owed").count() == 1
    task = Task.objects.get(process__kind="payment_debt", finished=None)
    assert (task.team.key, task.amount, task.due_at is not None) == ("payments_residential", D("2270.22"), True)
    assert task.process_id == Debt.objects.get().case_id
    with moment.at(JUNE):
        third = opened(place, THIRD)
        assert (again(third).carried_in, again(third).payable) == (D(0), D(0))
        said = {"actor": officer(), "payment_id": second.pk, "text": "An invoice was paid"}
        with pytest.raises(Invalid, match="still owed"):
            recovering.recovered(amount=D("2270.23"), key=make.key(), **said)
        key = make.key()
        for _ in range(2):  # a double click
            recovering.recovered(amount=D("2000.00"), key=key, **said)
        recovering.recovered(amount=D("270.22"), key=make.key(), **said)
        assert Debt.objects.get().recovered == D("2270.22")
        assert Case.objects.get(kind="payment_debt").state == "recovered"
        assert not Task.objects.filter(process__kind="payment_debt", finished=None).exists()
        told = Event.objects.filter(case=second.pk, kind="scheduled_payment.recover")
        assert told.count() == 2  # where the provider reads it
        with pytest.raises(Stale):
            recovering.recovered(amount=D("1.00"), key=make.key(), **said)


def test_agreed_instalments_come_out_of_the_periods_to_come_and_add_up() -> None:
    place, second = overpaid(people=1)
    assert second.carried_out == D("1986.44") - D("1135.11") - D("2000.00") == D("-1148.67")
    assert not Debt.objects.exists()  # the other one stays: a later period takes it up
    with moment.at(JUNE):
        third = opened(place, THIRD)
        assert again(third).payable == D("837.77")
        said = {"actor": officer(), "payment_id": second.pk, "text": "Agreed with the home's manager by telephone"}
        with pytest.raises(Invalid, match="come to"):
            recovering.agree(instalments=[(THIRD, D("600.00")), (FOURTH, D("548.66"))], key=make.key(), **said)
        with pytest.raises(Invalid, match="still to be paid"):
            recovering.agree(instalments=[(FIRST, D("1148.67"))], key=make.key(), **said)
        with pytest.raises(Forbidden):
            stranger = {**said, "actor": make.actor(make.staff_user("procurement"))}
            recovering.agree(instalments=[(THIRD, D("1148.67"))], key=make.key(), **stranger)
        recovering.agree(instalments=[(THIRD, D("574.34")), (FOURTH, D("574.33"))], key=make.key(), **said)
        opening.work_out_changed()
        assert (again(third).carried_in, again(third).payable) == (D("-574.34"), D("1412.10"))
        debt = Debt.objects.get().case_id or 0
        assert [Case.objects.get(pk=debt).state, Task.objects.get(process=debt, finished=None).team_id] == [
            "planned",
            None,
        ]
        with pytest.raises(Stale):  # instalments are agreed
            recovering.recovered(actor=said["actor"], payment_id=second.pk, amount=D(1), text="x", key=make.key())
        finalised(again(third), people=1)
        assert Debt.objects.get().recovered == D("574.34")
    with moment.at(JULY):
        fourth = opened(place, FOURTH)
        assert again(fourth).carried_in == D("-574.33")
        key = make.key()
        for _ in range(2):  # a double click
            recovering.agree(instalments=[], key=key, **said)  # what is still open is recovered otherwise
        opening.work_out_changed()
        assert again(fourth).carried_in == D(0)
        assert Task.objects.get(process=debt, finished=None).node == "recover"
        recovering.agree(instalments=[(FOURTH, D("574.33"))], key=make.key(), **said)
        opening.work_out_changed()
        finalised(again(fourth), people=1)
        assert Case.objects.get(pk=debt).state == "recovered"
    paid = sum(each.payable for each in ScheduledPayment.objects.all())
    whole = 4 * D("1986.44") + D("851.33") - D("2000.00")
    assert (Debt.objects.get().recovered, paid) == (D("1148.67"), whole)
    assert Case.objects.get(pk=second.pk).version > 0
    assert turn(fourth.pk)


def test_what_is_carried_on_can_be_taken_out_of_the_periods_to_come() -> None:
    place, second = overpaid(people=1)
    with moment.at(JUNE):
        third = opened(place, THIRD)
        key, said = make.key(), {"actor": officer(), "payment_id": second.pk, "text": "They pay an invoice"}
        for _ in range(2):  # a double click
            recovering.agree(instalments=[], key=key, **said)
        opening.work_out_changed()
        assert (again(third).carried_in, Debt.objects.get().instalments) == (D(0), [])
        assert Case.objects.get(kind="payment_debt").state == "owed"
        recovering.recovered(amount=D("1148.67"), key=make.key(), **said)
        assert Case.objects.get(kind="payment_debt").state == "recovered"
