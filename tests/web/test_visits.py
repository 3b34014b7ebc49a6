"""Recorded visits on the pages of both sides: the visits behind a figure, and a file in; none of one is another's."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import care
from tests import factories as make
from tests.councils import served
from tests.db.test_recorded_visits import HEADER, correct, taken, visit
from tests.web.council import browser_of
from tests.web.portal import sign_in, text
from workflows.actuals.models import ActualWeek, RecordedVisit
from workflows.engine.models import Access
from workflows.parties.models import Service, User
from workflows.register.models import CarePackageLine, ImportRun

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
CARER = "ZEBRACARER"


@pytest.fixture
def home() -> Iterator[Service]:
    with served("bedford"):
        yield care.provider("home_care")[1]


@pytest.fixture
def line(home: Service) -> CarePackageLine:
    level = care.level("home_care_standard", group="home_care")
    return care.line(home, level, "5.25", visits=(("0.75", (0, 1, 2, 3, 4, 5, 6), 1),))


@pytest.fixture
def farida(home: Service) -> User:
    return make.provider_user(home.organisation, role="main_user", name="Farida Mirza")


@pytest.fixture
def week(line: CarePackageLine, farida: User) -> ActualWeek:
    made = care.opened(line.service)
    who = make.actor(farida)
    taken(
        who,
        visit(line, 0, took=44, carer=CARER),
        visit(line, 1, took=30, carer=CARER),
        visit(line, 2, took=None, carer=CARER),
    )
    correct(who, line, 2, "0.75", "no_log_in")
    return made


def addresses(week: ActualWeek, line: CarePackageLine) -> tuple[str, str]:
    """The visits of the line and week on the provider's side and on the council's."""
    found = f"{week.pk}/lines/{care.of_line(line).pk}/visits/"
    return f"/portal/actuals/{found}", f"/cases/{found}"


def test_both_sides_see_planned_beside_recorded_and_what_stands(
    week: ActualWeek, line: CarePackageLine, farida: User
) -> None:
    desk = browser_of(make.staff_user(care.payments_team(), name="Colin Sayer"))
    for browser, address in zip((sign_in(farida), desk), addresses(week, line), strict=True):
        with CaptureQueriesContext(connection) as asked:
            page = browser.get(address)
        own = [each["sql"] for each in asked.captured_queries if "SAVEPOINT" not in each["sql"]]
        assert len(own) <= MOST_QUERIES, "\n".join(
            each[:60] + " ... " + " FROM ".join(each.split(" FROM ")[1:])[:200] for each in own
        )
        said = text(page)
        assert "08:00 to 08:45" in said
        assert "08:00 to 08:30" in said
        assert "44 min" in said
        assert "Did not take place" in said
        assert "the recorded visits come to 1.25, and 2.00 was entered: the carer could not log in or out" in said
        assert "less than 5 minutes count nothing" in said.lower()
        assert CARER in said
        title = page.content.decode().partition("<title>")[2].partition("</title>")[0]
        assert str(line.client) not in title
        assert CARER not in title
    viewed = Access.objects.filter(what="actuals.visits").values_list("object_id", "client_id")
    assert list(viewed) == [(care.of_line(line).pk, line.client_id)] * 2
    grid = text(sign_in(farida).get(f"/portal/actuals/{week.pk}/"))
    assert "2 recorded visits, 1 h 14 min" in grid
    assert "Corrected: the recorded visits come to" in text(desk.get(f"/cases/{week.pk}/"))


def test_what_is_not_yours_is_not_there(week: ActualWeek, line: CarePackageLine, farida: User) -> None:
    portal, council = addresses(week, line)
    stranger = make.provider_user(care.provider("home_care")[0], role="main_user")
    elsewhere = make.provider_user(
        line.service.organisation, role="care", only=make.service(line.service.organisation, group="home_care")
    )
    for somebody in (stranger, elsewhere):
        answer = sign_in(somebody).get(portal)
        assert (answer.status_code, CARER in answer.content.decode()) == (404, False)
    run = ImportRun.objects.latest("pk")
    for each in ("", "errors.csv"):
        assert sign_in(stranger).get(f"/portal/actuals/visits/import/{run.pk}/{each}").status_code == 404
        assert browser_of(make.staff_user(care.payments_team())).get(
            f"/actuals/visits/import/{run.pk}/{each}").status_code == 404, "a provider's own"  # fmt: skip
    brokerage = browser_of(make.staff_user("brokerage"))
    assert brokerage.get("/actuals/visits/import/").status_code == 403
    assert browser_of(make.staff_user("contracts")).get(council).status_code in {403, 404}
    reader = sign_in(make.provider_user(line.service.organisation, role="read_only"))
    assert reader.get(portal).status_code == 200
    assert reader.get("/portal/actuals/visits/import/").status_code == 403


@pytest.mark.parametrize("side", ["provider", "council"])
def test_a_file_is_looked_at_first_and_taken_over_then(line: CarePackageLine, farida: User, side: str) -> None:
    care.opened(line.service)
    browser: Client = sign_in(farida) if side == "provider" else browser_of(make.staff_user(care.payments_team()))
    place = "/portal/actuals/visits/import/" if side == "provider" else "/actuals/visits/import/"
    content = "\n".join([HEADER, visit(line, 0, took=58, carer=CARER), visit(line, 9, carer=CARER)]).encode()
    page = browser.post(place, {"file": SimpleUploadedFile("visits.csv", content)}, follow=True)
    assert "Confirm Import" in text(page)
    run = ImportRun.objects.get()
    assert not RecordedVisit.objects.exists()
    page = browser.post(f"{place}{run.pk}/update/", follow=True)
    assert "Import Complete" in text(page)
    assert RecordedVisit.objects.count() == 2
    assert care.of_line(line).delivered == 0.75 * 7
    assert "visits.csv" in text(browser.get(place))
    wrong = browser.post(place, {"file": SimpleUploadedFile("visits.csv", b"")})
    assert "is empty" in text(wrong)
