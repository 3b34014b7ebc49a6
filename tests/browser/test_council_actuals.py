"""The council's rooms of actuals, as Bradford: the payments team's chapter, and the one of who decides about care.

What the provider records on pages is walked in the guide's own test; here its commands stand in for them.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests import care
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import with_passcode
from tests.browser.tab import Tab
from tests.browser.weeks import Place, place
from tests.care import WEEK
from tests.councils import served
from workflows.actuals import commands
from workflows.actuals.entry import Absence, FilledRow
from workflows.actuals.filling import Filled
from workflows.actuals.models import ActualWeek, CareDecision
from workflows.actuals.reactions import ask
from workflows.actuals.rejudging import after_decision
from workflows.engine import batches
from workflows.engine.models import Batch, Outbox
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.register.models import CarePackageLine

D = Decimal
PEOPLE = (
    ("Akhtar", "Yusuf", "1046018", "14"),
    ("Hussain", "Nadia", "1047726", "21"),
    ("Lister", "Daniel", "1044271", "14"),
    ("Sugden", "Carol", "1052266", "7"),
)


@pytest.fixture(autouse=True)
def bradford() -> Iterator[None]:
    with served("bradford"):
        yield


@pytest.fixture
def aire() -> Place:
    return place("supported_living", organisation="Aire Valley Supported Living", service="Aire Valley",
                 person="Farida Mirza", role="main_user")  # fmt: skip


@pytest.fixture
def lines(aire: Place) -> dict[str, CarePackageLine]:
    shared = care.level("shared_support", group="supported_living", amount="18.92")
    return {each[0]: aire.line(shared, *each) for each in PEOPLE}


@pytest.fixture
def farida(aire: Place) -> Actor:
    return make.actor(aire.person)


@pytest.fixture
def priya() -> User:
    return with_passcode(make.staff_user("fss_payments", name="Priya Raman"))


def absent(line: CarePackageLine, units: str, cause: str, comment: str, *, week: date = WEEK, kind: str = "frustrated"
           ) -> Filled:  # fmt: skip
    """So many units that the provider did not deliver, and why."""
    row, gone = care.of_line(line, week), D(units)
    left = max(D(0), line.quantity - gone)
    actual = left if kind == "missed" else line.quantity
    return Filled(row.pk, row.version, (FilledRow(1, (actual,), (Absence(kind, gone, cause, None, comment),)),))


def save(who: Actor, week: ActualWeek, *what: Filled) -> None:
    commands.save(actor=who, case_id=week.pk, task_id=care.turn(week.pk).pk, filled=what, key=make.key())


def submit(who: Actor, week: ActualWeek) -> None:
    commands.submit(actor=who, case_id=week.pk, task_id=care.turn(week.pk).pk, reviewed=True, key=make.key())


@pytest.fixture
def weeks(lines: dict[str, CarePackageLine], farida: Actor) -> list[ActualWeek]:
    """A week with two absences, and one as planned; both are submitted."""
    home = lines["Lister"].service
    first, second = care.opened(home), care.opened(home, WEEK + timedelta(weeks=1))
    save(
        farida,
        first,
        absent(lines["Hussain"], "21", "hospital", "Week 1. BRI, admitted"),
        absent(lines["Lister"], "4", "planned", "On holiday with the family", kind="missed"),
    )
    for each in (first, second):
        submit(farida, each)
    care.opened(home, WEEK + timedelta(weeks=2))
    return [first, second]


def open_actuals(tab: Tab, path: str = "/work/") -> Page:
    page = tab.page
    page.goto(path)
    page.locator("header nav").get_by_role("link", name="Cases", exact=True).click()
    page.get_by_role("link", name="Actuals", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Actuals")
    return page


def fill(page: Page, name: str, day: date) -> None:
    box = page.get_by_role("group", name=name)
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        box.get_by_label(label).fill(str(part))


def test_the_payments_team_accepts_asks_and_takes_out_a_file(
    open_tab: Open, priya: User, weeks: list[ActualWeek]
) -> None:
    tab = open_tab("Priya Raman", user=priya)
    page = open_actuals(tab)
    tab.step("list")
    page.get_by_role("link", name=re.compile("Missing|Late|Not submitted")).first.click()
    tab.step("late")
    page.goto("/actuals/")
    page.get_by_role("link", name=weeks[0].case.reference).click()
    expect(page.get_by_role("heading", name="Needs a look")).to_be_visible()
    tab.step("week")
    page.get_by_text("2 lines as planned", exact=True).click()
    tab.step("week-as-planned")
    page.get_by_role("link", name=re.compile("^Hussain, Nadia")).first.click()
    expect(page.get_by_role("heading", name="Why is this paid or not?")).to_be_visible()
    tab.step("line")
    page.get_by_role("link", name="Open the week").click()
    page.get_by_role("button", name="Accept those that are ticked").click()
    expect(page.get_by_text("Tick at least one line that can be accepted.")).to_be_visible()
    tab.step("nothing-ticked")
    page.get_by_label(re.compile("^Select Hussain, Nadia")).check(force=True)
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("button", name="Accept those that are ticked").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check: 1 line, £397.32 will be paid")
    tab.step("check-one")
    page.get_by_role("button", name="Accept 1 line").click()
    expect(page.get_by_text("1 line accepted: £397.32 will be paid.")).to_be_visible()
    page.get_by_role("link", name="Ask the provider about it").click()
    page.get_by_role("button", name="Ask the provider").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what the provider should look at")
    tab.step("ask-refused")
    page.get_by_label("What should the provider look at?").fill("Was Carol Sugden at home all week?")
    page.get_by_role("button", name="Ask the provider").click()
    expect(page.get_by_text("The provider is asked.")).to_be_visible()
    tab.step("asked")
    page.get_by_role("link", name="See the whole story").click()
    tab.step("story")

    page = open_actuals(tab)
    page.get_by_role("link", name="Units that clients are not charged for").click()
    tab.step("extract")
    fill(page, "From", WEEK + timedelta(days=6))
    fill(page, "To", WEEK)
    page.get_by_role("button", name="Download (CSV)").click()
    expect(page.get_by_role("alert")).to_contain_text("The last day must not be before the first")
    tab.step("extract-refused")
    fill(page, "From", WEEK)
    fill(page, "To", WEEK + timedelta(days=6))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download (CSV)").click()
    assert "Hussain, Nadia" in waiting.value.path().read_text(encoding="utf-8-sig")

    open_actuals(tab)
    page.get_by_role("button", name="Of all that match").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Check: 1 week")
    tab.step("check-many")
    page.get_by_role("button", name="Accept 4 lines").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Accepting 1 week")
    tab.step("batch-begun")
    made = Batch.objects.get()
    batches.run_slice(made.pk, 0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 1 week accepted")
    tab.step("batch-done")
    page.goto(f"/queues/changes/{made.pk}/")  # where the notice of a finished batch leads
    expect(page).to_have_url(re.compile(f"/actuals/batches/{made.pk}/$"))
    page.get_by_role("link", name=weeks[1].case.reference).click()
    expect(page.get_by_role("heading", name="Nothing to do: checked")).to_be_visible()
    tab.step("checked")


def test_a_stay_is_paid_for_longer_and_more_care_authorised(
    open_tab: Open, lines: dict[str, CarePackageLine], farida: Actor
) -> None:
    """The seventh week in hospital is not paid until somebody says so."""
    for number in range(7):
        monday = WEEK + timedelta(weeks=number)
        week = care.opened(lines["Hussain"].service, monday)
        save(farida, week, absent(lines["Hussain"], "21", "hospital", f"Week {number + 1}. BRI", week=monday))
        for row in Outbox.objects.filter(topic="actuals.raised", payload__case=week.pk).order_by("pk"):
            ask(row.payload, row.key)
    asked = CareDecision.objects.get(raised="funding_decision")
    sunday = WEEK + timedelta(weeks=9, days=-1)
    tab = open_tab("Tom Bullard", user=with_passcode(make.staff_user("support_options", name="Tom Bullard")))
    page = open_actuals(tab)
    page.get_by_role("link", name="Decisions on care", exact=True).click()
    tab.step("decisions")
    page.get_by_role("link", name=asked.case.reference).click()
    expect(page.get_by_role("heading", name=re.compile("^Now: decide about paying for longer"))).to_be_visible()
    tab.step("decision")
    page.get_by_role("button", name="Pay for longer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pay for longer")
    tab.step("longer")
    page.get_by_label("Who decided this, and why?").fill("Agreed by the operational team")
    fill(page, "Pay until", sunday - timedelta(days=1))
    page.get_by_role("button", name="Pay until then").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a Sunday")
    tab.step("not-a-sunday")
    fill(page, "Pay until", sunday)
    page.get_by_role("button", name="Pay until then").click()
    row = Outbox.objects.get(topic="actuals.decided")
    for _ in range(3):
        after_decision(row.payload, row.key)
    page.goto(f"/cases/{asked.case_id}/")
    expect(page.get_by_role("heading", name=re.compile("^Nothing to do: paid until"))).to_be_visible()
    tab.step("decided")
    page.get_by_role("link", name="Open the care package line").click()
    page.get_by_role("link", name="Authorise more care").click()
    tab.step("authorise")
    page.get_by_role("button", name="Record the authorisation").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    tab.step("authorise-refused")
    fill(page, "From", WEEK)
    fill(page, "To", WEEK + timedelta(days=6))
    page.get_by_label("Units a week above the plan").fill("2")
    page.get_by_label("Reference of the authorisation").fill("AUT-7")
    page.get_by_label("Who authorised it").fill("Tom Bullard")
    page.get_by_role("button", name="Record the authorisation").click()
    expect(page.get_by_text("2 units a week")).to_be_visible()
    tab.step("authorised")
    page.get_by_role("button", name=re.compile("Withdraw")).click()
    expect(page.get_by_text("withdrawn").first).to_be_visible()
    tab.step("withdrawn")
