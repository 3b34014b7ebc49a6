"""gloucestershire-faq 3 to 9 and 15 as Gloucestershire's own profile."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.access.test_nothing_leaks import carry_everything
from tests.browser.conftest import Open
from tests.browser.home_care import home_care
from tests.browser.oasis import PASSCODE, Oasis
from tests.browser.tab import Tab
from tests.browser.test_norfolk_1_access import sign_in_as
from tests.councils import served
from tests.files import PDF
from workflows.actions import commands
from workflows.actions.rules import Asked
from workflows.actions.switching import switch
from workflows.engine.models import Case
from workflows.parties.models import User

CHOSEN, RUTH = "Harbour-lamp-2719", "ruth.adeyemi@severn.example"
FINANCE, BROKERAGE = "Care Services Finance", "Integrated Brokerage"
SIGNED = {"name": "Signed agreement.pdf", "mimeType": "application/pdf", "buffer": PDF}
INVOICE = {"name": "Invoice 2207.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.fixture(autouse=True)
def gloucestershire() -> Iterator[None]:
    with served("gloucestershire"):
        yield


@pytest.fixture
def place() -> Oasis:
    """A home whose Registered Manager has main access."""
    return home_care(organisation="Severn Care Ltd", service="Severn House")


def correspondent(of: Oasis) -> User:
    """4 "an Administrator who wouldn't necessarily need to view any financial correspondence"."""
    return make.provider_user(of.organisation, role="correspondent_access", name="Ruth Adeyemi")


def begun(place: Oasis, kind: str, team: str, title: str) -> Case:
    asked = Asked(kind, "provider", None, None, team, title, "Please see below.")
    return Case.objects.get(pk=commands.open_action(actor=make.actor(place.james), asked=asked, key=make.key()).case_id)


def options(page: Page, label: str) -> list[str]:
    """What a drop-down list offers."""
    return page.get_by_label(label, exact=True).locator("option").all_inner_texts()[1:]


def test_gloucestershire_3_to_7_a_correspondent_is_asked_for_invited_and_signs_in(
    open_tab: Open, place: Oasis, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    james = open_tab("James Beiley", user=place.james)
    a_correspondent_is_asked_for(james)
    helpline = open_tab("Grace Okoro", user=make.staff_user("portal_support", name="Grace Okoro"))
    helpline.page.goto(f"/cases/{Case.objects.get(kind='change_request').pk}/")
    helpline.step("5-not-an-nhs-address")
    expect(helpline.page.get_by_role("main")).to_contain_text("nhs.net")
    helpline.page.get_by_label("Accept all of it").check()
    helpline.page.get_by_role("button", name="Accept", exact=True).click()
    carry_everything()
    (link,) = (found[0] for each in mail.outbox if (found := re.search(r"/first-access/\S+", str(each.body))))

    ruth = open_tab("Ruth Adeyemi")
    page = ruth.page
    page.goto(link)
    ruth.step("3-the-link-of-the-mail")
    page.get_by_label("Your e-mail address").fill(RUTH)
    page.get_by_role("button", name="Choose my password").click()
    accept_the_policies(ruth)
    page.get_by_label("New password").fill(CHOSEN)
    page.get_by_role("button", name="Change my password").click()
    page.get_by_label("New security number").fill(PASSCODE)
    page.get_by_label("The same security number again").fill(PASSCODE)
    page.get_by_role("button", name="Create and sign in").click()
    expect(page.get_by_text("Ruth Adeyemi @ Severn Care Ltd")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/")
    sign_in_as(page, RUTH, CHOSEN)
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter 3 digits of your security number")
    ruth.step("3-random-digits")
    for position in User.objects.get(email=RUTH).passcode_asked.split(","):
        page.get_by_label(re.compile(f"^{position}")).fill(PASSCODE[int(position) - 1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Ruth Adeyemi @ Severn Care Ltd")).to_be_visible()  # the policies are accepted once


def a_correspondent_is_asked_for(james: Tab) -> None:
    """4 "Correspondent access might be for an Administrator"; 6 "only individual private email addresses"."""
    page = james.page
    page.goto("/portal/contacts/new/")
    for label, value in (("Forename", "Ruth"), ("Surname", "Adeyemi"), ("Telephone", "01452 225566")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Provider Portal Email Address", exact=True).fill("office@severn.example")
    page.get_by_label("Correspondent access", exact=True).check()
    page.get_by_label("The whole organisation").check()
    page.get_by_role("button", name="Submit Contact Creation Request").click()
    expect(page.get_by_role("alert")).to_contain_text("shared mailbox")
    james.step("6-a-shared-address-is-refused")
    page.get_by_label("Provider Portal Email Address", exact=True).fill(RUTH)
    page.get_by_role("button", name="Submit Contact Creation Request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New contact: Ruth Adeyemi")


def accept_the_policies(tab: Tab) -> None:
    """7 "When logging on to the system you will sign up to user access and acceptable use policies"."""
    page = tab.page
    page.get_by_label("I have read and accept the User access policy").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Accept the Acceptable use policy to sign in")
    tab.step("7-policies")
    page.get_by_label("I have read and accept the User access policy").check()
    page.get_by_label("I have read and accept the Acceptable use policy").check()
    page.get_by_role("button", name="Continue").click()


def test_gloucestershire_8_and_9_a_contract_goes_to_brokerage_and_stays_readable(open_tab: Open, place: Oasis) -> None:
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto("/portal/actions/new/")
    page.get_by_label("Type", exact=True).select_option(label="Contracts and Other Documents")
    page.get_by_label("Related to", exact=True).select_option(label="Client")
    page.get_by_label("Service User Name").select_option(label="Land, Lucy (9170468)")
    assert options(page, "Assign to") == [BROKERAGE, FINANCE]
    page.get_by_label("Assign to").select_option(label=BROKERAGE)
    page.get_by_label("Title", exact=True).fill("Signed by her daughter")
    page.get_by_label("Description").fill("The agreement with her daughter's signature.")
    page.get_by_label("Files (optional)").set_input_files([SIGNED])
    tab.step("8-a-contract-and-its-file")
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("alert")).to_contain_text("Your action was sent.")

    officer = open_tab("Isla Penn", user=make.staff_user("integrated_brokerage", name="Isla Penn"))
    officer.page.goto(f"/cases/{Case.objects.get(kind='action').pk}/")
    expect(officer.page.get_by_role("link", name="Signed agreement.pdf")).to_be_visible()
    officer.page.get_by_role("radio", name="Reply to Severn Care Ltd").check()
    officer.page.get_by_label("Your reply", exact=True).fill("Thank you.")
    officer.page.get_by_label("Ask for closure: this answers the query").check()
    officer.page.get_by_role("button", name="Send reply", exact=True).click()
    officer.page.get_by_role("radio", name="Close with an explanation").check()
    officer.page.get_by_label("Explanation", exact=True).fill("Received and filed.")
    officer.page.get_by_role("button", name="Close it", exact=True).click()
    officer.step("8-closed")
    page.goto("/portal/actions/")
    page.get_by_role("link", name=re.compile("^Signed by her daughter")).click()  # "current and previous conversations"
    expect(page.get_by_text("Received and filed.").first).to_be_visible()
    expect(page.get_by_role("link", name="Signed agreement.pdf")).to_be_visible()
    tab.step("8-a-previous-conversation")


def test_gloucestershire_15_an_invoice_is_an_option_for_whom_it_applies(open_tab: Open, place: Oasis) -> None:
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto("/portal/actions/new/")
    assert "Invoice" not in options(page, "Type")

    officer = open_tab("Omar Reid", user=make.staff_user("care_services_finance", name="Omar Reid"))
    officer.page.goto("/actions/")
    officer.page.get_by_role("link", name="Types that are switched for single providers").click()
    officer.page.get_by_label("Type", exact=True).select_option(label="Invoice")
    officer.page.get_by_label("Provider", exact=True).select_option(label="Severn Care Ltd")
    officer.page.get_by_role("radio", name="On").check()
    officer.page.get_by_role("button", name="Switch it").click()
    expect(officer.page.get_by_role("row").filter(has_text="Severn Care Ltd")).to_contain_text("Invoice")
    officer.step("15-whether-this-applies-to-you")

    page.goto("/portal/actions/new/")
    page.get_by_label("Type", exact=True).select_option(label="Invoice")
    page.get_by_label("Related to", exact=True).select_option(label="Service")
    page.get_by_label("Service", exact=True).select_option(label="Severn House")
    expect(page.get_by_label("Assign to")).to_have_value("care_services_finance")
    page.get_by_label("Title", exact=True).fill("Invoice 2207")
    page.get_by_label("Description").fill("For the four weeks from 5 October.")
    page.get_by_label("Files (optional)").set_input_files([INVOICE])
    tab.step("15-the-drop-down-menu-option")
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("alert")).to_contain_text("Your action was sent.")
    officer.page.goto("/actions/")
    row = officer.page.get_by_role("row").filter(has_text="Invoice 2207")
    expect(row).to_contain_text("Invoice")  # "so that we can easily identify invoices amongst other correspondence"
    officer.step("15-invoices-amongst-other-correspondence")


def test_gloucestershire_4_an_administrator_sees_no_financial_correspondence(open_tab: Open, place: Oasis) -> None:
    finance = make.actor(make.staff_user("care_services_finance"))
    switch(actor=finance, organisation_id=place.organisation.pk, type_key="invoice", on=True)
    money = begun(place, "financial_query", "care_services_finance", "Short by £40")
    begun(place, "query", "integrated_brokerage", "New manager")
    tab = open_tab("Ruth Adeyemi", user=correspondent(place))
    page = tab.page
    page.goto("/portal/actions/")
    expect(page.get_by_role("link", name=re.compile("^New manager"))).to_be_visible()
    expect(page.get_by_text("Short by £40")).to_have_count(0)
    tab.step("no-financial-correspondence")
    page.get_by_role("button", name="New Action").click()
    offered = options(page, "Type")
    assert "Administrative Query" in offered
    assert not {"Invoice", "Financial Query"} & set(offered)
    with tab.refused(404):
        page.goto(f"/portal/actions/{money.pk}/")
