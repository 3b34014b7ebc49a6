"""A new contact who works for another provider already: the decision's pages on both sides, looked at; and the page on
which everybody changes their own password."""

import pytest
from playwright.sync_api import expect

from tests import changes as do
from tests import factories as make
from tests.browser.conftest import Open
from workflows.parties.models import User

ADDRESS = "john@agency.example"


@pytest.mark.parametrize("script", [True, False])
def test_it_is_accepted_and_neither_side_is_told_of_the_other_provider(open_tab: Open, *, script: bool) -> None:
    elsewhere = do.contact(make.organisation("Secret Home Ltd"), name="Jonathan Secret").user
    assert elsewhere is not None
    User.objects.filter(pk=elsewhere.pk).update(email=ADDRESS)
    james = do.administrator_of(make.organisation("Oasis Ltd"), "James Beiley")
    grace = make.staff_user("fes_admin", name="Grace Okafor")
    case = do.ask_for_john(james, portal_email=ADDRESS).case_id
    do.accept(make.actor(grace), case)

    desk = open_tab("Grace Okafor", user=grace, script=script)
    assert desk.page.goto(f"/change-requests/{case}/")
    desk.step("1-accepted")
    assert desk.page.goto(f"/change-requests/{case}/password/")
    desk.step("2-password")

    home = open_tab("James Beiley", user=User.objects.get(pk=james.user_id), script=script)
    page = home.page
    page.goto(f"/portal/change-requests/{case}/")
    expect(page.get_by_role("main")).to_contain_text("Accepted")
    expect(page.get_by_role("main")).not_to_contain_text("Secret")
    home.step("3-accepted")
    page.goto("/portal/contacts/")
    page.get_by_role("main").get_by_role("link", name="John Smith").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("John Smith")
    expect(page.get_by_role("main")).not_to_contain_text("Secret")
    home.step("4-contact")

    for tab in (desk, home):
        tab.page.goto("/password/")
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
        tab.step("5-password-of-ones-own")
