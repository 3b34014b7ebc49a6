"""norfolk-handbook §6 and §7, step by step and in their words: contacts, roles, and details of the organisation."""

import re

from playwright.sync_api import Page, expect

from tests import changes as do
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.tab import Tab
from workflows.changes.models import ChangeRequest
from workflows.engine.verify import verify
from workflows.parties.models import Organisation, User

#: The handbook's example, in its order; the address is nobody's.
JOHN = (
    ("Title", "Mr"),
    ("Forename", "John"),
    ("Surname", "Smith"),
    ("Address 1", "1 Oasis Street"),
    ("Town", "Ipswich"),
    ("Postcode", "IP1 2TN"),
    ("Mobile", "07726 022369"),
    ("Telephone", "01473 225566"),
    ("Email", "jsmith@testsystem.example"),
    ("Provider Portal Email Address", "jsmith@testsystem.example"),
    ("Role", "Finance Assistant"),
)


def place() -> tuple[Organisation, User]:
    """The handbook's organisation, and who administers it."""
    make.load_teams()
    oasis = make.organisation("Oasis Care and Support")
    make.service(oasis, name="Oasis Residential Care Home")
    return oasis, User.objects.get(pk=do.administrator_of(oasis, "James Beiley").user_id)


def test_norfolk_6_a_contact_is_added_and_removed(open_tab: Open) -> None:
    oasis, user = place()
    james = open_tab("James Beiley", user=user)
    helpline = open_tab("Helpline", user=make.staff_user("fes_admin", name="Grace Okoro"))
    james.page.goto("/")
    chapter(james.page, "Contacts")
    james.step("contacts")
    ask_for_john(james)
    accept(helpline, "New contact: John Smith")
    telephone_the_password(helpline)
    chapter(james.page, "Contacts")
    expect(james.page.get_by_role("row").filter(has_text="John Smith")).to_contain_text("Administration")
    remove_john(james)
    confirm(helpline)
    assert verify().findings == []
    assert not oasis.memberships.filter(user__email="jsmith@testsystem.example").exists()


def test_norfolk_7_details_are_edited_and_updated(open_tab: Open) -> None:
    oasis, user = place()
    james = open_tab("James Beiley", user=user)
    procurement = open_tab("Procurement", user=make.staff_user("procurement", name="Anita Dell"))
    james.page.goto("/")
    chapter(james.page, "Organisation & Service Details")
    expect(james.page.get_by_role("heading", level=1)).to_have_text("Oasis Care and Support - Organisation Details")
    james.step("organisation-details")
    edit(james)
    decide_in_part(procurement)
    read_the_answer(james)
    oasis.refresh_from_db()
    assert (oasis.postcode, oasis.town) == ("OA1 1HT", "")


def test_a_new_contact_is_asked_for_without_a_script(open_tab: Open) -> None:
    _, user = place()
    james = open_tab("James Beiley", user=user, script=False)
    james.page.goto("/portal/contacts/new/")
    fill(james.page)
    james.page.get_by_label("Administration", exact=True).check()
    james.page.get_by_label("The whole organisation").check()
    james.page.get_by_role("button", name="Submit Contact Creation Request").click()
    expect(james.page.get_by_role("heading", level=1)).to_have_text("New contact: John Smith")
    assert ChangeRequest.objects.count() == 1


def chapter(page: Page, name: str) -> None:
    """An icon of the handbook: an entry of the menu here, or among all chapters."""
    menu = page.get_by_role("navigation", name="Menu")
    if menu.get_by_role("link", name="All chapters").count() and name not in {"Queue", "Change Requests"}:
        menu.get_by_role("link", name="All chapters").click()
        page.get_by_role("main").get_by_role("link", name=name, exact=True).click()
    else:
        menu.get_by_role("link", name=re.compile(f"^{name}")).click()


def fill(page: Page) -> None:
    for label, value in JOHN:
        page.get_by_label(label, exact=True).fill(value)


def ask_for_john(james: Tab) -> None:
    """ "When adding a new Contact you will need to provide: Name, Address, Telephone Numbers, …, Security Role.\""""
    page = james.page
    page.get_by_role("button", name="New Contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Oasis Care and Support - Contact Creation Request")
    page.get_by_role("button", name="Submit Contact Creation Request").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a security role")
    james.step("what-is-missing")
    fill(page)
    page.get_by_label("UPRN").fill("4")  # as the handbook has it: the number of the role
    page.get_by_label("Administration", exact=True).check()
    page.get_by_label("Only some services").check()
    expect(page.get_by_label("Oasis Residential Care Home")).to_be_visible()
    page.get_by_label("The whole organisation").check()
    page.get_by_role("button", name="Submit Contact Creation Request").click()
    expect(page.get_by_role("alert")).to_contain_text("The security role has a field of its own below")
    page.get_by_label("UPRN").fill("")
    james.step("contact-creation-request")
    page.get_by_role("button", name="Submit Contact Creation Request").click()
    expect(page.get_by_text("FES System Administration Team has it.")).to_be_visible()
    james.step("sent")


def accept(helpline: Tab, heading: str) -> None:
    """The Provider Portal Helpline staff decide, from their queue."""
    page = helpline.page
    page.goto("/")
    chapter(page, "Queue")
    page.get_by_role("link", name=re.compile("^New contact")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.get_by_label("Accept a part, and reject the rest").check()
    helpline.step("decide-field-by-field")
    page.get_by_label("Accept all of it").check()
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_role("heading", name="Now: telephone the first password")).to_be_visible()
    helpline.step("accepted")


def telephone_the_password(helpline: Tab) -> None:
    """ "You will then receive a phone call from the Provider Portal Helpdesk with your Password.\""""
    page = helpline.page
    page.get_by_role("button", name="Make a first password").click()
    helpline.step("before-the-password")
    page.get_by_role("button", name="Make a first password").click()
    said = page.locator(".govuk-panel strong").inner_text()
    assert User.objects.get(email="jsmith@testsystem.example").check_password(said)
    helpline.step("the-password", bare=True)
    page.get_by_role("button", name="The first password was given").click()
    expect(page.get_by_text("the first password was given.")).to_be_visible()


def remove_john(james: Tab) -> None:
    """ "If an Employee leaves the Organisation … you need to select the Removal Role function.\""""
    page = james.page
    page.get_by_role("link", name="Mr John Smith").click()
    james.step("the-contact")
    page.get_by_role("link", name="Removal Role").click()
    page.get_by_label("The person has left the organisation").check()
    james.step("role-removal")
    page.get_by_role("button", name="Role Removal").click()
    expect(page.get_by_text("The access has ended.")).to_be_visible()
    james.step("removed")
    chapter(page, "Contacts")
    expect(page.get_by_text("John Smith")).to_have_count(0)
    page.get_by_label(re.compile("^Include Historical")).check()
    page.get_by_role("button", name="View").click()
    expect(page.get_by_role("row").filter(has_text="John Smith")).to_contain_text("Has left")


def confirm(helpline: Tab) -> None:
    page = helpline.page
    page.goto("/")
    chapter(page, "Queue")
    page.get_by_role("link", name=re.compile("^Role removal")).first.click()
    page.get_by_label("Confirm the removal").check()
    helpline.step("confirm-the-removal")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing to do: accepted")).to_be_visible()


def edit(james: Tab) -> None:
    """ "By pressing Edit, you can then add or change the details on the screen. Then press Update.\""""
    page = james.page
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Address 1").fill("123 Mirage Road")
    page.get_by_label("Town").fill("Sahara")
    page.get_by_label("Postcode").fill("OA1 1HT")
    james.step("edit")
    page.get_by_role("button", name="Update").click()
    expect(page.get_by_text("Procurement Team has it.")).to_be_visible()
    james.step("sent-to-the-procurement-team")


def decide_in_part(procurement: Tab) -> None:
    page = procurement.page
    page.goto("/")
    chapter(page, "Change Requests")
    procurement.step("the-councils-list")
    page.get_by_role("link", name=re.compile("^CR-")).first.click()
    page.get_by_label("Accept a part, and reject the rest").check()
    page.get_by_label("Town").select_option(label="Reject: Something is missing")
    procurement.step("in-part")
    page.get_by_role("button", name="Accept in part").click()
    expect(page.get_by_text("The accepted fields are recorded.")).to_be_visible()
    procurement.step("decided")


def read_the_answer(james: Tab) -> None:
    page = james.page
    page.goto("/portal/change-requests/")
    james.step("the-providers-list")
    page.get_by_role("link", name=re.compile("^CR-")).click()
    expect(page.get_by_role("row").filter(has_text="Town")).to_contain_text("Something is missing")
    expect(page.get_by_role("row").filter(has_text="Postcode")).to_contain_text("Accepted")
    james.step("the-answer")
