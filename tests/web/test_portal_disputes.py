"""The provider's pages of disputes, as Bedford has them (bedford-actuals-guide "Disputes")."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.actuals import names
from tests import care
from tests import factories as make
from tests.councils import served
from tests.disputes import Home, answer, decide, rows
from tests.files import PDF, upload
from workflows.disputes.models import Dispute, DisputedRow
from workflows.disputes.rules import Choice, Decision
from workflows.engine.models import Access, Attachment, Case
from workflows.parties.models import User

from .portal import HIDDEN, sign_in, text

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def bedford() -> Iterator[None]:
    with served("bedford"):
        yield


@pytest.fixture
def home(bedford: None) -> Home:
    return Home(("8", "10", "6"))


@pytest.fixture
def dispute(home: Home) -> Dispute:
    return home.disputed(0, 2)


@pytest.fixture
def browser(home: Home) -> Client:
    return sign_in(User.objects.get(pk=home.nina.user_id))


def address(dispute: Dispute) -> str:
    return reverse("portal:dispute", args=[dispute.pk])


def row_address(row: DisputedRow) -> str:
    return reverse("portal:dispute_row", args=[row.dispute_id, row.pk])


def hidden(response: Any) -> dict[str, str]:
    """The hidden parts of the page's last form."""
    body = response.content.decode()
    found = HIDDEN.findall(body[body.rindex("<form") :])
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def boxes(row: DisputedRow, **typed: str) -> dict[str, str]:
    """What is typed into the boxes of a row's line: `actual_0` is Monday's Actual."""
    names = ((name.replace("_", "-"), value) for name, value in typed.items())
    return {f"l{row.line_week_id}-{name if name[0] == 'n' else f'1-{name}'}": value for name, value in names}


def stands(response: Any, row: DisputedRow, name: str) -> str:
    """What stands in a box."""
    found = re.search(rf'name="l{row.line_week_id}-1-{name}" value="([^"]*)"', response.content.decode())
    assert found
    return unescape(found[1])


def test_home_leads_to_disputes_and_says_what_needs_the_person(browser: Client, dispute: Dispute) -> None:
    page = browser.get(reverse("portal:home"))
    assert "Answer 1 dispute" in text(page)
    assert f'href="{reverse("portal:disputes")}"' in page.content.decode()


def test_the_list_has_the_guide_s_filters(browser: Client, home: Home, dispute: Dispute) -> None:
    page = browser.get(reverse("portal:disputes"))
    for words in ("Client", "Actuals/Visits from", "Actuals/Visits to", "Status", "View"):
        assert words in text(page)
    assert text(page).count("Week of 17 February 2025") == 2
    client = home.lines[0].client_id
    for query, found in (
        (f"client={client}", 1),
        ("status=decided", 0),
        ("status=provider", 2),
        ("first_day=24&first_month=2&first_year=2025", 0),
        ("first_day=19&first_month=2&first_year=2025", 2),  # a day of the week
        ("last_day=16&last_month=2&last_year=2025", 0),
    ):
        shown = browser.get(f"{reverse('portal:disputes')}?{query}")
        assert text(shown).count("Week of 17 February 2025") == found, query


def test_the_page_says_amount_holder_since_when_and_what_is_not_in_dispute(browser: Client, dispute: Dispute) -> None:
    said = text(browser.get(address(dispute)))
    for words in (
        "In dispute £120.00", "Not in dispute £280.00", "payable at once", "since", "Response", "Add/Edit",
        "Update Request Resolution", "Six hours were planned. Why were fewer delivered?",
    ):  # fmt: skip
        assert words in said, words
    assert Access.objects.filter(what="dispute", client_id__isnull=False).count() == 2  # a client a row


def test_update_request_resolution_with_evidence(browser: Client, dispute: Dispute) -> None:
    form = hidden(browser.get(address(dispute)))
    sent = form | {"text": "She was at her daughter's.", "files": upload("visits.pdf", PDF)}
    answered = browser.post(address(dispute), sent, follow=True)
    assert "your response was sent" in text(answered)
    assert "With Finance Team, decision due" in text(answered)
    assert "visits.pdf" in text(answered)
    assert "She was at her daughter's." in text(answered)
    assert Case.objects.get(pk=dispute.pk).state == "answered"
    evidence = Attachment.objects.get(kind="dispute.evidence", owner_id=dispute.pk)
    assert browser.get(reverse("portal:file", args=[evidence.pk])).status_code in {200, 422}
    other = sign_in(make.provider_user(make.organisation(), role="main_user"))
    assert other.get(reverse("portal:file", args=[evidence.pk])).status_code == 404


def test_nothing_typed_is_lost_when_there_is_nothing_to_send(browser: Client, dispute: Dispute) -> None:
    form = hidden(browser.get(address(dispute)))
    page = browser.post(address(dispute), form | {"text": "  "})
    assert "Say why it differs from what was planned, add evidence, or amend the actuals" in text(page)


def test_add_edit_the_actuals_of_a_row(browser: Client, home: Home, dispute: Dispute) -> None:
    row = rows(dispute)[0]
    page = browser.get(row_address(row))
    form = hidden(page)
    assert stands(page, row, "actual-0") == "8.00"
    live = browser.post(f"{row_address(row)}answer/", form | boxes(row, actual_0="9"))
    assert "If the council pays as amended 9.00 hours £180.00" in text(live)
    assert DisputedRow.objects.get(pk=row.pk).amended is None
    saved = browser.post(row_address(row), form | boxes(row, actual_0="9"), follow=True)
    assert "The actuals are saved" in text(saved)
    assert "£180.00" in text(saved)
    assert rows(dispute)[0].amended_units == 9
    page = browser.get(row_address(row))
    again = hidden(page)
    assert stands(page, row, "actual-0") == "9.00"
    refused = browser.post(row_address(row), again | boxes(row, actual_0="11"))
    assert refused.status_code == 422
    assert "exceeds the planned delivery" in text(refused)
    assert stands(refused, row, "actual-0") == "11"
    refused = browser.post(row_address(row), again | boxes(row, actual_0="many"))
    assert "Enter a number such as 3.25" in text(refused)
    begun = names.begun(row.line_week_id, again[names.opened(row.line_week_id)])
    assert begun
    assert "Nothing was changed" in text(browser.post(row_address(row), again | begun[1], follow=True))


def test_what_the_carer_could_not_provide_is_recorded_with_its_cause(browser: Client, dispute: Dispute) -> None:
    """bedford-actuals-guide "Frustrated"; where extra care is refused, no row is offered for it."""
    row = rows(dispute)[0]
    page = browser.get(row_address(row))
    assert "Add row" not in text(page)
    cause = boxes(row, actual_0="8", frustrated_0="2", frustrated_0_cause="could_not_provide")
    browser.post(row_address(row), hidden(page) | cause)
    amended = rows(dispute)[0].amended
    assert amended is not None
    [absence] = amended[0]["absent"]
    assert (absence["box"], absence["cause"], absence["units"], absence["day"]) == (
        "frustrated", "could_not_provide", "2", 0,
    )  # fmt: skip


def test_a_row_is_added_and_taken_out_where_more_care_can_be_authorised() -> None:
    """suffolk-user-guide §2 "Add row": in a dispute as in the week itself, and without a script."""
    with served("suffolk"):
        home = Home(("12",))
        row = rows(home.disputed())[0]
        browser = sign_in(User.objects.get(pk=home.nina.user_id))
        form = hidden(browser.get(row_address(row)))
        kept = boxes(row, actual_0="10", **{f"actual_{day}": "0" for day in range(1, 7)})
        added = boxes(row, n1_quantity="1", n1_tick_4="on", n1_comment="On Friday instead")
        more = browser.post(row_address(row), form | kept | added | {"add": str(row.line_week_id)})
        assert "New row 2" in text(more)
        assert "If the council pays as amended 11.00 hours £220.00" in text(more)
        done = browser.post(row_address(row), form | kept | added, follow=True)
        assert "The actuals are saved" in text(done), text(done)
        amended = rows(row.dispute)[0].amended
        assert amended is not None
        assert (amended[1]["added"], amended[1]["actual"][4]) == (True, "1")
        form = hidden(browser.get(row_address(row)))
        browser.post(row_address(row), form | kept | {f"l{row.line_week_id}-2-remove": "on"})
        assert len(rows(row.dispute)[0].amended or []) == 1


def test_of_two_who_amend_a_row_the_slower_sees_both(browser: Client, home: Home, dispute: Dispute) -> None:
    row = rows(dispute)[0]
    mine, other = hidden(browser.get(row_address(row))), hidden(browser.get(row_address(row)))
    browser.post(row_address(row), other | boxes(row, actual_0="9"))
    page = browser.post(row_address(row), mine | boxes(row, actual_0="8.00", actual_1="1"))
    assert page.status_code == 409
    assert "A colleague" in text(page)
    assert stands(page, row, "actual-0") == "9.00"
    assert stands(page, row, "actual-1") == "1"
    merged = hidden(page) | boxes(row, actual_0="9", actual_1="1")
    assert "The actuals are saved" in text(browser.post(row_address(row), merged, follow=True))
    assert rows(dispute)[0].amended_units == 10


def test_who_is_too_late_keeps_what_was_typed_or_is_told(browser: Client, home: Home, dispute: Dispute) -> None:
    form = hidden(browser.get(address(dispute)))
    answer(home.nina, dispute)
    page = browser.post(address(dispute), form | {"text": "Mine."})
    assert page.status_code == 409
    assert "Nina Kaur" in text(page)


def test_a_decision_is_read_by_the_provider(browser: Client, home: Home, dispute: Dispute) -> None:
    answer(home.nina, dispute)
    first, second = rows(dispute)
    decide(home.tom, dispute, Choice(first.pk, Decision.AS_PLANNED, "The rota shows it."),
           Choice(second.pk, Decision.AS_CLAIMED))  # fmt: skip
    said = text(browser.get(address(dispute)))
    for words in ("Pay as planned: £200.00", "“The rota shows it.”", "Pay as claimed: £120.00", "£320.00 of these"):
        assert words in said, words
    assert "Update Request Resolution" not in said


def test_who_only_reads_is_offered_nothing_and_another_provider_sees_nothing(home: Home, dispute: Dispute) -> None:
    reader = sign_in(make.provider_user(home.organisation, role="read_only"))
    page = reader.get(address(dispute))
    assert page.status_code == 200
    assert "Update Request Resolution" not in text(page)
    assert reader.post(address(dispute), {"text": "x"}).status_code == 403
    assert reader.get(row_address(rows(dispute)[0])).status_code == 403
    other = sign_in(make.provider_user(make.organisation(), role="main_user"))
    for path in (address(dispute), row_address(rows(dispute)[0])):
        assert other.get(path).status_code == 404
    assert dispute.case.reference not in text(other.get(reverse("portal:disputes")))
    staff = sign_in(make.staff_user("finance"))
    assert staff.get(address(dispute)).status_code == 404


def test_where_there_is_no_such_module_there_are_no_such_pages() -> None:
    browser = sign_in(make.provider_user(make.organisation(), role="super_user_actuals"))
    assert browser.get(reverse("portal:disputes")).status_code == 404
    assert "Disputes" not in text(browser.get(reverse("portal:home")))


def test_no_address_or_title_names_a_client(browser: Client, home: Home, dispute: Dispute) -> None:
    surname = home.lines[0].client.surname
    for path in (reverse("portal:disputes"), address(dispute), row_address(rows(dispute)[0])):
        body = browser.get(path).content.decode()
        assert surname not in re.findall(r"<title>(.*?)</title>", body, re.DOTALL)[0]
        assert all(surname not in each for each in re.findall(r'(?:href|action)="([^"]*)"', body))


@pytest.mark.parametrize("number", [1, 100])
def test_a_list_and_a_page_ask_as_many_queries_for_one_row_as_for_a_hundred(bedford: None, number: int) -> None:
    home = Home(("8",) * number)
    dispute = home.disputed(*range(number))
    browser = sign_in(User.objects.get(pk=home.nina.user_id))
    browser.get(reverse("portal:disputes"))
    for path, most in ((reverse("portal:disputes"), MOST_QUERIES), (address(dispute), MOST_QUERIES)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get(path).status_code == 200
        assert len(asked) <= most, [each["sql"][:200] for each in asked]
    assert care.of_line(home.lines[0]).standing == "disputed"
