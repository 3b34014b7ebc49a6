"""Reminders sent from two browsers at once: each provider is told once. The negative control takes the one thing away
that holds it, and both are sent."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import connection

from tests import factories as make
from tests.concurrency.racing import race
from tests.paying import WITHIN, Paying, handbook, oasis
from workflows.engine import moment
from workflows.engine.errors import Forbidden
from workflows.engine.models import Event, Outbox
from workflows.engine.verify import verify
from workflows.month_end import commands, reminders, selectors
from workflows.month_end.commands import Sent
from workflows.month_end.models import Reminder
from workflows.month_end.moments import Run
from workflows.parties.actor import Actor

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
CONSTRAINT = "reminder_once"


@pytest.fixture(autouse=True)
def norfolk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, handbook(patch):
        yield


@pytest.fixture
def without_the_constraint() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE month_end_reminder DROP CONSTRAINT {CONSTRAINT}")
    yield
    Reminder.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE month_end_reminder ADD CONSTRAINT {CONSTRAINT} UNIQUE (run, organisation_id, number)"
        )


def manager() -> Actor:
    return make.actor(make.staff_user("payments_residential", role="manager"))


def sending(actor: Actor, run: Run, chosen: dict[int, int]) -> Callable[[], Sent]:
    def send() -> Sent:
        with moment.at(WITHIN):
            return commands.send(actor=actor, run=run, chosen=chosen)

    return send


def home() -> tuple[Paying, Actor, Run]:
    """A provider whose payment nobody has confirmed, with somebody who may, and who may only at another service."""
    place, lead = oasis(), manager()
    place.opened()
    place.user()
    make.provider_user(place.organisation, role="super_user_scheduled", only=make.service(place.organisation))
    return place, lead, next(each for each in selectors.runs(lead, WITHIN) if each.cut_off and each.cut_off > WITHIN)


def both_at_once() -> tuple[Paying, Run, list[Sent]]:
    place, lead, run = home()
    (prepared,) = reminders.prepared(lead, run)
    assert (prepared.counts, prepared.people, prepared.number) == ({"confirm": 1}, 1, 1)
    chosen = {prepared.organisation_id: prepared.number}
    return place, run, race([sending(lead, run, chosen), sending(manager(), run, chosen)])


def told() -> tuple[int, int]:
    return Event.objects.filter(kind="month_end.remind").count(), Reminder.objects.count()


def test_two_send_at_once_and_the_provider_is_told_once() -> None:
    place, run, sent = both_at_once()
    assert sorted(each.providers for each in sent) == [0, 1]
    assert [each.already for each in sent if not each.providers] == [(place.organisation.name,)]
    assert told() == (1, 1)
    mails = Outbox.objects.filter(topic="notify", payload__kind="month_end.reminder")
    words = "For the next payment: 1 payment to confirm or reject by Thursday 19 April 2018, 17:00"
    assert [each.payload["reference"] for each in mails] == [words]
    with moment.at(WITHIN):
        again = reminders.prepared(manager(), run)[0]
        assert (again.number, again.last is not None) == (2, True)
        asked = partial(commands.send, run=run, chosen={again.organisation_id: 1})
        assert asked(actor=manager()).providers == 0  # an old page does not send it again
        assert commands.send(actor=manager(), run=run, chosen={again.organisation_id: 2}).providers == 1
        with pytest.raises(Forbidden):
            asked(actor=make.actor(make.staff_user("", duty="auditor")))
    assert told() == (2, 2)
    assert verify().findings == []


def test_without_the_constraint_both_are_sent(without_the_constraint: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "last_of", lambda *_: {})  # both look before either has written
    monkeypatch.setattr(commands, "tell", lambda *_: None)  # two at once cannot have the same number in a stream
    both_at_once()
    assert told() == (0, 2)
