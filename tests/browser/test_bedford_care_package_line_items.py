"""bedford-actuals-guide "Actions & Care Package Line Items", suffolk-user-guide §6 and norfolk-handbook §5, by step."""

import re
from datetime import date

from playwright.sync_api import expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import CLIENTS, Oasis, oasis
from tests.browser.tab import Tab
from workflows.register import commands as register

FILTER = "Filter by service, client or service level"


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
    place = oasis()
    end_the_line_of(place, "Osman")
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    open_the_list(tab)
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(5)
    for surname, forename, ss_ref in CLIENTS[:4]:
        row = rows.filter(has_text=f"{surname}, {forename}")
        expect(row).to_contain_text(ss_ref)
        expect(row).to_contain_text("1 x Placement at £536.49 (Spot)")
    tab.step("1-the-list")

    page.get_by_text(FILTER).click()
    page.get_by_label("Service", exact=True).select_option(label="Oasis Residential Home")
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
    expect(page.get_by_role("heading", level=1)).to_have_text("Kent, Karl (2750571), Oasis Residential Home")
    expect(page.get_by_text("Care was commissioned")).to_be_visible()
    tab.step("4-one-line")
    page.get_by_role("link", name=re.compile("^NCC ISO")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kent, Karl")


def test_the_same_without_javascript(open_tab: Open) -> None:
    place = oasis()
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
    place = oasis(clients=2)
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
