"""The manager's page in a browser: looked at at both widths, from a number to its queue, without a script, on paper."""

import csv
import re

from playwright.sync_api import expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.model.moves import People, in_state


def test_a_manager_goes_from_a_number_to_its_queue_and_narrows_the_page(open_tab: Open) -> None:
    people = People()
    documents = [in_state("rejected", people) for _ in range(3)]
    tab = open_tab("Megan Frost", user=make.staff_user(role="manager", name="Megan Frost"))
    page = tab.page
    page.goto("/")
    page.get_by_role("link", name="Managers", exact=True).click()
    expect(page.locator("main")).to_contain_text("First: 3 cases are unclaimed with Service Brokerage Team")
    tab.step("managers")
    page.get_by_text("What these figures mean").first.click()
    expect(page.get_by_text("Open turns of a council team that nobody has claimed.")).to_be_visible()
    page.get_by_role("link", name="3 unclaimed, Service Brokerage Team").click()
    for document in documents:
        expect(page.locator("main")).to_contain_text(document.case.reference)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Managers’ overview")
    page.get_by_text("Filter by team, kind, service group, provider and days").click()
    page.get_by_label("Told by").select_option("Day")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("heading", name="Arrived and completed, by day")).to_be_visible()
    tab.step("managers-by-day")


def test_without_a_script_the_page_is_whole_and_its_file_can_be_taken(open_tab: Open) -> None:
    in_state("rejected", People())
    tab = open_tab("Ravi Nair", user=make.staff_user("", duty="auditor", name="Ravi Nair"), script=False)
    page = tab.page
    page.goto("/managers/")
    expect(page.get_by_role("table", name="Backlog by team and age")).to_contain_text("Service Brokerage Team")
    tab.step("managers-without-script")
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV", exact=True).click()
    with taken.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["Backlog by team and age"]
    assert next(row for row in rows if row[:1] == ["Service Brokerage Team"])[1] == "1"


def test_on_paper_there_are_figures_and_what_they_mean_but_no_filters(open_tab: Open) -> None:
    in_state("rejected", People())
    tab = open_tab("Megan Frost", user=make.staff_user(role="manager", name="Megan Frost"))
    page = tab.page
    page.goto("/managers/")
    page.emulate_media(media="print")
    expect(page.get_by_text("Filter by team, kind, service group, provider and days")).to_be_hidden()
    expect(page.get_by_role("link", name=re.compile("^CSV"))).to_be_hidden()
    expect(page.get_by_role("table", name="Backlog by team and age")).to_be_visible()
    tab.step("managers-printed", bare=True)
