"""Many guesses at once get no more tries than one after the other."""

from contextlib import nullcontext
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db.models import Sum
from django.test import Client

from backoffice.access import lockout
from tests import factories

from .racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
GUESSES = 8


@pytest.fixture(autouse=True)
def pages(settings: Any) -> None:
    """Only the way in is needed."""
    settings.ROOT_URLCONF = "tests.web.pages"


def guess(email: str) -> int:
    """One wrong password; returns the status of the answer."""
    answer = Client().post("/sign-in/", {"email": email, "password": "Wrong-pass-11"})
    return int(answer.status_code)


def tried() -> int:
    """How many guesses were compared with the password."""
    return int(AccessAttempt.objects.aggregate(all=Sum("failures_since_start"))["all"])


def test_eight_guesses_at_once_are_three_tries() -> None:
    email = factories.provider_user(factories.organisation()).email
    answers = race([lambda: guess(email)] * GUESSES)
    assert tried() == 3
    assert sorted(answers) == [200, 200] + [403] * 6


def test_without_the_lock_there_would_be_more(monkeypatch: Any) -> None:
    """The control: what the test above would see if tries did not wait for each other."""
    monkeypatch.setattr(lockout, "one_at_a_time", lambda _email: nullcontext())
    email = factories.provider_user(factories.organisation()).email
    race([lambda: guess(email)] * GUESSES)
    assert tried() > 3
