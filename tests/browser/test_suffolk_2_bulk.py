"""suffolk-user-guide §2 "Actuals Bulk Export" and "Actuals Bulk Import", step by step, as Suffolk."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import care
from tests.browser.conftest import Open
from tests.browser.tab import Tab
from tests.browser.weeks import days, place, stored
from tests.councils import served
from workflows.council.profile import current

#: "Week Beginning 16 Jul 2018"
WEEK = date(2018, 7, 16)
EVERY_DAY = tuple(range(7))
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01"
ABSURD = {
    "a picture": (PNG, "This is not a text file. Import a CSV file."),
    "nothing": (b"", "is empty: choose another file"),
    "300 columns": (
        ",".join(f"c{number}" for number in range(300)).encode() + b"\n1,2\n",
        "The header row has no column WeekBeginning. Actuals need: WeekBeginning.",
    ),
}


@pytest.fixture(autouse=True)
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


def bulk_import(page: Page, content: bytes, name: str = "actuals.csv") -> None:
    """Steps 1 to 5: "Click on Actuals Bulk Import", "browse for the csv file", "Click on import\""""
    page.goto("/portal/actuals/")
    page.get_by_role("link", name="Actuals Bulk Import").click()
    page.get_by_label("Select a file to import").set_input_files(
        files=[{"name": name, "mimeType": "text/csv", "buffer": content}]
    )
    page.get_by_role("button", name="Import", exact=True).click()


def counter(page: Page, label: str) -> str:
    row = page.locator(".govuk-summary-list__row").filter(has_text=label)
    return row.locator("dd").inner_text().strip()


def test_export_amend_import(open_tab: Open, tmp_path: Path) -> None:
    oak = place("home_care", organisation="Oak Home Care", service="Oak Home Care", person="James Beiley",
                role=next(each.key for each in current().roles if {"actuals", "actions"} <= each.edit))  # fmt: skip
    level = care.level("home_care_standard", group="home_care", amount="20.00")
    customer = oak.line(level, "Kent", "Karl", "2750571", "5.25", visits=(("0.75", EVERY_DAY, 1),))
    oak.line(level, "Land", "Lucy", "9170468", "10.5")
    week = care.opened(oak.service, WEEK)
    tab = open_tab("James Beiley", user=oak.person)
    table = exported(tab)

    table[0] |= {"Sun": "0", "NotDelivered": "0.75", "Cause": "Care that was not delivered", "Comment": "With family"}
    table[1] |= {"WeekBeginning": "17/07/2018", "Comment": "On a Tuesday", "Shoe size": "9"}
    amended = written(table)
    page = tab.page
    bulk_import(page, amended)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm Import")
    expect(page.get_by_text("Check the pending records, and either update or cancel")).to_be_visible()
    expect(page.get_by_role("radio", name="Both")).to_be_checked()
    expect(page.get_by_text("Not read, as these columns mean nothing here: “Shoe size”.")).to_be_visible()
    said = {"records read": "2", "new records": "0", "updated records": "1", "rejected records": "1"}
    assert {each: counter(page, f"Number of {each}") for each in said} == said
    tab.step("6-confirm-import")
    page.get_by_role("radio", name="Errors", exact=True).check()
    page.get_by_role("button", name="View").click()
    expect(page.get_by_text("17/07/2018 is not a Monday.")).to_be_visible()
    tab.step("7-failed")
    page.get_by_role("link", name="Reset").click()
    assert days(customer, week) == ["0.75"] * 7, "nothing before Update System"
    page.get_by_role("button", name="Update System").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import Complete")
    tab.step("8-import-complete")
    page.get_by_role("button", name="Return").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Actuals Bulk Import")
    assert days(customer, week) == ["0.75"] * 6 + ["0.00"]
    assert stored(customer, week).rows[0]["absent"] == [
        {"box": stored(customer, week).rows[0]["absent"][0]["box"], "units": "0.75", "cause": "not_delivered",
         "day": 6, "comment": ""}
    ]  # fmt: skip
    assert stored(customer, week).payable == Decimal("4.50")

    bulk_import(page, amended)
    expect(page.get_by_text(re.compile("This very file was imported before, by James Beiley"))).to_be_visible()
    assert (counter(page, "Number of updated records"), counter(page, "Number of unchanged records")) == ("0", "1")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Nothing was changed, and the records of the file were removed.")).to_be_visible()
    for content, sentence in ABSURD.values():
        bulk_import(page, content)
        expect(page.get_by_role("alert")).to_contain_text(sentence)
    tab.step("absurd")
    page.locator("header").get_by_role("link", name="Home").first.click()
    expect(page).to_have_url(re.compile(r"/portal/$"))


def exported(tab: Tab) -> list[dict[str, str]]:
    """ "From the actuals home page click on Actuals Bulk Export", "Enter start date", "Enter end date", "save\""""
    page = tab.page
    page.goto("/portal/actuals/")
    page.get_by_role("link", name="Actuals Bulk Export").click()
    page.get_by_role("button", name="Export", exact=True).click()
    for name, day in (("Start date", "16"), ("End date", "22")):
        parts = page.get_by_role("group", name=name)
        for label, value in (("Day", day), ("Month", "7"), ("Year", "2018")):
            parts.get_by_label(label).fill(value)
    tab.step("export-2-and-3")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export", exact=True).click()
    assert saved.value.suggested_filename == "actuals-2018-07-16-2018-07-22.csv"
    text = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def written(table: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, [*table[0], "Shoe size"], restval="")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()
