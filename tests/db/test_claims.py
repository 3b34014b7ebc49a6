"""One-off claims with a database: what is accepted is paid once, by the next payment of its contract."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from backoffice.web import payment_why
from tests import claims as do
from tests import factories as make
from tests import runs
from tests.councils import another_council
from tests.files import staged
from tests.paying import FIRST, Paying, handbook, oasis, officer, on
from workflows.claims import commands, selectors
from workflows.claims.models import Claim
from workflows.council import profile
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.erase import erase_client
from workflows.engine.errors import Invalid, NotFound, Refused, Stale
from workflows.engine.models import Attachment, Case, Content, Notice
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.payments import commands as payments
from workflows.payments import ledger, opening, remittance
from workflows.payments.models import OneOff, PaymentLine, PaymentMethod, ScheduledPayment
from workflows.payments.selectors import paid

pytestmark = pytest.mark.django_db
D = Decimal
DAY = date(2018, 4, 12)
SECOND = date(2018, 5, 7)
LATER = datetime(2018, 5, 15, 10, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with handbook(monkeypatch):
        yield


@pytest.fixture
def home() -> Paying:
    return oasis()


@pytest.fixture
def payer() -> Actor:
    return officer()


def settle() -> None:
    while opening.work_out_changed():
        pass


def again(payment: ScheduledPayment) -> ScheduledPayment:
    return ScheduledPayment.objects.get(pk=payment.pk)


def rows() -> list[PaymentLine]:
    return list(PaymentLine.objects.filter(kind="one_off").order_by("pk"))


def adds_up() -> None:
    assert [str(each) for each in ledger.verify()] == []
    assert verify().findings == []


def test_an_accepted_claim_is_a_line_of_the_open_payment_with_its_why(home: Paying, payer: Actor) -> None:
    payment, line, provider = home.opened(), home.lines[0], home.actor()
    case = do.sent(provider, do.asked(line, DAY))
    claim = selectors.page(provider, case)
    assert (claim.case.state, claim.case.amount, claim.case.client_id) == ("submitted", D("24.50"), line.client_id)
    assert [each.name for each in claim.evidence] == ["receipt.pdf"]
    do.accepted(payer, case)
    settle()
    [row] = rows()
    assert (row.payment_id, row.line_id, row.total, row.one_off_id) == (payment.pk, line.pk, D("24.50"), case)
    assert again(payment).total == payment.total + D("24.50")
    reference = Case.objects.get(pk=case).reference
    [mine] = paid(payment.pk, [line.pk])
    steps = payment_why.working(mine, inside=False).steps
    told = [(each.name, each.amount) for each in steps if reference in each.working]
    assert told == [("One-off", D("24.50"))]
    assert sum(each.amount for each in steps) == mine.total
    page = selectors.page(provider, case)
    assert page.paid_by == row and page.shows_payment
    settle()  # worked out again, it stays where it is
    payments.recalculate(actor=payer, **on(payment))
    assert rows() == [row]
    run = runs.finalised(again(payment))
    adds_up()
    advice = remittance.advice(provider, payment.pk)
    because = [b for s in advice.services for c in s.clients for a in c.accounts for r in a.rows for b in r.because]
    assert any(reference in each for each in because)
    assert run.total == again(payment).payable == payment.total + D("24.50")


def test_without_an_open_payment_the_first_one_that_is_opened_pays_it_and_no_other(home: Paying, payer: Actor) -> None:
    payment = home.opened()
    runs.finalised(payment)
    case = do.sent(home.actor(), do.asked(home.lines[1], DAY))
    do.accepted(payer, case)
    settle()
    assert rows() == [] and selectors.page(payer, case).paid_by is None
    with moment.at(LATER):
        second = home.opened(SECOND)
        assert [(each.payment_id, each.total) for each in rows()] == [(second.pk, D("24.50"))]
        runs.finalised(again(second))
    with moment.at(datetime(2018, 6, 12, 10, tzinfo=LONDON)):
        third = home.opened(date(2018, 6, 4))
        assert not third.lines.filter(kind="one_off").exists()
    assert len(rows()) == 1
    adds_up()


def test_held_out_and_put_back_the_next_payment_pays_it(home: Paying, payer: Actor) -> None:
    payment = home.opened()
    case = do.sent(home.actor(), do.asked(home.lines[0], DAY))
    do.accepted(payer, case)
    settle()
    [row] = rows()
    payments.hold_out(actor=payer, lines=[row.pk], text="Is it due?", **on(payment))
    assert again(payment).total == payment.total
    runs.finalised(again(payment))
    with moment.at(LATER):
        second = home.opened(SECOND)
        assert len(rows()) == 1  # held out, and nobody has put it back
        payments.put_back(actor=payer, lines=[row.pk], **on(again(payment)))
        settle()
        assert [(each.payment_id, each.put_back_at is None) for each in rows()] == [
            (payment.pk, False), (second.pk, True)
        ]  # fmt: skip
        assert selectors.page(payer, case).paid_by == rows()[1]
    adds_up()


def test_the_database_pays_no_claim_twice(home: Paying, payer: Actor) -> None:
    home.opened()
    case = do.sent(home.actor(), do.asked(home.lines[0], DAY))
    do.accepted(payer, case)
    settle()
    [row] = rows()
    row.pk = None
    with pytest.raises(IntegrityError, match="one_off_in_one_payment"), transaction.atomic():
        row.save()
    PaymentLine.objects.filter(kind="one_off").update(excl=1, total=1)
    assert any("was to be paid 24.50" in each.what for each in ledger.verify())


def test_a_query_goes_to_the_provider_who_puts_the_amount_right(home: Paying, payer: Actor) -> None:
    provider, case = home.actor(), 0
    case = do.sent(provider, do.asked(home.lines[0], DAY, "240.50"))
    opened = do.turn(case)
    commands.query(actor=payer, text="The receipt says £24.50.", **opened)  # type: ignore[arg-type]
    with pytest.raises(Stale):
        commands.accept(actor=payer, seen=D("240.50"), **opened | {"key": make.key()})  # type: ignore[arg-type]
    more = [staged(provider, "receipt-2.pdf").pk]
    commands.answer(actor=provider, text="Sorry.", amount=D("24.50"), file_ids=more, **do.turn(case))  # type: ignore[arg-type]
    with pytest.raises(Refused, match="a claim of £24"):
        do.accepted(payer, case, "240.50")
    page = selectors.page(payer, case)
    assert (page.claim.amount, page.case.amount, len(page.evidence)) == (D("24.50"), D("24.50"), 2)
    told = set(Notice.objects.values_list("kind", flat=True))
    assert told <= {"claim.submitted", "claim.queried", "claim.answered"}
    commands.reject(actor=payer, reason="not_agreed", text="Nobody agreed to it.", **do.turn(case))  # type: ignore[arg-type]
    assert (selectors.page(payer, case).reason, OneOff.objects.count()) == ("It was not agreed beforehand", 0)


def test_the_provider_has_its_time_to_answer(home: Paying, payer: Actor) -> None:
    case = do.sent(home.actor(), do.asked(home.lines[0], DAY))
    commands.query(actor=payer, text="Why?", **do.turn(case))  # type: ignore[arg-type]
    with pytest.raises(Refused, match="still has time"):
        commands.take(actor=payer, **do.turn(case))  # type: ignore[arg-type]
    with moment.at(datetime(2018, 4, 30, 10, tzinfo=LONDON)):
        commands.take(actor=payer, **do.turn(case))  # type: ignore[arg-type]
        do.accepted(payer, case)


def test_a_claim_for_a_service_is_paid_under_a_line_of_it(home: Paying, payer: Actor) -> None:
    home.opened()
    other = oasis()
    case = do.sent(home.actor(), do.asked(None, DAY, service_id=home.home.pk))
    for line in (None, other.lines[0].pk):
        with pytest.raises(Invalid, match="under which it is paid"):
            do.accepted(payer, case, line_id=line)
    do.accepted(payer, case, line_id=home.lines[2].pk)
    settle()
    assert [each.line_id for each in rows()] == [home.lines[2].pk]


def test_what_is_somebody_elses_cannot_be_claimed_and_the_same_form_counts_once(home: Paying) -> None:
    other, key = oasis(), make.key()
    for wrong in (do.asked(other.lines[0], DAY), do.asked(None, DAY, service_id=other.home.pk)):
        with pytest.raises(Invalid, match="of yours"):
            do.sent(home.actor(), wrong)
    only = make.actor(make.provider_user(home.organisation, role="payments", only=make.service(home.organisation)))
    with pytest.raises(Invalid):
        do.sent(only, do.asked(home.lines[0], DAY))
    provider = home.actor()
    paper = [staged(provider, "receipt.pdf").pk]
    first = do.sent(provider, do.asked(home.lines[0], DAY), files=paper, key=key)
    assert do.sent(provider, do.asked(home.lines[0], DAY), files=paper, key=key) == first
    assert Claim.objects.count() == 1
    second = do.sent(provider, do.asked(home.lines[0], DAY))
    alike = selectors.alike(officer(), selectors.page(officer(), second))
    assert [each.pk for each in alike] == [first]


def test_a_contract_that_is_not_paid_here_pays_no_claim(home: Paying, payer: Actor) -> None:
    case = do.sent(home.actor(), do.asked(home.lines[0], DAY))
    PaymentMethod.objects.all().delete()
    with pytest.raises(Refused, match="has no payment method"):
        do.accepted(payer, case)
    assert Case.objects.get(pk=case).state == "submitted"


def test_erasing_the_client_takes_words_and_evidence_along(home: Paying, payer: Actor) -> None:
    home.opened()
    line = home.lines[0]
    case = do.sent(home.actor(), do.asked(line, DAY))
    do.accepted(payer, case)
    settle()
    erase_client(line.client_id, make.actor(make.staff_user("", duty="administrator")))
    assert not Content.objects.filter(stream=f"case:{case}", erased_at=None).exists()
    assert Attachment.objects.get().erased_at is not None
    page = selectors.page(payer, case)
    assert (page.text, page.claim.amount) == ("(erased)", D("24.50"))
    adds_up()


def test_a_council_without_claims_has_none(home: Paying, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = home.actor()
    case = do.sent(provider, do.asked(home.lines[0], DAY))
    another_council(monkeypatch, {}, whole=profile.current().model_dump() | {"claims": None})
    with pytest.raises(NotFound):
        selectors.page(provider, case)
    with pytest.raises(NotFound):
        do.sent(provider, do.asked(home.lines[0], DAY))


def test_lists_are_narrowed(home: Paying, payer: Actor) -> None:
    first = do.sent(home.actor(), do.asked(home.lines[0], DAY))
    do.sent(home.actor(), do.asked(None, DAY, service_id=home.home.pk))
    do.accepted(payer, first)

    def found(**by: Any) -> int:
        return int(selectors.listed(payer, selectors.Filters(**by)).count())

    assert (found(), found(status="accepted"), found(kind="equipment"), found(last=FIRST)) == (2, 1, 1, 0)
    assert found(organisation_id=home.organisation.pk) == 2 and found(organisation_id=0) == 2
