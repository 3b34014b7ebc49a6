"""Whose a week of actuals is, what is recorded of looking at it, and what its pages cost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.web.portal import sign_in
from tests.web.weeks import bradford, browser, farida, fields, home, line_of, nadia, page_of, suffolk, week
from workflows.actuals.models import ActualWeek, LineWeek, Standing
from workflows.council.profile import current
from workflows.engine.models import Access
from workflows.parties.models import User
from workflows.register.models import CarePackageLine

__all__ = ["bradford", "browser", "farida", "home", "nadia", "suffolk", "week"]
pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
CALENDAR = "/portal/actuals/"


def test_anothers_week_does_not_exist(week: ActualWeek, nadia: CarePackageLine) -> None:
    stranger = sign_in(make.provider_user(make.organisation(), role="main_user"))
    elsewhere = make.service(nadia.service.organisation, group="supported_living")
    local = sign_in(make.provider_user(nadia.service.organisation, role="main_user", only=elsewhere))
    live = reverse("portal:actuals_answer", args=[week.pk])
    for outsider in (stranger, local):
        assert outsider.get(CALENDAR).status_code == 200
        assert outsider.get(CALENDAR).context["table"].shown == []
        for address in (page_of(week), line_of(week, nadia)):
            assert outsider.get(address).status_code == 404
            assert outsider.post(address, {"do": "submit"}).status_code == 404
        assert outsider.post(live).status_code == 404


def test_a_line_of_another_week_does_not_exist(browser: Client, week: ActualWeek, nadia: CarePackageLine) -> None:
    later = care.opened(week.service, week.week + timedelta(weeks=1))
    assert browser.get(reverse("portal:actuals_line", args=[later.pk, care.of_line(nadia).pk])).status_code == 404


def test_every_role_that_has_actuals_opens_them_and_no_other(bradford: None, week: ActualWeek) -> None:

    for role in current().roles:
        browser = sign_in(make.provider_user(week.service.organisation, role=role.key))
        able = "actuals" in role.edit | role.view
        assert browser.get(page_of(week)).status_code == (200 if able else 403), role.key
        assert (CALENDAR in browser.get("/portal/").content.decode()) == able


def test_each_view_is_recorded_for_each_service_user(browser: Client, farida: User, week: ActualWeek,
                                                     nadia: CarePackageLine) -> None:  # fmt: skip
    browser.get(page_of(week))
    browser.get(line_of(week, nadia))
    seen = Access.objects.filter(user=farida, client_id=nadia.client_id).values_list("what", "object_id")
    assert set(seen) == {("actuals", week.pk), ("actuals.line", care.of_line(nadia).pk)}


def test_no_name_stands_in_a_title_or_an_address(browser: Client, week: ActualWeek, nadia: CarePackageLine) -> None:
    for address in (page_of(week), line_of(week, nadia)):
        title = re.search("<title>(.*?)</title>", browser.get(address).content.decode())
        assert title is not None
        assert "Hussain" not in title[1]


def queries(browser: Client, address: str, form: dict[str, str] | None = None) -> int:
    ask = (lambda: browser.post(address, form)) if form is not None else (lambda: browser.get(address))
    with CaptureQueriesContext(connection) as asked:
        assert ask().status_code in {200, 302}
    return len(asked)


def test_the_queries_of_the_pages_do_not_grow(browser: Client, nadia: CarePackageLine) -> None:
    few = care.opened(nadia.service)
    level = nadia.service_level
    for number in range(99):
        care.line(nadia.service, level, client=make.client_(f"Name{number:03}", "Pat"))
    many = care.opened(nadia.service, WEEK + timedelta(weeks=1))
    browser.get(page_of(few))  # what a process asks only once
    for address in (page_of, lambda week: line_of(week, nadia), lambda _: CALENDAR):
        counted = queries(browser, address(few)), queries(browser, address(many))
        assert counted[0] == counted[1], address(few)
        assert counted[1] <= MOST_QUERIES, (address(few), counted)
    forms = [fields(browser.get(page_of(each))) for each in (few, many)]
    forms = [form | {name: "1" for name in form if name.endswith("-missed-0")} | {"do": "save"} for form in forms]
    live = [reverse("portal:actuals_answer", args=[each.pk]) for each in (few, many)]
    asked = [queries(browser, address, form) for address, form in zip(live, forms, strict=True)]
    assert asked[0] == asked[1] <= MOST_QUERIES
    saved = [queries(browser, page_of(each), form) for each, form in zip((few, many), forms, strict=True)]
    assert saved[0] == saved[1]
    assert LineWeek.objects.filter(case=many.pk, standing=Standing.SAVED).count() == 100
