"""norfolk-handbook §9 "Communicating with NCC Teams with Actions in the Portal", step by step, from both sides."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import Oasis, oasis
from tests.browser.tab import Tab
from tests.files import PDF
from workflows.actions import commands
from workflows.actions.models import Action
from workflows.actions.rules import Asked
from workflows.engine import moment
from workflows.engine.models import Case
from workflows.register.models import PaymentHold

TEAMS = ["Payments Team - Residential", "Procurement Team", "Service Brokerage Team", "FES System Administration Team"]
HIDDEN = "Z Information Messaging – Internal Use Only"
BROKERAGE = "Service Brokerage Team"
#: §9 "Below is a guide to using the different Types": what each is related to, and whom it is assigned to.
GUIDE = {
    "Death Notification": (["Client"], [BROKERAGE]),
    "Information": (["Contract", "Service", "Contact", "Provider"], TEAMS),
    "Query": (["Contract", "Client", "Service", "Contact", "Provider"], TEAMS),
    "Respite Stay": (["Client"], [BROKERAGE]),
}
#: §9 "The Related to and Entity fields are linked": the name of Entity, and one that can be chosen in it.
ENTITIES = {
    "Contract": ("Contract", "^(?!Choose)"),
    "Client": ("Service User Name", r"^Land, Lucy \(9170468\)$"),
    "Service": ("Service", "^Oasis Residential Home$"),
    "Contact": ("Contact", "^James Beiley$"),
    "Provider": ("Provider", "^Oasis Care and Support$"),
}


def care_plan(place: Oasis) -> Case:
    """What brokerage sends out of Liquid Logic: "This function is for the Service Brokerage Team"."""
    said = Asked("information", "service", place.home.pk, moment.today(), "service_brokerage", "CarePlan",
                 "The care and support plan is attached.")  # fmt: skip
    done = commands.send(
        actor=make.actor(make.staff_user(name="Tom Bullard")), asked=said, organisation_id=place.organisation.pk,
        sender=HIDDEN, key=make.key(),
    )  # fmt: skip
    return Case.objects.get(pk=done.case_id)


def choose(tab: Tab, label: str, option: str) -> None:
    """Choose in a list; where no script narrows what depends on it, by the button."""
    tab.page.get_by_label(label, exact=True).select_option(label=option)
    if not tab.script:
        tab.page.get_by_role("button", name="Continue").click()


def offered(page: Page, label: str) -> list[str]:
    """What a list offers, without the line that asks to choose."""
    found = page.get_by_label(label, exact=True).locator("option").all_inner_texts()
    return [each for each in found if not each.startswith("Choose")]


def shown_when(page: Page, label: str, options: list[str]) -> None:
    """Wait until a list offers exactly these."""
    expect(page.get_by_label(label, exact=True).locator("option:not([value=''])")).to_have_text(options)


def day(page: Page, group: str, when: date) -> None:
    fields = page.get_by_role("group", name=group)
    for label, part in (("Day", when.day), ("Month", when.month), ("Year", when.year)):
        fields.get_by_label(label).fill(str(part))


@pytest.mark.parametrize("script", [True, False])
def test_care_documentation_is_received_and_answered(open_tab: Open, *, script: bool) -> None:
    place = oasis(clients=2)
    case = care_plan(place)
    tab = open_tab("James Beiley", user=place.james, script=script)
    page = tab.page
    page.goto("/portal/")
    page.locator("header nav").get_by_role("link", name="Actions and change requests").click()
    for heading in ("Status", "Last Post Date", "Title", "Re:", "Due", "Type", "Assigned To"):
        expect(page.get_by_role("columnheader", name=heading, exact=True)).to_be_visible()
    row = page.get_by_role("row").filter(has_text="CarePlan")
    expect(row).to_contain_text("Oasis Residential Home (Service)")
    expect(row).to_contain_text("Information")
    expect(row.get_by_role("cell").last).to_have_text("Provider")
    expect(row.get_by_role("cell").first).to_have_text("Awaits you")
    tab.step("the-list")
    page.get_by_role("link", name=re.compile("^CarePlan")).click()
    expect(page.locator(".cc-thread")).to_contain_text(HIDDEN)
    page.get_by_label("Your comment").fill("We have received it.")
    page.get_by_role("button", name="Submit comment").click()
    # "If you need to reply to these conversations, please select the Service Brokerage Team": it goes there by itself.
    expect(page.get_by_role("heading", name=re.compile(f"^With {BROKERAGE}"))).to_be_visible()
    page.get_by_role("button", name="Request closure").click()
    expect(page.get_by_text("Your request goes to FES System Administration Team.")).to_be_visible()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(
        page.get_by_role("heading", name=re.compile("^With FES System Administration Team, to be closed"))
    ).to_be_visible()
    last = page.locator(".cc-thread > li").last
    expect(last).to_contain_text("James Beiley")
    expect(last).to_contain_text("Requested closure.")
    tab.step("closure-requested")

    closer = open_tab("Fay Ellis", user=make.staff_user("fes_admin", name="Fay Ellis"), script=script)
    closer.page.goto(f"/cases/{case.pk}/")
    expect(closer.page.locator(".cc-thread")).to_contain_text("James Beiley requested closure.")
    closer.page.get_by_role("radio", name="Close with an explanation").check()
    closer.page.get_by_label("Explanation", exact=True).fill("The plan was received.")
    closer.step("fes-closes")
    closer.page.get_by_role("button", name=re.compile("^(Close it|Send)$")).click()
    expect(closer.page.get_by_role("heading", name="Nothing to do: closed")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Why it was closed")).to_be_visible()
    expect(page.get_by_text("The plan was received.").first).to_be_visible()
    tab.step("closed")


def test_the_guide_to_the_types(open_tab: Open) -> None:
    place = oasis(clients=2)
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto("/portal/actions/")
    page.get_by_role("button", name="New Action").click()
    assert offered(page, "Type") == list(GUIDE)
    for kind, (related, teams) in GUIDE.items():
        choose(tab, "Type", kind)
        shown_when(page, "Related to", related)
        shown_when(page, "Assign to", teams)
        expect(page.get_by_label("Assign to", exact=True)).not_to_contain_text(HIDDEN)
        for each in related:
            if len(related) > 1:
                choose(tab, "Related to", each)
            label, one = ENTITIES[each]
            options = page.get_by_label(label, exact=True).locator("option").filter(has_text=re.compile(one))
            expect(options.first).to_be_attached()
    tab.step("the-guide")


@pytest.mark.parametrize("script", [True, False])
def test_a_death_is_passed_on_and_taken_up_by_brokerage(open_tab: Open, *, script: bool) -> None:
    place = oasis(clients=2)
    died = moment.today() - timedelta(days=2)
    tab = open_tab("James Beiley", user=place.james, script=script)
    page = tab.page
    page.goto("/portal/actions/new/")
    choose(tab, "Type", "Death Notification")
    page.get_by_label("Service User Name").select_option(label="Land, Lucy (9170468)")
    day(page, "Date of death", died)
    page.get_by_label("Title", exact=True).fill("Death notification")
    page.get_by_label("Files (optional)").set_input_files([_file("Letter.pdf")])
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("heading", name="The action was not created: 1 thing to put right")).to_be_visible()
    expect(page.get_by_text("Letter.pdf").first).to_be_visible()
    tab.step("nothing-typed-is-lost")
    page.get_by_label("Description").fill("Mrs Land died in hospital.")
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("alert")).to_contain_text(f"{BROKERAGE} has it")
    tab.step("sent")
    case = Case.objects.get(kind="action")
    assert PaymentHold.objects.get(case=case).start == died

    desk = open_tab("Priya Raman", user=make.staff_user(name="Priya Raman"), script=script)
    desk.page.goto(f"/queues/{case.holder_team_id}/")
    desk.page.get_by_role("link", name=re.compile("Death Notification")).first.click()
    expect(desk.page.get_by_text("Letter.pdf").first).to_be_visible()
    expect(desk.page.get_by_text("Date of death").first).to_be_visible()
    desk.step("brokerage-has-it")


def test_a_query_goes_to_the_team_that_was_chosen_and_back(open_tab: Open) -> None:
    """Without a script: Suffolk and Gloucestershire do the same with one."""
    place = oasis(clients=2)
    tab = open_tab("James Beiley", user=place.james, script=False)
    page = tab.page
    page.goto("/portal/actions/new/")
    choose(tab, "Type", "Query")
    choose(tab, "Related to", "Contract")
    page.get_by_label("Contract", exact=True).select_option(index=1)
    page.get_by_label("Assign to", exact=True).select_option(label="Payments Team - Residential")
    page.get_by_label("Title", exact=True).fill("Remittance advice")
    page.get_by_label("Description").fill("Where do we find last month's?")
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("heading", name=re.compile("^With Payments Team - Residential"))).to_be_visible()
    action = Action.objects.get()
    paul = make.staff_user("payments_residential", name="Paul Dean")
    desk = open_tab("Paul Dean", user=paul, script=False)
    desk.page.goto(f"/cases/{action.pk}/")
    desk.page.get_by_role("radio", name="Reply to Oasis Care and Support").check()
    desk.page.get_by_label("Your reply", exact=True).fill("Under Reports.")
    desk.page.get_by_role("button", name="Send", exact=True).click()
    expect(desk.page.get_by_text("It is the provider's turn.")).to_be_visible()
    desk.step("answered")
    page.goto("/portal/")
    expect(page.get_by_role("link", name=re.compile("^Answer 1 action"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^Answer 1 action")).click()
    expect(page.get_by_role("row").filter(has_text="Remittance advice")).to_contain_text("Provider")
    tab.step("assigned-to-provider")


def _file(name: str) -> Any:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF}
