"""The pages of one-off claims, both sides, as Norfolk has them."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import claims as do
from tests import factories as make
from tests.councils import another_council
from tests.files import PDF, upload
from tests.forms import forms_of
from tests.paying import Paying, handbook, oasis, officer
from workflows.claims import about, commands, selectors
from workflows.claims.models import Claim
from workflows.council import profile
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Access, Case, Task
from workflows.parties.models import User
from workflows.payments import opening
from workflows.payments.models import OneOff

from .portal import sign_in, text

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
DAY = date(2018, 4, 12)


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with handbook(monkeypatch):
        yield


@pytest.fixture
def home() -> Paying:
    return oasis()


@pytest.fixture
def browser(home: Paying) -> Client:
    return sign_in(home.user("payments", name="Marek Nowak"))


@pytest.fixture
def colin() -> Client:
    return sign_in(User.objects.get(pk=officer().user_id))


def typed(home: Paying, **words: object) -> dict[str, object]:
    found = {
        "about": f"line:{home.lines[0].pk}", "kind": "transport", "on_day": "12", "on_month": "4", "on_year": "2018",
        "amount": "24.50", "text": "A taxi to the hospital",
    }  # fmt: skip
    return found | words


def address(case: int) -> str:
    return reverse("portal:claim", args=[case])


def test_a_claim_is_sent_and_nothing_typed_is_lost_on_the_way(browser: Client, home: Paying) -> None:
    new = reverse("portal:claim_new")
    assert "One-Off Claims" in text(browser.get("/portal/"))
    page = browser.get(reverse("portal:claims"))
    assert "There are no claims yet. Press New Claim" in text(page)
    page = browser.get(new)
    assert "Transport to an appointment" in text(page) and "(the whole service)" in text(page)
    wrong = typed(home, amount="twenty", on_month="14", files=upload("receipt.pdf", PDF), kind="")
    page = browser.post(new, wrong)
    said = text(page)
    assert "The claim was not sent: 3 things to put right" in said
    assert "Amount in pounds must be a number like 25.50: you entered twenty" in said
    assert "receipt.pdf" in said and "A taxi to the hospital" in page.content.decode()
    again = next(each for each in forms_of(page.content.decode()) if "client_key" in each.fields).fields
    assert (again["about"], again["amount"], again["on_month"]) == (f"line:{home.lines[0].pk}", "twenty", "14")
    page = browser.post(new, again | {"amount": "£24.50", "on_month": "4", "kind": "transport"}, follow=True)
    case = Case.objects.get(kind="claim")
    assert f"Your claim was sent. Its reference is {case.reference}." in text(page)
    assert [each.name for each in selectors.page(home.actor(), case.pk).evidence] == ["receipt.pdf"]
    assert "Kent" not in page.content.decode().partition("</title>")[0]
    browser.post(new, again | {"amount": "£24.50", "on_month": "4", "kind": "transport"})
    assert Claim.objects.count() == 1  # the second of two clicks
    listed = text(browser.get(reverse("portal:claims")))
    assert case.reference in listed and "LA (Payments Team - Residential)" in listed
    assert case.reference not in text(browser.get(f"{reverse('portal:claims')}?status=rejected"))


def test_a_file_that_is_none_is_refused_by_its_content(browser: Client, home: Paying) -> None:
    page = browser.post(reverse("portal:claim_new"), typed(home, files=upload("receipt.pdf", b"MZ\x90")))
    assert (page.status_code, Claim.objects.count()) == (200, 0)
    assert "The claim was not sent" in text(page)


def test_one_of_many_lines_is_found_by_typing(
    browser: Client, home: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(about, "SHOWN", 3)
    new = reverse("portal:claim_new")
    assert "Find a care package line" in text(browser.get(new))
    page = browser.post(new, typed(home, about="", find="osman", find_now="find"))
    assert "Osman, Oscar" in text(page) and "Kent, Karl" not in text(page)
    assert "There is a problem" not in text(page) and "A taxi to the hospital" in page.content.decode()


def test_payments_queries_and_accepts_and_both_sides_see_where_it_is_paid(
    browser: Client, colin: Client, home: Paying
) -> None:
    payment = home.opened()
    case = do.sent(home.actor("payments"), do.asked(home.lines[0], DAY, "240.50"))
    reference = Case.objects.get(pk=case).reference
    page = colin.get(reverse("council:case", args=[case]))
    assert "Now: accept, query or reject" in text(page) and "£240.50" in text(page)
    query = reverse("council:claim_query", args=[case])
    form = form_in(colin, query)
    assert "Say what you want to know" in text(colin.post(query, form))
    page = colin.post(query, form | {"text": "Is it not £24.50?"}, follow=True)
    assert "The query is sent." in text(page)
    assert "Answer 1 query about claims" in text(browser.get("/portal/"))
    page = browser.get(address(case))
    assert "Is it not £24.50?" in text(page)
    answer = next(each for each in forms_of(page.content.decode()) if "amount" in each.fields).fields
    assert answer["amount"] == "240.50"
    page = browser.post(address(case), answer | {"text": "", "amount": "24.50"})
    assert "Answer the query, or add a file" in text(page)
    browser.post(address(case), answer | {"text": "It is.", "amount": "24.50"})
    accept = reverse("council:claim_accept", args=[case])
    form = form_in(colin, accept)
    assert "look at the amount first" in text(colin.post(accept, form | {"seen": ""}))
    page = colin.post(accept, form, follow=True)
    assert "Accepted. The provider is told." in text(page)
    assert "It waits for the next scheduled payment of the contract." in text(page)
    assert colin.post(accept, form, follow=True).status_code == 200  # the second of two clicks
    assert colin.post(accept, form | {"client_key": ""}).status_code == 409
    assert OneOff.objects.count() == 1
    opening.work_out_changed()
    for page in (browser.get(address(case)), colin.get(reverse("council:case", args=[case]))):
        assert f"With {payment.case.reference}, the payment of 9 April to 6 May 2018" in text(page)
    assert "From £240.50 to £24.50" in text(page)
    why = f"{reverse('council:payment_line', args=[payment.pk, home.lines[0].pk])}"
    assert f"One-off claim {reference}: Transport to an appointment, 12/04/2018" in text(colin.get(why))
    scheduled = sign_in(home.user())
    assert reference in text(scheduled.get(reverse("portal:payment", args=[payment.pk]), {"why": home.lines[0].pk}))
    assert payment.case.reference in text(colin.get(f"{reverse('council:claims')}?status=accepted"))
    assert Access.objects.filter(what="claims", client_id=home.lines[0].client_id).exists()


def test_a_claim_for_a_service_names_its_line_and_one_is_rejected_for_a_reason(colin: Client, home: Paying) -> None:
    case, other = (do.sent(home.actor(), do.asked(None, DAY, service_id=home.home.pk)) for _ in range(2))
    assert "The same was claimed before" in text(colin.get(reverse("council:case", args=[case])))
    accept = reverse("council:claim_accept", args=[case])
    form = form_in(colin, accept)
    assert "Choose the care package line under which it is paid" in text(colin.post(accept, form))
    colin.post(accept, form | {"paid_under": str(home.lines[1].pk)})
    assert OneOff.objects.get().line == home.lines[1]
    reject = reverse("council:claim_reject", args=[other])
    form = form_in(colin, reject)
    assert "Choose a reason" in text(colin.post(reject, form))
    page = colin.post(reject, form | {"reason": "paid_already", "text": "See the first one."}, follow=True)
    assert "It has been paid already" in text(page) and "See the first one." in text(page)


def test_the_council_goes_on_when_the_time_is_over(colin: Client, home: Paying) -> None:
    case = do.sent(home.actor(), do.asked(home.lines[0], DAY))
    commands.query(actor=officer(), text="Why?", **do.turn(case))  # type: ignore[arg-type]
    take = reverse("council:claim_take", args=[case])
    auditor = sign_in(make.staff_user("", duty="auditor"))
    assert (auditor.get(take).status_code, auditor.post(take).status_code) == (403, 403)
    assert "still has time" in text(colin.post(take, form_in(colin, take)))
    with moment.at(datetime(2018, 4, 30, 10, tzinfo=LONDON)):
        assert "has not answered in time" in text(colin.get(reverse("council:case", args=[case])))
        colin.post(take, form_in(colin, take))
    assert Task.objects.get(process=case, finished=None).node == "check"


def test_pages_ask_little_and_do_not_exist_without_the_module(
    browser: Client, colin: Client, home: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [do.sent(home.actor(), do.asked(each, DAY, str(Decimal(5 + n)))) for n, each in enumerate(home.lines * 2)]
    browser.get(reverse("portal:claims"))
    colin.get(reverse("council:claims"))
    asked = [(browser, reverse("portal:claims")), (browser, address(cases[0])), (colin, reverse("council:claims"))]
    for who, path in asked:
        with CaptureQueriesContext(connection) as queries:
            assert who.get(path).status_code == 200
        assert len(queries) <= MOST_QUERIES, path
    another_council(monkeypatch, {}, whole=profile.current().model_dump() | {"claims": None})
    for who, path in [*asked, (browser, reverse("portal:claim_new"))]:
        assert who.get(path).status_code == 404, path
    assert "One-Off Claims" not in text(browser.get("/portal/"))


def form_in(browser: Client, path: str) -> dict[str, str]:
    """The form of a page as a browser would send it back."""
    page = browser.get(path).content.decode()
    return next(each for each in forms_of(page) if "client_key" in each.fields and "task" in each.fields).fields
