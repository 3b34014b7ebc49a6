"""A form that comes signed out, too old or locked out is kept and given back; passwords never are."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.web import drafts
from backoffice.web.models import Draft
from tests import factories
from tests.factories import PASSWORD
from tests.files import PDF, upload
from workflows.engine import files
from workflows.parties.models import User

from .conftest import PASSCODE, browser_of, with_passcode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_pages")]
TYPED = {"text": "Nellie moved in on 11 April.\r\nSee the letter.", "password": "Correct-horse-42", "client_key": "k"}


def sign_in(browser: Client, user: User) -> Any:
    browser.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    return browser.post("/sign-in/passcode/", {"passcode": PASSCODE})


def test_a_form_sent_signed_out_is_back_after_signing_in(client: Client, james: User) -> None:
    answer = client.post("/note/?of=1", TYPED)
    assert answer.headers["Location"] == "/sign-in/?next=%2Fnote%2F%3Fof%3D1"
    assert "What you typed is kept" in client.get(answer.headers["Location"]).content.decode()
    draft = Draft.objects.get()
    back = sign_in(client, james).headers["Location"]
    assert back == f"/note/?of=1&draft={draft.pk}"
    html = client.get(back).content.decode()
    assert "Nellie moved in on 11 April." in html
    assert "What you typed is back" in html
    assert "govuk-error-summary" not in html


def test_no_password_is_kept_nor_the_token_itself(client: Client) -> None:
    client.post("/note/", TYPED)
    draft = Draft.objects.get()
    assert draft.fields == [["text", [TYPED["text"]]]]
    assert draft.had_secret
    assert client.session["kept_draft"] != draft.token_hash


def test_the_page_of_the_form_is_where_it_stood_not_where_it_was_sent(client: Client, james: User) -> None:
    client.post("/note/", TYPED, HTTP_REFERER="http://testserver/other-notes/?tab=2")
    assert sign_in(client, james).headers["Location"].startswith("/other-notes/?tab=2&draft=")
    Draft.objects.all().delete()
    other = Client()
    other.post("/note/", TYPED, HTTP_REFERER="https://elsewhere.example/x")
    assert Draft.objects.get().page == "/note/"


def test_who_was_idle_finds_it_again_and_nobody_else(client: Client, james: User) -> None:
    browser = browser_of(james)
    browser.get("/note/")
    session = browser.session
    session["seen"] = session["seen"] - 61 * 60
    session.save()
    browser.get(browser.post("/note/", TYPED).headers["Location"])
    draft = Draft.objects.get()
    assert draft.user_id == james.pk

    colleague = with_passcode(factories.provider_user(james.memberships.get().organisation))
    assert sign_in(browser, colleague).headers["Location"] == "/note/"
    assert "Nellie" not in browser.get(f"/note/?draft={draft.pk}").content.decode()
    assert browser.get(f"/kept/{draft.pk}/").status_code == 404

    elsewhere = Client()
    assert sign_in(elsewhere, james).headers["Location"] == f"/note/?draft={draft.pk}"


def test_what_a_page_writes_itself_is_nothing_typed(client: Client) -> None:
    client.post("/note/", {"task": "12", "seen": "3", "text": " ", "password": "Correct-horse-42"})
    assert not Draft.objects.exists()


def test_a_kept_file_is_shown_by_its_name(client: Client, james: User) -> None:
    file = files.stage(factories.actor(james), upload("Booking.pdf", PDF))
    client.post("/note/", {"text": "See the file.", "files_kept": str(file.pk), "task": "12"})
    sign_in(client, james)
    html = client.get(f"/kept/{Draft.objects.get().pk}/").content.decode()
    assert "Booking.pdf" in html
    assert "Files kept" not in html
    assert ">Task<" not in html


def test_it_can_be_read_and_deleted(client: Client, james: User) -> None:
    client.post("/note/", TYPED)
    sign_in(client, james)
    draft = Draft.objects.get()
    assert "Nellie moved in on 11 April." in client.get(f"/kept/{draft.pk}/").content.decode()
    client.post(f"/kept/{draft.pk}/forget/")
    assert not Draft.objects.exists()


def test_it_is_offered_once_and_forgotten_when_it_is_sent(client: Client, james: User) -> None:
    client.post("/note/", TYPED)
    back = sign_in(client, james).headers["Location"]
    client.post("/sign-out/")
    assert sign_in(client, james).headers["Location"] == "/"
    assert "Nellie" in client.get(back).content.decode()
    assert client.post(back, TYPED | {"password": ""}).status_code == 200
    assert Draft.objects.exists()
    assert client.post(back, TYPED).headers["Location"] == "/taken/"
    assert not Draft.objects.exists()


def test_an_empty_form_and_a_huge_one_are_not_kept(client: Client) -> None:
    client.post("/note/", {"text": " ", "password": "x"})
    client.post("/note/", {"text": "x" * 300_000})
    assert not Draft.objects.exists()


def test_drafts_are_wiped_after_a_day(client: Client) -> None:
    client.post("/note/", TYPED)
    assert drafts.wipe() == 0
    Draft.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert drafts.wipe() == 1


def test_an_expired_draft_is_gone_for_its_owner_too(client: Client, james: User) -> None:
    client.get(client.post("/note/", TYPED).headers["Location"])
    Draft.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert sign_in(client, james).headers["Location"] == "/note/"


class TestTooOld:
    """The page's token is another one's: the form was opened before somebody signed out and in again."""

    @pytest.fixture
    def browser(self, james: User) -> Client:
        browser = Client(enforce_csrf_checks=True)
        browser.cookies = browser_of(james).cookies
        return browser

    def test_what_was_typed_is_offered_again(self, browser: Client) -> None:
        answer = browser.post("/note/", TYPED, HTTP_ORIGIN="http://testserver")
        html = answer.content.decode()
        assert answer.status_code == 403
        assert "You were signed out or the page was too old" in html
        assert 'name="text" value="Nellie moved in on 11 April.' in html
        assert TYPED["password"] not in html
        assert Draft.objects.get().fields == [["text", [TYPED["text"]]]]

    def test_words_from_another_site_are_not_kept(self, browser: Client) -> None:
        answer = browser.post("/note/", TYPED, HTTP_ORIGIN="https://elsewhere.example")
        assert answer.status_code == 403
        assert "Nellie" not in answer.content.decode()
        assert not Draft.objects.exists()


class TestPasswordAgain:
    """The password asked again at a binding act."""

    def test_wrong_then_right_in_the_same_form(self, james: User) -> None:
        browser = browser_of(james)
        html = browser.post("/note/", TYPED | {"password": "Wrong-pass-11"}).content.decode()
        assert "The password is not right. You have 2 more tries before your account is locked" in html
        assert "Nellie moved in on 11 April." in html
        assert browser.post("/note/", TYPED).headers["Location"] == "/taken/"
        html = browser.post("/note/", TYPED | {"password": "Wrong-pass-11"}).content.decode()
        assert "You have 2 more tries" in html  # the right one cleared the count

    def test_an_empty_password_is_not_a_try(self, james: User) -> None:
        browser = browser_of(james)
        for _ in range(4):
            html = browser.post("/note/", TYPED | {"password": ""}).content.decode()
            assert "Enter the password" in html
        assert browser.post("/note/", TYPED).headers["Location"] == "/taken/"

    def test_the_third_wrong_one_locks_signs_out_and_keeps_what_was_typed(self, james: User) -> None:
        browser = browser_of(james)
        for _ in range(2):
            browser.post("/note/", TYPED | {"password": "Wrong-pass-11"})
        answer = browser.post("/note/", TYPED | {"password": "Wrong-pass-11"})
        assert answer.status_code == 403
        assert "kept for 24 hours" in answer.content.decode()
        assert browser.get("/note/").status_code == 302
        assert sign_in(Client(), james).status_code == 302  # and yet not in:
        draft = Draft.objects.get()
        assert draft.user_id == james.pk

        from backoffice.access import lockout

        lockout.unlock(james.email)
        assert sign_in(Client(), james).headers["Location"] == f"/note/?draft={draft.pk}"

    def test_tries_here_and_at_signing_in_count_together(self, client: Client, james: User) -> None:
        browser = browser_of(james)
        browser.post("/note/", TYPED | {"password": "Wrong-pass-11"})
        browser.post("/note/", TYPED | {"password": "Wrong-pass-11"})
        assert client.post("/sign-in/", {"email": james.email, "password": "Wrong-pass-11"}).status_code == 403
