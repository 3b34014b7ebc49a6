"""The escalation ladder: each rung once, in working hours, whoever sweeps; what was missed comes as one notice."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests import factories as make
from tests.councils import another_council, usual_council
from tests.model.moves import People, in_state
from workflows.council.profile import current
from workflows.council.targets import parse
from workflows.engine import moment, urgency
from workflows.engine.calendar import council_calendar
from workflows.engine.models import Outbox, Rung, Task
from workflows.engine.sweep import sweep
from workflows.parties.audiences import people as audience
from workflows.parties.models import Team, TeamMember, User

pytestmark = pytest.mark.django_db
BEGUN = datetime(2018, 4, 9, 9, tzinfo=UTC)  # a Monday, ten o'clock in London
MINUTE = timedelta(minutes=1)


def rejected(people: People) -> Task:
    """A turn of Service Brokerage, due on Wednesday at 17:00, at risk from Tuesday 09:00."""
    with moment.at(BEGUN):
        document = in_state("rejected", people)
    return Task.objects.get(process=document.pk, finished=None)


def opening(at: datetime) -> datetime:
    return council_calendar().next_open(at + MINUTE)


def told(kind: str = "task.") -> list[tuple[str, int, int]]:
    """(kind, person, count) of every notice, in order."""
    rows = Outbox.objects.filter(topic="notify", payload__kind__startswith=kind).order_by("pk")
    return [(row.payload["kind"], row.payload["audience"]["user"], row.payload["figures"]["late"]) for row in rows]


def staff(role: str) -> User:
    return make.staff_user(role=role)


@pytest.fixture
def people() -> People:
    made = People()
    TeamMember.objects.filter(role="manager").delete()  # these tests name their own
    return made


def test_a_turn_climbs_from_its_owner_to_the_lead_and_the_manager_each_once(people: People) -> None:
    lead, manager = staff("lead"), staff("manager")
    task = rejected(people)
    owner = make.staff_user()
    Task.objects.filter(pk=task.pk).update(owner=owner)
    for now in (opening(task.at_risk_at), opening(task.at_risk_at) + MINUTE):
        sweep(now)
    assert told() == [("task.reminder", owner.pk, 1)]
    for now in (opening(task.due_at), opening(task.due_at) + MINUTE):
        sweep(now)
    assert sorted(told()[1:]) == sorted([("task.breached", lead.pk, 1), ("task.breached", manager.pk, 1)])
    assert {row.rung for row in Rung.objects.filter(task=task)} == {
        "at_risk: owner",
        "breached: lead",
        "breached: manager",
    }


def test_nobody_is_told_at_night_and_what_was_done_meanwhile_is_not_told_at_all(people: People) -> None:
    staff("manager")
    done, still = rejected(people), rejected(people)
    night = still.due_at + timedelta(hours=7)
    sweep(night)
    assert told() == []
    assert set(Rung.objects.values_list("told_at", flat=True)) == {None}
    Task.objects.filter(pk=done.pk).update(finished=night + MINUTE)
    sweep(opening(night))
    assert {count for _, _, count in told()} == {1}
    assert not Rung.objects.filter(task=done).exists()


def test_after_a_day_without_a_scheduler_a_person_gets_one_notice_of_each_kind(people: People) -> None:
    manager = staff("manager")
    late = [rejected(people) for _ in range(4)]
    with moment.at(late[0].due_at - timedelta(hours=30)):
        soon = in_state("rejected", people)
    owner = make.staff_user()
    Task.objects.filter(process=soon.pk).update(owner=owner)
    Task.objects.filter(pk=late[0].pk).update(owner=owner)
    sweep(opening(late[0].due_at))
    assert sorted(told()) == sorted([("task.breached", manager.pk, 4), ("task.reminder", owner.pk, 1)])


def test_who_is_told_is_whom_the_audiences_name(people: People) -> None:
    """The ladder resolves people in SQL; it must find those whom every other notice would find."""
    team = Team.objects.get(key="service_brokerage")
    away = make.staff_user()
    with_claim, without = rejected(people), rejected(people)
    with moment.at(BEGUN):
        provided = Task.objects.get(process=in_state("published", people).pk, finished=None)
    User.objects.filter(pk=away.pk).update(is_active=False)
    Task.objects.filter(pk=with_claim.pk).update(owner=away)  # whoever is gone cannot be told: the team is
    sweep(opening(with_claim.at_risk_at))
    members = {each.pk for each in audience({"team": team.pk, "role": None})}
    assert {(who, count) for kind, who, count in told("task.reminders")} == {(each, 2) for each in members}
    Outbox.objects.all().delete()
    assert without.team_id == team.pk
    sweep(opening(provided.at_risk_at))
    asked = {"organisation": provided.organisation_id, "service": provided.service_id, "function": "contract_documents"}
    reminded = {who for kind, who, _ in told("task.reminder")}
    assert reminded == {each.pk for each in audience(asked)}
    lead = {who for kind, who, _ in told("task.breached")}
    assert lead == {each.pk for each in audience({"team": team.pk, "role": "manager"})}


def test_another_council_waits_a_working_day_before_it_tells_the_manager(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ladder = [{"at": "breached", "tell": "owner"}, {"at": "breached + 1 working day", "tell": "manager"}]
    another_council(monkeypatch, {}, whole=current().model_dump() | {"escalation": ladder})
    try:
        manager, owner = staff("manager"), make.staff_user()
        task = rejected(people)
        Task.objects.filter(pk=task.pk).update(owner=owner)
        for days in (0, 1):
            sweep(opening(task.at_risk_at) + timedelta(days=days))
        assert told() == []
        sweep(opening(task.due_at))
        assert told() == [("task.breached", owner.pk, 1)]
        due = council_calendar().due(parse("1 working day"), task.due_at)
        sweep(due - MINUTE)
        assert len(told()) == 1
        sweep(opening(due))
        assert told()[1:] == [("task.breached", manager.pk, 1)]
    finally:
        usual_council()


def test_a_breach_moves_the_turn_to_the_front(people: People) -> None:
    task, dear = rejected(people), rejected(people)
    Task.objects.filter(pk=dear.pk).update(priority=2, due_at=task.due_at + timedelta(days=9))
    assert task.urgency == urgency.of(task) > 0
    sweep(task.due_at + MINUTE)
    task.refresh_from_db()
    assert task.urgency == urgency.of(task) > urgency.of(Task.objects.get(pk=dear.pk))


@pytest.mark.parametrize("priority", [0, 1, 2])
@pytest.mark.parametrize("amount", [None, "0", "-3.20", "1148.20", "9999999999.99"])
def test_urgency_is_the_same_in_words_and_in_sql(people: People, priority: int, amount: str | None) -> None:
    task = rejected(people)
    Task.objects.filter(pk=task.pk).update(priority=priority, amount=amount)
    task.refresh_from_db()
    for breached in (False, True):
        with connection.cursor() as cursor:
            sql = f"SELECT {urgency.SQL.format(breached=breached)} FROM engine_task t WHERE id = %s"  # noqa: S608
            cursor.execute(sql, [task.pk])
            task.breached_at = BEGUN if breached else None
            assert cursor.fetchone()[0] == urgency.of(task)


def test_a_rung_that_waits_is_not_told_of_a_clock_that_was_moved(people: People) -> None:
    task = rejected(people)
    sweep(task.at_risk_at + timedelta(hours=-12))
    Task.objects.filter(pk=task.pk).update(at_risk_at=task.at_risk_at - timedelta(hours=1))  # before the council opens
    sweep(task.at_risk_at - timedelta(minutes=30))
    assert Rung.objects.filter(task=task, told_at=None).exists()
    Task.objects.filter(pk=task.pk).update(at_risk_at=task.at_risk_at + timedelta(days=1), at_risk_marked_at=None)
    sweep(opening(task.at_risk_at))
    assert told() == [] and not Rung.objects.exists()
    sweep(opening(task.at_risk_at + timedelta(days=1)))
    assert Rung.objects.get().told_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.concurrency
def test_however_many_schedulers_sweep_at_once_each_is_told_once() -> None:
    people = People()
    TeamMember.objects.filter(role="manager").delete()
    staff("manager")
    tasks = [rejected(people) for _ in range(6)]
    now = opening(tasks[0].due_at)
    together = threading.Barrier(4)

    def one() -> None:
        together.wait()
        sweep(now)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep(now + MINUTE)
    assert sum(count for _, _, count in told("task.breached")) == 6
    assert Rung.objects.filter(told_at=None).count() == 0
    assert Rung.objects.count() == 2 * 6
