"""Absences: who has the work of somebody who is away, and that it comes back."""

from datetime import date, timedelta
from typing import Any

import pytest

from tasks.actors.notify import notify
from tests import factories as make
from tests.db.test_turns import again, rejected
from workflows.engine import moment, selectors, turns
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Event, Notice, Outbox, Task
from workflows.engine.verify import verify
from workflows.parties.models import Absence, User
from workflows.parties.selectors import stand_in
from workflows.people import absences, commands
from workflows.people.absences import Moved, end_absence, move_turns, set_absence
from workflows.people.notices import STANDS_IN

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> User:
    return make.staff_user(name="Priya Raman")


@pytest.fixture
def tom() -> User:
    return make.staff_user(name="Tom Bullard")


@pytest.fixture
def cara() -> User:
    return make.staff_user(name="Cara Lunn")


def today(plus: int = 0) -> date:
    return moment.today() + timedelta(days=plus)


def away(who: User, substitute: User, first: int = 0, last: int = 4) -> Absence:
    """Somebody records that they are away themselves."""
    actor = make.actor(who)
    return set_absence(
        actor=actor, user_id=who.pk, substitute_id=substitute.pk, first_day=today(first), last_day=today(last)
    )


def claimed(by: User) -> Task:
    task = rejected()
    turns.claim(actor=make.actor(by), task_id=task.pk, key=make.key())
    return again(task)


def has(task: Task) -> tuple[int | None, int | None]:
    """Who has it, and for whom."""
    now = again(task)
    return now.owner_id, now.standing_in_for_id


def last_title(task: Task) -> tuple[str, str, dict[str, str]]:
    chapter = selectors.story(f"case:{task.process_id}")[-1]
    return chapter.verb, chapter.actor, chapter.names


def test_claimed_work_goes_to_the_substitute_and_comes_back_untouched(priya: User, tom: User) -> None:
    task, unclaimed = claimed(priya), rejected()
    absence = away(priya, tom)
    assert Outbox.objects.filter(topic="absence.changed").count() == 1
    assert move_turns() == Moved(out=1, back=0)
    assert has(task) == (tom.pk, priya.pk)
    assert has(unclaimed) == (None, None)
    assert last_title(task)[2] == {"from_user": "Priya Raman", "for_user": "Priya Raman", "to_user": "Tom Bullard"}
    assert move_turns() == Moved(0, 0)
    end_absence(actor=make.actor(priya), absence_id=absence.pk)
    assert move_turns() == Moved(0, 1)
    assert has(task) == (priya.pk, None)
    assert last_title(task)[0] == "give_back"
    assert verify().findings == []


def test_a_substitute_is_told_once_an_absence_what_came_to_them(priya: User, tom: User, cara: User) -> None:
    tasks = [claimed(priya) for _ in range(2)]
    absence = away(priya, tom)
    move_turns()
    move_turns()
    [told] = Outbox.objects.filter(topic="notify", payload__kind=STANDS_IN)
    assert told.payload["audience"] == {"user": tom.pk}
    assert told.payload["figures"] == {"count": 2}
    notify(told.payload, told.key)
    notice = Notice.objects.get(user=tom)
    first = tasks[0].process.reference
    assert notice.text == f"Tasks are with you while a colleague is away: 2, first {first}"
    turns.hand_over(actor=make.actor(cara), task_id=rejected().pk, user_id=priya.pk, reason="Hers.", key=make.key())
    end_absence(actor=make.actor(priya), absence_id=absence.pk)
    move_turns()
    assert Outbox.objects.filter(topic="notify", payload__kind=STANDS_IN).count() == 1


def test_a_move_that_was_cut_short_before_it_was_told_is_told_the_next_time(
    priya: User, tom: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed(priya)
    away(priya, tom)
    with monkeypatch.context() as patch:
        patch.setattr(absences, "_tell_substitutes", lambda _today: None)
        move_turns()
    assert not Outbox.objects.filter(topic="notify", payload__kind=STANDS_IN).exists()
    assert move_turns() == Moved(0, 0)
    assert Outbox.objects.filter(topic="notify", payload__kind=STANDS_IN).count() == 1


def test_who_got_nothing_by_an_absence_is_told_nothing(priya: User, tom: User, cara: User) -> None:
    away(priya, tom)
    turns.hand_over(actor=make.actor(cara), task_id=rejected().pk, user_id=priya.pk, reason="Hers.", key=make.key())
    move_turns()
    assert not Outbox.objects.filter(topic="notify", payload__kind=STANDS_IN).exists()


def test_the_clock_stays_through_an_absence(priya: User, tom: User) -> None:
    task = claimed(priya)
    away(priya, tom)
    move_turns()
    now = again(task)
    clock = ("created", "due_at", "at_risk_at", "priority", "not_before", "team_id", "clock_id")
    assert [getattr(now, each) for each in clock] == [getattr(task, each) for each in clock]


def test_what_the_substitute_has_worked_on_stays_with_them(priya: User, tom: User) -> None:
    touched, untouched = claimed(priya), claimed(priya)
    away(priya, tom, last=2)
    move_turns()
    turns.prioritise(actor=make.actor(tom), task_id=touched.pk, priority=1, reason="Urgent.", key=make.key())
    assert last_title(touched)[:2] == ("prioritise", "Tom Bullard for Priya Raman")
    with moment.at(moment.now() + timedelta(days=3)):
        assert move_turns() == Moved(0, 1)
    assert (has(touched), has(untouched)) == ((tom.pk, priya.pk), (priya.pk, None))


def test_nothing_moves_before_the_first_day_or_after_the_last(priya: User, tom: User) -> None:
    task = claimed(priya)
    away(priya, tom, first=1, last=2)
    assert not Outbox.objects.filter(topic="absence.changed").exists()
    assert move_turns() == Moved(0, 0)
    with moment.at(moment.now() + timedelta(days=1)):
        assert move_turns() == Moved(1, 0)
    with moment.at(moment.now() + timedelta(days=2)):
        assert move_turns() == Moved(0, 0)
    with moment.at(moment.now() + timedelta(days=3)):
        assert move_turns() == Moved(0, 1)
    assert has(task) == (priya.pk, None)


def test_what_is_handed_to_somebody_away_goes_to_who_stands_in_and_they_are_told(
    priya: User, tom: User, cara: User
) -> None:
    task = rejected()
    away(priya, tom)
    words = {"task_id": task.pk, "user_id": priya.pk, "reason": "She knows them."}
    turns.hand_over(actor=make.actor(cara), key=make.key(), **words)
    assert has(task) == (tom.pk, priya.pk)
    assert last_title(task)[2] == {"from_team": "", "to_user": "Tom Bullard", "for_user": "Priya Raman"} | {
        "from_team": task.team.name
    }
    told = Outbox.objects.get(topic="notify", payload__kind="turn.handed_over").payload
    assert told["audience"] == {"user": tom.pk}


def test_who_is_away_claims_nothing(priya: User, tom: User) -> None:
    task = rejected()
    away(priya, tom)
    for call in (
        lambda: turns.claim(actor=make.actor(priya), task_id=task.pk, key=make.key()),
        lambda: turns.claim_next(actor=make.actor(priya), team_id=task.team_id, key=make.key()),
    ):
        with pytest.raises(Refused) as refusal:
            call()
        assert refusal.value.code == "away"


def test_when_the_substitute_is_away_too_the_next_one_has_it_for_the_first(priya: User, tom: User, cara: User) -> None:
    task, toms = claimed(priya), claimed(tom)
    away(priya, tom)
    move_turns()
    assert has(task) == (tom.pk, priya.pk)
    away(tom, cara)
    assert stand_in(priya.pk, today()) == cara.pk
    assert move_turns() == Moved(2, 0)
    assert (has(task), has(toms)) == ((cara.pk, priya.pk), (cara.pk, tom.pk))
    end_absence(actor=make.actor(priya), absence_id=Absence.objects.get(user=priya).pk)
    assert move_turns() == Moved(0, 1)
    assert (has(task), has(toms)) == ((priya.pk, None), (cara.pk, tom.pk))


def test_no_loop_of_two_or_of_three(priya: User, tom: User, cara: User) -> None:
    away(priya, tom)
    with pytest.raises(Refused, match="come back to where it began"):
        away(tom, priya)
    away(tom, cara)
    with pytest.raises(Refused, match="come back to where it began"):
        away(cara, priya)
    away(cara, priya, first=5, last=6)
    assert Absence.objects.count() == 3


def test_the_very_same_absence_again_is_the_same_one(priya: User, tom: User) -> None:
    assert away(priya, tom) == away(priya, tom)
    assert Event.objects.filter(stream=f"user:{priya.pk}").count() == 1
    assert Outbox.objects.filter(topic="absence.changed").count() == 1


def test_one_absence_at_a_time(priya: User, tom: User) -> None:
    first = away(priya, tom, first=2, last=5)
    with pytest.raises(Refused, match="away on some of these days already"):
        away(priya, tom, first=5, last=9)
    away(priya, tom, first=6, last=9)
    end_absence(actor=make.actor(priya), absence_id=first.pk)
    away(priya, tom, first=2, last=5)
    with pytest.raises(NotFound):
        end_absence(actor=make.actor(priya), absence_id=first.pk)


@pytest.mark.parametrize(
    ("first", "last", "said"), [(2, 1, "before the first"), (-3, -1, "in the past"), (0, 367, "a year long")]
)
def test_days_that_cannot_be_are_refused(priya: User, tom: User, first: int, last: int, said: str) -> None:
    with pytest.raises(Refused, match=said):
        away(priya, tom, first=first, last=last)


def test_who_may_stand_in(priya: User, tom: User) -> None:
    stranger = make.staff_user("payments_residential", name="Pat Moor")
    assert [each.pk for each in absences.substitutes_for(priya.pk)] == [tom.pk]
    for who, said in ((priya, "for themselves"), (stranger, "none of Priya")):
        with pytest.raises(Refused, match=said):
            away(priya, who)
    tom.is_active = False
    tom.save()
    with pytest.raises(Refused, match="does not work here"):
        away(priya, tom)
    with pytest.raises(NotFound):
        away(priya, make.provider_user(make.organisation()))


def test_by_oneself_by_the_lead_or_an_administrator_and_nobody_else(priya: User, tom: User) -> None:
    words = {"user_id": priya.pk, "substitute_id": tom.pk, "first_day": today(), "last_day": today(1)}
    provider = make.actor(make.provider_user(make.organisation()))
    for who, error in ((make.actor(tom), Forbidden), (provider, NotFound)):
        with pytest.raises(error):
            set_absence(actor=who, **words)
    others = make.actor(make.staff_user("payments_residential", role="lead"))
    with pytest.raises(Forbidden):
        set_absence(actor=others, **words)
    for who in (make.actor(make.staff_user(role="lead")), make.actor(make.staff_user("", duty="administrator"))):
        made = set_absence(actor=who, **words)
        end_absence(actor=who, absence_id=made.pk)
    kinds = Event.objects.filter(stream=f"user:{priya.pk}").values_list("kind", flat=True)
    assert sorted(kinds) == ["user.absence_ended"] * 2 + ["user.absence_set"] * 2


def test_a_turn_of_a_team_that_the_substitute_is_not_in_goes_to_the_team(priya: User, tom: User) -> None:
    admin = make.actor(make.staff_user("", duty="administrator"))
    task = claimed(priya)
    turns.hand_over(
        actor=make.actor(priya), task_id=task.pk, team_id=_team("procurement"), reason="Theirs.", key=make.key()
    )
    commands.add_to_team(actor=admin, user_id=priya.pk, team_key="procurement")
    turns.claim(actor=make.actor(priya), task_id=task.pk, key=make.key())
    away(priya, tom)
    assert move_turns() == Moved(1, 0)
    assert has(task) == (None, None)


def test_when_whoever_stands_in_has_left_nothing_is_stranded(priya: User, tom: User, cara: User) -> None:
    admin = make.actor(make.staff_user("", duty="administrator"))
    task = claimed(priya)
    away(priya, tom)
    commands.deactivate(actor=admin, user_id=tom.pk, reason="Left.")
    move_turns()
    assert has(task) == (None, None)
    words: dict[str, Any] = {"task_id": task.pk, "user_id": priya.pk, "reason": "Hers."}
    with pytest.raises(Refused, match="nobody of this team stands in"):
        turns.hand_over(actor=make.actor(cara), key=make.key(), **words)


def test_the_present_absence_or_the_next_one_is_shown(priya: User, tom: User) -> None:
    assert absences.current_of(priya.pk) is None
    away(priya, tom, first=3, last=4)
    later = absences.current_of(priya.pk)
    assert later is not None and later.substitute == tom
    now = away(priya, tom, first=0, last=1)
    assert absences.current_of(priya.pk) == now


def _team(key: str) -> int:
    from workflows.parties.models import Team

    return Team.objects.get(key=key).pk
