"""Files in a form: none is lost because something else is wrong, and each can be removed; all without a script."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.files import EICAR, PDF, clamd, jpeg, png, upload
from tests.forms import forms_of
from tests.web.conftest import browser_of
from workflows.engine.files import scanning, wipe
from workflows.engine.models import Attachment
from workflows.parties.models import Organisation, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_pages")]


@pytest.fixture
def browser(james: User) -> Client:
    return browser_of(james)


def send(browser: Client, *files: Any, text: str = "", **more: Any) -> Any:
    return browser.post("/with-files/", {"text": text, "files": list(files), **more})


def kept(answer: Any) -> list[int]:
    """The files that the form that came back holds."""
    return [each.pk for each in answer.context["form"]["files"].value()]


def test_files_are_kept_when_another_field_is_wrong_and_sent_with_the_next_try(browser: Client) -> None:
    answer = send(browser, upload("One.pdf", PDF), upload("Two.png", png()))
    html = answer.content.decode()
    assert "Enter the text" in html
    assert "Everything you typed is still here." in html
    assert 'enctype="multipart/form-data"' in html
    assert "One.pdf" in html and "Remove Two.png" in html
    form = forms_of(html)[-1]
    assert form.fields["files_kept"] == str(kept(answer)[-1])
    sent = send(browser, text="Here they are.", files_kept=kept(answer))
    assert sent.content.decode() == "taken: One.pdf Two.png"
    assert Attachment.objects.count() == 2


def test_more_may_be_chosen_beside_what_is_kept(browser: Client) -> None:
    first = kept(send(browser, upload("One.pdf", PDF)))
    assert send(browser, upload("Two.png", png()), text="x", files_kept=first).content == b"taken: One.pdf Two.png"


def test_a_kept_file_can_be_removed(browser: Client) -> None:
    first = kept(send(browser, upload("One.pdf", PDF), upload("Two.png", png())))
    answer = send(browser, text="x", files_kept=first, files_remove=first[:1])
    assert answer.content == b"taken: Two.png"
    assert Attachment.objects.count() == 1


def test_a_wrong_file_is_named_and_the_good_ones_stay(browser: Client) -> None:
    answer = send(browser, upload("One.pdf", PDF), upload("run.exe", b"MZ\x90"), upload("bill.pdf", b""), text="x")
    html = answer.content.decode()
    assert "“run.exe” cannot be sent" in html
    assert "“bill.pdf” is empty" in html
    assert len(kept(answer)) == 1
    assert "2 things to put right" in html


def test_no_more_than_allowed(browser: Client) -> None:
    files = [upload(f"{number}.jpg", jpeg()) for number in range(5)]
    answer = send(browser, *files, text="x")
    assert "You can send 3 files here, and chose 5" in answer.content.decode()
    assert len(kept(answer)) == 3


def test_another_council_takes_fewer(browser: Client, council_with: Any) -> None:
    council_with(("most = 10", "most = 1"))
    assert "PDF, PNG, JPEG" in browser.get("/with-files/").content.decode()
    answer = send(browser, upload("One.pdf", PDF), upload("Two.pdf", PDF), text="x")
    assert "You can send 1 file here, and chose 2" in answer.content.decode()


def test_a_kept_file_is_its_senders_alone_and_says_when_it_is_gone(browser: Client, home: Organisation) -> None:
    mine = kept(send(browser, upload("One.pdf", PDF)))
    stranger = browser_of(make.provider_user(home))
    answer = send(stranger, text="x", files_kept=mine)
    assert "A file that was kept is not there any more. Choose it again." in answer.content.decode()
    send(stranger, text="x", files_kept=mine, files_remove=mine)
    assert Attachment.objects.filter(pk__in=mine).exists()
    assert wipe(timezone.now() + timedelta(days=1, minutes=1)) == 1
    assert "not there any more" in send(browser, text="x", files_kept=mine).content.decode()


def test_numbers_that_are_none_are_left_out(browser: Client) -> None:
    assert send(browser, text="x", files_kept=["x", "-1", "9" * 40]).content == b"taken: "


def test_busy_sends_the_kept_files_on(browser: Client) -> None:
    answer = send(browser, upload("One.pdf", PDF), text="busy")
    assert answer.status_code == 503
    html = answer.content.decode()
    row = Attachment.objects.get()
    assert f'name="files_kept" value="{row.pk}"' in html
    assert "One.pdf" in html


def test_a_kept_file_that_the_scan_refuses_is_said_in_the_form(browser: Client, settings: Any) -> None:
    with clamd() as scanner:
        settings.CLAMAV = scanner.address
        answer = send(browser, upload("One.pdf", PDF + EICAR))
        assert "waits for the virus scan" in answer.content.decode()
        scanning.scan(Attachment.objects.get().pk)
        again = send(browser, text="x", files_kept=kept(answer)).content.decode()
    assert "“One.pdf” was not kept. The virus scan found something in it (Eicar-Signature)" in again
    assert Attachment.objects.count() == 0


def test_what_people_see_of_each_state(browser: Client, james: User) -> None:
    staged = kept(send(browser, upload("One.pdf", PDF)))
    for state, said in (("ready", "/files/"), ("waiting", "Waiting for the virus scan"), ("refused", "Too nasty")):
        Attachment.objects.filter(pk__in=staged).update(state=state, reason="Too nasty")
        assert said in browser.get("/list-files/").content.decode()
