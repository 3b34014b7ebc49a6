"""norfolk-handbook §4, step by step, with the home in one browser and Brokerage in another."""

import re

from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import CLIENTS, Oasis, oasis, state_of
from tests.browser.tab import Tab, text_of
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine.models import Event
from workflows.engine.verify import verify

WRONG = "The weekly cost should be £600.00 since the review of 3 April."


def test_norfolk_4_an_iso_is_rejected_amended_republished_and_accepted(open_tab: Open) -> None:
    place = oasis()
    kent = place.document_of("Kent")
    james, officer = open_tab("James Beiley", user=place.james), open_tab("Brokerage", user=make.staff_user())

    james.page.goto("/")
    james.step("home")
    open_contract_documents(james.page)
    the_list_opens_on_what_awaits(james)
    open_the_iso(james, kent)
    reject(james, kent)

    officer.page.goto("/")
    officer.step("brokerage-home")
    claim_from_the_queue(officer, kent)
    amend_the_line(officer)
    republish(officer, kent)

    james.page.goto("/")
    open_contract_documents(james.page)
    see_what_changed(james, kent)
    agree(james, kent)
    the_list_shows_accepted(james)
    the_story_is_whole(officer, kent)


def open_contract_documents(page: Page) -> None:
    """ "Contract Documents": the icon of the handbook, an entry of the menu here."""
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=re.compile("^Contract Documents")).click()
    page.wait_for_url("**/contract-documents/")


def the_list_opens_on_what_awaits(james: Tab) -> None:
    """The table of the handbook, without a filter to clear first."""
    james.step("the-list-opens-on-what-awaits")
    expect(james.page.get_by_role("heading", level=1)).to_have_text("Contract Documents (ISO's): 5 await you")
    rows = james.page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(6)
    for surname, forename, ss_ref in CLIENTS:
        row = rows.filter(has_text=f"{surname}, {forename}")
        expect(row).to_contain_text(ss_ref)
        expect(row).to_contain_text("Oasis Residential Home")
        expect(row).to_contain_text("Published by ApplicationServiceUser")


def open_the_iso(james: Tab, document: ContractDocument) -> None:
    """ "To view the ISO you need to press the NCC ISO link to the document.\""""
    row = james.page.get_by_role("row").filter(has_text=document.case.reference)
    row.get_by_role("link", name="NCC ISO").click()
    expect(james.page.get_by_role("heading", level=1)).to_contain_text("Kent, Karl")
    james.step("the-ncc-iso")
    with james.page.expect_download() as started:
        james.page.get_by_role("link", name=re.compile("^Download document")).click()
    assert started.value.suggested_filename == f"{document.case.reference}-v1.pdf"


def reject(james: Tab, document: ContractDocument) -> None:
    """ "You must specify a reason": first without, then with it, and with the password."""
    page = james.page
    page.get_by_label("Reject", exact=True).check()
    expect(page.get_by_text("You must specify a reason.")).to_be_visible()
    expect(page.get_by_role("button", name="Reject")).to_be_visible()
    james.step("reject-is-chosen")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_contain_text("Your answer was not sent: 3 things to put right")
    james.step("reject-without-a-reason")
    assert state_of(document) == "published"
    page.get_by_label("Cost", exact=True).check()
    page.get_by_label("What is wrong, and what should it say?").fill(WRONG)
    page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_contain_text(f"You rejected version 1 of NCC ISO {document.case.reference}")
    james.step("rejected")
    assert state_of(document) == "rejected"


def claim_from_the_queue(officer: Tab, document: ContractDocument) -> None:
    """ "Once a ISO has been rejected it will appear on a Service Brokerage report to amend and re-publish.\""""
    page = officer.page
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=re.compile("^Queue")).click()
    row = page.get_by_role("row").filter(has_text=document.case.reference)
    expect(row).to_contain_text("Amend and republish: cost rejected")
    officer.step("brokerages-queue")
    row.get_by_role("button", name="Claim").click()
    expect(page.get_by_role("alert")).to_contain_text("It is yours now.")
    expect(page.locator("main")).to_contain_text(WRONG)
    officer.step("the-case-is-claimed")


def amend_the_line(officer: Tab) -> None:
    """A price of the line's own; nothing is written before it is confirmed."""
    page = officer.page
    page.get_by_role("button", name="Amend and republish").click()
    officer.step("amend")
    page.get_by_label("A price of this line's own").check()
    page.get_by_label("Price of one placement a week, in pounds").fill("600.00")
    page.get_by_role("button", name="Check what changes").click()
    expect(page.locator("main")).to_contain_text("£63.51 more a week")
    expect(page.locator("main")).to_contain_text("£3,302.52 more a year")
    expect(page.locator("main")).to_contain_text("Nothing has been written yet.")
    officer.step("check-what-changes")
    assert DocumentVersion.objects.filter(number=2).count() == 0


def republish(officer: Tab, document: ContractDocument) -> None:
    """Line and version change together."""
    officer.page.get_by_role("button", name="Republish as version 2").click()
    expect(officer.page.get_by_role("alert")).to_contain_text("Version 2 is published.")
    officer.step("republished")
    assert state_of(document) == "published"


def see_what_changed(james: Tab, document: ContractDocument) -> None:
    """The new version says first what it changed."""
    james.page.get_by_role("row").filter(has_text=document.case.reference).get_by_role("link", name="NCC ISO").click()
    changes = james.page.get_by_role("table", name="Fields that changed from version 1 to version 2")
    expect(changes).to_contain_text("£536.49 weekly")
    expect(changes).to_contain_text("£600.00 weekly")
    expect(james.page.locator("main")).to_contain_text(WRONG)
    james.step("what-changed")


def agree(james: Tab, document: ContractDocument) -> None:
    """A wrong password loses nothing; the right one in the same form agrees."""
    page = james.page
    page.get_by_label("Agree", exact=True).check()
    page.get_by_label("Password", exact=True).fill("not-my-password")
    page.get_by_role("button", name="Agree").click()
    expect(page.get_by_role("alert")).to_contain_text("The password is not right.")
    expect(page.get_by_label("Agree", exact=True)).to_be_checked()
    james.step("a-wrong-password")
    page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    page.get_by_role("button", name="Agree").click()
    expect(page.get_by_role("alert")).to_contain_text("It is accepted, and there is nothing more to do.")
    james.step("agreed")
    assert state_of(document) == "accepted"


def the_list_shows_accepted(james: Tab) -> None:
    """ "You can use the Status field to view all Published, Accepted or Rejected ISO's.\""""
    open_contract_documents(james.page)
    expect(james.page.get_by_role("heading", level=1)).to_have_text("Contract Documents (ISO's): 4 await you")
    james.page.get_by_role("link", name=re.compile("^Accepted")).click()
    expect(james.page.get_by_role("row").filter(has_text="Kent, Karl")).to_contain_text("Accepted")
    james.step("the-list-shows-accepted")


def the_story_is_whole(officer: Tab, document: ContractDocument) -> None:
    """Each step with who did it, and a chain that verifies."""
    officer.page.goto(f"/cases/{document.pk}/story/")
    words = text_of(officer.page)
    assert words.index("James Beiley") >= 0
    assert WRONG in words
    officer.step("the-story")
    verbs = Event.objects.filter(case_id=document.pk).order_by("seq").values_list("kind", flat=True)
    assert [each.rpartition(".")[2] for each in verbs] == ["publish", "reject", "claim", "republish", "agree"]
    assert verify().findings == []


def test_norfolk_4_all_five_are_there_for_a_second_person_of_the_home(open_tab: Open) -> None:
    place: Oasis = oasis()
    reader = open_tab("Reader", user=make.provider_user(place.organisation, role="read_only"))
    reader.page.goto("/portal/contract-documents/")
    expect(reader.page.locator("main")).to_contain_text("Your role lets you read these documents, not answer them.")
    reader.step("a-reader-sees-the-list")
    reader.page.get_by_role("link", name="NCC ISO").first.click()
    expect(reader.page.get_by_role("button", name=re.compile("Agree|Reject|Send"))).to_have_count(0)
    reader.step("a-reader-sees-no-form")
