"""How people are told: at once, once a day, or on the home page only."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from tasks.actors.mail import mail as send
from tasks.actors.notify import notify
from tests import factories as make
from workflows.council import profile
from workflows.engine import notices
from workflows.engine.errors import Refused
from workflows.engine.models import Event, Notice, Outbox
from workflows.parties.models import User
from workflows.people import preferences
from workflows.people.models import NoticePreference
from workflows.people.notices import SIGN_IN_CHANGED

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 5, 8, 15, 30, tzinfo=UTC)
KIND = "turn.handed_over"


@pytest.fixture
def priya() -> User:
    return make.staff_user(name="Priya Raman")


@pytest.fixture(autouse=True)
def friday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.actors.notify.timezone.now", lambda: FRIDAY)


def wish(who: User, how: str, kind: str = KIND) -> None:
    preferences.set_preferences(actor=make.actor(who), wishes={kind: how})


def tell(who: User, key: str, kind: str = KIND, reference: str = "ISO-2026-000001") -> None:
    notify({"kind": kind, "reference": reference, "audience": {"user": who.pk}}, key)


def mails() -> list[Any]:
    return list(Outbox.objects.filter(topic="mail").order_by("pk"))


def test_without_a_choice_there_is_a_mail_at_once(priya: User) -> None:
    tell(priya, "one")
    (row,) = mails()
    assert row.due_at < FRIDAY + timedelta(minutes=1)
    assert set(preferences.read(priya.pk).values()) == {"at_once"}


def test_a_digest_is_one_mail_of_all_kinds_on_the_next_working_morning(priya: User) -> None:
    wish(priya, "daily")
    wish(priya, "daily", "turn.mentioned")
    tell(priya, "one")
    tell(priya, "two", reference="ISO-2026-000002")
    tell(priya, "three", "turn.mentioned")
    (row,) = mails()
    assert row.due_at == datetime(2026, 5, 11, 8, 0, tzinfo=UTC)  # Monday, 9:00 in London
    send(row.payload, row.key)
    (sent,) = mail.outbox
    assert sent.subject == "3 pieces of news"
    assert sent.body.count("ISO-2026-00000") == 3
    assert not Notice.objects.filter(mailed_at=None).exists()
    send(row.payload, row.key)
    assert len(mail.outbox) == 1


def test_a_digest_that_has_begun_to_be_sent_is_not_joined(priya: User) -> None:
    wish(priya, "daily")
    tell(priya, "one")
    Outbox.objects.filter(topic="mail").update(attempts=1)
    tell(priya, "two")
    first, second = mails()
    assert second.due_at == first.due_at + timedelta(days=1)


def test_who_wants_no_mail_has_it_on_the_home_page(priya: User) -> None:
    wish(priya, "none")
    tell(priya, "one")
    assert mails() == []
    assert Notice.objects.get(user=priya).read_at is None


def test_each_kind_and_each_person_by_themselves(priya: User) -> None:
    tom = make.staff_user(name="Tom Bullard")
    wish(priya, "none")
    notify({"kind": KIND, "reference": "ISO-1", "audience": {"users": [priya.pk, tom.pk]}}, "both")
    tell(priya, "other", "turn.mentioned")
    assert [(row.payload["user"], row.payload["kind"]) for row in mails()] == [
        (tom.pk, KIND),
        (priya.pk, "turn.mentioned"),
    ]
    assert Notice.objects.filter(user=priya).count() == 2


def test_a_choice_is_kept_and_told_once(priya: User) -> None:
    wish(priya, "daily")
    wish(priya, "daily")
    wish(priya, "none")
    assert preferences.read(priya.pk)[KIND] == "none"
    assert Event.objects.filter(stream=f"user:{priya.pk}", kind="user.notices_set").count() == 2


@pytest.mark.parametrize(("kind", "how"), [("no.such", "none"), (KIND, "weekly"), ("notice.digest", "none")])
def test_what_is_not_on_the_list_is_refused(priya: User, kind: str, how: str) -> None:
    with pytest.raises(Refused, match="from the list"):
        wish(priya, how, kind)


def test_every_kind_that_people_are_told_of_has_a_plain_name() -> None:
    named = notices.kinds()
    always = {kind for kind in notices._words if notices.always(kind)}
    assert set(notices._words) - set(named) - always == {"notice.digest"}
    assert all(name[0].isupper() and "." not in name for name in named.values())


@pytest.mark.parametrize("side", ["staff", "provider"])
def test_news_of_what_the_council_does_not_have_are_not_offered(side: str) -> None:
    """Norfolk has scheduled payments, and no actuals."""
    assert profile.current().actuals is None
    assert {"Scheduled payments", "Contract documents"} <= set(notices.listed(side))
    assert not {"Actuals", "Disputes"} & set(notices.listed(side))


def test_what_protects_an_account_is_mailed_at_once_each_time_and_cannot_be_switched_off(priya: User) -> None:
    with pytest.raises(Refused, match="from the list"):
        wish(priya, "none", SIGN_IN_CHANGED)
    NoticePreference.objects.create(user=priya, kind=SIGN_IN_CHANGED, how="none")  # of an older time
    for number, word in enumerate(("password", "passcode")):
        tell(priya, f"told:{number}", SIGN_IN_CHANGED, reference=word)
        row = mails()[-1]
        assert row.due_at == FRIDAY
        send(row.payload, row.key)
        Outbox.objects.filter(pk=row.pk).update(attempts=1, done_at=FRIDAY)
    assert [sent.subject for sent in mail.outbox] == ["Your password was changed", "Your passcode was changed"]
    assert all("If that was not you, tell the helpdesk at once." in sent.body for sent in mail.outbox)


def test_the_other_sides_news_cannot_be_chosen(priya: User) -> None:
    with pytest.raises(Refused, match="from the list"):
        wish(priya, "none", "contract_document.published")


def test_a_mail_leads_to_each_case_by_its_reference(priya: User) -> None:
    one, two = make.published().case, make.published().case
    for case in (one, two):
        notify({"kind": KIND, "case": case.pk, "audience": {"user": priya.pk}}, f"told:{case.pk}")
    (row,) = mails()
    send(row.payload, row.key)
    (sent,) = mail.outbox
    for case in (one, two):
        assert f"{settings.BASE_URL}/case/{case.reference}/\n" in sent.body
        assert f"/{case.pk}/" not in sent.body  # the host may begin with any figure
    assert f"Sign in to see more: {settings.BASE_URL}/notices/" in sent.body
