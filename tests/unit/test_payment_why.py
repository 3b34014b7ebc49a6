"""The sum under an amount: its steps add up to it, and say what is not paid, what it waits for, who has it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.web.payment_why import Working, of_entitlement, working
from tests import stories
from tests.stories import Rule, Story, day
from workflows.council.payments import PaymentRules
from workflows.parties.models import Client
from workflows.payments.adjustments import adjustment
from workflows.payments.entitlement import entitlement
from workflows.payments.facts import Cause, Line, Method, Wait
from workflows.payments.generating import _adjusted
from workflows.payments.models import PaymentLine, ScheduledPayment
from workflows.payments.selectors import Paid
from workflows.payments.snapshot import written
from workflows.register.models import CarePackageLine, ServiceLevel
from workflows.register.rules import Price, Span

D = Decimal
FIRST, LAST = date(2018, 4, 9), date(2018, 5, 6)
LEVEL = ServiceLevel(name="Residential Long Term Standard Rate", unit="Placement", contract_type="Spot")
KARL = CarePackageLine(
    pk=1, reference="AP2750571", service_level=LEVEL, client=Client(forename="Karl", surname="Kent", ss_ref="2750571")
)
RULES = (
    PaymentRules(
        start=FIRST, pay_day_of_death=True, pay_day_of_move=True, unanswered_documents="pay", notice_recovers=True
    ),
)
KENT = Line(
    line_id=1, start=FIRST, end=None, quantity=D(1), prices=(Price(Span(FIRST, None), D("536.49")),),
    methods=(Method(FIRST, net=True),), contributions=(Price(Span(FIRST, None), D("39.88")),),
)  # fmt: skip
NOTICE = Wait(
    Span(date(2018, 4, 20)), Cause.HOLD, "death", "Payments Team - Residential", date(2018, 4, 21), "ACT-2018-000012"
)


def told(facts: Line, **row: object) -> Working:
    """The working of Karl Kent's line by these facts."""
    worth = entitlement(facts, FIRST, LAST, RULES)
    made = PaymentLine(
        line=KARL, kind="scheduled", first=FIRST, last=LAST, worth=written(worth), excl=worth.money.excl,
        vat=worth.money.vat, total=worth.money.total, **row,
    )  # fmt: skip
    return working(Paid(KARL, (made,)), inside=False, held_by="Payments Team - Residential")


def rows(found: Working) -> list[tuple[str, str, Decimal]]:
    return [(each.name, f"{each.working} {each.waits}".strip(), each.amount) for each in found.steps]


def test_norfolks_sum_is_the_pictures() -> None:
    """Picture 04: 4 x £536.49 less 4 x £39.88 is £1,986.44."""
    assert rows(told(KENT)) == [
        ("Rate", "4 weeks (28 days) x £536.49, Residential Long Term Standard Rate, Spot, from 9 April 2018",
         D("2145.96")),
        ("Contribution", "4 weeks (28 days) x £39.88 that you collect from the client", D("-159.52")),
        ("Absence", "No unpaid days away in this period", D(0)),
        ("Adjustment", "None from earlier periods", D(0)),
    ]  # fmt: skip
    assert told(KENT).title == "Why £1,986.44 for Kent, Karl?"


def test_a_notice_of_death_says_what_it_stops_and_who_has_it() -> None:
    """domain.md §4.1: 12 days are £851.33, and £1,135.11 is stopped."""
    found = told(replace(KENT, waits=(NOTICE,)))
    assert (found.paid.total, found.waits[0].amount) == (D("851.33"), D("-1135.11"))
    assert found.short == (
        "£1,135.11 is not paid. A notice of death stops the payment: 21 April to 6 May 2018 (16 days). It waits for "
        "the notice of death to be checked (ACT-2018-000012), with Payments Team - Residential, since 21 April 2018."
    )
    assert told(replace(KENT, died=date(2018, 4, 20))).steps[2].working.startswith("The person had died: 21 April")


def test_an_adjustment_says_its_cause_and_the_payment_that_it_is_about() -> None:
    before = entitlement(KENT, FIRST, LAST, RULES)
    after = adjustment(entitlement(replace(KENT, died=date(2018, 4, 20)), FIRST, LAST, RULES), before, RULES)
    about = ScheduledPayment(pk=1, first=FIRST, last=LAST)
    said = _adjusted(ScheduledPayment(pk=2), about, 1, after)
    row = PaymentLine(
        line=KARL, kind="adjustment", about=about, first=FIRST, last=LAST, excl=said["excl"], vat=said["vat"],
        total=said["excl"], worth=said["worth"], causes=said["causes"] and [
            each | {"first": str(each["first"]), "last": str(each["last"])} for each in said["causes"]
        ],
    )  # fmt: skip
    found = working(Paid(KARL, (row,)), inside=False)
    assert rows(found)[0] == (
        "Adjustment",
        "The person died: 21 April to 6 May 2018. Puts right the payment of 9 April to 6 May 2018",
        D("-1135.11"),
    )


def test_what_is_held_out_comes_to_nothing_and_waits_for_payments() -> None:
    found = told(KENT, held_out_at=datetime(2018, 4, 19, 9, tzinfo=UTC))
    assert (found.paid.total, sum(each.amount for each in found.steps)) == (0, 0)
    assert found.short.endswith("It waits to be put back, with Payments Team - Residential, since 19 April 2018.")


@settings(deadline=None, max_examples=60)
@given(stories.stories(), stories.policies(), st.tuples(stories.numbers, stories.numbers).map(sorted), st.booleans())
def test_the_steps_always_add_up(story: Story, said: tuple[Rule, ...], days: list[int], inside: bool) -> None:
    worth = entitlement(stories.facts(story), day(days[0]), day(days[1]), stories.rules(said))
    steps = list(of_entitlement(worth, KARL, inside=inside))
    assert sum((each.amount for each in steps), D(0)) == worth.money.excl
    rounding = [each.amount for each in steps if each.name == "Rounding"]
    assert len(rounding) <= 1 and all(abs(each) <= D("0.01") * len(steps) for each in rounding)
