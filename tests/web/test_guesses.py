"""A thousand guesses let nobody in, and lock nobody out of a device that they have signed in with before."""

from collections.abc import Iterator

import pytest
from axes.models import AccessAttempt
from django.db.models import Sum
from django.test import Client

from backoffice.access import devices, lockout
from tests.factories import PASSWORD
from workflows.parties.models import User
from workflows.people.models import KnownDevice

from .conftest import PASSCODE
from .council import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_pages")]


def first_step(browser: Client, email: str, password: str = PASSWORD) -> int:
    return int(browser.post("/sign-in/", {"email": email, "password": password}).status_code)


def sign_in(browser: Client, user: User) -> str:
    first_step(browser, user.email)
    return str(browser.post("/sign-in/passcode/", {"passcode": PASSCODE}).headers.get("Location"))


def counted() -> int:
    return AccessAttempt.objects.aggregate(all=Sum("failures_since_start"))["all"] or 0


def attackers(known: str) -> Iterator[Client]:
    """Browsers that call themselves by many names, some with a cookie that they made up, one with half a real one."""
    for number in range(10):
        browser = Client(headers={"user-agent": f"Guesser {number}"}, REMOTE_ADDR=f"10.0.0.{number}")
        if number % 2:
            browser.cookies[devices.COOKIE] = known[:20] if number == 1 else f"made-up-{number}"
        yield browser


def test_a_thousand_guesses_let_nobody_in_and_the_owner_signs_in_at_once(james: User) -> None:
    own = Client()
    assert sign_in(own, james) == "/"
    own.post("/sign-out/")
    guessing = list(attackers(own.cookies[devices.COOKIE].value))
    answers = set()
    for number in range(1000):
        # the last of them has the right password, and too late
        password = PASSWORD if number > 900 else f"Guess-{number}-77"
        answers.add(first_step(guessing[number % len(guessing)], james.email, password))
    assert answers == {200, 403}
    assert counted() == 3
    assert all(browser.get("/note/").status_code == 302 for browser in guessing)
    assert sign_in(own, james) == "/"
    assert own.get("/note/").status_code == 200
    # the owner's sign-in gives the guessers no further try
    assert first_step(guessing[0], james.email) == 403
    lockout.unlock(james.email)
    assert first_step(guessing[0], james.email) == 302


def test_who_has_the_password_guesses_no_passcode_and_a_known_device_locks_for_itself(james: User) -> None:
    own, thief = Client(), Client()
    sign_in(own, james)
    own.post("/sign-out/")
    own.post("/sign-in/", {"email": james.email, "password": PASSWORD})
    assert [own.post("/sign-in/passcode/", {"passcode": f"99{tail}"}).status_code for tail in range(1000, 1003)] == [
        200, 200, 403,
    ]  # fmt: skip
    assert first_step(own, james.email) == 403
    first_step(thief, james.email)
    assert [thief.post("/sign-in/passcode/", {"passcode": f"99{tail}"}).status_code for tail in range(1000, 1004)] == [
        200, 200, 403, 302,
    ]  # fmt: skip
    assert "If you have signed in on another device before" in words(thief.post("/sign-in/", {
        "email": james.email, "password": PASSWORD}))  # fmt: skip


def test_a_device_is_of_one_person_and_kept_as_a_hash(james: User) -> None:
    browser = Client()
    sign_in(browser, james)
    cookie = browser.cookies[devices.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert not KnownDevice.objects.filter(token_hash=cookie.value).exists()
    browser.post("/sign-out/")
    for _ in range(3):
        first_step(browser, "somebody.else@provider.example", "Wrong-pass-11")
    assert AccessAttempt.objects.get().username == "somebody.else@provider.example"
    # a cookie that was put there by somebody else is not taken over
    other = Client()
    other.cookies[devices.COOKIE] = "planted"
    sign_in(other, james)
    assert other.cookies[devices.COOKIE].value != "planted"
