"""suffolk-user-guide §1 as Suffolk's own profile: steps 1 to 8 and its top tip."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.home_care import home_care
from tests.browser.oasis import Oasis, state_of
from tests.councils import served
from tests.model.moves import seen, verb_call
from workflows.contracts.models import DocumentVersion


@pytest.fixture(autouse=True)
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


def oak(clients: int) -> Oasis:
    """The home page of §2 says "1 Oak Home Care"."""
    return home_care(organisation="Oak Home Care", service="1 Oak Home Care", clients=clients)


def test_suffolk_1_steps_1_to_8(open_tab: Open) -> None:
    place = oak(clients=2)
    land = place.document_of("Land")
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page

    page.goto("/portal/")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=re.compile("^Contract Documents")).click()
    tab.step("1-click-on-contract-documents")

    page.get_by_text("Filter by service, client or date").click()
    page.get_by_label("Client", exact=True).select_option(label="Land, Lucy (9170468)")
    tab.step("2-select-the-parameters")

    page.get_by_role("button", name="Apply the filter").click()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("Land, Lucy")
    tab.step("3-view")

    page.get_by_role("link", name=re.compile("^Agree or reject")).click()
    expect(page).to_have_url(re.compile(r"/contract-documents/\d+/#answer$"))
    tab.step("4-click-on-agree-or-reject")

    page.get_by_label("Agree", exact=True).check()
    expect(page.get_by_text("you agree to this document. This is contractually binding.")).to_be_visible()
    tab.step("5-agree-or-reject")

    page.get_by_label("Reject", exact=True).check()
    page.get_by_label("Start or end date").check()
    page.get_by_label("What is wrong, and what should it say?").fill("She came on 11 April, not on 9 April.")
    tab.step("6-a-clear-reason")

    page.get_by_label("Agree", exact=True).check()  # thought better of it: what stands under Reject does not count
    page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    tab.step("7-enter-your-password")

    page.get_by_role("button", name="Agree").click()
    expect(page.get_by_role("alert")).to_contain_text("You agreed to version 1")
    tab.step("8-click-agree")
    assert state_of(land) == "accepted"
    assert DocumentVersion.objects.get(document=land).reason == ""
    page.get_by_role("link", name="Contract Documents", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contract Documents: 1 awaits you")


@pytest.mark.parametrize("status", ["Accepted", "Rejected", "Terminated", "Superseded"])
def test_suffolk_1_top_tip_the_status_shows_those_that_were_answered(open_tab: Open, status: str) -> None:
    """ "This defaults to show only those you have yet to respond to. You need to change the Status drop down box.\""""
    place = oak(clients=5)
    provider, officer = make.actor(place.james), make.actor(make.staff_user())
    steps = {"Kent": ("agree", provider), "Land": ("reject", provider), "Mitchell": ("terminate", officer),
             "Nunn": ("supersede", officer)}  # fmt: skip
    for surname, (verb, actor) in steps.items():
        verb_call(verb, actor, seen(place.document_of(surname)), make.key())()
    expected = dict(zip(["Accepted", "Rejected", "Terminated", "Superseded"], steps, strict=True))
    tab = open_tab("James Beiley", user=place.james)
    tab.page.goto("/portal/contract-documents/")
    assert surnames(tab.page) == ["Osman"]
    tab.page.get_by_role("link", name=re.compile(f"^{status} ")).click()
    assert surnames(tab.page) == [expected[status]]
    tab.step(f"status-{status.lower()}")
    tab.page.get_by_role("link", name=re.compile("^All (?!chapters)")).click()
    assert sorted(surnames(tab.page)) == ["Kent", "Land", "Mitchell", "Nunn", "Osman"]


def surnames(page: Page) -> list[str]:
    """Whose documents the list shows."""
    expect(page.get_by_role("table")).to_be_visible()
    return [each.split(",")[0] for each in page.locator("main table tbody tr .cc-name").all_inner_texts()]
