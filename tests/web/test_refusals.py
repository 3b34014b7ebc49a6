"""What a refusal looks like, and that nothing typed is lost by it."""

import pytest
from django.test import Client

from workflows.parties.models import User

from .conftest import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_pages")]
TYPED = {"text": "Nellie moved in on <11 April>.\nSee the letter.", "password": "Wrong-pass-11", "client_key": "abc"}


@pytest.fixture
def browser(james: User) -> Client:
    """James's browser."""
    return browser_of(james)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/refused/", 422, "You must give a reason."),
        ("/not-found/", 404, "Page not found"),
        ("/forbidden/", 403, "Only a lead may do this."),
        ("/stale/", 409, "Somebody was faster"),
        ("/busy/", 503, "try again"),
        ("/waited/", 503, "try again"),
    ],
)
def test_each_refusal_is_a_page_in_words(address: str, status: int, words: str, browser: Client) -> None:
    for answer in (browser.get(address), browser.post(address, TYPED)):
        assert answer.status_code == status
        assert words in answer.content.decode()


def test_who_was_faster_is_told_who_did_what_and_when(browser: Client) -> None:
    html = browser.post("/stale/", TYPED).content.decode()
    assert "Anna Leeder" in html
    assert "agreed to version 2, 18 April 2018, 16:20" in html


@pytest.mark.parametrize("address", ["/refused/", "/stale/"])
def test_what_was_typed_is_shown_again_without_the_password(address: str, browser: Client) -> None:
    html = browser.post(address, TYPED).content.decode()
    assert "Nellie moved in on &lt;11 April&gt;." in html
    assert "Wrong-pass-11" not in html


def test_busy_offers_the_same_post_again_and_asks_the_password_anew(browser: Client) -> None:
    answer = browser.post("/busy/?x=1", TYPED)
    html = answer.content.decode()
    assert answer.headers["Retry-After"]
    assert 'action="/busy/?x=1"' in html
    assert 'name="client_key" value="abc"' in html
    assert 'name="text" value="Nellie moved in on &lt;11 April&gt;.' in html
    assert 'name="password" type="password"' in html
    assert "Wrong-pass-11" not in html


def test_a_fault_of_ours_says_so_and_shows_nothing_of_itself(browser: Client) -> None:
    browser.raise_request_exception = False
    answer = browser.get("/fault/")
    assert answer.status_code == 500
    html = answer.content.decode()
    assert "Something went wrong on our side" in html
    assert "01603 495702" in html
    assert "ZeroDivisionError" not in html
