"""What the model tests of every process share: who tries, what a refusal may leave, and how one table is tried.

A process is a `Process`: its table, written by hand from the design (it knows nothing of flow.py or rules.py), how its
verbs are called, and how a case comes to a state. `check_state` then tries verb x everybody in a state, `Machine` any
order of verbs by anybody, and `Living` the same while days pass and workers come, or die at work;
`tests/model/actions.py` is an example that fits on a page.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

import pytest
from django.db import models, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tasks import carrying
from tasks.actors import load
from tasks.handlers import handling
from tests import factories as make
from workflows.engine import moment, recounting, replaying
from workflows.engine.door import Outcome
from workflows.engine.errors import Forbidden, NotFound, Refused, Stale
from workflows.engine.events import facts_of
from workflows.engine.models import (
    Access,
    Attachment,
    Case,
    Content,
    Delta,
    Event,
    HolderSpan,
    Notice,
    Outbox,
    Receipt,
    StoredFile,
    Task,
)
from workflows.engine.reading import stale
from workflows.engine.sweep import sweep
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service
from workflows.parties.selectors import system_actor

load()
#: Every table that the door and the engine's rooms write, save the note of a refusal.
WRITTEN: tuple[type[models.Model], ...] = (
    Case, Task, Event, Content, Receipt, Outbox, Notice, StoredFile, Attachment, HolderSpan, Delta,
)  # fmt: skip
WORDS = "It is £600."
ANYBODY = st.sampled_from(range(60))


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who tries: `group` is a word of the table, `sees` whether the case exists for them."""

    name: str
    actor: Actor
    group: str = ""
    sees: bool = True


@dataclass(frozen=True)
class Roles:
    """The provider's roles by what they may do with a process, and what the council's teams are called in its table."""

    answering: tuple[str, ...]
    blind: tuple[str, ...]
    reading: tuple[str, ...] = ("read_only",)
    teams: Mapping[str, str] = field(default_factory=dict)  # by key; any other is an "other_team"


@dataclass
class Everybody:
    """Everybody who may try a verb on a case of `home`: every role of the profile, and every team."""

    roles: Roles
    organisation: Organisation = field(default_factory=make.organisation)
    home: Service = field(init=False)
    everybody: list[Somebody] = field(init=False)

    def __post_init__(self) -> None:
        self.home = make.service(self.organisation)
        system = Somebody("system", system_actor(), "system")
        self.everybody = [*self._own(), *self._strangers(), *self._staff(), system]

    def named(self, name: str) -> Actor:
        """One of them."""
        return next(each.actor for each in self.everybody if each.name == name)

    def _own(self) -> list[Somebody]:
        found = [Somebody(role, self._provider(role), "answerer") for role in self.roles.answering]
        found.append(Somebody("at_this_service", self._provider("administration", self.home), "answerer"))
        found += [Somebody(role, self._provider(role), "reader") for role in self.roles.reading]
        found += [Somebody(role, self._provider(role), sees=False) for role in self.roles.blind]
        other = make.service(self.organisation)
        return [*found, Somebody("at_another_service", self._provider("super_user_scheduled", other), sees=False)]

    def _provider(self, role: str, only: Service | None = None) -> Actor:
        return make.actor(make.provider_user(self.organisation, role=role, only=only))

    def _strangers(self) -> list[Somebody]:
        elsewhere = make.service().organisation
        roles = ("super_user_actuals", "super_user_scheduled", "read_only")
        return [
            Somebody(f"other_{role}", make.actor(make.provider_user(elsewhere, role=role)), sees=False)
            for role in roles
        ]

    def _staff(self) -> list[Somebody]:
        brokerage = {"officer": "member", "colleague": "member", "manager": "manager"}
        found = [
            Somebody(name, make.actor(make.staff_user(role=role)), self._group("service_brokerage"))
            for name, role in brokerage.items()
        ]
        teams = ("payments_residential", "procurement", "fes_admin")
        found += [Somebody(team, make.actor(make.staff_user(team)), self._group(team)) for team in teams]
        found.append(Somebody("auditor", make.actor(make.staff_user("", duty="auditor")), "other_team"))
        administrator = make.actor(make.staff_user("", duty="administrator"))
        return [*found, Somebody("administrator", administrator, sees=False)]

    def _group(self, team: str) -> str:
        return self.roles.teams.get(team, "other_team")


@dataclass(frozen=True, slots=True)
class Page:
    """A case as somebody has it on the screen: its turn, whose it is, and the version shown."""

    case_id: int
    task_id: int | None
    version: int
    team: str = ""


def page_of(case_id: int) -> Page:
    """The case as it is now."""
    case = Case.objects.get(pk=case_id)
    task = Task.objects.filter(process_id=case_id, finished=None).select_related("team").order_by("-pk").first()
    return Page(case_id, task.pk if task else None, case.version, task.team.key if task and task.team else "")


Call = Callable[[], Any]


@dataclass(frozen=True)
class Process:
    """A process as its tests see it.

    `allowed`: per state and verb who may (a group) and the state afterwards; what is not in it is refused.
    `holders`: whom a state gives the turn to: (holder, the team's key, open turns).
    `call(verb, actor, page, key, words)` prepares a call. `in_state(state, people)` gives the id of a case that came to
    a state by the product's own commands. `kept`: the state as the case keeps it, where the table knows more states.
    `expected(state, verb, who)`: how it is refused; None: as everywhere.
    """

    allowed: Mapping[tuple[str, str], tuple[frozenset[str], str]]
    holders: Mapping[str, tuple[str, str | None, int]]
    verbs: tuple[str, ...]
    tables: tuple[type[models.Model], ...]
    call: Callable[..., Call]
    in_state: Callable[[str, Any], int]
    page: Callable[[int], Any] = page_of
    kept: Mapping[str, str] = field(default_factory=dict)
    needs_words: frozenset[str] = frozenset()
    #: How often chance chooses a verb among those that are possible.
    weights: Mapping[str, int] = field(default_factory=dict)
    expected: Callable[[str, str, Somebody], type[Refused] | None] = lambda *_: None

    @property
    def states(self) -> tuple[str, ...]:
        """Every state of its table."""
        return tuple(self.holders)

    def everything_written(self) -> dict[str, list[Any]]:
        """Every row of every table that a command writes, to be compared before and after a refusal."""
        return everything_in((*WRITTEN, *self.tables))

    def check_state(self, people: Everybody, state: str, there: Sequence[Somebody] = ()) -> None:
        """Only what the table allows happens in a state; what is refused has written nothing but the refusal.

        One case is enough for every verb of everybody (or of those who are `there`): each is taken back.
        """
        case_id = self.in_state(state, people)
        for verb in self.verbs:
            groups, afterwards = self.allowed.get((state, verb), (frozenset(), ""))
            may = [each for each in there or people.everybody if each.sees and each.group in groups]
            with undone():
                self._all_are_refused(
                    case_id, state, verb, [each for each in there or people.everybody if each not in may]
                )
            for who in may:
                with undone():
                    self.call(verb, who.actor, self._shown(case_id, state, verb), make.key(), WORDS)()
                    kept = self.kept.get(afterwards, afterwards)
                    assert Case.objects.get(pk=case_id).state == kept, (verb, who.name)

    def _shown(self, case_id: int, state: str, verb: str) -> Any:
        """What a page left open shows: also the turn that is over, for verbs that need one."""
        now = self.page(case_id)
        if now.task_id is None and (state, verb) not in self.allowed:
            return replace(now, task_id=Task.objects.filter(process_id=case_id).latest("pk").pk)
        return now

    def _all_are_refused(self, case_id: int, state: str, verb: str, people: Sequence[Somebody]) -> None:
        """Each is told what they should be, and after all of them nothing stands there that did not before."""
        shown = self._shown(case_id, state, verb)
        calls = [(who, self.call(verb, who.actor, shown, make.key(), WORDS)) for who in people]
        before, noted, last = self.everything_written(), refusals_noted(), last_word(case_id)
        usual = Forbidden if (state, verb) in self.allowed else Stale
        for who, call in calls:
            expected = (self.expected(state, verb, who) or usual) if who.sees else NotFound
            with pytest.raises(Refused) as refusal:
                call()
            assert isinstance(refusal.value, expected), (verb, who.name, refusal.value)
            if isinstance(refusal.value, Stale):
                assert (refusal.value.who, refusal.value.what) == last, (verb, who.name)
        assert self.everything_written() == before, verb
        assert refusals_noted() == noted + len(calls), verb


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def everything_in(tables: tuple[type[models.Model], ...]) -> dict[str, list[Any]]:
    """Every row of some tables."""
    return {model.__name__: list(model._default_manager.order_by("pk").values_list()) for model in tables}


def refusals_noted() -> int:
    """How many refusals were noted."""
    return Access.objects.filter(what__startswith="refused:").count()


def last_word(case_id: int) -> tuple[str, str]:
    """Who did what last, as whoever is slower is told."""
    case = Case.objects.get(pk=case_id)
    told = stale(case, case.flow_class)
    return told.who, told.what


@dataclass
class Model:
    """What a machine believes of one case."""

    process: Process
    case_id: int
    pages: list[Any]  # as somebody may still have it on the screen, oldest first
    state: str
    events: int
    owner: str = ""
    held_by: str | None = None  # a team

    def groups(self, who: Somebody) -> set[str]:
        """The words of the table that somebody is now."""
        return {who.group}

    def allows(self, verb: str, who: Somebody, page: Any) -> bool:
        """Whether the verb happens, from a page that may be old."""
        if not who.sees or page.task_id is None or page.task_id != self.pages[-1].task_id:
            return False
        if verb == "claim" and self.owner:
            return False
        if verb == "release":
            return bool(self.owner) and who.name in {self.owner, "manager"} and self._may(verb, who)
        return self._may(verb, who) and self.is_free_for(who)

    def _may(self, verb: str, who: Somebody) -> bool:
        return bool(self.groups(who) & self.process.allowed.get((self.state, verb), (frozenset(), ""))[0])

    def is_free_for(self, who: Somebody) -> bool:
        """Whether no colleague has claimed the turn; who leads the team may act all the same."""
        return not self.owner or not who.actor.is_staff or who.name in {self.owner, "manager"}

    def after(self, verb: str, who: Somebody) -> None:
        """The verb has happened."""
        self.events += 1
        state = self.process.allowed[self.state, verb][1]
        moved = state != self.state
        self.owner = who.name if verb == "claim" else "" if moved or verb == "release" else self.owner
        self.state = state
        if moved:
            self.held_by = self.process.holders[state][1]
        self.pages.append(self.process.page(self.case_id))


@dataclass(frozen=True)
class Done:
    """A command that had its effect, to be sent again."""

    call: Call
    outcome: Outcome
    who: Somebody
    key: str
    verb: str


class Machine(RuleBasedStateMachine):
    """Any order of verbs by anybody, with stale pages and repeated keys, against a model of a dozen lines.

    After each step: one holder, and the one that the state has; an open case has one open turn; the events fold to the
    state; clocks, figures and the chain hold; and what was refused has written nothing. A process says how it `begins`.
    """

    process: ClassVar[Process]
    people: ClassVar[Everybody]
    model: Model

    def __init__(self) -> None:
        super().__init__()
        self.done: list[Done] = []
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def begins(self) -> Model:
        """The model of the first case."""
        raise NotImplementedError

    def does(self, call: Call) -> Any:
        """Make a call; a process may do so at another moment."""
        return call()

    @initialize(chance=st.randoms(use_true_random=True))
    def begin(self, chance: Random) -> None:
        self.chance = chance
        self.model = self.begins()

    @rule(
        verb=st.randoms(use_true_random=False),
        who=ANYBODY,
        age=st.sampled_from([1, 1, 2, 3]),
        words=st.sampled_from([WORDS, WORDS, WORDS, " "]),
    )
    def somebody_tries(self, verb: Random, who: int, age: int, words: str) -> None:
        """A verb by anybody, from the newest page or an older one, with words or with none."""
        person = self.people.everybody[who % len(self.people.everybody)]
        page = self.model.pages[-min(age, len(self.model.pages))]
        self.tries(verb.choice(self.process.verbs), person, page, words)

    @rule()
    def somebody_does_what_they_may(self) -> None:
        """One of the moves that the model allows: chance alone would seldom find one."""
        page, weights = self.model.pages[-1], self.process.weights
        for verb in sorted(self.process.verbs, key=lambda each: self.chance.random() / weights.get(each, 1)):
            people = [who for who in self.people.everybody if self.model.allows(verb, who, page)]
            if people:
                self.tries(verb, self.chance.choice(people), page, WORDS)
                return

    @rule()
    def somebody_else_does_what_they_may(self) -> None:
        """Once more: a life is longer than its mistakes."""
        self.somebody_does_what_they_may()

    def tries(self, verb: str, who: Somebody, page: Any, words: str) -> None:
        """Try it, and hold what happens against the model."""
        key, model = make.key(), self.model
        call = self.process.call(verb, who.actor, page, key, words)
        if not model.allows(verb, who, page) or (verb in self.process.needs_words and not words.strip()):
            self.is_refused(call, f"{verb} by {who.name} from {page} with {words!r}; {model}")
            return
        outcome = self.does(call)
        assert not outcome.repeated
        model.after(verb, who)
        kept = self.process.kept.get(model.state, model.state)
        assert (outcome.state, outcome.version) == (kept, model.events), (verb, who.name)
        self.done.append(Done(call, outcome, who, key, verb))

    @rule(number=ANYBODY)
    def the_same_form_is_sent_again(self, number: int) -> None:
        """The same key and body is answered as the first time, whatever has happened since."""
        if self.done:
            done = self.done[number % len(self.done)]
            before = self.process.everything_written()
            assert self.does(done.call) == replace(done.outcome, repeated=True)
            assert self.process.everything_written() == before

    @rule(number=ANYBODY)
    def a_key_comes_with_another_form(self, number: int) -> None:
        """A key that was used has no second effect under another body."""
        done = self.done[number % len(self.done)] if self.done else None
        if done is not None:
            verb = next(each for each in self.process.verbs if each != done.verb)
            call = self.process.call(verb, done.who.actor, self.model.pages[-1], done.key, "Quite other words.")
            self.is_refused(call, f"{verb} with the key of {done.verb}")

    def is_refused(self, call: Call, said: str = "") -> None:
        """The call is refused, and nothing is written."""
        before = self.process.everything_written()
        try:
            outcome = self.does(call)
        except Refused:
            assert self.process.everything_written() == before, said
        else:
            raise AssertionError(f"not refused: {said} -> {outcome}")

    @invariant()
    def exactly_one_holds_it_and_it_is_the_one_that_the_flow_declares(self) -> None:
        model = self.model
        holder, _, turns = self.process.holders[model.state]
        case = Case.objects.select_related("holder_team").get(pk=model.case_id)
        kept = self.process.kept.get(model.state, model.state)
        assert (case.state, case.version) == (kept, model.events)
        assert bool(case.finished) is (turns == 0)
        assert (case.holder, case.holder_team.key if case.holder_team else None) == (holder, model.held_by)
        found = list(Task.objects.filter(process_id=model.case_id, finished=None).select_related("team"))
        assert (len(found), case.open_tasks) == (turns, turns)
        for task in found:
            assert (task.organisation_id is not None) is (holder == "provider")
            assert (task.team.key if task.team else None) == model.held_by
            assert (task.owner_id or 0) == (self.people.named(model.owner).user_id if model.owner else 0)

    @invariant()
    def the_events_fold_to_the_state(self) -> None:
        state, kept = "", self.process.kept
        events = list(Event.objects.filter(case_id=self.model.case_id).order_by("seq"))
        assert [each.seq for each in events] == list(range(1, self.model.events + 1))
        for event in events:
            facts = facts_of(event)
            assert facts["from"] == state
            state = facts["to"]
        assert state == kept.get(self.model.state, self.model.state)

    @invariant()
    def chain_clocks_and_figures_hold(self) -> None:
        assert verify().findings == []
        assert self.does(lambda: replaying.check(every=True)).differences == []
        assert recounting.differences() == []


class Died(BaseException):
    """The worker's process was killed."""


class dying:  # noqa: N801 (it reads as a word of the test)
    """Let the worker die when it has done the work and not yet noted it."""

    def __enter__(self) -> None:
        self.note = carrying._mark_done
        carrying._mark_done = self._dies

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        carrying._mark_done = self.note
        return kind is Died

    def _dies(self, _claimed: Any) -> None:
        raise Died


class Living(Machine):
    """The same while time passes: promises break, windows end, and workers come late, twice, or die at work."""

    now: datetime

    @initialize(chance=st.randoms(use_true_random=True))
    def begin(self, chance: Random) -> None:
        self.now = moment.now()
        with moment.at(self.now):
            super().begin(chance)

    def does(self, call: Call) -> Any:
        """At the machine's own moment, a second later each time."""
        self.now += timedelta(seconds=1)
        with moment.at(self.now):
            return call()

    def tries(self, verb: str, who: Somebody, page: Any, words: str) -> None:
        """The model takes the moment of the command for its own."""
        with moment.at(self.now + timedelta(seconds=1)):
            super().tries(verb, who, page, words)

    @rule(days=st.sampled_from([1, 7, 29, 40]))
    def days_pass(self, days: int) -> None:
        """Turns come to be at risk and past target, as their promises say; whose turn it is does not change."""
        self.now += timedelta(days=days)
        with moment.at(self.now):
            sweep(self.now)
        for task in Task.objects.filter(process_id=self.model.case_id, finished=None):
            late = task.due_at is not None and task.due_at < self.now
            assert (task.breached_at is not None) is late, (task.due_at, self.now)

    @rule(dies=st.booleans(), which=ANYBODY)
    def a_worker_comes(self, dies: bool, which: int) -> None:
        """Something that is due is done once, however often it is delivered and whoever died over it."""
        waiting = Outbox.objects.filter(done_at=None, parked_at=None, due_at__lte=self.now).order_by("pk")
        due = [row for row in waiting if row.topic not in self.left_alone]
        if not due:
            return
        row = due[which % len(due)]
        if dies:
            self._dies_over(row)
        self._carries(row)
        row.refresh_from_db()
        assert row.done_at is not None, (row.topic, row.error)
        before = self.process.everything_written()
        self._carries(row)
        assert self.process.everything_written() == before

    #: Topics whose effect on the case a process models by a rule of its own.
    left_alone: ClassVar[frozenset[str]] = frozenset()

    def _dies_over(self, row: Outbox) -> None:
        before = self._but_the_outbox()
        with dying():
            self._carries(row)
        if handling(row.topic).database:
            assert self._but_the_outbox() == before
        row.refresh_from_db()
        assert row.done_at is None

    def _carries(self, row: Outbox) -> None:
        self.does(lambda: carrying.carry_out(row.pk, row.attempts))

    def _but_the_outbox(self) -> dict[str, list[Any]]:
        return {name: rows for name, rows in self.process.everything_written().items() if name != "Outbox"}
