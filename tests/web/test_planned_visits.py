"""Planned visits on both sides, and the lot of a line (suffolk-user-guide §2)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from tests import care
from tests import factories as make
from tests.councils import served
from tests.web import council
from tests.web.conftest import browser_of
from tests.web.portal import sign_in, text
from workflows.council.profile import current
from workflows.register.commands import change_line
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Iterator[CarePackageLine]:
    with served("suffolk"):
        service = care.provider("home_care")[1]
        yield care.line(service, care.level("home_care", group="home_care"), "5.25")


@pytest.fixture
def browser(line: CarePackageLine) -> Browser:
    return browser_of(make.staff_user(current().team_for("brokerage", "home_care")))


def sent(browser: Browser, line: CarePackageLine, opened: Any = None, **typed: Any) -> Any:
    address = f"/lines/{line.pk}/visits/"
    return browser.post(address, {**council.fields_of(opened or browser.get(address)), **typed}, follow=True)


def test_visits_are_planned_by_days_and_both_sides_see_them(line: CarePackageLine, browser: Browser) -> None:
    assert "No days are planned" in text(browser.get(f"/lines/{line.pk}/"))
    page = sent(browser, line, units_1="0.75", days_1=["0", "1", "2", "3", "4", "5", "6"], carers_1="2")
    assert "The visits come to 10.50 a week, and the line has 5.25" in text(page)
    assert not line.visits.exists()
    page = sent(browser, line, units_1="0.75", days_1=[], carers_1="1")
    assert "Choose the days of this visit" in text(page)
    page = sent(browser, line, units_1="0.75", days_1=["0", "1", "2", "3", "4", "5", "6"], carers_1="1")
    assert "The visits are planned." in text(page)
    assert "Every day" in text(page)
    provider = sign_in(make.provider_user(line.service.organisation, role=current().roles[0].key))
    said = text(provider.get(f"/portal/care-package-line-items/{line.pk}/"))
    assert "Planned visits" in said
    assert "0.75" in said
    opened = browser.get(f"/lines/{line.pk}/visits/")
    assert council.fields_of(opened)["units_1"] == "0.75"


def test_what_was_typed_is_not_lost_when_somebody_was_faster(line: CarePackageLine, browser: Browser) -> None:
    opened = browser.get(f"/lines/{line.pk}/visits/")
    priya = make.actor(make.staff_user(current().team_for("brokerage", "home_care"), name="Priya Raman"))
    change_line(actor=priya, line_id=line.pk, version=None, lot="Lot 2  West")
    typed = {"units_1": "1.05", "days_1": ["0", "1", "2", "3", "4"], "carers_1": "1"}
    answer = sent(browser, line, opened, **typed)
    assert answer.status_code == 409
    assert "Priya Raman" in text(answer)
    assert 'value="1.05"' in answer.content.decode()
    assert "The visits are planned." in text(sent(browser, line, answer, **typed))
    line.refresh_from_db()
    assert (line.lot, line.visits.get().days) == ("Lot 2 West", [0, 1, 2, 3, 4])


def test_a_line_is_put_into_a_lot_by_its_form(line: CarePackageLine, browser: Browser) -> None:
    address = f"/lines/{line.pk}/change/"
    page = browser.post(address, {**council.fields_of(browser.get(address)), "lot": "Lot 1"}, follow=True)
    assert "The line is changed." in text(page)
    assert "Lot: from" in text(page)
    line.refresh_from_db()
    assert line.lot == "Lot 1"
    stranger = browser_of(make.staff_user(care.payments_team()))
    assert stranger.get(f"/lines/{line.pk}/visits/").status_code == 403
