"""bedford-actuals-guide "Actions & Care Package Line Items" as Bedford's own profile, step by step.

suffolk-user-guide §6 and norfolk-handbook §5 have the same steps; what those add (include historical, the files) is
walked here too.
"""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.home_care import due, home_care
from tests.browser.oasis import CLIENTS, Oasis
from tests.browser.tab import Tab
from tests.councils import served
from workflows.actions.models import Action
from workflows.engine.models import Case
from workflows.register import commands as register

FILTER = "Filter by service, client or service level"


@pytest.fixture(autouse=True)
def bedford() -> Iterator[None]:
    with served("bedford"):
        yield


def acorn(*, clients: int = 5) -> Oasis:
    """The guide is "tailored to Homecare Providers"."""
    return home_care(organisation="Acorn Homecare Ltd", service="Acorn Homecare", clients=clients)


def end_the_line_of(place: Oasis, surname: str) -> None:
    line = place.document_of(surname).line
    register.end_line(
        actor=make.actor(make.staff_user()), line_id=line.pk, version=line.version, end=date(2019, 3, 31),
        reason="Moved to family.",
    )  # fmt: skip


def open_the_list(tab: Tab) -> None:
    """ "From the Home Page click on the Care Package Line Items hyperlink.\""""
    tab.page.goto("/portal/")
    tab.page.get_by_role("main").get_by_role("link", name="Care package line items").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Care package line items")


def test_bedfords_steps_1_and_2_then_a_line_and_the_files(open_tab: Open) -> None:
    place = acorn()
    end_the_line_of(place, "Osman")
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    open_the_list(tab)
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(5)
    for surname, forename, ss_ref in CLIENTS[:4]:
        row = rows.filter(has_text=f"{surname}, {forename}")
        expect(row).to_contain_text(ss_ref)
        expect(row).to_contain_text("1 x Hour at £18.40 (Spot)")
    tab.step("1-the-list")

    page.get_by_text(FILTER).click()
    page.get_by_label("Service", exact=True).select_option(label="Acorn Homecare")
    page.get_by_label("Client", exact=True).select_option(label="Land, Lucy (9170468)")
    page.get_by_role("button", name="View", exact=True).click()
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("Land, Lucy")
    tab.step("2-filter-and-view")

    page.get_by_role("link", name="Clear the filter").click()
    page.get_by_text(FILTER).click()
    page.get_by_label("Include historical").check()
    page.get_by_role("button", name="View", exact=True).click()
    expect(rows).to_have_count(6)
    expect(rows.filter(has_text="Osman, Oscar")).to_contain_text("Ended")
    tab.step("3-include-historical")
    for name, ending in (("(spreadsheet)", "xlsx"), ("(CSV)", "csv")):
        with page.expect_download() as started:
            page.get_by_role("link", name=f"Download this list {name}").click()
        assert re.fullmatch(rf"care-package-lines-\d{{4}}-\d\d-\d\d\.{ending}", started.value.suggested_filename)

    page.get_by_role("link", name=re.compile("^Kent, Karl")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kent, Karl (2750571), Acorn Homecare")
    expect(page.get_by_text("Care was commissioned")).to_be_visible()
    tab.step("4-one-line")
    page.get_by_role("link", name=re.compile("^Individual Service Agreement")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kent, Karl")


@pytest.mark.parametrize("script", [True, False])
def test_what_is_incorrect_is_said_with_an_action_from_the_line(open_tab: Open, *, script: bool) -> None:
    """ "Periodically view and quality check CPLI data, if incorrect the Provider should submit an Action.\""""
    place = acorn(clients=2)
    tab = open_tab("James Beiley", user=place.james, script=script)
    page = tab.page
    open_the_list(tab)
    expect(page.get_by_role("main")).to_contain_text("the key building blocks for payments and charges")
    page.get_by_role("row").filter(has_text="Land, Lucy").get_by_role("link", name="Submit action").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New Action")
    page.get_by_label("Type", exact=True).select_option(label="Care Package Line Item Incorrect")
    if not script:
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Service User Name")).to_have_value(f"client:{place.document_of('Land').case.client_id}")
    expect(page.get_by_label("Assign to")).to_have_value("finance")
    due(page, 14)
    page.get_by_label("Title", exact=True).fill("Two hours a week, not one")
    page.get_by_label("Description").fill("The care plan says two hours.")
    tab.step("1-submit-action")
    page.get_by_role("button", name="Create Action").click()
    expect(page.get_by_role("alert")).to_contain_text("Your action was sent.")
    assert Case.objects.get(kind="action").client_id == place.document_of("Land").case.client_id

    page.locator("header nav").get_by_role("link", name="Actions and change requests").click()
    row = page.get_by_role("row").filter(has_text="Two hours a week")
    expect(row).to_contain_text("LA (Finance Team)")
    row.get_by_role("link").click()
    expect(page.get_by_text("The care plan says two hours.")).to_be_visible()
    tab.step("2-the-details-of-this-action")
    assert Action.objects.get().type == "line_incorrect"


def test_the_same_without_javascript(open_tab: Open) -> None:
    place = acorn()
    tab = open_tab("James Beiley", user=place.james, script=False)
    page = tab.page
    open_the_list(tab)
    page.get_by_text(FILTER).click()
    page.get_by_label("Client", exact=True).select_option(label="Kent, Karl (2750571)")
    page.get_by_role("button", name="View", exact=True).click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    tab.step("filtered-without-javascript")
    page.get_by_role("link", name=re.compile("^Kent, Karl")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kent, Karl")


def test_the_same_by_keyboard(open_tab: Open) -> None:
    place = acorn(clients=2)
    page = open_tab("James Beiley", user=place.james).page
    page.goto("/portal/care-package-line-items/")
    page.locator("summary").filter(has_text=FILTER).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Client", exact=True)).to_be_focused()
    page.keyboard.type("Land")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="View", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name=re.compile("^Land, Lucy")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Land, Lucy")
