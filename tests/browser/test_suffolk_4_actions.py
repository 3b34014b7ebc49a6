"""suffolk-user-guide §4 as Suffolk's own profile: "Actions" 1 to 13, "Viewing Existing Actions" 1 to 11, "Change
requests".
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests import changes as do
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.home_care import due, home_care
from tests.browser.oasis import Oasis
from tests.councils import served
from tests.files import PDF
from workflows.actions.models import Action
from workflows.changes.rules import What
from workflows.engine import moment
from workflows.engine.models import Case

REMITTANCE = {"name": "Remittance of May.pdf", "mimeType": "application/pdf", "buffer": PDF}
TITLE = "Test title"


@pytest.fixture(autouse=True)
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


@pytest.fixture
def place() -> Oasis:
    """The home page of §2 says "1 Oak Home Care"."""
    return home_care(organisation="Oak Home Care", service="1 Oak Home Care")


def test_suffolk_4_actions(open_tab: Open, place: Oasis) -> None:
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto("/portal/")
    page.locator("header nav").get_by_role("link", name="Actions and change requests").click()
    tab.step("1-actions-and-change-requests")
    page.get_by_role("button", name="New Action").click()
    tab.step("2-new-action")
    page.get_by_label("Type", exact=True).select_option(label="Payment Query")
    page.get_by_label("Title", exact=True).fill(TITLE)
    page.get_by_label("Related to", exact=True).select_option(label="Client")
    expect(page.get_by_label("Service User Name")).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value(TITLE)
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("heading", name=re.compile("The action was not created: 2 things"))).to_be_visible()
    tab.step("errors")
    page.get_by_label("Service User Name").select_option(label="Land, Lucy (9170468)")
    due(page, 20)
    expect(page.get_by_label("Assign to")).to_have_value("business_finance")
    page.get_by_label("Description").fill("Her payment of last week is not in the remittance.")
    page.get_by_label("Files (optional)").set_input_files([REMITTANCE])
    tab.step("12-your-file-is-shown")
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("alert")).to_contain_text("Your action was sent. Its reference is ACT-")
    tab.step("13-create-action")

    page.get_by_role("link", name="Actions and change requests").last.click()
    expect(page.get_by_role("row").filter(has_text=TITLE)).to_contain_text("LA (Business & Finance team)")
    tab.step("viewing-1-all-actions")
    page.get_by_label("Open Actions Only").check()
    page.get_by_label("Assigned To").select_option(label="LA (Business & Finance team)")
    page.get_by_role("button", name="View").click()
    tab.step("viewing-4-view")
    page.get_by_role("link", name=re.compile(f"^{TITLE}")).click()
    page.get_by_label("Your comment").fill("It was there the week before.")
    page.get_by_role("button", name="Submit comment").dblclick()
    expect(page.get_by_text("Your comment was sent.")).to_be_visible()
    tab.step("viewing-8-submit")
    page.get_by_role("button", name="Request closure").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_contain_text("Closure was requested.")
    tab.step("viewing-10-submit")
    case = Case.objects.get(kind="action")
    assert (Action.objects.get().posts_count, case.state) == (2, "closing")
    assert case.holder_team is not None
    assert case.holder_team.key == "business_finance"  # §4 names nobody else who closes
    page.get_by_role("link", name="Actions and change requests").last.click()
    expect(page.get_by_role("button", name="New Action")).to_be_visible()


def test_suffolk_4_change_requests_with_those_that_were_archived(open_tab: Open, place: Oasis) -> None:
    """ "Archived requests can be included by ticking the include archived box, and then clicking view.\""""
    with moment.at(moment.now() - timedelta(days=91)):
        asked = do.ask(make.actor(place.james), What.ORGANISATION, {"town": "Lowestoft"}).case_id
        do.reject(make.actor(make.staff_user("contracts")), asked)
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto("/portal/actions/")
    page.get_by_role("link", name="Change requests", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("There are no change requests. Archived requests can be included.")
    tab.step("no-change-requests")
    page.get_by_label("Include archived").check()
    page.get_by_role("button", name="View").click()
    expect(page.get_by_role("main").get_by_role("row")).to_have_count(2)
    tab.step("archived-ones-included")
