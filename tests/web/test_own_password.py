"""A new password of one's own accord: who may, what is asked, what ends, who is told."""

from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from tests.factories import PASSWORD
from workflows.engine.models import Event, Outbox
from workflows.parties.models import User

from .conftest import browser_of
from .council import words

pytestmark = pytest.mark.django_db
PAGE, NEW = "/password/", "Garden-path-99"
SIDES = (make.staff_user, lambda: make.provider_user(make.organisation()))


def change(browser: Client, now: str = PASSWORD, new: str = NEW) -> Any:
    return browser.post(PAGE, {"current_password": now, "password": new}, follow=True)


@pytest.mark.parametrize("who", SIDES)
def test_it_is_changed_told_of_and_every_other_session_ends(who: Any) -> None:
    user = who()
    here, elsewhere = browser_of(user), browser_of(user)
    assert "Change my password" in words(here.get("/notices/"))
    assert "Your password is changed." in words(change(here))
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert here.get("/notices/").status_code == 200
    assert elsewhere.get("/notices/").headers["Location"].startswith("/sign-in/")
    event = Event.objects.get(stream=f"user:{user.pk}", kind="user.password_changed")
    assert NEW not in event.body
    told = [row.payload for row in Outbox.objects.filter(topic="notify")]
    assert [(each["kind"], each["reference"]) for each in told] == [("user.sign_in_changed", "password")]


@pytest.mark.parametrize(
    ("now", "new", "said"),
    [
        ("", NEW, "Enter the password that you use now"),
        ("Wrong-horse-42", NEW, "The password is not right. You have"),
        (PASSWORD, "short", "at least"),
        (PASSWORD, PASSWORD, "Choose a password that you have not used before"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(now: str, new: str, said: str) -> None:
    user = make.staff_user()
    page = change(browser_of(user), now, new)
    assert said in words(page)
    for secret in filter(None, (now, new)):
        assert f'value="{secret}"' not in page.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert not Outbox.objects.exists()


@pytest.mark.parametrize("now", ["", "Wrong-horse-42"])
def test_who_does_not_know_the_password_learns_nothing_from_the_other_box(now: str) -> None:
    browser = browser_of(make.staff_user())
    right, other = (words(change(browser, now, new)) for new in (PASSWORD, NEW))
    assert "not used before" not in right
    assert "Your password is changed" not in right + other


def test_three_wrong_tries_lock_and_sign_out_without_keeping_a_password() -> None:
    user = make.staff_user()
    browser = browser_of(user)
    answers = [change(browser, "Wrong-horse-42") for _ in range(3)]
    assert answers[-1].status_code == 403
    assert browser.get("/notices/").status_code == 302
    assert not user.drafts.exists()
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
