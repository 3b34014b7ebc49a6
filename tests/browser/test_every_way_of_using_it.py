"""The same work without a script, with the keyboard alone, and on paper."""

import re

from playwright.sync_api import Locator, expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import PASSCODE, oasis, state_of
from tests.browser.tab import Tab
from tests.browser.test_norfolk_1_access import sign_in_as


def test_without_javascript_from_sign_in_to_rejected_amended_and_agreed(open_tab: Open) -> None:
    place = oasis(clients=1)
    document = place.documents[0]
    james = open_tab("James Beiley", script=False)
    officer = open_tab("Brokerage", user=make.staff_user(), script=False)
    page = james.page

    page.goto("/")
    sign_in_as(page, place.james.email, make.PASSWORD)
    page.get_by_label("Your passcode").fill(PASSCODE)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=re.compile("^Contract Documents")).first.click()
    page.get_by_role("link", name="NCC ISO").click()
    page.get_by_label("Reject", exact=True).check()
    page.get_by_label("Cost", exact=True).check()
    page.get_by_label("What is wrong, and what should it say?").fill("It should be £600.00.")
    page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    james.step("reject-without-script")
    page.get_by_role("button", name="Send my answer").click()
    expect(page.locator("main")).to_contain_text("You rejected version 1")

    amend_without_script(officer)

    page.goto(f"/portal/contract-documents/{document.pk}/")
    expect(page.locator("main")).to_contain_text("£63.51 more a week")
    page.get_by_label("Agree", exact=True).check()
    page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    page.get_by_role("button", name="Send my answer").click()
    expect(page.locator("main")).to_contain_text("You agreed to version 2")
    james.step("agreed-without-script")
    assert state_of(document) == "accepted"


def amend_without_script(officer: Tab) -> None:
    """Claim, amend, check, republish."""
    page = officer.page
    page.goto("/queues/")
    officer.step("queue-without-script")
    page.get_by_role("button", name="Claim next").click()
    page.get_by_role("button", name="Amend and republish").click()
    page.get_by_label("A price of this line's own").check()
    page.get_by_label("Price of one placement a week, in pounds").fill("600")
    page.get_by_role("button", name="Check what changes").click()
    officer.step("check-without-script")
    page.get_by_role("button", name="Republish as version 2").click()
    expect(page.locator("main")).to_contain_text("Version 2 is published.")


def test_the_keyboard_alone_rejects_a_document(open_tab: Open) -> None:
    place = oasis(clients=2)
    document = place.document_of("Kent")
    tab = open_tab("James Beiley", user=place.james)
    page, press = tab.page, tab.page.keyboard.press

    page.goto("/portal/contract-documents/")
    press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    press("Enter")
    reach(tab, page.get_by_role("link", name="NCC ISO").first)
    press("Enter")
    reach(tab, page.get_by_label("Agree", exact=True))
    press("ArrowDown")
    expect(page.get_by_label("Reject", exact=True)).to_be_checked()
    tab.step("chosen-by-arrow-key")
    press("Tab")
    press("Space")
    expect(page.get_by_label("Service Level", exact=True)).to_be_checked()
    press("Tab")
    page.keyboard.type("It is Nursing Long Term.")
    press("Tab")
    page.keyboard.type(make.PASSWORD)
    press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("You rejected version 1")
    assert state_of(document) == "rejected"


def reach(tab: Tab, wanted: Locator, most: int = 60) -> None:
    """Go forward with the tab key until the focus is there; what has it must be seen to have it."""
    for _ in range(most):
        tab.page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"the tab key does not reach {wanted}")


def test_a_printed_document_has_no_menu_and_no_form(open_tab: Open) -> None:
    place = oasis(clients=1)
    tab = open_tab("James Beiley", user=place.james)
    tab.page.goto(f"/portal/contract-documents/{place.documents[0].pk}/")
    tab.page.emulate_media(media="print")
    expect(tab.page.get_by_role("navigation", name="Menu")).to_be_hidden()
    expect(tab.page.get_by_role("button", name="Send my answer")).to_be_hidden()
    expect(tab.page.get_by_label("Password", exact=True)).to_be_hidden()
    expect(tab.page.get_by_text("Attach a signed copy")).to_be_hidden()
    expect(tab.page.get_by_text("Printed by James Beiley")).to_be_visible()
    tab.step("printed", bare=True)
    paper = tab.page.pdf(path=tab.pictures / "printed.pdf", format="A4")
    assert paper.startswith(b"%PDF-")
