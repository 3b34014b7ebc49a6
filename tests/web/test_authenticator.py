"""The authenticator app as second step: required of the council's own outside a demonstration, for anyone who wants."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client

from tests import factories as make
from tests.factories import PASSWORD
from workflows.engine import moment
from workflows.parties.models import User
from workflows.people import authenticators, links
from workflows.people.models import Authenticator, RecoveryCode

from .conftest import PASSCODE, browser_of, with_passcode
from .council import body, words

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, 0, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(settings: Any) -> Iterator[None]:
    settings.DEMO = False
    with moment.at(NOON):
        yield


def first_step(browser: Client, user: User) -> str:
    answer = browser.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    return str(answer.headers.get("Location"))


def digits(page: Any, later: int = 0) -> str:
    """What an app shows that has read the letters of a page."""
    found = re.search(r"type these letters into it: ((?:[A-Z2-7]{4} ?)+)", words(page))
    assert found is not None
    return pyotp.TOTP(found[1].replace(" ", "")).at(int(NOON.timestamp()) + later)


def step(browser: Client, typed: str) -> Any:
    return browser.post("/sign-in/authenticator/", {"digits": typed})


def test_an_officer_adds_an_app_at_sign_in_and_signs_in_with_it() -> None:
    officer, browser = make.staff_user(), Client()
    assert first_step(browser, officer) == "/sign-in/new-authenticator/"
    assert browser.get("/work/").status_code == 302
    page = browser.get("/sign-in/new-authenticator/")
    assert re.search(r'<path fill="#000000" d="M4 4h1v1h-1z', body(page)) and "style=" not in body(page)
    assert "not the app" in words(browser.post("/sign-in/new-authenticator/", {"digits": "000000"}))
    code = digits(page)
    page = browser.post("/sign-in/new-authenticator/", {"digits": f"{code[:3]} {code[3:]}"})
    codes = re.findall(r"<code>(\S+?)</code>", body(page))
    assert len(set(codes)) == 10
    assert browser.get("/sign-in/new-authenticator/").headers["Location"] == "/"
    assert browser.get("/work/").status_code == 200

    again = Client()
    assert first_step(again, officer) == "/sign-in/authenticator/"
    assert "was used already. You have 2 more tries" in words(step(again, code))  # the same half minute
    with moment.at(NOON + timedelta(seconds=60)):
        later = authenticators.secret(Authenticator.objects.get())
        shown = pyotp.TOTP(later).at(int(NOON.timestamp()) + 30)  # a clock that is half a minute behind
        assert step(again, shown).headers["Location"] == "/"
    lost = Client()
    first_step(lost, officer)
    assert step(lost, codes[0].upper()).headers["Location"] == "/"
    other = Client()
    first_step(other, officer)
    assert step(other, codes[0]).status_code == 200
    assert [step(other, "123456").status_code for _ in range(2)] == [200, 403]
    kept = " ".join(str(each) for each in (*Authenticator.objects.values(), *RecoveryCode.objects.values()))
    assert later not in kept and not any(each.replace("-", "") in kept for each in codes)


def test_anyone_may_have_one_in_place_of_the_passcode_and_take_it_away(james: User) -> None:
    browser = browser_of(james)
    page = browser.get("/authenticator/")
    code = digits(page)
    assert "The password is not right" in words(browser.post("/authenticator/", {"digits": code, "password": "no"}))
    page = browser.post("/authenticator/", {"digits": code, "password": PASSWORD})
    assert "Your recovery codes" in words(page)
    assert "10 recovery codes left" in words(browser.get("/sign-in-and-devices/"))
    assert first_step(Client(), james) == "/sign-in/authenticator/"
    assert browser.get("/authenticator/").status_code == 302  # the secret is not shown again
    browser.post("/authenticator/remove/", {"password": PASSWORD})
    assert first_step(Client(), james) == "/sign-in/passcode/"
    assert not RecoveryCode.objects.exists()


def test_a_link_for_a_passcode_does_not_pass_the_app_by_and_a_demonstration_asks_for_none(
    james: User, settings: Any
) -> None:
    app = authenticators.begin(james)
    Authenticator.objects.filter(pk=app.pk).update(confirmed_at=NOON)
    token = links.issue(james, timedelta(minutes=60), "passcode")
    browser = Client()
    answer = browser.post(f"/reset/{token}/", {"email": james.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/authenticator/"
    settings.DEMO = True
    officer = with_passcode(make.staff_user())
    first_step(browser, officer)
    assert browser.post("/sign-in/passcode/", {"passcode": PASSCODE}).headers["Location"] == "/"


def test_a_changed_key_with_the_old_one_as_fallback_locks_nobody_out(james: User, settings: Any) -> None:
    codes = authenticators.confirm(
        user=james, digits=pyotp.TOTP(authenticators.secret(authenticators.begin(james))).at(NOON)
    )
    shown = pyotp.TOTP(authenticators.secret(Authenticator.objects.get())).at(NOON + timedelta(seconds=30))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-another-key-another-key-another-key-another-k"
    app = Authenticator.objects.get()
    with moment.at(NOON + timedelta(seconds=30)):
        assert authenticators.right(app, shown)
    assert authenticators.recover(james.pk, codes[3])
    assert not authenticators.recover(james.pk, codes[3])
