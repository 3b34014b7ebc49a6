"""Who asks for too much in a minute waits, and nobody else does."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, RequestFactory

from backoffice.access import rate_limits
from tests import factories
from workflows.parties.models import Organisation, User

from .conftest import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_pages", "counted")]


@pytest.fixture
def counted(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few requests a minute, in counters of this test's own: several runs share one Valkey."""
    settings.RATE_PERSON, settings.RATE_STRANGER = 12, 3
    monkeypatch.setattr(rate_limits, "PREFIX", f"rate {uuid4()}")


def test_a_person_who_asks_for_too_much_is_told_when_to_go_on_and_keeps_what_was_typed(
    home: Organisation, james: User
) -> None:
    browser = browser_of(james)
    assert [browser.get("/note/").status_code for _ in range(12)] == [200] * 12
    refused = browser.post("/note/", {"text": "A long note", "password": "Not shown 1"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    page = refused.content.decode()
    assert "A long note" in page
    assert "Not shown 1" not in page
    other = browser_of(factories.provider_user(home, name="Ada Obi"))
    assert other.get("/note/").status_code == 200  # nobody else waits


def test_a_file_costs_as_much_as_ten_pages(settings: Any, james: User) -> None:
    settings.ROOT_URLCONF = "tests.web.rate_limited"
    browser = browser_of(james)
    assert browser.get("/file/").status_code == 200
    assert [browser.get("/file/").status_code for _ in range(3)] == [
        200,
        429,
        429,
    ]


def test_of_strangers_what_they_send_is_counted_by_the_address_that_our_own_proxy_saw(
    settings: Any, client: Client
) -> None:
    settings.PROXIES = 1
    form = {"username": "nobody@oasis.example", "password": "wrong"}

    def sent(passed: str) -> int:
        return client.post("/sign-in/", form, headers={"X-Forwarded-For": passed}).status_code

    assert [sent(f"198.51.100.{each}, 203.0.113.7") for each in range(3)] == [200] * 3
    assert sent("198.51.100.99, 203.0.113.7") == 429  # whatever the sender claims
    assert sent("203.0.113.8") == 200
    assert client.get("/sign-in/", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "passed", "address"),
    [(0, "a", "127.0.0.1"), (1, "", "127.0.0.1"), (1, "a, b", "b"), (2, "a, b, c", "b"), (3, "a, b", "127.0.0.1")],
)
def test_only_our_own_proxies_are_believed(settings: Any, proxies: int, passed: str, address: str) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": passed} if passed else {})
    assert rate_limits.address_of(request) == address


def test_a_counter_that_does_not_answer_stops_nobody(
    settings: Any, james: User, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.RATE_PERSON = 1
    browser = browser_of(james)
    assert [browser.get("/note/").status_code for _ in range(3)] == [200] * 3
    assert caplog.text.count("Requests are not counted") == 1  # once, not for every page
