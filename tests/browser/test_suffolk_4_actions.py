"""suffolk-user-guide §4 "Actions", steps 1 to 13, and "Viewing Existing Actions", steps 1 to 11."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.oasis import oasis
from tests.files import PDF
from workflows.actions.models import Action
from workflows.engine import moment
from workflows.engine.models import Case

BOOKING = {"name": "Respite booking.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.mark.parametrize("script", [True, False])
def test_suffolk_4_actions(open_tab: Open, *, script: bool) -> None:
    place = oasis(clients=2)
    tab = open_tab("James Beiley", user=place.james, script=script)
    page = tab.page
    page.goto("/portal/")
    page.locator("header nav").get_by_role("link", name="Actions and change requests").click()
    tab.step("1-actions-and-change-requests")
    page.get_by_role("button", name="New Action").click()
    tab.step("2-new-action")
    page.get_by_label("Type", exact=True).select_option(label="Respite Stay")
    page.get_by_label("Title", exact=True).fill("Respite stay in May")
    if not script:
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Service User Name")).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Respite stay in May")
    expect(page.get_by_label("Related to")).to_have_value("client")
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("heading", name=re.compile("The action was not created: 2 things"))).to_be_visible()
    tab.step("errors")
    page.get_by_label("Service User Name").select_option(label="Land, Lucy (9170468)")
    _due(page, 20)
    expect(page.get_by_label("Assign to")).to_have_value("service_brokerage")
    page.get_by_label("Description").fill("From 5 May to 19 May.")
    page.get_by_label("Files (optional)").set_input_files([BOOKING])
    tab.step("12-your-file-is-shown")
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("alert")).to_contain_text("Your action was sent. Its reference is ACT-")
    tab.step("13-create-action")
    page.get_by_role("link", name="Actions and change requests").last.click()
    page.get_by_label("Open Actions Only").check()
    page.get_by_label("Assigned To").select_option(label="LA (Service Brokerage Team)")
    page.get_by_role("button", name="View").click()
    tab.step("viewing-4-view")
    page.get_by_role("link", name=re.compile("^Respite stay in May")).click()
    page.get_by_label("Your comment").fill("The family will bring her.")
    page.get_by_role("button", name="Submit comment").dblclick()
    expect(page.get_by_text("Your comment was sent.")).to_be_visible()
    page.get_by_role("button", name="Request closure").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_contain_text("Closure was requested.")
    tab.step("viewing-10-submit")
    assert (Action.objects.get().posts_count, Case.objects.get(kind="action").state) == (2, "closing")


def _due(page: Page, days: int) -> None:
    day = moment.today() + timedelta(days=days)
    due = page.get_by_role("group", name="Due date")
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        due.get_by_label(label).fill(str(part))
