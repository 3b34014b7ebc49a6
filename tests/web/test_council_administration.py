"""Administration: parked messages with "try again", people, and a demonstration's e-mails."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser
from django.utils import timezone

from tasks.mailbox import FolderBackend
from tests import factories
from workflows.engine.models import Content, Event, Outbox
from workflows.engine.verify import verify

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


def test_a_client_is_erased_after_what_goes_was_seen(browser: Browser) -> None:
    document = factories.published()
    line, client = document.line, document.line.client
    named, reference = f"{client} ({client.ss_ref})", client.ss_ref
    assert "Erase a client or a person" in council.words(browser.get("/administration/"))
    assert "Nobody was found" in council.words(browser.post("/administration/erase/", {"text": "Nobody"}))
    assert "Nobody was found" in council.words(browser.post("/administration/erase/", {"text": reference[:-1]}))
    assert named in council.words(browser.post("/administration/erase/", {"text": f" {reference} "}))
    address = f"/administration/erase/clients/{client.pk}/"
    page = browser.get(address)
    assert named in council.words(page)
    assert named not in page.content.decode().partition("<title>")[2].partition("</title>")[0]
    assert "Files 1 file" in council.words(page)  # the document; what was tried was taken back
    client.refresh_from_db()
    assert (client.ss_ref, client.erased_at) == (reference, None)
    refused = council.words(browser.post(address, {"reason": " "}))
    assert "Say why this is erased" in refused
    assert "Confirm that nothing of this must be kept" in refused
    client.refresh_from_db()
    assert client.erased_at is None
    done = browser.post(address, {"reason": "Asked for by the family", "checked": "on"}, follow=True)
    assert "Erased, with" in council.words(done)
    client.refresh_from_db()
    assert client.surname == ""
    line.refresh_from_db()
    assert line.reference == f"erased-{line.pk}"
    told = Event.objects.get(stream=f"client:{client.pk}", kind="content.erased")
    assert Content.objects.get(stream=told.stream, label="reason").text == "Asked for by the family"
    assert browser.get(address).status_code == 404
    assert verify().findings == []


def test_a_person_is_erased_only_when_their_access_has_ended(browser: Browser) -> None:
    person = factories.provider_user(factories.organisation(), name="Ann Other")
    address = f"/administration/erase/people/{person.pk}/"
    assert "Ann Other" in council.words(browser.post("/administration/erase/", {"text": person.email.upper()}))
    said = council.words(browser.get(address))
    assert "Ann Other has access. End it first" in said
    assert "Erase for ever" not in said
    sent = browser.post(address, {"reason": "Gone", "checked": "on"})
    assert "End it first" in council.words(sent)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert "Name, address and access" in council.words(browser.get(address))
    browser.post(address, {"reason": "Gone", "checked": "on"})
    person.refresh_from_db()
    assert person.name == "(erased)"
