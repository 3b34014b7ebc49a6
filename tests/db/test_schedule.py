"""Regular work: each slot once, whoever takes it; and what the sweep and the clean do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from tasks import cleaning, schedule
from tests import factories as make
from workflows.council.profile import current
from workflows.engine import outbox
from workflows.engine.calendar import council_calendar
from workflows.engine.models import Outbox, Receipt, Slot, Task
from workflows.engine.sweep import sweep
from workflows.parties.audiences import people
from workflows.parties.models import Team
from workflows.people.models import OpenSession as Session

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 6, 12, 0, 20, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def anchor_dir(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.ANCHOR_DIR = tmp_path
    yield tmp_path


# --- slots -------------------------------------------------------------------------------------------------------


def test_each_job_is_taken_once_a_slot() -> None:
    assert sorted(schedule.take_due(NOON)) == sorted(schedule.JOBS)
    assert schedule.take_due(NOON) == []
    each_minute = {job.name for job in schedule.JOBS.values() if job.every == timedelta(minutes=1)}
    assert set(schedule.take_due(NOON + timedelta(minutes=1))) == each_minute >= {"sweep", "fold"}


def test_a_slot_begins_where_its_interval_does() -> None:
    assert schedule.JOBS["sweep"].slot(NOON) == datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
    assert schedule.JOBS["anchor"].slot(NOON) == datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
    assert schedule.JOBS["clean"].slot(NOON) == datetime(2026, 5, 6, 2, 0, tzinfo=UTC)


def test_after_a_long_absence_there_is_one_of_each_and_no_flood() -> None:
    schedule.take_due(NOON)
    Outbox.objects.update(done_at=NOON)
    later = NOON + timedelta(hours=10)
    schedule.take_due(later)
    assert Outbox.objects.filter(topic="job", done_at=None, key__startswith="sweep:").count() == 1


def test_while_no_worker_runs_jobs_do_not_pile_up() -> None:
    for minute in range(5):
        schedule.take_due(NOON + timedelta(minutes=minute))
    assert Outbox.objects.filter(topic="job", key__startswith="sweep:").count() == 1
    assert Slot.objects.filter(job="sweep").count() == 5


def test_a_parked_job_does_not_stop_the_next_slot() -> None:
    schedule.take_due(NOON)
    Outbox.objects.update(parked_at=NOON)
    schedule.take_due(NOON + timedelta(minutes=1))
    assert Outbox.objects.filter(topic="job", key__startswith="sweep:").count() == 2


def test_missed_slots_are_seen() -> None:
    schedule.take_due(NOON)
    schedule.take_due(NOON + timedelta(minutes=10))
    now = NOON + timedelta(minutes=10)
    health = {each.job: each for each in schedule.health(now)}
    assert health["sweep"].missed == 9
    assert health["anchor"].missed == 0


def test_a_job_that_was_finished_in_time_is_not_late() -> None:
    schedule.take_due(NOON)
    schedule.run_job("sweep", schedule.JOBS["sweep"].slot(NOON))
    health = {each.job: each.late for each in schedule.health(NOON + timedelta(minutes=2))}
    assert health["sweep"] is False and health["anchor"] is True


def test_health_says_what_is_not_keeping_up() -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="sweep"):
        call_command("health", stdout=out)
    assert "sweep: finished never" in out.getvalue()


@pytest.mark.usefixtures("anchor_dir")
def test_health_is_well_when_all_is_done() -> None:
    for name, job in schedule.JOBS.items():
        schedule.take_due(timezone.now())
        schedule.run_job(name, job.slot(timezone.now()))
    Outbox.objects.update(done_at=timezone.now())
    call_command("health", stdout=StringIO())


# --- the sweep ---------------------------------------------------------------------------------------------------


def open_task() -> Task:
    return Task.objects.get(process=make.published().case, finished=None)


def notify_rows(kind: str) -> list[Outbox]:
    return list(Outbox.objects.filter(topic="notify", payload__kind=kind).order_by("pk"))


def opening(moment: datetime) -> datetime:
    """When the council next works: nobody is told before."""
    return council_calendar().next_open(moment + timedelta(minutes=1))


def test_it_reminds_the_provider_once() -> None:
    task = open_task()
    answerer = make.provider_user(task.process.organisation)
    make.provider_user(task.process.organisation, role="read_only")
    make.provider_user(task.process.organisation, only=make.service(task.process.organisation))
    sweep(opening(task.at_risk_at))
    sweep(opening(task.at_risk_at) + timedelta(minutes=1))
    [row] = notify_rows("task.reminder")
    assert row.payload["audience"] == {"user": answerer.pk}
    assert (row.payload["reference"], row.payload["case"]) == (task.reference, task.process_id)


def test_it_reminds_nobody_before_the_time() -> None:
    task = open_task()
    make.provider_user(task.process.organisation)
    sweep(task.at_risk_at - timedelta(minutes=1))
    assert notify_rows("task.reminder") == []


def test_it_reminds_the_owner_of_a_claimed_task_and_the_team_of_another() -> None:
    one, other = open_task(), open_task()
    team = Team.objects.get(key="service_brokerage")
    owner, colleague = make.staff_user(), make.staff_user()
    Task.objects.update(organisation=None, team=team)
    Task.objects.filter(pk=one.pk).update(owner=owner)
    sweep(opening(one.at_risk_at))
    [row] = notify_rows("task.reminder")
    assert (row.payload["audience"], row.payload["reference"]) == ({"user": colleague.pk}, other.reference)
    [row] = notify_rows("task.reminders")
    assert (row.payload["audience"], row.payload["figures"]) == ({"user": owner.pk}, {"late": 2})


def test_many_late_turns_are_one_alert_to_the_desks_manager() -> None:
    tasks = [open_task() for _ in range(3)]
    manager = make.staff_user(role="manager")
    make.staff_user()
    moment = opening(tasks[-1].due_at)
    sweep(moment)
    sweep(moment + timedelta(minutes=1))
    [row] = notify_rows("task.breached")
    assert row.payload["figures"] == {"late": 3}
    assert list(people(row.payload["audience"])) == [manager]
    assert Task.objects.filter(breached_at=None).count() == 0


def test_alerts_wait_for_working_hours() -> None:
    task = open_task()
    make.staff_user(role="manager")
    sunday = task.due_at + timedelta(days=(6 - task.due_at.weekday()) % 7 or 7)
    sweep(sunday)
    assert notify_rows("task.breached") == []
    assert Task.objects.get(pk=task.pk).breached_at == sunday
    sweep(opening(sunday))
    [row] = notify_rows("task.breached")
    assert row.due_at == opening(sunday) > sunday


def test_a_finished_turn_is_neither_reminded_of_nor_late() -> None:
    task = open_task()
    make.provider_user(task.process.organisation)
    make.staff_user(role="manager")
    Task.objects.update(finished=timezone.now())
    sweep(opening(task.due_at + timedelta(days=1)))
    assert Outbox.objects.filter(payload__kind__startswith="task.").count() == 0


def test_a_team_without_a_manager_has_its_lead_told_and_then_its_members() -> None:
    make.load_teams()
    team = Team.objects.get(key="service_brokerage")
    member = make.staff_user()
    audience = {"team": team.pk, "role": "manager"}
    assert list(people(audience)) == [member]
    lead = make.staff_user(role="lead")
    assert list(people(audience)) == [lead]


def test_the_sweep_asks_the_same_number_of_queries_for_one_turn_and_for_many(
    django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    moment = opening(open_task().due_at)
    with django_assert_max_num_queries(10):
        sweep(moment)
    for _ in range(5):
        open_task()
    with django_assert_max_num_queries(10):
        sweep(moment)


# --- the clean ---------------------------------------------------------------------------------------------------


def test_it_removes_what_is_old_and_keeps_what_is_not() -> None:
    now = timezone.now()
    for age in (31, 29):
        outbox.put("test", f"{age}", {})
        Outbox.objects.filter(key=f"{age}").update(done_at=now - timedelta(days=age))
    outbox.put("test", "waiting", {})
    Outbox.objects.filter(key="waiting").update(created_at=now - timedelta(days=400))
    for age in (91, 89):
        Receipt.objects.create(key=f"{age}", body_hash=b"", at=now - timedelta(days=age))
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(minutes=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(minutes=1))
    removed = cleaning.clean(now)
    assert set(Outbox.objects.values_list("key", flat=True)) == {"29", "waiting"}
    assert set(Receipt.objects.values_list("key", flat=True)) == {"89"}
    assert set(Session.objects.values_list("pk", flat=True)) == {"new"}
    assert (removed["outbox"], removed["receipts"], removed["sessions"]) == (1, 1, 1)


def test_a_lock_out_is_never_cleaned_away() -> None:
    old = timezone.now() - timedelta(days=400)
    for failures in (1, current().sign_in.lock_after):
        AccessAttempt.objects.create(
            username=f"u{failures}", failures_since_start=failures, user_agent="", ip_address=""
        )
    AccessAttempt.objects.update(attempt_time=old)
    cleaning.clean()
    assert [each.username for each in AccessAttempt.objects.all()] == [f"u{current().sign_in.lock_after}"]


# --- the page of what follows by itself --------------------------------------------------------------------------


def test_events_md_is_up_to_date() -> None:
    call_command("document_events", "--check")


def test_a_stale_events_md_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tasks.management.commands import document_events

    monkeypatch.setattr(document_events, "FILE", tmp_path / "events.md")
    with pytest.raises(CommandError, match="out of date"):
        call_command("document_events", "--check")
    call_command("document_events")
    call_command("document_events", "--check")
    assert Path(django_settings.ROOT, "docs/events.md").exists()
