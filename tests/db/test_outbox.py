"""One outbox row in a worker: claimed, carried out, marked; and what a notice and a mail are."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from tasks import carrying, handlers
from tasks.actors import load
from tests import factories as make
from workflows.engine import notices, outbox, parked, reactions
from workflows.engine.errors import Busy, Forbidden, Refused
from workflows.engine.models import Event, Notice, Outbox
from workflows.parties.models import Client, Organisation, User

load()
pytestmark = pytest.mark.django_db
SEEN: list[tuple[Mapping[str, Any], str]] = []


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Handlers and reactions of these tests alone."""
    monkeypatch.setattr(handlers, "_handlings", dict(handlers._handlings))
    monkeypatch.setattr(reactions, "_reactions", dict(reactions._reactions))
    SEEN.clear()
    yield


def declare(function: Any, *, database: bool = False) -> None:
    handlers.handles("test", database=database)(function)


def put(topic: str = "test", key: str = "k", payload: Mapping[str, Any] | None = None) -> Outbox:
    outbox.put(topic, key, payload or {"a": 1})
    return Outbox.objects.get(topic=topic, key=key)


def carry(row: Outbox) -> Outbox:
    """One try, as a worker makes it."""
    row.refresh_from_db()
    carrying.carry_out(row.pk, row.attempts)
    row.refresh_from_db()
    return row


def carry_everything() -> None:
    """Carry out what is due until nothing is."""
    while rows := list(Outbox.objects.filter(done_at=None, parked_at=None, due_at__lte=timezone.now()).order_by("pk")):
        for row in rows:
            carry(row)


def note(payload: Mapping[str, Any], key: str) -> None:
    SEEN.append((payload, key))


def fail(error: Exception) -> Any:
    def failing(payload: Mapping[str, Any], key: str) -> None:
        note(payload, key)
        raise error

    return failing


# --- putting -----------------------------------------------------------------------------------------------------


def test_the_same_topic_and_key_is_put_once() -> None:
    put()
    put()
    assert Outbox.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_be_put_outside_a_transaction() -> None:
    with pytest.raises(AssertionError):
        outbox.put("test", "k", {})


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_nothing_to_do() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.put("test", "k", {})
        raise ZeroDivisionError
    assert not Outbox.objects.exists()


# --- carrying ----------------------------------------------------------------------------------------------------


def test_it_hands_payload_and_key_to_the_handler_and_marks_the_row() -> None:
    declare(note)
    row = carry(put())
    assert SEEN == [({"a": 1}, "k")]
    assert row.done_at is not None and row.attempts == 1 and row.lease_until is None


def test_a_second_delivery_of_the_same_message_does_nothing() -> None:
    declare(note)
    row = put()
    carrying.carry_out(row.pk, 0)
    carrying.carry_out(row.pk, 0)
    assert len(SEEN) == 1


def test_a_message_of_an_older_hand_out_does_nothing() -> None:
    declare(note)
    row = put()
    assert carrying.claim(row.pk, 0) is not None
    assert carrying.claim(row.pk, 0) is None


def test_a_parked_row_is_not_carried() -> None:
    declare(note)
    row = put()
    Outbox.objects.update(parked_at=timezone.now())
    carry(row)
    assert SEEN == []


def test_a_database_effect_is_rolled_back_with_its_failure() -> None:
    def half(payload: Mapping[str, Any], key: str) -> None:
        Organisation.objects.create(reference="half", name="Half")
        raise ZeroDivisionError

    declare(half, database=True)
    row = carry(put())
    assert not Organisation.objects.filter(reference="half").exists()
    assert row.done_at is None and "ZeroDivisionError" in row.error


def test_a_database_effect_is_rolled_back_when_somebody_took_the_row_over() -> None:
    def slow(payload: Mapping[str, Any], key: str) -> None:
        Organisation.objects.create(reference="late", name="Late")
        Outbox.objects.update(attempts=5)  # the lease ran out and four others tried

    declare(slow, database=True)
    with transaction.atomic():
        carry(put())
    assert not Organisation.objects.filter(reference="late").exists()


def test_an_unknown_topic_is_tried_again_and_says_so() -> None:
    row = carry(put("nobody.reads.this"))
    assert row.done_at is None and "UnknownTopic" in row.error


# --- failing -----------------------------------------------------------------------------------------------------


def test_a_failure_waits_longer_each_time_and_is_parked_at_last() -> None:
    declare(fail(ZeroDivisionError()))
    row, pauses = put(), []
    for _ in range(carrying.TRIES):
        before = timezone.now()
        carry(row)
        pauses.append(round((row.due_at - before).total_seconds()))
    assert pauses[:4] == [2, 4, 8, 16] and pauses[-1] == carrying.LONGEST_PAUSE
    assert row.parked_at is not None and len(SEEN) == carrying.TRIES
    carry(row)
    assert len(SEEN) == carrying.TRIES


def test_a_rule_that_says_no_parks_at_once_with_its_reason() -> None:
    declare(fail(Refused("The line has ended.", "ended")), database=True)
    row = carry(put())
    assert row.parked_at is not None and "The line has ended." in row.error


def test_a_busy_case_is_tried_again() -> None:
    declare(fail(Busy()), database=True)
    assert carry(put()).parked_at is None


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Kovac, Maria has no line"),
        SMTPRecipientsRefused({"kovac@example.org": (550, b"no such user Kovac")}),
        KeyError("Kovac"),
    ],
)
def test_what_is_kept_of_an_error_names_no_person(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    declare(fail(error))
    row = carry(put())
    assert type(error).__name__ in row.error
    assert "ovac" not in row.error + caplog.text


def test_a_database_error_is_kept_without_the_values() -> None:
    def twice(payload: Mapping[str, Any], key: str) -> None:
        for _ in range(2):
            Client.objects.create(ss_ref="7654321", surname="Kovac", forename="Maria")

    declare(twice, database=True)
    row = carry(put())
    assert "IntegrityError: duplicate key value violates unique constraint" in row.error
    assert "7654321" not in row.error


# --- parked ------------------------------------------------------------------------------------------------------


def parked_row() -> Outbox:
    declare(fail(Refused("No.", "no")))
    return carry(put())


def test_try_again_sends_it_on_its_way_and_records_who_said_so() -> None:
    row, admin = parked_row(), make.actor(make.staff_user(duty="administrator"))
    assert list(parked.parked(admin)) == [row]
    parked.try_again(row.pk, admin)
    row.refresh_from_db()
    assert row.parked_at is None and row.due_at <= timezone.now()
    event = Event.objects.get(stream=f"outbox:{row.pk}")
    assert event.actor_id == admin.user_id


def test_after_try_again_the_full_number_of_tries_begins_anew() -> None:
    row, admin = parked_row(), make.actor(make.staff_user(duty="administrator"))
    Outbox.objects.filter(pk=row.pk).update(attempts=carrying.TRIES)
    parked.try_again(row.pk, admin)
    handlers._handlings["test"] = handlers.Handling(fail(ZeroDivisionError()), database=False)
    assert carry(row).parked_at is None
    assert carrying.pause_after(row.attempts) == carrying.FIRST_PAUSE


def test_only_an_administrator_may_see_and_resend() -> None:
    row, officer = parked_row(), make.actor(make.staff_user())
    with pytest.raises(Forbidden):
        parked.parked(officer)
    with pytest.raises(Forbidden):
        parked.try_again(row.pk, officer)


def test_try_again_twice_is_refused_the_second_time() -> None:
    row, admin = parked_row(), make.actor(make.staff_user(duty="administrator"))
    parked.try_again(row.pk, admin)
    with pytest.raises(Refused):
        parked.try_again(row.pk, admin)


# --- reactions ---------------------------------------------------------------------------------------------------


def test_an_event_is_fanned_out_to_each_reaction_once() -> None:
    for name in ("a.first", "b.second"):
        reactions.reacts_to("thing.changed", name=name)(note)
    row = put("thing.changed", "thing:1:7", {"thing": 1})
    carry_everything()
    Outbox.objects.filter(pk=row.pk).update(done_at=None)
    carry_everything()
    assert sorted(SEEN, key=str) == [({"thing": 1}, "thing:1:7:a.first"), ({"thing": 1}, "thing:1:7:b.second")]


def test_a_reaction_that_fails_stops_neither_the_event_nor_the_others() -> None:
    reactions.reacts_to("thing.changed", name="a.fails")(fail(Refused("No.", "no")))
    reactions.reacts_to("thing.changed", name="b.works")(note)
    row = put("thing.changed", "thing:1:7", {"thing": 1})
    carry_everything()
    row.refresh_from_db()
    assert row.done_at is not None
    assert Outbox.objects.get(key="thing:1:7:a.fails").parked_at is not None
    assert Outbox.objects.get(key="thing:1:7:b.works").done_at is not None


def test_two_reactions_of_one_name_are_a_mistake() -> None:
    reactions.reacts_to("thing.changed", name="a.first")(note)
    with pytest.raises(ValueError, match="two reactions"):
        reactions.reacts_to("other.changed", name="a.first")(note)


# --- notices and mails -------------------------------------------------------------------------------------------


@pytest.fixture
def at_once(settings: Any) -> None:
    """Mails wait for no company."""
    settings.MAIL_WINDOW_SECONDS = 0


def tell(user: User, reference: str, *, kind: str = "task.reminder") -> None:
    put("notify", f"told:{reference}", {"kind": kind, "reference": reference, "audience": {"user": user.pk}})


@pytest.mark.usefixtures("at_once")
def test_a_notice_is_written_and_mailed() -> None:
    user = make.staff_user()
    tell(user, "ISO-2026-000001")
    carry_everything()
    notice = Notice.objects.get()
    assert notice.mailed_at is not None and "ISO-2026-000001" in notice.text
    [sent] = mail.outbox
    assert sent.to == [user.email] and "ISO-2026-000001" in sent.subject
    assert "http://" in sent.body


def test_notices_of_one_moment_are_one_mail(settings: Any) -> None:
    settings.MAIL_WINDOW_SECONDS = 60
    user = make.staff_user()
    for number in range(3):
        tell(user, f"ISO-2026-00000{number}")
    carry_everything()
    assert mail.outbox == []
    Outbox.objects.filter(topic="mail").update(due_at=timezone.now())
    carry_everything()
    [sent] = mail.outbox
    assert sent.subject.startswith("3 things")
    assert all(f"ISO-2026-00000{number}" in sent.body for number in range(3))


@pytest.mark.usefixtures("at_once")
def test_after_the_first_mail_of_an_hour_the_next_waits_for_the_next_hour() -> None:
    user = make.staff_user()
    tell(user, "ISO-1")
    carry_everything()
    tell(user, "ISO-2")
    tell(user, "ISO-3")
    carry_everything()
    assert len(mail.outbox) == 1
    later = Outbox.objects.get(topic="mail", done_at=None)
    assert later.due_at.minute == 0 and later.due_at > timezone.now()
    assert Notice.objects.filter(mail_key=later.key).count() == 2


@pytest.mark.usefixtures("at_once")
def test_a_notice_never_joins_a_mail_that_somebody_has_begun_to_send() -> None:
    user = make.staff_user()
    tell(user, "ISO-1")
    carry(Outbox.objects.get(topic="notify"))
    row = Outbox.objects.get(topic="mail")
    assert carrying.claim(row.pk, 0) is not None  # a worker has it, and may have sent it
    tell(user, "ISO-2")
    carry(Outbox.objects.get(topic="notify", done_at=None))
    assert Notice.objects.filter(mail_key=row.key).count() == 1


@pytest.mark.usefixtures("at_once")
def test_a_mail_that_is_sent_twice_is_the_same_mail() -> None:
    user = make.staff_user()
    tell(user, "ISO-1")
    carry_everything()
    Notice.objects.update(mailed_at=None)  # the worker died before the mark
    Outbox.objects.filter(topic="mail").update(done_at=None)
    carry_everything()
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert (first.subject, first.body) == (second.subject, second.body)


@pytest.mark.usefixtures("at_once")
def test_kinds_are_mailed_apart() -> None:
    user = make.staff_user()
    tell(user, "ISO-1")
    tell(user, "ISO-2", kind="another.kind")
    carry_everything()
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("at_once")
def test_a_person_who_left_gets_no_mail() -> None:
    user = make.staff_user()
    tell(user, "ISO-1")
    carry(Outbox.objects.get(topic="notify"))
    User.objects.filter(pk=user.pk).update(is_active=False)
    carry_everything()
    assert mail.outbox == []


@pytest.mark.usefixtures("at_once")
def test_a_published_document_is_told_to_those_who_may_answer_it_and_names_no_client() -> None:
    document = make.published()
    answerer = make.provider_user(document.case.organisation)
    make.provider_user(document.case.organisation, role="invoice_only")
    make.provider_user(make.organisation())
    carry_everything()
    assert [sent.to for sent in mail.outbox] == [[answerer.email]]
    client = document.line.client
    told = mail.outbox[0].subject + mail.outbox[0].body + Notice.objects.get().text
    assert document.case.reference in told
    assert not any(word in told for word in (client.surname, client.forename, client.ss_ref))


def test_words_are_declared_once_a_kind() -> None:
    with pytest.raises(ValueError, match="twice"):
        notices.declare("task.reminder", one="", many="")


def test_claiming_costs_one_statement(django_assert_num_queries: Any) -> None:
    row = put()
    with django_assert_num_queries(1):
        carrying.claim(row.pk, 0)
    assert connection.in_atomic_block


def test_a_renewed_lease_reaches_only_what_is_held() -> None:
    held, other = put(key="held"), put(key="other")
    claimed = carrying.claim(held.pk, 0)
    assert claimed is not None
    soon = timezone.now() - timedelta(seconds=1)
    Outbox.objects.update(lease_until=soon)
    keeper = carrying.keeper
    keeper._held.add((held.pk, 1))
    keeper._held.add((other.pk, 7))  # an old claim of a row that somebody else has now
    try:
        keeper.renew()
    finally:
        keeper._held.clear()
    held.refresh_from_db()
    other.refresh_from_db()
    assert held.lease_until > timezone.now() and other.lease_until == soon
