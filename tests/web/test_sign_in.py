"""Signing in as norfolk-handbook §1 has it, and as a council does that asks for positions."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone

from backoffice.access import demo, lockout, passcode
from tests import factories
from tests.factories import PASSWORD
from workflows.council.profile import current
from workflows.engine.models import Event, Outbox
from workflows.engine.verify import verify
from workflows.parties.models import Membership, Organisation, User
from workflows.people.models import PolicyAccepted

from .conftest import PASSCODE, with_passcode
from .council import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_pages")]


def first_step(browser: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return browser.post("/sign-in/", {"email": email, "password": password}, **more)


def sign_in(browser: Client, user: User) -> Any:
    first_step(browser, user.email)
    return browser.post("/sign-in/passcode/", {"passcode": PASSCODE})


def test_password_then_passcode_lead_home(client: Client, james: User) -> None:
    assert first_step(client, james.email).headers["Location"] == "/sign-in/passcode/"
    assert client.get("/").status_code == 302  # the password alone is not signed in
    answer = client.post("/sign-in/passcode/", {"passcode": "592 741"})
    assert answer.headers["Location"] == "/"
    assert client.get("/").content.decode() == "James Beiley @ Oasis Residential Care Home"


def test_the_address_may_be_typed_in_capitals(client: Client, james: User) -> None:
    assert first_step(client, f" {james.email.upper()} ").status_code == 302


def test_it_leads_back_to_the_page_that_was_wanted_but_never_to_another_site(client: Client, james: User) -> None:
    client.get("/sign-in/?next=/note/%3Fa%3D1")
    assert sign_in(client, james).headers["Location"] == "/note/?a=1"
    other = Client()
    other.get("/sign-in/?next=https://elsewhere.example/")
    assert sign_in(other, james).headers["Location"] == "/"


def test_wrong_then_right_works_in_the_same_form(client: Client, james: User) -> None:
    html = first_step(client, james.email, "Wrong-pass-11").content.decode()
    assert "The e-mail address or the password is not right. You have 2 more tries" in html
    assert f'value="{james.email}"' in html
    assert first_step(client, james.email).status_code == 302


def test_three_wrong_passwords_lock_and_the_page_says_whom_to_call(client: Client, james: User) -> None:
    for _ in range(2):
        assert first_step(client, james.email, "Wrong-pass-11").status_code == 200
    answer = first_step(client, james.email, "Wrong-pass-11")
    assert answer.status_code == 403
    assert "01603 495702" in answer.content.decode()
    assert first_step(Client(), james.email).status_code == 403  # right, from elsewhere, too late
    lockout.unlock(james.email)
    assert first_step(Client(), james.email).status_code == 302


def test_another_council_locks_after_its_own_number(client: Client, james: User, council_with: Any) -> None:
    council_with(("lock_after = 3", "lock_after = 5"))
    for left in (4, 3, 2, 1):
        assert f"You have {left} more tr" in first_step(client, james.email, "Wrong-pass-11").content.decode()
    assert first_step(client, james.email, "Wrong-pass-11").status_code == 403


def test_an_absent_account_cannot_be_told_from_one_with_a_wrong_password(client: Client, james: User) -> None:
    for _ in range(4):
        there = first_step(Client(), james.email, "Wrong-pass-11")
        absent = first_step(Client(), "nobody@provider.example", "Wrong-pass-11")
        assert there.status_code == absent.status_code
        assert _alike(there, james.email) == _alike(absent, "nobody@provider.example")


@pytest.mark.real_passwords
def test_an_absent_account_costs_the_same_work(client: Client, james: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def hashings(email: str) -> int:
        done: list[str] = []
        hasher = type(hashers.get_hasher())
        encode, verify = hasher.encode, hasher.verify
        with monkeypatch.context() as patch:
            patch.setattr(hasher, "encode", lambda *given, **named: done.append("e") or encode(*given, **named))
            patch.setattr(hasher, "verify", lambda *given, **named: done.append("v") or verify(*given, **named))
            first_step(client, email, "Wrong-pass-11")
        return len(done)

    assert hashings(james.email) == hashings("nobody@provider.example") == 1


def test_wrong_passcodes_count_with_wrong_passwords(client: Client, james: User) -> None:
    first_step(client, james.email, "Wrong-pass-11")
    first_step(client, james.email)
    html = client.post("/sign-in/passcode/", {"passcode": "111222"}).content.decode()
    assert "You have 1 more try" in html
    assert client.post("/sign-in/passcode/", {"passcode": "111222"}).status_code == 403
    assert client.get("/sign-in/passcode/").headers["Location"] == "/sign-in/"


def test_signing_in_forgets_the_wrong_tries(client: Client, james: User) -> None:
    first_step(client, james.email, "Wrong-pass-11")
    first_step(client, james.email, "Wrong-pass-11")
    sign_in(client, james)
    assert AccessAttempt.objects.count() == 0


def test_what_was_posted_is_never_written_beside_a_wrong_try(client: Client, james: User) -> None:
    first_step(client, james.email)
    client.post("/sign-in/passcode/", {"passcode": "111222", "note": "about a client"})
    kept = AccessAttempt.objects.get()
    assert kept.post_data == ""
    assert kept.get_data == ""


def test_the_session_is_a_new_one_after_each_step(client: Client, james: User) -> None:
    client.get("/sign-in/?next=/note/")
    before = client.cookies["sessionid"].value
    first_step(client, james.email)
    between = client.cookies["sessionid"].value
    client.post("/sign-in/passcode/", {"passcode": PASSCODE})
    assert len({before, between, client.cookies["sessionid"].value}) == 3


@pytest.mark.parametrize("step", ["passcode", "new-password", "new-passcode"])
def test_no_later_step_opens_by_itself(step: str, client: Client) -> None:
    assert client.get(f"/sign-in/{step}/").headers["Location"] == "/sign-in/"
    assert client.post(f"/sign-in/{step}/", {"passcode": PASSCODE}).headers["Location"] == "/sign-in/"


def test_a_step_begun_too_long_ago_begins_again(client: Client, james: User) -> None:
    first_step(client, james.email)
    session = client.session
    session["signing_in"] = session["signing_in"] | {"at": "2018-04-19T10:00:00+00:00"}
    session.save()
    assert client.post("/sign-in/passcode/", {"passcode": PASSCODE}).headers["Location"] == "/sign-in/"


class TestFirstSignIn:
    """norfolk-handbook §1: change the password that the helpdesk gave, then create a passcode."""

    @pytest.fixture
    def newcomer(self, home: Organisation) -> User:
        user = factories.provider_user(home)
        user.must_change_password = True
        user.save()
        return user

    def test_it_asks_for_a_password_then_a_passcode_then_lets_in(self, client: Client, newcomer: User) -> None:
        assert first_step(client, newcomer.email).headers["Location"] == "/sign-in/new-password/"
        answer = client.post("/sign-in/new-password/", {"password": "Garden-path-99"})
        assert answer.headers["Location"] == "/sign-in/new-passcode/"
        answer = client.post("/sign-in/new-passcode/", {"passcode": "592741", "again": "592741"})
        assert answer.headers["Location"] == "/"
        newcomer.refresh_from_db()
        assert newcomer.check_password("Garden-path-99")
        assert not newcomer.must_change_password
        assert passcode.matches(newcomer.pk, newcomer.passcode, passcode.whole("592741"))

    def test_a_chosen_password_and_passcode_are_told_and_never_written_down(
        self, client: Client, newcomer: User
    ) -> None:
        first_step(client, newcomer.email)
        assert client.post("/sign-in/new-password/", {"password": "too short"}).status_code == 200
        assert not Outbox.objects.exists()
        client.post("/sign-in/new-password/", {"password": "Garden-path-99"})
        client.post("/sign-in/new-passcode/", {"passcode": "592741", "again": "592741"})
        events = Event.objects.filter(stream=f"user:{newcomer.pk}").order_by("seq")
        assert [each.kind for each in events] == ["user.password_changed", "user.passcode_changed"]
        assert {each.actor_id for each in events} == {newcomer.pk}
        told = Outbox.objects.filter(topic="notify").order_by("pk")
        assert [row.payload["reference"] for row in told] == ["password", current().sign_in.passcode.name]
        assert all(row.payload["audience"] == {"user": newcomer.pk} for row in told)
        written = " ".join(f"{each.body}" for each in events) + " ".join(f"{row.payload}" for row in told)
        assert "Garden" not in written and "592741" not in written
        assert verify().findings == []

    @pytest.mark.parametrize(
        ("password", "said"),
        [
            ("Ab1-2", "at least 9 characters"),
            ("garden-path-99", "1 capital letter"),
            ("Garden-path-9", "2 digits"),
            ("123456789A", ""),
            (PASSWORD, "not used before"),
        ],
    )
    def test_the_password_keeps_the_handbook_s_rules(
        self, password: str, said: str, client: Client, newcomer: User
    ) -> None:
        first_step(client, newcomer.email)
        answer = client.post("/sign-in/new-password/", {"password": password})
        assert (answer.status_code == 302) if not said else (said in answer.content.decode())

    def test_another_council_has_its_own_rules(self, client: Client, newcomer: User, council_with: Any) -> None:
        council_with(("min_length = 9", "min_length = 14"))
        first_step(client, newcomer.email)
        answer = client.post("/sign-in/new-password/", {"password": "Garden-path-9"})
        assert "at least 14 characters" in answer.content.decode()

    def test_the_passcode_must_be_typed_twice_alike(self, client: Client, newcomer: User) -> None:
        first_step(client, newcomer.email)
        client.post("/sign-in/new-password/", {"password": "Garden-path-99"})
        answer = client.post("/sign-in/new-passcode/", {"passcode": "592741", "again": "592742"})
        assert "not the same as the first" in answer.content.decode()
        answer = client.post("/sign-in/new-passcode/", {"passcode": "123456", "again": "123456"})
        assert "in a row" in answer.content.decode()

    def test_a_reset_password_asks_the_old_passcode_first(self, client: Client, newcomer: User) -> None:
        with_passcode(newcomer)
        assert first_step(client, newcomer.email).headers["Location"] == "/sign-in/passcode/"
        assert client.get("/sign-in/new-password/").headers["Location"] == "/sign-in/passcode/"
        answer = client.post("/sign-in/passcode/", {"passcode": PASSCODE})
        assert answer.headers["Location"] == "/sign-in/new-password/"


class TestBeforeAnythingElse:
    """What a right password and passcode lead to before any page."""

    def test_a_password_of_a_year_ago_must_be_changed(self, client: Client, james: User, council_with: Any) -> None:
        year_ago = timezone.now() - timedelta(days=366)
        User.objects.filter(pk=james.pk).update(password_set_at=year_ago)
        assert sign_in(client, james).headers["Location"] == "/sign-in/new-password/"
        assert "Your password has expired: one can be used for 12 months." in words(
            client.get("/sign-in/new-password/")
        )
        assert client.get("/").status_code == 302
        answer = client.post("/sign-in/new-password/", {"password": "Garden-path-99"})
        assert answer.headers["Location"] == "/"
        council_with(("expires_months = 12", "expires_months = 24"))
        User.objects.filter(pk=james.pk).update(password_set_at=year_ago)
        first_step(other := Client(), james.email, "Garden-path-99")
        assert other.post("/sign-in/passcode/", {"passcode": PASSCODE}).headers["Location"] == "/"

    def test_texts_are_accepted_once_a_version(self, client: Client, james: User, council_with: Any) -> None:
        policy = '\n[[sign_in.policies]]\nkey = "use"\ntitle = "Use policy"\nversion = "{}"\ntext = "I behave."\n'
        after = "longest_run = 3\n"
        council_with((after, after + policy.format("1")))
        assert sign_in(client, james).headers["Location"] == "/sign-in/policies/"
        assert client.get("/").status_code == 302
        page = client.post("/sign-in/policies/", {})
        assert "Accept the Use policy to sign in" in words(page) and "I behave." in words(page)
        assert client.post("/sign-in/policies/", {"use": "on"}).headers["Location"] == "/"
        assert sign_in(Client(), james).headers["Location"] == "/"
        council_with((after, after + policy.format("2")))
        again = Client()
        assert sign_in(again, james).headers["Location"] == "/sign-in/policies/"
        again.post("/sign-in/policies/", {"use": "on"})
        accepted = PolicyAccepted.objects.filter(user=james).order_by("pk")
        assert [(each.policy, each.version) for each in accepted] == [("use", "1"), ("use", "2")]
        assert Event.objects.filter(stream=f"user:{james.pk}", kind="user.policies_accepted").count() == 2

    def test_who_is_suspended_is_told_whom_to_call_once_the_password_is_right(
        self, client: Client, james: User
    ) -> None:
        User.objects.filter(pk=james.pk).update(is_active=False, suspended_at=timezone.now())
        absent = first_step(Client(), "nobody@provider.example", "Wrong-pass-11")
        assert _alike(first_step(Client(), james.email, "Wrong-pass-11"), james.email) == _alike(
            absent, "nobody@provider.example"
        )
        page = first_step(client, james.email)
        assert page.status_code == 403
        assert "You have not used it for 60 days." in words(page) and "01603 495702" in words(page)
        assert client.get("/sign-in/passcode/").headers["Location"] == "/sign-in/"

    def test_a_session_of_who_is_suspended_is_over(self, client: Client, james: User) -> None:
        sign_in(client, james)
        User.objects.filter(pk=james.pk).update(is_active=False, suspended_at=timezone.now())
        assert client.get("/note/").headers["Location"].startswith("/sign-in/")

    def test_another_council_refuses_a_common_password(self, client: Client, james: User, council_with: Any) -> None:
        User.objects.filter(pk=james.pk).update(must_change_password=True)
        council_with(("digits = 2\n", "digits = 0\nrefuse_common = true\n"), ("capitals = 1", "capitals = 0"))
        sign_in(client, james)
        page = client.post("/sign-in/new-password/", {"password": "basketball"})
        assert "Many people use this password" in words(page)


class TestPositions:
    """Picture 09a: three boxes; the digits asked stay the same until answered."""

    @pytest.fixture(autouse=True)
    def council(self, council_with: Any) -> None:
        council_with(('mode = "whole"', 'mode = "positions"'))

    def asked(self, user: User) -> list[int]:
        user.refresh_from_db()
        return [int(place) for place in user.passcode_asked.split(",")]

    def right(self, places: list[int]) -> dict[str, str]:
        return {f"digit_{place}": PASSCODE[place - 1] for place in places}

    def test_three_right_digits_let_in(self, client: Client, james: User) -> None:
        first_step(client, james.email)
        client.get("/sign-in/passcode/")
        answer = client.post("/sign-in/passcode/", self.right(self.asked(james)))
        assert answer.headers["Location"] == "/"

    def test_the_positions_stay_until_answered_in_any_browser(self, client: Client, james: User) -> None:
        first_step(client, james.email)
        client.get("/sign-in/passcode/")
        places = self.asked(james)
        wrong = {f"digit_{place}": str((int(PASSCODE[place - 1]) + 1) % 10) for place in places}
        assert "not right" in client.post("/sign-in/passcode/", wrong).content.decode()
        other = Client()
        first_step(other, james.email)
        other.get("/sign-in/passcode/")
        assert self.asked(james) == places
        other.post("/sign-in/passcode/", self.right(places))
        james.refresh_from_db()
        assert james.passcode_asked == ""

    def test_an_empty_box_is_not_a_try(self, client: Client, james: User) -> None:
        first_step(client, james.email)
        client.get("/sign-in/passcode/")
        html = client.post("/sign-in/passcode/", {}).content.decode()
        assert "Enter one digit in each box" in html
        assert AccessAttempt.objects.count() == 0

    def test_the_page_names_the_positions_in_words(self, client: Client, james: User) -> None:
        first_step(client, james.email)
        User.objects.filter(pk=james.pk).update(passcode_asked="2,3,6")
        html = client.get("/sign-in/passcode/").content.decode()
        assert "Enter your 2nd, 3rd and 6th digits" in html
        assert html.count('inputmode="numeric"') == 3


class TestProviders:
    """A person at several providers picks one, and can change."""

    @pytest.fixture
    def both(self, james: User) -> list[Organisation]:
        second = factories.organisation("Marsh Lane House")
        Membership.objects.create(user=james, organisation=second, role="read_only")
        factories.grants.sync_user(james)
        return [james.memberships.get(role="super_user_scheduled").organisation, second]

    def test_it_asks_which_and_then_leads_on(self, client: Client, james: User, both: list[Organisation]) -> None:
        client.get("/sign-in/?next=/note/")
        assert sign_in(client, james).headers["Location"] == "/sign-in/provider/"
        assert client.get("/note/").headers["Location"] == "/sign-in/provider/"
        answer = client.post("/sign-in/provider/", {"organisation": both[1].pk})
        assert answer.headers["Location"] == "/note/"
        assert "James Beiley @ Marsh Lane House" in client.get("/").content.decode()
        assert "Change provider" in client.get("/note/").content.decode()

    def test_a_provider_that_is_not_theirs_cannot_be_chosen(
        self, client: Client, james: User, both: list[Organisation]
    ) -> None:
        sign_in(client, james)
        other = factories.organisation("Another")
        answer = client.post("/sign-in/provider/", {"organisation": other.pk})
        assert answer.status_code == 200
        assert client.get("/").headers["Location"] == "/sign-in/provider/"


def test_signing_out_needs_a_post_and_ends_it(client: Client, james: User) -> None:
    sign_in(client, james)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/signed-out/"
    assert client.get("/note/").status_code == 302


def test_who_was_idle_too_long_is_signed_out(client: Client, james: User, council_with: Any) -> None:
    sign_in(client, james)
    _idle(client, 59)
    assert client.get("/note/").status_code == 200
    _idle(client, 61)
    assert client.get("/note/").status_code == 302
    council_with(("idle_minutes = 60", "idle_minutes = 90"))
    sign_in(client, james)
    _idle(client, 61)
    assert client.get("/note/").status_code == 200


def test_the_panel_of_people_exists_in_a_demonstration_only(client: Client, james: User, settings: Any) -> None:
    assert demo.PASSWORD not in client.get("/sign-in/").content.decode()
    with pytest.raises(RuntimeError):
        demo.give_credentials([james])
    settings.DEMO = True
    demo.give_credentials([james])
    html = client.get("/sign-in/").content.decode()
    assert demo.PASSWORD in html
    assert demo.digits() in html
    assert james.email in html
    first_step(client, james.email, demo.PASSWORD)
    assert client.post("/sign-in/passcode/", {"passcode": demo.digits()}).headers["Location"] == "/"


def _idle(browser: Client, minutes: int) -> None:
    session = browser.session
    session["seen"] = session["seen"] - minutes * 60
    session.save()


def _alike(answer: Any, email: str) -> str:
    """A page without what differs between any two answers: the address typed and the token."""
    html = answer.content.decode().replace(email, "")
    start = html.find("csrfmiddlewaretoken")
    return html if start < 0 else html[:start] + html[html.index(">", start) :]
