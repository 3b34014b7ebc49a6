"""The provider's pages of scheduled payments, as Norfolk has them (norfolk-handbook §10; picture 04)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories as make
from tests.councils import another_council
from tests.paying import FIRST, handbook, oasis, officer, on
from workflows.council import profile
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Access, Notice
from workflows.parties.selectors import system_actor
from workflows.payments import commands
from workflows.payments.models import Confirmation, Debt, PaymentMethod, Rejected, ScheduledPayment
from workflows.register import commands as register

from .portal import HIDDEN, sign_in, text

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
LIST = "/portal/scheduled-payments/"


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with handbook(monkeypatch):
        yield


def address(payment: ScheduledPayment, query: str = "") -> str:
    return reverse("portal:payment", args=[payment.pk]) + query


def hidden(response: Any) -> dict[str, str]:
    """The hidden parts of the answer form."""
    body = response.content.decode()
    return {name: value for name, value in HIDDEN.findall(body[body.index('id="answer"') :]) if "csrf" not in name}


def dated(number: int, day: date) -> dict[str, str]:
    return {
        f"since-{number}_day": str(day.day),
        f"since-{number}_month": str(day.month),
        f"since-{number}_year": "2018",
    }


def again(payment: ScheduledPayment) -> ScheduledPayment:
    return ScheduledPayment.objects.get(pk=payment.pk)


def test_the_payment_is_as_the_handbook_and_the_picture_have_it() -> None:
    place = oasis()
    payment, browser = place.opened(), sign_in(place.user(name="James Beiley"))
    said = text(browser.get(LIST))
    for words in ("Please select the scheduled period on the left", "9 April to 6 May 2018 £9,932.20", "Unconfirmed"):
        assert words in said, words
    said = text(browser.get(address(payment, f"?why={place.lines[0].pk}")))
    for words in (
        "Answer by Thursday 19 April 2018, 17:00 1 working day left", "Total Payable £9,932.20 VAT £0.00",
        "Paid on Monday 23 April 2018 whether confirmed or not", "Status Unconfirmed Current",
        "First check these 5 lines",
        "Why £1,986.44 for Kent, Karl?", "All chapters",
        "4 weeks (28 days) x £39.88 that you collect from the client −£159.52",
        "Total of 5 lines £9,932.20 £0.00 £9,932.20", "It will not stop any payments being made", "Ask about this line",
    ):  # fmt: skip
        assert words in said, words
    assert said.count("Show the working") == 4
    looked = Access.objects.filter(what="scheduled_payment", client_id__isnull=False)
    assert looked.count() == 5


def test_confirm_with_comments_once_however_often_it_is_sent() -> None:
    place = oasis()
    payment, browser = place.opened(), sign_in(place.user(name="James Beiley"))
    sent = hidden(browser.get(address(payment))) | {"answer": "confirm", "comments": "All five were here"}
    said = text(browser.post(address(payment), sent, follow=True))
    assert "You confirmed this payment" in said
    assert "Confirmed by James Beiley, Wednesday 18 April 2018, 10:00: “All five were here”" in said
    browser.post(address(payment), sent)
    assert "“All five were here”" in text(browser.get(reverse("portal:payment_story", args=[payment.pk])))
    assert again(payment).case.version == 2  # generated, confirmed


def test_what_was_worked_out_again_since_is_looked_at_again_before_it_is_confirmed() -> None:
    place = oasis()
    payment, browser = place.opened(), sign_in(place.user())
    sent = hidden(browser.get(address(payment))) | {"answer": "confirm", "comments": "Right"}
    register.end_line(
        actor=make.actor(make.staff_user()), line_id=place.lines[0].pk, version=None, end=date(2018, 4, 20),
        reason="Moved",
    )  # fmt: skip
    commands.recalculate(actor=officer(), **on(payment))
    said = browser.post(address(payment), sent)
    assert "worked out again since you opened it: it pays £8,797.09 now" in text(said)
    assert again(payment).confirmation == Confirmation.UNCONFIRMED
    browser.post(address(payment), hidden(said) | {"answer": "confirm", "comments": "Right"})
    assert again(payment).confirmation == Confirmation.CONFIRMED


def test_reject_says_which_lines_since_when_and_why_and_stops_nothing() -> None:
    place = oasis()
    payment, browser = place.opened(), sign_in(place.user())
    base = hidden(browser.get(address(payment)))
    karl, lucy = (str(each.pk) for each in place.lines[:2])
    died = {"answer": "reject", "line-0": karl, "what-0": "died", **dated(0, date(2018, 4, 17))}
    tried = browser.post(address(payment), base | died | {"work_out": "1"})
    assert "Kent, Karl" in text(tried)
    assert "the line becomes £638.50 for 9 of 28 days, and £1,347.94 is not overpaid" in text(tried)
    more = browser.post(address(payment), base | died | {"add": "1"})
    assert hidden(more)["rows"] == "2" and 'value="17"' in more.content.decode()
    wrong = base | died | {"rows": "2", "line-1": lucy, "what-1": "moved"}
    assert "Enter the day on which they moved out" in text(browser.post(address(payment), wrong))
    assert again(payment).confirmation == Confirmation.UNCONFIRMED
    said = text(browser.post(address(payment), wrong | dated(1, date(2018, 4, 30)), follow=True))
    for words in (
        "Payments Team - Residential is told what is wrong. It will not stop the payment.",
        "The notice of death is still needed", "Rejected by", "The payment goes ahead meanwhile",
        "Died 17 April 2018.", "Since 30 April 2018. “Moved out”", "Not answered yet", "Total Payable £9,932.20",
    ):  # fmt: skip
        assert words in said, words
    assert set(Rejected.objects.values_list("line_id", "died", "since")) == {
        (int(karl), True, date(2018, 4, 17)), (int(lucy), False, date(2018, 4, 30))
    }  # fmt: skip
    notice = f"{reverse('portal:action_new')}?line={karl}&amp;type=death"
    assert notice in browser.get(address(payment)).content.decode()
    rejected = text(browser.get(address(payment)))
    assert rejected.count("Kent, Karl") >= 2


def test_who_was_faster_is_told_with_what_was_typed() -> None:
    place = oasis()
    payment, browser = place.opened(), sign_in(place.user())
    base = hidden(browser.get(address(payment)))
    commands.reject(actor=place.actor(), wrong=[], comments="Somebody has left", **on(payment))
    late = browser.post(address(payment), base | {"answer": "confirm", "comments": "It is right"})
    assert late.status_code == 409
    assert "It is right" in late.content.decode() and "while you had this page open" in text(late)
    assert browser.post(address(payment), hidden(late) | {"answer": "confirm"}).status_code == 302
    assert again(payment).confirmation == Confirmation.CONFIRMED
    opened = hidden(browser.get(address(payment)))
    ScheduledPayment.objects.filter(pk=payment.pk).update(finalised_at=moment.now())
    over = browser.post(address(payment), opened | {"answer": "confirm", "comments": "And now"})
    assert over.status_code == 422 and "No further changes can be made to it" in text(over)
    assert "And now" in over.content.decode()


@pytest.mark.parametrize("role", ["read_only", "reports"])
def test_a_role_that_reads_reads_and_one_without_the_function_is_refused(role: str) -> None:
    place = oasis()
    payment, browser = place.opened(), sign_in(place.user(role))
    got = browser.get(address(payment))
    assert got.status_code == (200 if role == "read_only" else 403)
    assert 'id="answer"' not in got.content.decode()
    assert browser.post(address(payment), {"answer": "confirm"}).status_code == 403
    assert again(payment).confirmation == Confirmation.UNCONFIRMED


def test_with_reach_to_one_service_one_sees_its_lines_and_no_total_of_the_contract() -> None:
    place = oasis()
    other = make.service(place.organisation, name="Willow House")
    own = place.line(other, "Price", "Pam")
    payment = place.opened()
    browser = sign_in(make.provider_user(place.organisation, only=other))
    for path in (LIST, address(payment), address(payment, "?why=all")):
        said = text(browser.get(path))
        assert "£11,918.64" not in said and "£12,078.16" not in said and "Kent" not in said, path
    assert f"Your services {said.partition('Your services ')[2][:9]}" in said and "Price, Pam" in said
    assert "Whoever answers for the whole contract confirms or rejects it" in said
    assert str(own.pk) in browser.get(address(payment)).content.decode()
    assert browser.post(address(payment), {"answer": "confirm"}).status_code == 403
    assert browser.get(reverse("portal:payment_story", args=[payment.pk])).status_code == 404
    elsewhere = sign_in(make.provider_user(place.organisation, only=make.service(place.organisation)))
    assert elsewhere.get(address(payment)).status_code == 404
    assert "no scheduled payments" in text(elsewhere.get(LIST)).lower()


def test_what_is_another_s_or_not_visible_yet_does_not_exist() -> None:
    place, browser = oasis(), sign_in(oasis().user())
    payment = place.opened()
    for path in (address(payment), reverse("portal:payment_story", args=[payment.pk])):
        assert browser.get(path).status_code == 404
    mine = sign_in(place.user())
    ScheduledPayment.objects.filter(pk=payment.pk).update(visible_from=date(2018, 4, 19))
    assert mine.get(address(payment)).status_code == mine.post(address(payment), {}).status_code == 404
    assert "9 April to 6 May 2018" not in text(mine.get(LIST))
    with moment.at(datetime(2018, 4, 19, 1, tzinfo=LONDON)):
        assert mine.get(address(payment)).status_code == 200


def test_a_council_that_only_shows_payments_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """suffolk-user-guide §3: "Provider viewing in Portal"; current and finalised, no Confirm or Reject."""
    place = oasis()
    payment = place.opened()
    with handbook(monkeypatch, review="view"):
        browser = sign_in(place.user())
        said = text(browser.get(address(payment)))
        assert "Current" in said and "Unconfirmed" not in said and "Confirm or reject" not in said
        assert "Finalised on Friday 20 April 2018 It may change until then" in said
        assert browser.post(address(payment), {"answer": "confirm"}).status_code == 403
        assert "The payment has been authorised and finalised" in text(browser.get(LIST))
        assert "check the payment" not in text(browser.get("/portal/"))


def test_home_says_how_long_until_the_cut_off_and_what_is_at_stake() -> None:
    place = oasis()
    payment, browser = place.opened(), sign_in(place.user())
    said = text(browser.get("/portal/"))
    for words in (
        "First: check the payment of £9,932.20 by Thursday 19 April 2018",
        "After Thursday 19 April 2018, 17:00, a change can only be put right in a later payment",
        "Next cut-off 1 working day", "Next payment £9,932.20 Paid on Monday 23 April 2018, not yet confirmed",
        "Confirm or reject the scheduled payment", "Scheduled Payments (1 to check)",
    ):  # fmt: skip
        assert words in said, words
    assert f'href="{address(payment)}"' in browser.get("/portal/").content.decode()
    commands.confirm(actor=place.actor(), **on(payment))
    said = text(browser.get("/portal/"))
    assert "check the payment" not in said and "Next payment £9,932.20 Paid on Monday 23 April 2018" in said


def test_what_is_below_zero_is_said_in_words() -> None:
    place = oasis()
    payment, browser = place.opened(), sign_in(place.user())
    rows = ScheduledPayment.objects.filter(pk=payment.pk)
    rows.update(carried_in=Decimal("-10000"), payable=0, carried_out=Decimal("-67.80"))
    below = "This period is below zero, so nothing is paid: £67.80 is carried to the next period."
    assert below in text(browser.get(address(payment)))
    Debt.objects.create(
        payment_id=payment.pk, contract=place.contract, amount=Decimal("67.80"),
        instalments=[["2018-05-07", "33.90", "0.00"], ["2018-06-04", "33.90", "0.00"]],
    )  # fmt: skip
    said = text(browser.get(address(payment)))
    for words in (
        "Taken back from earlier periods, which were below zero −£10,000.00", "£67.80 is to be recovered",
        "in 2 instalments: £33.90 from the period that begins on 7 May 2018 and £33.90 from", "Paid on – nothing is to",
    ):  # fmt: skip
        assert words in said, words


def test_one_line_or_many_and_many_periods_cost_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    small = oasis()
    large = oasis([(f"Surname{number}", "Pat") for number in range(40)])
    counts = []
    for place in (small, large):
        payment, browser = place.opened(), sign_in(place.user())
        method = PaymentMethod.objects.get(contract=place.contract)
        for number in range(-30 if place is large else -1, 0):
            period = commands.period_for(method, number)
            commands.generate(
                actor=system_actor(), contract_id=place.contract.pk, period=period, method_id=method.pk, key=make.key()
            )
        ScheduledPayment.objects.filter(contract=place.contract).update(generated_at=moment.now())
        wrong = [commands.Wrong(each.pk, FIRST, died=True) for each in place.lines]
        commands.reject(actor=place.actor(), wrong=wrong, **on(payment))
        for path in (address(payment), address(payment, "?why=all"), LIST, "/portal/scheduled-payments/calendar/"):
            browser.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(path).status_code == 200
            counts.append((path, len(asked), [each["sql"][:90] for each in asked]))
    too_many = [(path, number, sqls) for path, number, sqls in counts if number > MOST_QUERIES]
    assert too_many == []


def test_filters_and_pages_of_many_lines() -> None:
    place = oasis([(f"Surname{number:02}", "Pat") for number in range(60)])
    register.end_line(
        actor=make.actor(make.staff_user()), line_id=place.lines[7].pk, version=None, end=date(2018, 4, 20),
        reason="Moved",
    )  # fmt: skip
    payment, browser = place.opened(), sign_in(place.user())
    said = text(browser.get(address(payment)))
    assert "Surname49" in said and "Total of 60 lines" in said and "Filter by client" in said
    client = place.lines[55].client_id
    assert text(browser.get(address(payment, f"?client={client}"))).count("Show the working") == 1
    commands.reject(
        actor=place.actor(), wrong=[commands.Wrong(place.lines[3].pk, FIRST + timedelta(days=2))], **on(payment)
    )
    shown = browser.get(address(payment, "?show=rejected"))
    assert text(shown).count("Show the working") == 1
    assert "Surname03, Pat" in shown.content.decode()


def test_the_payment_calendar_and_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    place = oasis()
    place.opened()
    browser = sign_in(place.user())
    said = text(browser.get(reverse("portal:payment_calendar")))
    assert "Four-weekly: each period has 28 days. 14 of them are paid in advance, 14 in arrears." in said
    assert "9 April to 6 May 2018 16 April 2018 Thursday 19 April 2018, 17:00" in said
    file = browser.get(reverse("portal:payment_calendar_file", args=["four_weekly"]) + "?year=2018/2019")
    assert file["Content-Type"].startswith("text/calendar")
    assert b"DTSTART;VALUE=DATE:20180423\r\n" in file.content and b"DTSTART:20180419T160000Z\r\n" in file.content
    assert browser.get(reverse("portal:payment_calendar_file", args=["weekly"])).status_code == 404
    usual = profile.current().payments.calendars[0].model_dump()  # type: ignore[union-attr]
    others = [{"start": date(2018, 5, 7), "pay": date(2018, 5, 18)}]
    with handbook(monkeypatch, calendars=[usual | {"exceptions": others}]):
        said = text(browser.get(reverse("portal:payment_calendar")))
        assert "Other dates than usual 7 May to 3 June 2018" in said and "Friday 18 May 2018" in said
        assert said.count("Other dates than usual") == 1


def test_news_of_a_payment_leads_to_it() -> None:
    place = oasis()
    payment, user = place.opened(), place.user()
    case = payment.case
    Notice.objects.create(user=user, kind="scheduled_payment.generated", case=case, text="It can be looked at", key="a")
    browser: Client = sign_in(user)
    assert reverse("account:case", args=[case.reference]) in browser.get("/portal/").content.decode()
    led = browser.get(reverse("account:case", args=[case.reference]))
    assert led.status_code == 302 and led["Location"] == address(payment)
    browser.get(address(payment))
    assert Notice.objects.get(user=user).read_at is not None


def test_where_the_council_has_no_scheduled_payments_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    place = oasis()
    payment, browser = place.opened(), sign_in(place.user())
    whole = profile.current().model_dump() | {"payments": None, "claims": None}
    another_council(monkeypatch, {}, whole=whole)
    assert browser.get(LIST).status_code == browser.get(address(payment)).status_code == 404
    assert LIST not in browser.get("/portal/").content.decode()
