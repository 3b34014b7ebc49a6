"""The council's desk of scheduled payments (norfolk-handbook §8, §10): answers, amounts by hand, methods, stops."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories as make
from tests.councils import another_council, usual_council
from tests.db.test_scheduled_payments import (
    FIRST,
    SECOND,
    _deliver,
    again,
    finalised,
    oasis,
    officer,
    on,
    opened,
    provider,
)
from tests.db.test_scheduled_payments import turn as open_turn
from workflows.actions.commands import open_action
from workflows.actions.rules import Asked
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Access, Case
from workflows.parties.models import User
from workflows.parties.selectors import system_actor
from workflows.payments import commands, opening, reactions
from workflows.payments.commands import Wrong
from workflows.payments.models import Debt, PaymentLine, PaymentMethod, PaymentStop, Rejected, ScheduledPayment
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

from .conftest import browser_of
from .council import fields_of, words

pytestmark = pytest.mark.django_db
D = Decimal
APRIL = datetime(2018, 4, 18, 10, tzinfo=LONDON)
MAY = datetime(2018, 5, 15, 10, tzinfo=LONDON)
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Norfolk in April 2018: the periods of the handbook are paid."""
    another_council(monkeypatch, {"payments": {"go_live": None}})
    with moment.at(APRIL):
        yield
    usual_council()


@pytest.fixture
def colin() -> Client:
    return browser_of(make.staff_user("payments_residential", name="Colin Sayer"))


@pytest.fixture
def mary() -> Client:
    return browser_of(make.staff_user("payments_residential", name="Mary Dunn"))


def case(payment: ScheduledPayment) -> str:
    return reverse("council:case", args=[payment.pk])


def page_of(name: str, *ids: int) -> str:
    return reverse(f"council:{name}", args=ids)


def test_a_rejection_is_answered_by_changing_the_line_with_the_money_before_it(colin: Client, mary: Client) -> None:
    place = oasis()
    payment, (line, other, *_) = opened(place), place.lines
    james = provider(place)
    wrong = [Wrong(line.pk, date(2018, 4, 20), died=True, text="Deceased"), Wrong(other.pk, date(2018, 4, 30))]
    commands.reject(actor=james, wrong=wrong, comments="Two are wrong", **on(payment))
    said = words(colin.get(page_of("payments_rejected")))
    for each in ("2 lines", "1 because of a death", "£1,702.66", "of £9,932.20", "20 April 2018"):
        assert each in said, each
    said = words(colin.get(case(payment)))
    assert "Now: answer what" in said
    assert "Died on 20 April 2018" in said and "Two are wrong" in said
    where = page_of("payment_answer", payment.pk)
    page = colin.get(where)
    for each in (str(line.client), "“Deceased”", "Paid now: £1,986.44", "£1,702.66 at stake"):
        assert each in words(page), each
    form, late = fields_of(page), fields_of(mary.get(where))
    assert (form[f"end-{line.pk}_day"], form[f"end-{line.pk}_month"]) == ("20", "4")
    faults = words(colin.post(where, form | {f"end-{line.pk}_day": ""}))
    for each in ("Last day must include a day", "Say what you did: the provider reads this"):
        assert each in faults, each
    form |= {f"way-{line.pk}": "end", f"way-{other.pk}": "terms", "text": "Both are put right."}
    faults = words(colin.post(where, form))
    assert "Change the quantity or the price" in faults
    early = form | {f"way-{other.pk}": "end", f"end-{other.pk}_day": "1", f"end-{other.pk}_year": "2017"}
    assert "before the start" in words(colin.post(where, early))
    form |= {f"way-{other.pk}": "leave"}
    check = colin.post(where, form)
    for each in (
        "The payment becomes £8,797.09: £1,135.11 less",
        "£851.33",
        "Leave it as it is",
        "Both are put right.",
    ):
        assert each in words(check), each
    assert CarePackageLine.objects.get(pk=line.pk).end is None
    assert Rejected.objects.filter(answer="").count() == 2
    form = fields_of(check) | {"step": "confirm"}
    done = colin.post(where, form, follow=True)
    assert "Answered: £8,797.09 is payable now" in words(done)
    assert words(colin.post(where, form, follow=True)).count("Answered") <= 1  # a double click
    assert CarePackageLine.objects.get(pk=line.pk).end == date(2018, 4, 20)
    assert [each.answer for each in Rejected.objects.order_by("pk")] == ["amended", "left"]
    assert payment.lines.get(line=line).total == D("851.33")
    slow = mary.post(where, late | {f"way-{line.pk}": "done", f"way-{other.pk}": "done", "text": "Mine"})
    assert slow.status_code == 409
    assert "Colin Sayer" in words(slow) and "Mine" in words(slow)
    assert mary.get(where).status_code == 302
    seen = Access.objects.filter(what__startswith="scheduled_payment", client_id=line.client_id)
    assert {"scheduled_payment", "scheduled_payment.answer"} <= set(seen.values_list("what", flat=True))


def test_somebody_changed_the_line_meanwhile(colin: Client) -> None:
    place = oasis(people=1)
    payment, line = opened(place), place.lines[0]
    commands.reject(actor=provider(place), wrong=[Wrong(line.pk, date(2018, 4, 20))], **on(payment))
    where = page_of("payment_answer", payment.pk)
    form = fields_of(colin.get(where)) | {f"way-{line.pk}": "end", "text": "He left"}
    register.change_line(actor=system_actor(), line_id=line.pk, version=None, quantity=D(2))
    answer = colin.post(where, form)
    assert answer.status_code == 409
    assert "changed the line" in words(answer) and "He left" in answer.content.decode()
    check = colin.post(where, fields_of(answer) | {f"way-{line.pk}": "end"})
    assert "The payment becomes" in words(check)


def test_an_amount_by_hand_takes_two_people(colin: Client, mary: Client) -> None:
    place = oasis()
    payment, line = opened(place), place.lines[0]
    where = page_of("payment_adjust", payment.pk)
    form = fields_of(colin.get(where)) | {"about_line": str(line.pk), "way": "take", "excl": "-10"}
    faults = words(colin.post(where, form))
    for each in ("Enter an amount above zero", "Say why this is paid or taken back"):
        assert each in faults, each
    done = colin.post(where, form | {"excl": "£10.00", "text": "Paid twice"}, follow=True)
    assert "once a second person has approved it" in words(done)
    made = payment.lines.get(kind=PaymentLine.Kind.MANUAL)
    assert (made.total, again(payment).total) == (D("-10.00"), D("9932.20"))
    listed = words(colin.get(page_of("payments_by_hand")))
    assert "−£10.00" in listed and "Paid twice" in listed and "Colin Sayer" in listed
    decide = page_of("payment_by_hand", payment.pk, made.pk)
    own = colin.get(decide)
    assert "Somebody else must approve" in words(own) and "Take it back" in words(own)
    assert colin.post(decide, fields_of(own) | {"way": "approve", "text": ""}).status_code == 200
    form = fields_of(mary.get(decide))
    assert "Say why it is not approved" in words(mary.post(decide, form | {"way": "refuse"}))
    assert "It is part of the payment now" in words(mary.post(decide, form | {"way": "approve"}, follow=True))
    assert again(payment).total == D("9922.20")
    assert mary.get(decide).status_code == 302
    late = mary.post(decide, form | {"way": "approve", "client_key": ""})
    assert late.status_code == 200 and "does not wait for anybody" in words(late)


def test_lines_are_held_out_and_put_back(colin: Client) -> None:
    place = oasis()
    payment = opened(place)
    row = payment.lines.get(line=place.lines[0])
    where = page_of("payment_hold_out", payment.pk)
    form = fields_of(colin.get(where)) | {"text": "The price is looked at"}
    assert "Tick at least one line" in words(colin.post(where, form))
    said = words(colin.post(where, form | {"lines": [str(row.pk)]}, follow=True))
    assert "The lines are held out" in said and "Held out" in said and "£7,945.76" in said
    where = page_of("payment_put_back", payment.pk)
    colin.post(where, fields_of(colin.get(where)) | {"lines": [str(row.pk)]})
    assert again(payment).total == D("9932.20")


def test_a_contract_gets_another_method_from_a_day_on(colin: Client) -> None:
    place = oasis(contribution="39.88")
    payment = opened(place)
    where = page_of("payment_methods", place.contract.pk)
    page = colin.get(where)
    assert "Gross: not taken off" in words(page) and "In force" in words(page)
    form = fields_of(page) | {"net": "net", "start_day": "9", "start_month": "4", "start_year": "2018"}
    assert "has a payment method from 09/04/2018 already" in words(colin.post(where, form))
    check = colin.post(where, form | {"start_day": "23"})
    for each in ("Four-weekly, net", "become £9,533.40 instead of £9,932.20: £398.80 less"):
        assert each in words(check), each
    assert PaymentMethod.objects.filter(contract=place.contract).count() == 1
    colin.post(where, fields_of(check) | {"step": "confirm"})
    opening.work_out_changed()
    assert again(payment).payable == D("9533.40")
    buyer = browser_of(make.staff_user("procurement"))
    assert "Another method from a day on" in words(buyer.get(where))
    preview = words(buyer.post(where, form | {"start_day": "30"}))
    assert "Nothing has been written yet" in preview and "£" not in preview  # reads no payments
    assert browser_of(make.staff_user("service_brokerage")).get(where).status_code == 404
    auditor = browser_of(make.staff_user("", duty="auditor"))
    assert "Another method" not in words(auditor.get(where))
    assert auditor.post(where, form).status_code == 403


def told_of_a_death(place: object, line: CarePackageLine, since: date) -> PaymentStop:
    """A notice of death, and the stop that follows it."""
    asked = Asked(
        type="death", related="client", entity=line.client_id, wanted_by=None, team="service_brokerage",
        title="Death", text="Died at home", since=since,
    )  # fmt: skip
    open_action(actor=provider(place), asked=asked, key=make.key())  # type: ignore[arg-type]
    _deliver()
    opening.work_out_changed()
    return PaymentStop.objects.get()


def test_a_notice_of_death_from_its_stop_to_its_recovery(colin: Client) -> None:
    """domain.md §4.1: after a death on 20/04/2018 £851.33 stay, and £1,135.11 are taken back."""
    place = oasis(people=2)
    first, line = opened(place), place.lines[0]
    finalised(first)
    with moment.at(MAY):
        second = opened(place, SECOND)
        stop = told_of_a_death(place, line, date(2018, 4, 20))
        said = words(colin.get(page_of("payments_stops")))
        assert "Notice of death" in said and str(line.client) in said
        said = words(colin.get(page_of("case", stop.pk)))
        for each in ("£1,986.44 of payments that are current is stopped, and £1,135.11", "Service Brokerage Team",
                     "7 May to 3 June 2018"):  # fmt: skip
            assert each in said, each
        lift = colin.get(page_of("stop_lift", stop.pk))
        assert "become £3,972.88 instead of £851.33" in words(lift)
        where = page_of("stop_confirm", stop.pk)
        page = colin.get(where)
        assert "stay as they are: £851.33" in words(page)
        assert "Say how you checked it" in words(colin.post(where, fields_of(page)))
        form = fields_of(page) | {"text": "The registrar confirmed it"}
        assert "The notice is a fact now" in words(colin.post(where, form, follow=True))
        assert "The notice is a fact now" not in words(colin.post(where, form, follow=True))
        opening.work_out_changed()
        assert again(second).payable == D("851.33")
        late = colin.post(page_of("stop_lift", stop.pk), fields_of(lift) | {"text": "A mistake"})
        assert late.status_code == 409 and "A mistake" in words(late)
        said = words(colin.get(f"{case(second)}?why={line.pk}"))
        for each in ("The person died", "Puts right the payment of 9 April to 6 May 2018", "−£1,135.11"):
            assert each in said, each


def test_a_stop_that_is_lifted_pays_again(colin: Client) -> None:
    place = oasis(people=1)
    payment, line = opened(place), place.lines[0]
    stop = told_of_a_death(place, line, date(2018, 4, 17))
    assert again(payment).payable == D("638.50")
    where = page_of("stop_lift", stop.pk)
    colin.post(where, fields_of(colin.get(where)) | {"text": "It was another resident"})
    _deliver()
    opening.work_out_changed()
    assert again(payment).payable == D("1986.44")
    assert Case.objects.get(pk=stop.pk).state == "lifted"


def test_what_is_owed_is_recovered_by_instalments(colin: Client) -> None:
    place = oasis(people=1)
    finalised(opened(place), people=1)
    register.end_line(
        actor=system_actor(), line_id=place.lines[0].pk, version=None, end=date(2018, 4, 20), reason="Died"
    )
    with moment.at(MAY):
        second = opened(place, SECOND)
        assert "£0.00" in words(colin.get(case(second))) and "Carried on" in words(colin.get(case(second)))
        finalised(again(second), people=1)
        reactions.owed({"payment": second.pk}, "owed")
        said = words(colin.get(page_of("payments_owed")))
        assert "£1,135.11" in said and "No instalments" in said and "To recover" in said
        debt = case(Debt.objects.get().case)
        said = words(colin.get(debt))
        assert "Now: agree with" in said and "how £1,135.11 is recovered" in said
        assert "How it is recovered" in words(colin.get(case(second)))
        where = page_of("payment_debt", second.pk)
        form = fields_of(colin.get(where)) | {"way": "plan", "text": "Agreed by telephone"}
        assert "Enter in how many periods" in words(colin.post(where, form))
        wrong = words(colin.post(where, form | {"amounts": "500 500"}))
        assert "come to £1,000.00, and £1,135.11 is owed" in wrong
        done = colin.post(where, form | {"count": "3"}, follow=True)
        assert "It is recorded" in words(done)
        assert [each[1] for each in Debt.objects.get().instalments] == ["378.37", "378.37", "378.37"]
        assert "3 instalments" in words(colin.get(page_of("payments_owed")))
        said = words(colin.get(debt))
        assert "pays it back by instalments" in said and "£378.37" in said and "Agreed by telephone" in said
        form = fields_of(colin.get(where)) | {"way": "none", "text": "They pay an invoice"}
        assert "how £1,135.11 is recovered" in words(colin.post(where, form, follow=True))
        form = fields_of(colin.get(where)) | {"way": "paid", "amount": "1135.11", "text": "Their invoice was paid"}
        assert "Recovered: £1,135.11" in words(colin.post(where, form, follow=True))
        assert "Nothing of this payment is owed any more" in words(colin.get(where, follow=True))


def test_who_may_not_read_finds_nothing_and_who_may_not_act_is_told(colin: Client) -> None:
    place = oasis()
    payment = opened(place)
    commands.reject(actor=provider(place), wrong=[Wrong(place.lines[0].pk, None)], **on(payment))
    acts = [page_of(name, payment.pk) for name in ("payment_answer", "payment_adjust", "payment_hold_out")]
    lists = [page_of(name) for name in ("payments", "payments_rejected", "payments_by_hand", "payments_stops",
                                        "payments_owed")]  # fmt: skip
    line = page_of("payment_line", payment.pk, place.lines[0].pk)
    auditor = browser_of(make.staff_user("", duty="auditor"))
    brokerage = browser_of(make.staff_user("service_brokerage"))
    james = browser_of(User.objects.get(pk=provider(place).user_id))
    for path in (*lists, *acts, case(payment), line):
        assert brokerage.get(path).status_code == james.get(path).status_code == 404, path
    for path in (*lists, case(payment), line):
        assert auditor.get(path).status_code == 200, path
    for path in (*acts, page_of("payment_debt", payment.pk)):
        assert auditor.get(path).status_code == 403, path
    assert auditor.post(page_of("payment_again", payment.pk)).status_code == 403
    assert "Now: answer" not in words(auditor.get(case(payment)))
    done = colin.post(page_of("payment_again", payment.pk), {"client_key": make.key()}, follow=True)
    assert "It is worked out again: £9,932.20 is payable" in words(done)


@pytest.mark.parametrize("number", [1, 30])
def test_lists_ask_as_many_queries_for_one_as_for_many(colin: Client, number: int) -> None:
    place = oasis(people=number)
    payment = opened(place)
    for _ in range(1 if number == 1 else 12):
        opened(oasis(people=1))
    wrong = [Wrong(each.pk, date(2018, 4, 20)) for each in place.lines]
    commands.reject(actor=provider(place), wrong=wrong, **on(payment))
    for each in payment.lines.all()[:number]:
        said = {"line_id": each.line_id, "excl": D(1), "vat": D(0), "text": "More"}
        commands.adjust(actor=officer(), **said, **on(payment))
    colin.get(page_of("payments"))
    found = {}
    lists = ("payments", "payments_rejected", "payments_by_hand", "payments_stops", "payments_owed")
    for path in (*(page_of(name) for name in lists), page_of("payment_answer", payment.pk), case(payment)):
        with CaptureQueriesContext(connection) as asked:
            assert colin.get(path).status_code == 200
        found[path] = len(asked)
    most = {case(payment): 30, page_of("payment_answer", payment.pk): 16}
    assert all(count <= most.get(path, MOST_QUERIES) for path, count in found.items()), found
    assert open_turn(payment.pk) and payment.first == FIRST
