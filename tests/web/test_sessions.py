"""Where one is signed in: seen and ended by its owner, and over at once when something is taken away."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.factories import PASSWORD
from workflows.parties.models import User
from workflows.people import commands, sessions
from workflows.people.models import OpenSession

from .conftest import PASSCODE, browser_of
from .council import words

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(user: User, agent: str = FIREFOX) -> Client:
    browser = Client(headers={"user-agent": agent})
    browser.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    browser.post("/sign-in/passcode/", {"passcode": PASSCODE})
    assert is_in(browser)
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/notices/").status_code == 200


def test_own_sessions_are_listed_and_ended_one_by_one_or_together(james: User) -> None:
    here, phone, third = signed_in(james), signed_in(james, "Mozilla/5.0 (iPhone) Safari/605.1"), signed_in(james)
    other = browser_of(make.provider_user(make.organisation()))
    page = here.get("/sign-in-and-devices/")
    said = words(page)
    assert "Firefox on Windows This one" in said and "Safari on iPhone" in said
    keys = {each.session.session_key for each in (here, phone, third, other)}
    assert not any(str(key) in page.content.decode() for key in keys)
    theirs = sessions.mark(str(other.session.session_key))
    here.post("/sign-in-and-devices/end/", {"which": theirs})
    assert is_in(other)
    here.post("/sign-in-and-devices/end/", {"which": sessions.mark(str(phone.session.session_key))})
    assert (is_in(here), is_in(phone), is_in(third)) == (True, False, True)
    here.post("/sign-in-and-devices/end/", {"which": "others"})
    assert (is_in(here), is_in(third), is_in(other)) == (True, False, True)


def lose_the_role(user: User, helpline: Any) -> None:
    make.provider_user(user.memberships.get().organisation)
    commands.remove_role(actor=helpline, user_id=user.pk, membership_id=user.memberships.get().pk)


def be_deactivated(user: User, helpline: Any) -> None:
    make.provider_user(user.memberships.get().organisation)
    commands.deactivate(actor=helpline, user_id=user.pk, reason="Left.")


@pytest.mark.parametrize("lose", [lose_the_role, be_deactivated])
def test_whoever_loses_something_is_out_at_once_everywhere(lose: Any, james: User) -> None:
    browsers = [signed_in(james), signed_in(james)]
    lose(james, make.actor(make.staff_user("fes_admin")))
    assert not any(is_in(each) for each in browsers)
    assert not OpenSession.objects.filter(user_id=james.pk).exists()


def test_a_new_password_leaves_the_session_that_chose_it(james: User) -> None:
    here, elsewhere = signed_in(james), signed_in(james)
    here.post("/password/", {"current_password": PASSWORD, "password": "Garden-path-99"})
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert OpenSession.objects.filter(user_id=james.pk).count() == 1


@pytest.mark.parametrize("limit", ["began", "seen"])
def test_a_session_ends_after_its_hours_and_when_it_is_idle(limit: str, james: User, council_with: Any) -> None:
    council_with(("idle_minutes = 60", "idle_minutes = 60\nlongest_hours = 3"))
    browser = signed_in(james)
    since = {"began": timedelta(hours=3, minutes=1), "seen": timedelta(minutes=61)}[limit]
    session = browser.session
    session[limit] = (timezone.now() - since).timestamp()
    session.save()
    assert not is_in(browser)
