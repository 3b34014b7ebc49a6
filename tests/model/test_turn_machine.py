"""Any order of what people do with turns, and of people coming and going, against a model of a few lines.

After each step: each turn is with one team, and the case's holder is that team; who has claimed it is there and in
that team; nobody has moved its clock; the number of events is what happened; the chain verifies.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import factories as make
from tests.db.test_turns import rejected, team
from tests.model.moves import everything_written
from workflows.engine import moment, turns
from workflows.engine.errors import Refused
from workflows.engine.models import Case, Task
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import TeamMember, User
from workflows.people import absences, commands, leaving

SOAK = bool(os.environ.get("CONCORD_SOAK"))
pytestmark = [pytest.mark.django_db, *([pytest.mark.soak] if SOAK else [])]
TEAMS = ("service_brokerage", "procurement")
CLOCK = ("created", "due_at", "at_risk_at", "clock_id", "token", "predecessor_id")
NUMBER = st.integers(0, 200)


@dataclass
class Model:
    """What the machine believes of one turn."""

    task_id: int
    case_id: int
    clock: tuple[Any, ...]
    team: str
    events: int
    owner: int | None = None
    standing_in_for: int | None = None
    not_before: date | None = None
    priority: int = 0

    def free(self) -> None:
        self.owner = self.standing_in_for = None

    def give(self, user: int, standing_in_for: int | None = None) -> None:
        self.owner, self.standing_in_for = user, standing_in_for


class TurnsOfTwoTeams(RuleBasedStateMachine):
    """Two turns, two teams, seven people."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.helen = make.actor(make.staff_user("", duty="administrator"))
        people = [(key, role) for key in TEAMS for role in ("member", "member", "lead")]
        self.people: list[User] = [make.staff_user(key, role=role) for key, role in people]
        self.away: dict[int, int] = {}
        self.models = [self._model(rejected()) for _ in range(2)]

    def _model(self, task: Task) -> Model:
        clock = tuple(getattr(task, each) for each in CLOCK)
        return Model(task.pk, task.process_id, clock, "service_brokerage", Case.objects.get(pk=task.process_id).version)

    # --- the model's own rule, written anew ---

    def roles(self, user: User) -> dict[str, str]:
        rows = TeamMember.objects.filter(user=user, user__is_active=True)
        return dict(rows.values_list("team__key", "role"))

    def may(self, model: Model, user: User) -> bool:
        """Whether the person may do more than claim."""
        role = self.roles(user).get(model.team)
        return role == "lead" or (role == "member" and model.owner in {None, user.pk})

    def others_who_lead(self, who: User, key: str) -> bool:
        leads = TeamMember.objects.filter(team__key=key, role="lead", user__is_active=True)
        return bool(leads.exclude(user=who).exists())

    def actor(self, user: User) -> Actor:
        return make.actor(User.objects.get(pk=user.pk))

    def some(self, number: int) -> tuple[Model, User]:
        return self.models[number % 2], self.people[number // 2 % len(self.people)]

    def tries(self, happens: bool, call: Callable[[], Any], model: Model) -> bool:
        """Hold what happens against the model; a refusal has written nothing."""
        if happens:
            call()
            model.events += 1
            return True
        before = everything_written()
        with pytest.raises(Refused):
            call()
        assert everything_written() == before
        return False

    # --- what people do ---

    @rule(number=NUMBER)
    def claim(self, number: int) -> None:
        model, who = self.some(number)
        happens = model.team in self.roles(who) and model.owner is None and who.pk not in self.away
        call = partial(turns.claim, actor=self.actor(who), task_id=model.task_id, key=make.key())
        if self.tries(happens, call, model):
            model.give(who.pk)

    @rule(number=NUMBER)
    def claim_next(self, number: int) -> None:
        _, who = self.some(number)
        waiting = [each for each in self.models if each.owner is None and each.team in self.roles(who)]
        ready = [each for each in waiting if each.not_before is None or each.not_before <= moment.today()]
        for key in self.roles(who):
            here = [each for each in ready if each.team == key]
            call = partial(turns.claim_next, actor=self.actor(who), team_id=team(key).pk, key=make.key())
            if not here or who.pk in self.away:
                with pytest.raises(Refused):
                    call()
                continue
            given = next(each for each in here if each.task_id == call().answer["task"])
            given.events += 1
            given.give(who.pk)

    @rule(number=NUMBER)
    def release(self, number: int) -> None:
        model, who = self.some(number)
        happens = model.owner is not None and self.may(model, who)
        call = partial(turns.release, actor=self.actor(who), task_id=model.task_id, key=make.key())
        if self.tries(happens, call, model):
            model.free()

    @rule(number=NUMBER, key=st.sampled_from(TEAMS), words=st.sampled_from(["Theirs.", "Theirs.", " "]))
    def hand_to_a_team(self, number: int, key: str, words: str) -> None:
        model, who = self.some(number)
        happens = self.may(model, who) and key != model.team and bool(words.strip())
        to: dict[str, Any] = {"team_id": team(key).pk, "reason": words, "key": make.key()}
        call = partial(turns.hand_over, actor=self.actor(who), task_id=model.task_id, **to)
        if self.tries(happens, call, model):
            model.team, model.not_before = key, None
            model.free()

    @rule(number=NUMBER, whom=NUMBER)
    def hand_to_a_person(self, number: int, whom: int) -> None:
        model, who = self.some(number)
        person = self.people[whom % len(self.people)]
        gets = self.away.get(person.pk, person.pk)
        there = [each.pk for each in self.people if model.team in self.roles(each)]
        fits = person.pk in there and gets in there and model.owner not in {person.pk, gets}
        to: dict[str, Any] = {"user_id": person.pk, "reason": "Theirs.", "key": make.key()}
        call = partial(turns.hand_over, actor=self.actor(who), task_id=model.task_id, **to)
        if self.tries(self.may(model, who) and fits, call, model):
            model.not_before = None
            model.give(gets, person.pk if gets != person.pk else None)

    @rule(number=NUMBER, days=st.integers(-1, 4))
    def follow_up(self, number: int, days: int) -> None:
        model, who = self.some(number)
        day = moment.today() + timedelta(days=days) if days >= 0 else None
        fits = day != model.not_before and (day is None or day > moment.today())
        call = partial(turns.follow_up, actor=self.actor(who), task_id=model.task_id, day=day, key=make.key())
        if self.tries(self.may(model, who) and fits, call, model):
            model.not_before = day

    @rule(number=NUMBER, priority=st.integers(-1, 3))
    def prioritise(self, number: int, priority: int) -> None:
        model, who = self.some(number)
        fits = 0 <= priority <= 2 and priority != model.priority
        words: dict[str, Any] = {"priority": priority, "reason": "It may close.", "key": make.key()}
        call = partial(turns.prioritise, actor=self.actor(who), task_id=model.task_id, **words)
        if self.tries(self.may(model, who) and fits, call, model):
            model.priority = priority

    @rule(number=NUMBER)
    def note(self, number: int) -> None:
        model, who = self.some(number)
        happens = bool(self.roles(who))
        call = partial(turns.note, actor=self.actor(who), case_id=model.case_id, text="Seen.", key=make.key())
        self.tries(happens, call, model)

    # --- people come and go ---

    @rule(number=NUMBER)
    def somebody_goes_away(self, number: int) -> None:
        """Whoever stands in is a colleague who is there; a chain is tried by itself in tests/db/test_absences.py."""
        _, who = self.some(number)
        mates = [each for each in self.people if each != who and set(self.roles(each)) & set(self.roles(who))]
        if who.pk in self.away or who.pk in self.away.values() or not mates:
            return
        substitute = mates[number % len(mates)]
        if substitute.pk in self.away:
            return
        today = moment.today()
        words = {"user_id": who.pk, "substitute_id": substitute.pk}
        absences.set_absence(actor=self.actor(who), first_day=today, last_day=today + timedelta(days=30), **words)
        self.away[who.pk] = substitute.pk
        absences.move_turns()
        for model in self.models:
            if model.owner == who.pk:
                model.events += 1
                if model.team in self.roles(substitute):
                    model.give(substitute.pk, model.standing_in_for or who.pk)
                else:
                    model.free()

    @rule(number=NUMBER)
    def somebody_comes_back(self, number: int) -> None:
        if not self.away:
            return
        who = sorted(self.away)[number % len(self.away)]
        held = [each for each in self.models if each.standing_in_for == who and each.owner is not None]
        absences.end_absence(actor=self.helen, absence_id=absences.current_of(who).pk)  # type: ignore[union-attr]
        del self.away[who]
        absences.move_turns()
        for model in held:
            now = Task.objects.get(pk=model.task_id)
            assert now.owner_id in {who, model.owner}  # back, or kept by who has worked on it since
            if now.owner_id == who:
                model.events += 1
                model.give(who)

    @rule(number=NUMBER)
    def somebody_leaves_a_team_or_joins_one(self, number: int) -> None:
        _, who = self.some(number)
        key = TEAMS[number % 2]
        if who.pk in self.away or who.pk in self.away.values():
            return
        if key not in self.roles(who):
            commands.add_to_team(actor=self.helen, user_id=who.pk, team_key=key)
            return
        leave = partial(commands.remove_from_team, actor=self.helen, user_id=who.pk, team_key=key)
        if self.roles(who)[key] == "lead" and not self.others_who_lead(who, key):
            with pytest.raises(Refused, match="is the only lead"):
                leave()
            return
        leave()
        leaving.put_right()
        for model in self.models:
            if model.owner == who.pk and model.team == key:
                model.events += 1
                model.free()

    # --- what always holds ---

    @invariant()
    def each_turn_is_as_the_model_says_and_its_clock_as_it_was(self) -> None:
        for model in self.models:
            task = Task.objects.select_related("team").get(pk=model.task_id)
            assert (task.team.key, task.owner_id, task.standing_in_for_id) == (
                model.team,
                model.owner,
                model.standing_in_for,
            )
            assert (task.not_before, task.priority) == (model.not_before, model.priority)
            assert task.status == ("ASSIGNED" if model.owner else "NEW")
            assert tuple(getattr(task, each) for each in CLOCK) == model.clock

    @invariant()
    def the_case_is_held_by_the_team_that_has_its_turn(self) -> None:
        for model in self.models:
            case = Case.objects.select_related("holder_team").get(pk=model.case_id)
            assert (case.holder, case.holder_team.key, case.version) == ("team", model.team, model.events)

    @invariant()
    def nothing_is_stranded(self) -> None:
        for model in self.models:
            if model.owner is not None:
                owner = next(each for each in self.people if each.pk == model.owner)
                assert model.team in self.roles(owner)

    @invariant()
    def the_chain_verifies(self) -> None:
        assert verify().findings == []


def test_any_order_of_what_people_do_keeps_every_turn_somebodys(db: None) -> None:
    run_state_machine_as_test(
        TurnsOfTwoTeams,
        settings=settings(
            max_examples=500 if SOAK else 8,
            stateful_step_count=40 if SOAK else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
