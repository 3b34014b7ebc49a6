"""Administration: parked messages with "try again", people, and a demonstration's e-mails."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser
from django.utils import timezone

from tasks.mailbox import FolderBackend
from tests import factories
from workflows.engine.models import Outbox

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Browser:
    return browser_of(factories.staff_user("", duty="administrator", name="Ada Clerk"))


def parked() -> Outbox:
    return Outbox.objects.create(
        topic="mail",
        key="mail:1",
        attempts=12,
        error="SMTPException: the mail server answered 550",
        parked_at=timezone.now(),
    )


def test_a_parked_message_is_shown_with_its_reason_and_tried_again(browser: Browser) -> None:
    row = parked()
    assert "1 message could not be carried out" in council.words(browser.get("/administration/"))
    text = council.words(browser.get("/administration/parked/"))
    assert "the mail server answered 550" in text
    assert "12" in text
    answer = browser.post(f"/administration/parked/{row.pk}/try-again/", follow=True)
    row.refresh_from_db()
    assert row.parked_at is None
    assert "It is on its way again." in council.words(answer)
    assert "No message is parked" in council.words(answer)


def test_trying_again_twice_says_that_somebody_was_faster(browser: Browser) -> None:
    row = parked()
    browser.post(f"/administration/parked/{row.pk}/try-again/")
    again = browser.post(f"/administration/parked/{row.pk}/try-again/")
    assert again.status_code == 422
    assert "This message is not parked any more" in council.words(again)


def test_only_administrators_try_again() -> None:
    row = parked()
    for user in (council.officer(), factories.staff_user("", duty="auditor")):
        assert browser_of(user).post(f"/administration/parked/{row.pk}/try-again/").status_code == 403
    row.refresh_from_db()
    assert row.parked_at is not None


def test_people_are_listed_by_side_with_teams_and_roles(browser: Browser) -> None:
    council.officer("Priya Raman")
    home = factories.service()
    factories.provider_user(home.organisation, name="Anna Leeder", only=home)
    staff = council.words(browser.get("/administration/people/"))
    assert "Priya Raman" in staff
    assert "Service Brokerage Team (member)" in staff
    assert "Administrator" in staff
    assert "Anna Leeder" not in staff
    providers = council.words(browser.get("/administration/people/?side=provider"))
    assert f"{home.name}, {home.organisation.name} (Super User (Scheduled))" in providers
    assert "Never" in providers


def test_mails_of_a_demonstration_can_be_read_and_nowhere_else(browser: Browser, settings: Any, tmp_path: Path) -> None:
    settings.DEMO, settings.MAIL_DIR = True, tmp_path
    mail = EmailMessage("ISO-2026-000001 awaits your answer", "Sign in to answer.\n<b>", to=["james@oasis.example"])
    FolderBackend().send_messages([mail])
    text = council.words(browser.get("/administration/mail/"))
    assert "ISO-2026-000001 awaits your answer" in text
    assert "james@oasis.example" in text
    name = next(tmp_path.glob("*.eml")).stem
    page = browser.get(f"/administration/mail/{name}/")
    assert "Sign in to answer.\n&lt;b&gt;" in council.body(page)
    assert browser.get("/administration/mail/passwd/").status_code == 404
    settings.DEMO = False
    assert browser.get("/administration/mail/").status_code == 404
    assert browser.get(f"/administration/mail/{name}/").status_code == 404


def test_an_empty_mailbox_says_so(browser: Browser, settings: Any, tmp_path: Path) -> None:
    settings.DEMO, settings.MAIL_DIR = True, tmp_path / "none"
    assert "No e-mail was sent yet" in council.words(browser.get("/administration/mail/"))
