"""suffolk-user-guide §5 as Suffolk's own profile: "Commissioned V Actuals" steps 1 to 12, and the reports about money.

"Remittance Advice Provider Payments" is walked with the payment runs (test_norfolk_8_payment_run.py).
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests import care
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import with_passcode
from tests.care import WEEK
from tests.councils import served
from tests.db.test_reports import less
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.parties.models import Organisation, Service, User
from workflows.parties.selectors import system_actor
from workflows.payments import methods, opening
from workflows.payments.acting import profile
from workflows.register.models import CarePackageLine


@pytest.fixture(autouse=True)
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


@pytest.fixture
def oak() -> Service:
    """ "1 Oak Home Care" of §2."""
    return make.service(make.organisation("Oak Home Care"), name="1 Oak Home Care", group="home_care")


@pytest.fixture
def james(oak: Service) -> User:
    return with_passcode(make.provider_user(oak.organisation, name="James Beiley", role="finance"))


@pytest.fixture
def lines(oak: Service, james: User) -> list[CarePackageLine]:
    """Three people's care; in the week, Lucy Land had an hour less than was commissioned."""
    level = care.level("personal_care", group="home_care")
    names = (("Kent", "Karl"), ("Land", "Lucy"), ("Mitchell", "Mike"))
    made = [care.line(oak, level, units, client=make.client_(*name))
            for name, units in zip(names, ("14", "21", "5.25"), strict=True)]  # fmt: skip
    care.opened(oak)
    less(care.of_line(made[1]), make.actor(james), "1")
    system, go_live = system_actor(), profile().go_live
    assert go_live is not None
    methods.set_method(
        actor=system, contract_id=made[1].contract_id, start=go_live, calendar="weekly", net=False, on_actuals=False
    )
    with moment.at(datetime.combine(go_live + timedelta(days=8), time(12), LONDON)):
        opening.open_due()
    return made


def fill(page: Page, name: str, day: date) -> None:
    box = page.get_by_role("group", name=name)
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        box.get_by_label(label).fill(str(part))


def test_suffolk_5_commissioned_v_actuals_steps_1_to_12(
    open_tab: Open, oak: Service, james: User, lines: list[CarePackageLine]
) -> None:
    tab = open_tab("James Beiley", user=james)
    page = tab.page

    page.goto("/portal/")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="All chapters").click()
    page.get_by_role("main").get_by_role("link", name="Reports", exact=True).click()
    tab.step("1-go-to-reports-from-the-main-menu")

    page.get_by_role("link", name="Commissioned v Actuals").click()
    expect(page.get_by_text("This report requires parameters. Please complete the fields above")).to_be_visible()
    tab.step("2-click-on-commissioned-v-actuals")

    page.get_by_label("Service Group Class").select_option(label="Home care")
    page.get_by_label("Organisation").select_option(label="Oak Home Care")
    page.get_by_label("Client", exact=True).select_option(label="All clients")
    fill(page, "Date from", WEEK)
    fill(page, "Date to", WEEK + timedelta(days=13))
    page.get_by_label("Differences only").check()
    page.get_by_label("Include weeks without actuals").check()
    tab.step("3-to-9-the-parameters")

    page.get_by_role("button", name="View").click()
    expect(page).to_have_url(re.compile(r"/portal/reports/commissioned-v-actuals/[\w-]+/$"))
    rows = page.get_by_role("table", name="Commissioned and actual").get_by_role("row")
    expect(rows).to_have_count(5)  # the headings, what differs, and a week of each line without actuals
    expect(rows.filter(has_text="Saved")).to_contain_text("Land, Lucy")
    totals = page.get_by_role("table", name="Totals of all rows")
    expect(totals).to_contain_text("61.25")  # 21 + (14 + 21 + 5.25), of which 20 are recorded
    expect(totals).to_contain_text("41.25 below")
    tab.step("10-click-on-view")

    page.emulate_media(media="print")
    tab.step("10-on-paper", bare=True)
    page.emulate_media(media="screen")

    with page.expect_download() as taken:
        page.get_by_role("link", name="Download Data (CSV)").click()
    assert taken.value.suggested_filename == "commissioned-v-actuals-2025-02-17-2025-03-02.csv"
    assert "Land, Lucy" in taken.value.path().read_text(encoding="utf-8-sig")

    page.get_by_text("Change the parameters").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download Data", exact=True).click()
    assert taken.value.suggested_filename.endswith(".xlsx")
    tab.step("11-view-or-download")

    rows.filter(has_text="Saved").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Land, Lucy")
    page.go_back()

    page.get_by_role("link", name="Close and return").last.click()
    expect(page).to_have_url(re.compile(r"/portal/reports/$"))
    tab.step("12-close-and-return")

    page.get_by_role("link", name="Pending Payments Exception").click()
    expect(page.get_by_text("This report requires parameters. Please complete the fields above")).to_be_visible()
    page.get_by_label("Organisation").select_option(label="Oak Home Care")
    page.get_by_role("button", name="View").click()
    expect(page.get_by_text("There is nothing to display.")).to_be_visible()
    tab.step("exception-3-nothing-to-display")
    page.get_by_role("link", name="Close and return").last.click()

    page.get_by_role("link", name="Pending Scheduled Payments").click()
    page.get_by_label("Status").select_option(label="All pending payments")
    fill(page, "Date from", date(2026, 4, 6))
    fill(page, "Date to", date(2026, 4, 30))
    tab.step("pending-2-to-4-the-parameters")
    page.get_by_role("button", name="View").click()
    expect(page.get_by_text("These payments are not final until Suffolk County Council carries out")).to_be_visible()
    pending = page.get_by_role("table", name="Lines of payments, by client").get_by_role("row")
    expect(pending.filter(has_text="Land, Lucy")).to_contain_text("£397.32")
    tab.step("pending-5-view")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download Data (CSV)").click()
    assert taken.value.suggested_filename == "pending-scheduled-payments-2026-04-06-2026-04-30.csv"
    assert "397.32" in taken.value.path().read_text(encoding="utf-8-sig")
    page.get_by_role("link", name="Close and return").last.click()
    expect(page).to_have_url(re.compile(r"/portal/reports/$"))


def test_the_council_reads_it_without_a_script(open_tab: Open, oak: Service, lines: list[CarePackageLine]) -> None:
    officer = make.staff_user("business_finance", name="Anna Leeder")
    tab = open_tab("Anna Leeder", user=with_passcode(officer), script=False)
    page = tab.page
    page.goto("/reports/commissioned-v-actuals/")
    page.get_by_label("Organisation").select_option(label=Organisation.objects.get(pk=oak.organisation_id).name)
    fill(page, "Date from", WEEK)
    fill(page, "Date to", WEEK)
    page.get_by_role("button", name="View").click()
    expect(page.get_by_role("table", name="Commissioned and actual").get_by_role("row")).to_have_count(4)
    tab.step("the-council-reads-it")
