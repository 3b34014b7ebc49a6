"""The calendar of weeks names the payment period of each (suffolk-user-guide §2, step 4: "the payment schedule provided
should indicate which payment period we are currently on"), and files come from the day that the council says."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import care
from tests import factories as make
from tests.councils import served
from tests.web.council import browser_of
from tests.web.portal import sign_in, text
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.errors import NotFound
from workflows.parties.models import Service
from workflows.payments import falling
from workflows.payments.models import PaymentMethod
from workflows.register.imports import commands as imports
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db
#: A weekly and a four-weekly period begin on it.
MONDAY = date(2026, 7, 6)


@pytest.fixture
def home() -> Iterator[Service]:
    with served("suffolk"):
        yield care.provider("home_care")[1]


@pytest.fixture
def line(home: Service) -> CarePackageLine:
    return care.line(home, care.level("home_care_standard", group="home_care"), "5.25")


def paid(line: CarePackageLine, calendar: str, start: date = MONDAY) -> None:
    PaymentMethod.objects.create(contract=line.contract, start=start, calendar=calendar, on_actuals=True)


def test_a_week_falls_in_the_periods_of_its_lines_contracts(home: Service, line: CarePackageLine) -> None:
    other = care.line(home, line.service_level, "2", end=date(2026, 7, 19))
    later = MONDAY + timedelta(weeks=3)
    places = [(home.pk, "", MONDAY), (home.pk, "", later), (home.pk, "North", MONDAY)]
    assert falling.of_weeks(places) == dict.fromkeys(places, ()), "no contract has a payment method yet"
    paid(line, "weekly")
    paid(line, "four_weekly", date(2026, 8, 3))
    paid(other, "four_weekly")
    with CaptureQueriesContext(connection) as asked:
        found = falling.of_weeks(places)
    assert len(asked) == 2
    said = {place: [(each.calendar, each.period.first, each.period.last) for each in falls]
            for place, falls in found.items()}  # fmt: skip
    four_weeks = ("Four-weekly", MONDAY, date(2026, 8, 2))
    assert said == {
        places[0]: [four_weeks, ("Weekly", MONDAY, date(2026, 7, 12))],
        places[1]: [("Weekly", later, later + timedelta(days=6))],  # the other line has ended, this one changes later
        places[2]: [],
    }


def test_both_sides_read_it_beside_the_week(home: Service, line: CarePackageLine) -> None:
    week = care.opened(home, MONDAY)
    browser = sign_in(make.provider_user(home.organisation, role="manager"))
    assert "Payment period" not in text(browser.get("/portal/actuals/"))
    paid(line, "weekly")
    calendar = text(browser.get("/portal/actuals/"))
    assert "Payment period" in calendar
    assert "6 July to 12 July 2026" in calendar
    assert "paid on 24 July 2026" in calendar
    said = "Payment period: 6 July to 12 July 2026, paid on 24 July 2026."
    assert said in text(browser.get(f"/portal/actuals/{week.pk}/"))
    desk = browser_of(make.staff_user(care.payments_team()))
    assert "Payment period 6 July to 12 July 2026 paid on 24 July 2026" in text(desk.get(f"/cases/{week.pk}/"))


def test_files_are_there_from_the_day_that_the_council_says(home: Service, line: CarePackageLine) -> None:
    """suffolk-user-guide §2 "Actuals Bulk Export": "unavailable from day one, however may be developed"."""
    actor = make.actor(make.provider_user(home.organisation, role="manager"))
    browser = sign_in(make.provider_user(home.organisation, role="manager"))
    pages = ["/portal/actuals/export/", "/portal/actuals/import/"]
    file = f"WeekBeginning,CarePackageRef,Actual\n16/07/2018,{line.reference},{Decimal(5)}".encode()
    with moment.at(datetime(2018, 7, 16, 9, tzinfo=LONDON)):
        assert "Bulk" not in text(browser.get("/portal/actuals/")).partition("Actual Weeks Calendar")[0]
        assert [browser.get(page).status_code for page in pages] == [404, 404]
        with pytest.raises(NotFound):
            imports.start(actor=actor, file_name="actuals.csv", content=file, kind="actuals")
    assert "Bulk Export" in text(browser.get("/portal/actuals/"))
    assert [browser.get(page).status_code for page in pages] == [200, 200]
    imports.start(actor=actor, file_name="actuals.csv", content=file, kind="actuals")
