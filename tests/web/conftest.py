"""What tests of pages share: the test addresses, people with both steps, and a council that differs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from backoffice.access import passcode
from backoffice.web import brand
from tests import factories
from workflows.council import profile
from workflows.parties.models import Organisation, User
from workflows.parties.selectors import organisations_of

PASSCODE = "592741"
NORFOLK = Path(__file__).parents[2] / "fixtures" / "councils" / "norfolk.toml"


@pytest.fixture
def test_pages(settings: Any) -> None:
    """Serve `tests.web.pages` in place of the product's own addresses."""
    settings.ROOT_URLCONF = "tests.web.pages"
    settings.NAVIGATION = {"provider": "tests.web.pages.entries", "staff": "tests.web.pages.entries"}
    settings.SEARCH = {}
    settings.ACCOUNT_MENU = {}
    settings.DEMO = False


@pytest.fixture
def home() -> Organisation:
    """A provider."""
    return factories.organisation("Oasis Residential Care Home")


@pytest.fixture
def james(home: Organisation) -> User:
    """A provider's person who has a password and a passcode."""
    return with_passcode(factories.provider_user(home, name="James Beiley"))


def with_passcode(user: User) -> User:
    """Give a person the passcode of the tests."""
    user.passcode = passcode.hashed(user.pk, PASSCODE)
    user.save()
    return user


def browser_of(user: User) -> Client:
    """A browser in which this person has signed in, at their first provider."""
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    first = organisations_of(user).first()
    if first is not None:
        session["organisation"] = first.pk
    session.save()
    return browser


@pytest.fixture
def council_with(settings: Any, tmp_path: Path) -> Any:
    """Norfolk's profile with some lines replaced: a council that differs in just that."""

    def make(*changes: tuple[str, str]) -> None:
        text = NORFOLK.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "other.toml"
        file.write_text(text, encoding="utf-8")
        settings.COUNCIL_FILE = file
        _forget()

    yield make
    settings.COUNCIL_FILE = NORFOLK
    _forget()


Council = Callable[..., None]


def _forget() -> None:
    profile.forget()
    brand.stylesheet.cache_clear()
