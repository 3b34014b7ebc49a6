"""bedford-actuals-guide "Disputes" walked by the provider and the Finance Team, as Bedford's own profile."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.councils import served
from tests.disputes import WHY, Home
from tests.files import PDF
from workflows.disputes.models import Dispute, DisputedRow
from workflows.engine.models import Case
from workflows.parties.models import User


@pytest.fixture
def home() -> Iterator[Home]:
    with served("bedford"):
        yield Home(("8", "10", "6"))


def test_bedford_disputes(open_tab: Open, home: Home) -> None:
    """Steps 1 to 3, and what the Finance Team does before and after."""
    finance = open_tab("Tom Bullard", user=User.objects.get(pk=home.tom.user_id))
    desk = finance.page
    desk.goto(f"/disputes/raise/{home.week.pk}/")
    expect(desk.locator('[name="lines"]:checked')).to_have_count(2)
    desk.get_by_label("Why are they disputed?").fill(WHY)
    finance.step("0-the-finance-team-disputes")
    desk.get_by_role("button", name="Dispute the chosen lines").click()
    expect(desk.get_by_text("The lines are disputed. The provider is told.")).to_be_visible()
    finance.step("0-disputed")

    tab = open_tab("Nina Kaur", user=User.objects.get(pk=home.nina.user_id))
    page = tab.page
    page.goto("/portal/")
    page.get_by_role("main").get_by_role("link", name=re.compile("^Disputes")).click()
    for label in ("Client", "Status"):
        expect(page.get_by_label(label, exact=True)).to_be_visible()
    for label in ("Actuals/Visits from", "Actuals/Visits to"):
        expect(page.get_by_role("group", name=label)).to_be_visible()
    tab.step("1-the-disputes")
    page.get_by_label("Status", exact=True).select_option(label="Awaits the provider")
    page.get_by_role("button", name="View").click()
    expect(page.get_by_role("main").get_by_role("row")).to_have_count(3)
    tab.step("2-filtered")

    page.get_by_role("link", name=re.compile("^Edit")).first.click()
    expect(page.get_by_text(WHY).first).to_be_visible()
    page.get_by_role("link", name=re.compile("^Add.Edit")).first.click()
    tab.step("3-add-edit-the-actuals")
    monday = page.get_by_label(re.compile("^Actual, .*Monday 17 February$"))
    monday.fill("11")
    with tab.refused(422):
        page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("exceeds the planned delivery")
    tab.step("3-more-than-planned")
    monday.fill("9")
    expect(page.locator("#facts")).to_contain_text("£180.00")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("The actuals are saved.")).to_be_visible()
    page.get_by_role("textbox", name="Response").fill("She asked us to come later on Monday. The log is attached.")
    page.get_by_label("Evidence").set_input_files({"name": "log.pdf", "mimeType": "application/pdf", "buffer": PDF})
    tab.step("3-the-response")
    page.get_by_role("button", name="Update Request Resolution").click()
    expect(page.get_by_text("your response was sent")).to_be_visible()
    tab.step("3-update-request-resolution")

    dispute = Dispute.objects.get()
    one = DisputedRow.objects.get(dispute=dispute, amended__isnull=False)
    two = DisputedRow.objects.get(dispute=dispute, amended__isnull=True)
    assert Case.objects.get(pk=dispute.pk).state == "answered"
    desk.goto("/disputes/")
    finance.step("4-by-provider-and-cause")
    desk.goto(f"/cases/{dispute.pk}/")
    desk.locator(f'[name="way-{one.pk}"][value="pay_as_amended"]').check()
    desk.locator(f'[name="way-{two.pk}"][value="pay_as_planned"]').check()
    finance.step("4-decide-row-by-row")
    desk.get_by_role("button", name="Record the decisions").click()
    expect(desk.get_by_text("Say why: the provider reads this").first).to_be_visible()
    desk.locator(f'[name="reason-{two.pk}"]').fill("The rota shows ten hours.")
    desk.get_by_role("button", name="Record the decisions").click()
    expect(desk.get_by_text("The dispute is decided.")).to_be_visible()
    finance.step("4-decided")
    assert {home.of(each).standing for each in (0, 2)} == {"payable"}

    page.reload()
    expect(page.get_by_text("Pay as planned: £200.00")).to_be_visible()
    expect(page.get_by_text("The rota shows ten hours.").first).to_be_visible()
    tab.step("5-what-was-decided")


def test_bedford_many_disputes_are_decided_after_a_preview(open_tab: Open, home: Home) -> None:
    dispute = home.answered(0, 2)
    tab = open_tab("Tom Bullard", user=User.objects.get(pk=home.tom.user_id))
    page = tab.page
    page.goto("/disputes/")
    page.get_by_role("link", name=re.compile("^Decide many")).click()
    page.get_by_label("Select all on this page").check(force=True)
    page.get_by_label("Pay as claimed").check()
    tab.step("1-chosen")
    page.get_by_role("button", name="See what will be paid").click()
    expect(page.get_by_role("heading", name="Pay as claimed: 2 rows")).to_be_visible()
    tab.step("2-preview")
    page.get_by_role("button", name="Pay as claimed: 2 rows").click()
    expect(page.get_by_text("1 dispute decided: £280.00 is payable.")).to_be_visible()
    tab.step("3-done")
    assert Case.objects.get(pk=dispute.pk).state == "decided"


@pytest.mark.parametrize("script", [True, False])
def test_bedford_a_dispute_is_answered_without_a_script_as_well(open_tab: Open, home: Home, script: bool) -> None:
    dispute = home.disputed()
    tab = open_tab("Nina Kaur", user=User.objects.get(pk=home.nina.user_id), script=script)
    tab.page.goto(f"/portal/disputes/{dispute.pk}/")
    tab.page.get_by_role("textbox", name="Response").fill("She was in hospital.")
    tab.page.get_by_role("button", name="Update Request Resolution").click()
    expect(tab.page.get_by_text("your response was sent")).to_be_visible()
