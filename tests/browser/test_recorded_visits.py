"""Call monitoring from end to end, as Bedford: a file in, the week filled, a figure corrected, the council sees it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests import care
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.weeks import days, place, stored
from tests.councils import served
from tests.db.test_recorded_visits import HEADER, visit


@pytest.fixture(autouse=True)
def bedford() -> Iterator[None]:
    with served("bedford"):
        yield


def test_a_file_fills_the_week_one_figure_is_corrected_and_the_council_sees(open_tab: Open) -> None:
    ouse = place("home_care", organisation="Great Ouse Home Care", service="Great Ouse", person="Anna Leeder",
                 role="main_user")  # fmt: skip
    level = care.level("home_care_standard", group="home_care", amount="20.00")
    kent = ouse.line(level, "Kent", "Karl", "2750571", "5.25", visits=(("0.75", (0, 1, 2, 3, 4, 5, 6), 1),))
    week = care.opened(ouse.service)
    file = "\n".join(
        [HEADER, *(visit(kent, day) for day in range(5)), visit(kent, 5, took=31), visit(kent, 6, took=None)]
    )
    anna = open_tab("Anna Leeder", user=ouse.person)
    page = anna.page
    page.goto("/portal/actuals/")
    page.get_by_role("link", name="Import recorded visits").click()
    page.get_by_label("Select a file to import").set_input_files(
        {"name": "visits.csv", "mimeType": "text/csv", "buffer": file.encode()}
    )
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Confirm Import")).to_be_visible()
    anna.step("1-confirm-import")
    page.get_by_role("button", name="Update System").click()
    expect(page.get_by_role("heading", name="Import Complete")).to_be_visible()
    assert days(kent, week) == ["0.75", "0.75", "0.75", "0.75", "0.75", "0.50", "0.00"]

    page.goto(f"/portal/actuals/{week.pk}/")
    expect(page.get_by_role("link", name=re.compile("6 recorded visits, 4 h 16 min"))).to_be_visible()
    anna.step("2-week")
    page.get_by_role("link", name=re.compile("^Edit days of Kent, Karl")).click()
    expect(page.get_by_role("row", name=re.compile("^From visits"))).to_contain_text("0.50")
    page.get_by_label(re.compile("^Actual, .*Sunday 23 February")).fill("0.75")
    why = page.get_by_label(re.compile("^Why does it differ from the visits"))
    expect(why).to_be_visible()
    anna.step("3-corrected")
    with anna.refused(422):
        page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("Choose why this differs from the visits that were recorded")
    page.get_by_label(re.compile("^Why does it differ")).select_option("The carer could not log in or out")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("Saved and submitted to Finance Team.")
    page.get_by_role("link", name=re.compile("6 recorded visits")).click()
    expect(page.get_by_role("row").filter(has_text="Sunday")).to_contain_text(["Did not take place", "Corrected"])
    anna.step("4-visits")
    assert stored(kent, week).payable == 5

    colin = open_tab("Colin Sayer", user=make.staff_user(care.payments_team(), name="Colin Sayer"))
    page = colin.page
    page.goto(f"/cases/{week.pk}/lines/{stored(kent, week).pk}/")
    expect(page.get_by_text("Corrected: the recorded visits come to 4.25, and 5.00 was entered")).to_be_visible()
    page.get_by_role("link", name="See its 6 recorded visits, 4 h 16 min").click()
    expect(page.get_by_role("heading", name="Recorded visits: Kent, Karl, Home Care Standard")).to_be_visible()
    colin.step("5-council")
