"""A provider's week of one service user as pages show it, and its form as a browser sends it."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import care
from tests import factories as make
from tests.councils import served
from tests.web.portal import sign_in
from workflows.actuals.models import ActualWeek
from workflows.parties.models import Service, User
from workflows.register.models import CarePackageLine

INPUT = re.compile(r"<input\b[^>]*>")
SELECT = re.compile(r'<select[^>]* name="([^"]+)".*?</select>', re.S)


@pytest.fixture
def bradford() -> Iterator[None]:
    with served("bradford"):
        yield


@pytest.fixture
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


@pytest.fixture
def home(bradford: None) -> Service:
    return care.provider("supported_living")[1]


@pytest.fixture
def nadia(home: Service) -> CarePackageLine:
    level = care.level("shared_support", group="supported_living")
    return care.line(home, level, client=make.client_("Hussain", "Nadia"))


@pytest.fixture
def week(nadia: CarePackageLine) -> ActualWeek:
    return care.opened(nadia.service)


@pytest.fixture
def farida(home: Service) -> User:
    return make.provider_user(home.organisation, role="main_user", name="Farida Mirza")


@pytest.fixture
def browser(farida: User) -> Client:
    return sign_in(farida)


def page_of(week: ActualWeek) -> str:
    return reverse("portal:actuals_week", args=[week.pk])


def line_of(week: ActualWeek, line: CarePackageLine) -> str:
    return reverse("portal:actuals_line", args=[week.pk, care.of_line(line, week.week).pk])


def fields(page: Any) -> dict[str, str]:
    """The form of the page as a browser would send it untouched."""
    body = page.content.decode()
    body = body[body.rindex("<form", 0, body.index('name="turn"')) :]
    found: dict[str, str] = {}
    for tag in INPUT.findall(body):
        name, value = attribute(tag, "name"), attribute(tag, "value")
        ticked = 'type="checkbox"' not in tag or " checked" in tag
        if name and ticked:
            found[name] = value
    for each in SELECT.finditer(body):
        chosen = re.search(r'<option value="([^"]*)" selected', each[0])
        found[each[1]] = unescape(chosen[1]) if chosen else ""
    return found


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def name_of(form: dict[str, str], ending: str) -> str:
    """The one field whose name ends so."""
    (name,) = [each for each in form if each.endswith(ending)]
    return name


def send(browser: Client, address: str, changes: dict[str, str] | None = None, do: str = "save") -> Any:
    """Open the page, type these figures (by the ends of their names), and press a button."""
    form = fields(browser.get(address))
    typed = {name_of(form, ending): value for ending, value in (changes or {}).items()}
    return browser.post(address, form | typed | {"do": do})


def absence(units: str, cause: str = "hospital", comment: str = "Week 1. BRI") -> dict[str, str]:
    return {"-frustrated-0": units, "-frustrated-0-cause": cause, "-frustrated-0-comment": comment}
