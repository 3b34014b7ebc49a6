"""Absence and substitute: who records it for whom, what is refused in words, ending it early, once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from workflows.engine import moment
from workflows.engine.models import Event
from workflows.parties.models import Absence, User

from .conftest import browser_of
from .council import words

pytestmark = pytest.mark.django_db
PAGE = "/absences/"


@pytest.fixture
def priya() -> User:
    return make.staff_user(name="Priya Raman")


@pytest.fixture
def tom() -> User:
    return make.staff_user(name="Tom Bullard")


def day(plus: int) -> date:
    return moment.today() + timedelta(days=plus)


def typed(substitute: User | None, first: int = 0, last: int = 4) -> dict[str, Any]:
    days = {"first_day": day(first), "last_day": day(last)}
    parts = {f"{name}_{part}": getattr(each, part) for name, each in days.items() for part in ("day", "month", "year")}
    return parts | {"substitute": substitute.pk if substitute else ""}


def send(browser: Client, who: User, *about: Any, **days: int) -> Any:
    return browser.post(f"{PAGE}of/{who.pk}/", typed(*about, **days), follow=True)


def test_a_person_records_their_own_absence_once_and_ends_it_early_once(priya: User, tom: User) -> None:
    browser = browser_of(priya)
    assert f'href="{PAGE}of/{priya.pk}/"' in browser.get(PAGE).content.decode()
    for _ in range(2):
        page = send(browser, priya, tom)
        assert "Priya Raman is recorded as away" in words(page)
    assert "Away now" in words(page)
    [absence] = Absence.objects.all()
    assert "Tom Bullard has your work" in words(browser.get("/work/"))
    assert "End this absence early?" in words(browser.get(f"{PAGE}{absence.pk}/end/"))
    for _ in range(2):
        page = browser.post(f"{PAGE}{absence.pk}/end/", follow=True)
        assert "has ended" in words(page)
    assert "Nobody is recorded as away" in words(page)
    assert browser.get(f"{PAGE}{absence.pk}/end/").status_code == 302
    kinds = Event.objects.filter(stream=f"user:{priya.pk}").order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["user.absence_set", "user.absence_ended"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"first": 3, "last": 1}, "The last day must not be before the first day."),
        ({"first": -3, "last": -1}, "The last day must not be in the past."),
        ({"first": 0, "last": 400}, "An absence can be a year long at most."),
    ],
)
def test_days_that_cannot_be_are_refused_in_words_and_nothing_is_written(
    priya: User, tom: User, days: dict[str, int], said: str
) -> None:
    page = send(browser_of(priya), priya, tom, **days)
    assert said in words(page)
    assert "The absence was not recorded: 1 thing to put right" in words(page)
    assert f'value="{day(days["first"]).day}"' in page.content.decode()
    assert not Absence.objects.exists()


def test_a_loop_and_two_at_a_time_are_refused_in_words(priya: User, tom: User) -> None:
    assert "is recorded as away" in words(send(browser_of(priya), priya, tom))
    assert "come back to where it began" in words(send(browser_of(tom), tom, priya))
    assert "away on some of these days already" in words(send(browser_of(priya), priya, tom, first=2, last=3))
    assert Absence.objects.count() == 1


def test_nothing_is_recorded_without_days_and_a_substitute(priya: User, tom: User) -> None:
    stranger = make.staff_user("payments_residential", name="Pat Moor")
    said = words(browser_of(priya).post(f"{PAGE}of/{priya.pk}/", {}))
    for each in ("Enter the first day away", "Enter the last day away", "Choose who has the work meanwhile"):
        assert each in said
    page = send(browser_of(priya), priya, stranger)
    assert "Choose one of the entries shown" in words(page)
    assert "Pat Moor" not in words(page)


def test_who_leads_the_team_and_an_administrator_record_it_for_others(priya: User, tom: User) -> None:
    lead, other = make.staff_user(role="lead"), make.staff_user("payments_residential", role="lead")
    administrator = make.staff_user("", duty="administrator")
    for first, who in enumerate((lead, administrator)):
        browser = browser_of(who)
        assert "Priya Raman" in words(browser.get(PAGE))
        page = browser.get(PAGE, {"person": priya.pk}, follow=True)
        assert "Record an absence: Priya Raman" in words(page)
        assert "is recorded as away" in words(send(browser, priya, tom, first=first, last=first))
    for who in (tom, other):
        assert browser_of(who).get(f"{PAGE}of/{priya.pk}/").status_code == 404
        assert browser_of(who).post(f"{PAGE}of/{priya.pk}/", typed(tom)).status_code == 404
        assert browser_of(who).get(PAGE, {"person": priya.pk}).status_code == 404
        assert browser_of(who).post(f"{PAGE}{Absence.objects.latest('pk').pk}/end/").status_code == 404
    assert Absence.objects.filter(ended_at=None).count() == 2


def test_the_list_has_what_concerns_the_person(priya: User, tom: User) -> None:
    cara, stranger = make.staff_user(name="Cara Lunn"), make.staff_user("payments_residential", role="lead")
    Absence.objects.create(user=priya, substitute=tom, first_day=day(-9), last_day=day(-8))
    Absence.objects.create(user=priya, substitute=tom, first_day=day(0), last_day=day(0))
    assert "Priya Raman" in words(browser_of(tom).get(PAGE))
    assert "End it early" not in words(browser_of(tom).get(PAGE))
    assert "End it early" in words(browser_of(priya).get(PAGE))
    assert words(browser_of(priya).get(PAGE)).count("Tom Bullard") == 1
    for who in (cara, stranger):
        assert "Nobody is recorded as away" in words(browser_of(who).get(PAGE))
    assert "Priya Raman" in words(browser_of(make.staff_user("", duty="auditor")).get(PAGE))


def test_the_list_asks_few_queries_for_one_row_or_many(tom: User, django_assert_max_num_queries: Any) -> None:
    manager = make.staff_user(role="manager")
    browser = browser_of(manager)
    for number in range(30):
        away = make.staff_user(name=f"Away {number}")
        Absence.objects.create(user=away, substitute=tom, first_day=day(0), last_day=day(1))
        if number in {0, 29}:
            with django_assert_max_num_queries(12):
                page = browser.get(PAGE)
    assert "Next" in words(page)


def test_without_a_colleague_the_page_says_what_to_do() -> None:
    alone = make.staff_user("procurement")
    said = words(browser_of(alone).get(f"{PAGE}of/{alone.pk}/"))
    assert "no colleague in a team who could stand in" in said
