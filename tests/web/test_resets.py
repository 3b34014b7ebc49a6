"""norfolk-handbook §1 "For Password and Security code resets": by a mailed link, and by the helpline."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from backoffice.access import lockout
from tasks import carrying
from tasks.actors import first_access, load
from tests import factories as make
from tests.councils import POLICIES, served
from tests.factories import PASSWORD
from workflows.engine.events import facts_of
from workflows.engine.models import Event, Notice, Outbox
from workflows.parties.models import User
from workflows.people.models import HelpAsked, SignInLink

from .conftest import PASSCODE, browser_of, with_passcode
from .council import body, words

load()
pytestmark = pytest.mark.django_db
NEW = "Garden-path-99"
QUESTIONS = ["The reference of their organisation", "Their own job and the service where they work"]


@pytest.fixture(autouse=True)
def posted(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEMO = False


def carry() -> None:
    """Let the workers do what is due."""
    while rows := list(Outbox.objects.filter(done_at=None, parked_at=None).order_by("pk")):
        for row in rows:
            Outbox.objects.filter(pk=row.pk).update(due_at=timezone.now())
            carrying.carry_out(row.pk, row.attempts)


def ask(email: str, what: str = "password", how: str = "link") -> Any:
    return Client().post("/forgotten/", {"email": email, "what": what, "how": how}, follow=True)


def linked(what: str, user: User) -> str:
    """The address of the link that a person gets for asking."""
    ask(user.email, what)
    carry()
    (found,) = (re.search(r"http://\S+(/reset/\S+)", str(each.body)) for each in mail.outbox if "/reset/" in each.body)
    assert found is not None
    return found[1]


def lock(user: User) -> None:
    for _ in range(3):
        Client().post("/sign-in/", {"email": user.email, "password": "Wrong-pass-11"})


def test_a_mailed_link_lets_a_locked_out_owner_choose_a_password_with_the_passcode(james: User) -> None:
    lock(james)
    assert "choose a new password" in words(Client().post("/sign-in/", {"email": james.email, "password": PASSWORD}))
    address, browser = linked("password", james), Client()
    text = str(mail.outbox[0].body)
    assert james.name not in text and "your passcode" in text
    assert "This link was sent to another address. You have 2 more tries" in words(
        browser.post(address, {"email": "somebody@provider.example"})
    )
    assert browser.post(address, {"email": james.email}).headers["Location"] == "/sign-in/passcode/"
    assert "cannot be used" in words(Client().get(address))
    assert browser.post("/sign-in/passcode/", {"passcode": "111222"}).status_code == 200
    assert browser.get("/sign-in/new-password/").headers["Location"] == "/sign-in/passcode/"
    answer = browser.post("/sign-in/passcode/", {"passcode": PASSCODE})
    assert answer.headers["Location"] == "/sign-in/new-password/"
    assert browser.post("/sign-in/new-password/", {"password": NEW}).headers["Location"] == "/"
    assert not lockout.is_locked_for(james.email)  # the guesses were about a password that is gone
    james.refresh_from_db()
    assert james.check_password(NEW)


def test_a_mailed_link_and_the_password_lead_to_a_new_passcode(james: User) -> None:
    address, browser = linked("passcode", james), Client()
    assert browser.post(address, {"email": james.email, "password": "Wrong-pass-11"}).status_code == 200
    step = browser.post(address, {"email": james.email, "password": PASSWORD})
    assert step.headers["Location"] == "/sign-in/new-passcode/"
    assert browser.get("/notices/").status_code == 302
    answer = browser.post("/sign-in/new-passcode/", {"passcode": "482915", "again": "482915"})
    assert answer.headers["Location"] == "/"
    again = Client()
    again.post("/sign-in/", {"email": james.email, "password": PASSWORD})
    assert again.post("/sign-in/passcode/", {"passcode": "482915"}).headers["Location"] == "/"


def test_nobody_learns_who_exists_and_asking_again_fills_no_mailbox(james: User) -> None:
    suspended = make.provider_user(make.organisation())
    User.objects.filter(pk=suspended.pk).update(is_active=False, suspended_at=timezone.now())
    pages = {words(ask(email, what, how)) for email in (james.email, suspended.email, "nobody@provider.example")
             for what in ("password", "passcode") for how in ("link", "helpline")}  # fmt: skip
    assert len(pages) == 1
    for _ in range(5):
        ask(james.email)
    carry()
    assert [each.to for each in mail.outbox if "/reset/" in each.body] == [[james.email]] * 2
    assert HelpAsked.objects.get().user_id == james.pk


def test_guesses_at_a_link_end_with_it_and_leave_the_account_alone(james: User) -> None:
    address = linked("passcode", james)
    answers = [
        Client().post(address, {"email": james.email, "password": f"Guess-{n}-77"}).status_code for n in range(4)
    ]
    assert answers == [200, 200, 403, 403]
    assert Client().post(address, {"email": james.email, "password": PASSWORD}).status_code == 403
    assert not lockout.is_locked_for(james.email)


def test_another_council_has_resets_by_its_helpline_only() -> None:
    with served("westmere", POLICIES):
        page = words(Client().get("/forgotten/"))
        assert "A link by e-mail" not in page and "Gateway Support Line telephones me" in page
        user = make.provider_user(make.organisation(), role="director")
        ask(user.email)
        carry()
        assert not SignInLink.objects.exists()


def test_handbooks_come_with_the_invitation_where_the_profile_has_them() -> None:
    user = make.provider_user(make.organisation())
    assert "https://" not in str(first_access.message(user, "one").body)
    with served("westmere", POLICIES):
        text = str(first_access.message(user, "two").body)
        assert "  The Gateway handbook: https://gateway.westmere.example/handbook" in text
        assert "You need:\n- A telephone with a camera\n" in text
        assert "\nRing the Gateway Support Line once you are in.\n" in text


class TestHelpline:
    """The desk's room: looked up, made sure of, helped, recorded."""

    @pytest.fixture
    def desk(self) -> Client:
        return browser_of(make.staff_user("fes_admin"))

    def help(self, desk: Client, them: User, act: str, **more: Any) -> Any:
        sent = {"act": act, "answered": QUESTIONS} | more
        return desk.post(f"/helpline/people/{them.pk}/", sent)

    def test_who_asked_to_be_telephoned_waits_and_gets_a_password_read_out(self, desk: Client, james: User) -> None:
        lock(james)
        ask(james.email, how="helpline")
        carry()
        assert Notice.objects.filter(kind="user.help_asked").count() == 1
        assert f"/helpline/people/{james.pk}/" in body(desk.get("/notices/"))
        assert james.name in words(desk.get("/helpline/"))
        page = desk.get(f"/helpline/people/{james.pk}/")
        assert "Locked after too many wrong tries" in words(page)
        without = self.help(desk, james, "password", answered=QUESTIONS[:1])
        assert "Ask until 2 questions are answered" in words(without)
        page = self.help(desk, james, "password")
        found = re.search(r"New password (\S+-\S+-\S+) It is shown once", words(page))
        assert found is not None
        browser = Client()
        browser.post("/sign-in/", {"email": james.email, "password": found[1]})
        answer = browser.post("/sign-in/passcode/", {"passcode": PASSCODE})
        assert answer.headers["Location"] == "/sign-in/new-password/"
        event = Event.objects.get(stream=f"user:{james.pk}", kind="user.helped")
        assert facts_of(event) == {"act": "password", "answered": QUESTIONS}
        assert "Nobody waits to be telephoned" in words(desk.get("/helpline/"))
        assert found[1] not in " ".join(str(each.body) for each in mail.outbox)
        assert not any(found[1] in each.body for each in Event.objects.all())

    def test_links_passcode_unlock_ending_and_giving_back(self, desk: Client, james: User) -> None:
        assert self.help(desk, james, "unlock").status_code == 200  # there is no lock to lift
        lock(james)
        assert self.help(desk, james, "unlock").status_code == 302
        assert Client().post("/sign-in/", {"email": james.email, "password": PASSWORD}).status_code == 302
        assert self.help(desk, james, "passcode_link").status_code == 302
        carry()
        assert [each.to for each in mail.outbox if "/reset/" in each.body] == [[james.email]]
        assert self.help(desk, james, "passcode").status_code == 302
        step = Client()
        to = step.post("/sign-in/", {"email": james.email, "password": PASSWORD}).headers["Location"]
        assert to == "/sign-in/new-passcode/"
        make.provider_user(james.memberships.get().organisation)
        assert "Enter the reason" in words(self.help(desk, james, "end", answered=[]))
        assert self.help(desk, james, "end", answered=[], reason="Left last week.").status_code == 302
        assert Client().post("/sign-in/", {"email": james.email, "password": PASSWORD}).status_code == 200
        assert self.help(desk, james, "password").status_code == 200  # nothing but giving back is offered now
        assert self.help(desk, james, "reinstate", reason="Stays after all.").status_code == 302
        james.refresh_from_db()
        assert james.is_active
        story = words(desk.get(f"/helpline/people/{james.pk}/"))
        for said in ("The lock was lifted", "A link for a new passcode was sent", "Access was ended", QUESTIONS[0]):
            assert said in story

    def test_officers_are_for_administrators_and_nobody_helps_themselves(self, desk: Client, james: User) -> None:
        officer = with_passcode(make.staff_user("procurement", name="Nora Vale"))
        assert "Nora Vale" not in words(desk.post("/helpline/", {"text": "Nora"}))
        assert james.name in words(desk.post("/helpline/", {"text": "beiley"}))
        assert desk.get(f"/helpline/people/{officer.pk}/").status_code == 404
        assert desk.get("/helpline/?text=beiley").status_code == 200
        admin = make.staff_user("", duty="administrator")
        browser = browser_of(admin)
        assert "Nora Vale" in words(browser.post("/helpline/", {"text": "Nora"}))
        ask(officer.email, how="helpline")
        carry()
        assert list(Notice.objects.filter(kind="user.help_asked").values_list("user_id", flat=True)) == [admin.pk]
        assert self.help(browser, officer, "passcode").status_code == 302
        assert "Somebody else of the helpline must do this for you" in words(self.help(browser, admin, "password"))
        assert browser_of(make.staff_user("procurement")).get("/helpline/").status_code == 403
