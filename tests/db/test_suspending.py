"""norfolk-handbook §1: who does not use the portal is warned, then suspended, and let in again by the helpline."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests import factories as make
from tests.councils import POLICIES, served
from workflows.engine import moment
from workflows.engine.models import Event, Outbox
from workflows.engine.verify import verify
from workflows.parties.models import User
from workflows.people import commands, suspending
from workflows.people.rules import has_expired, warning_due

pytestmark = pytest.mark.django_db
BEGAN = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def day(number: int) -> datetime:
    return BEGAN + timedelta(days=number)


def person(used: datetime = BEGAN) -> User:
    user = make.provider_user(make.organisation())
    User.objects.filter(pk=user.pk).update(used_at=used)
    return user


def warned() -> list[tuple[int, str]]:
    rows = Outbox.objects.filter(topic="notify", payload__kind="user.unused").order_by("pk")
    return [(row.payload["audience"]["user"], row.payload["reference"]) for row in rows]


def each_day(first: int, last: int) -> Iterator[tuple[int, dict[str, int]]]:
    """What the daily job does on these days."""
    for number in range(first, last + 1):
        with moment.at(day(number)):
            yield number, suspending.tend()


def test_sixty_days_unused_with_two_warnings_and_only_who_is_a_provider_s() -> None:
    quiet, busy, officer = person(), person(day(40)), make.staff_user()
    User.objects.filter(pk=officer.pk).update(used_at=BEGAN)
    done = {number: found for number, found in each_day(40, 61) if found["warned"] or found["suspended"]}
    assert done == {
        46: {"warned": 1, "suspended": 0},
        57: {"warned": 1, "suspended": 0},
        60: {"warned": 0, "suspended": 1},
    }
    assert warned() == [(quiet.pk, "6 March 2026")] * 2
    quiet.refresh_from_db()
    assert (quiet.is_active, quiet.suspended_at) == (False, day(60))
    assert User.objects.filter(pk__in=[busy.pk, officer.pk], is_active=True).count() == 2
    assert Event.objects.filter(stream=f"user:{quiet.pk}", kind="user.suspended").count() == 1
    assert Outbox.objects.filter(topic=commands.LEFT).count() == 1
    assert verify().findings == []


def test_who_comes_back_is_counted_anew_and_a_job_that_was_away_warns_once() -> None:
    quiet = person()
    assert [found["warned"] for _, found in each_day(58, 58)] == [1]
    with moment.at(day(60)):
        suspending.tend()
        helpline = make.actor(make.staff_user("fes_admin"))
        commands.reactivate(actor=helpline, user_id=quiet.pk, reason="Back from leave.")
        assert suspending.tend() == {"warned": 0, "suspended": 0}
    quiet.refresh_from_db()
    assert (quiet.is_active, quiet.suspended_at, quiet.used_at) == (True, None, day(60))
    assert [number for number, found in each_day(100, 121) if found["warned"]] == [106, 117]


def test_access_of_a_suspended_person_can_be_ended() -> None:
    quiet = person()
    with moment.at(day(60)):
        suspending.tend()
    helpline = make.actor(make.staff_user("fes_admin"))
    commands.deactivate(actor=helpline, user_id=quiet.pk, reason="Left last month.")
    quiet.refresh_from_db()
    assert (quiet.is_active, quiet.suspended_at) == (False, None)


def test_another_council_suspends_nobody() -> None:
    person()
    with served("bedford"), moment.at(day(400)):
        assert suspending.tend() == {"warned": 0, "suspended": 0}


def test_a_password_expires_on_the_same_day_of_a_later_month() -> None:
    chosen = datetime(2027, 8, 31, 12, tzinfo=UTC)
    assert not has_expired(chosen, 6, datetime(2028, 2, 29, 11, 59, tzinfo=UTC))
    assert has_expired(chosen, 6, datetime(2028, 2, 29, 12, tzinfo=UTC))
    assert not has_expired(chosen, None, datetime(2099, 1, 1, tzinfo=UTC))


def test_the_last_warning_that_came_due_is_given() -> None:
    assert [warning_due(left, (14, 3)) for left in (15, 14, 4, 3, 1)] == [None, 14, 14, 3, 3]


def test_a_council_may_suspend_its_own_too_but_never_its_last_administrator() -> None:
    """No seed says it of staff: a profile's own choice (Westmere's), and Norfolk's silence means never."""
    with served("westmere", POLICIES):
        officer, first, last = make.staff_user(), *(make.staff_user("", duty="administrator") for _ in range(2))
        User.objects.filter(pk__in=[officer.pk, first.pk]).update(used_at=BEGAN)
        User.objects.filter(pk=last.pk).update(used_at=day(1))
        assert [number for number, found in each_day(108, 123) if found["suspended"]] == [120]
        assert set(User.objects.filter(kind="staff", is_active=True)) == {last}
        assert {user for user, _ in warned()} == {officer.pk, first.pk, last.pk}
