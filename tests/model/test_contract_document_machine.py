"""Any order of verbs by anybody, with stale pages and repeated keys, against a model of a dozen lines.

After each step: one holder, and the one that the state has; an open case has one open turn; the events fold to the
state; the chain verifies; and what was refused has written nothing.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import factories as make
from tests.model.moves import ALLOWED, HOLDERS, VERBS, People, Somebody, Target, everything_written, seen, verb_call
from workflows.contracts.commands import publish_line
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine.door import Outcome
from workflows.engine.errors import Refused
from workflows.engine.events import facts_of
from workflows.engine.models import Case, Event, Task
from workflows.engine.verify import verify
from workflows.register import commands as register

SOAK = bool(os.environ.get("CONCORD_SOAK"))
pytestmark = [pytest.mark.django_db, *([pytest.mark.soak] if SOAK else [])]

#: Verbs that must name the version on the screen, or the turn; a page that is older is refused.
OF_THE_VERSION = {"agree", "reject"}
OF_THE_CASE = {"terminate", "withdraw", "republish"}
NEED_WORDS = {"reject", "terminate", "withdraw", "republish"}
#: How often a verb is used: most documents are answered, and most that are rejected are published again.
MOVING = {"reject": 6, "republish": 6, "claim": 4, "release": 2, "attach": 1, "agree": 2, "withdraw": 1, "supersede": 1,
          "terminate": 1}  # fmt: skip
ANYBODY = st.sampled_from(range(60))
WORDS = st.sampled_from(["It is £600.", "It is £600.", "It is £600.", " "])


@dataclass
class Model:
    """What the machine believes of one document."""

    case_id: int
    pages: list[Target]  # as somebody may still have it on the screen, oldest first
    state: str = "published"
    events: int = 1
    owner: str = ""

    def allows(self, verb: str, who: Somebody, page: Target) -> bool:
        """Whether the verb happens, from a page that may be old."""
        if not who.sees or not self._turn_is_open(verb, page):
            return False
        if verb in OF_THE_VERSION and page.sha256 != self.pages[-1].sha256:
            return False
        if verb in OF_THE_CASE and page.version != self.events:
            return False
        if verb == "release":
            return bool(self.owner) and (self.owner == who.name or who.name == "manager") and who.group == "brokerage"
        if verb == "claim" and self.owner:
            return False
        if not self.is_free_for(who):
            return False
        return who.group in ALLOWED.get((self.state, verb), (frozenset(), ""))[0]

    def is_free_for(self, who: Somebody) -> bool:
        """Whether no colleague has claimed the turn; who leads the team may act all the same."""
        return not self.owner or who.name in {self.owner, "manager", "system"}

    def _turn_is_open(self, verb: str, page: Target) -> bool:
        if HOLDERS[self.state][2] == 0:
            return page.task_id is None
        return page.task_id == self.pages[-1].task_id

    def after(self, verb: str, who: Somebody) -> None:
        """The verb has happened."""
        self.events += 1
        if verb == "release":
            self.owner = ""
            return
        state = ALLOWED[self.state, verb][1]
        self.owner = who.name if verb == "claim" else self.owner if state == self.state else ""
        self.state = state


@dataclass(frozen=True)
class Done:
    """A command that had its effect, to be sent again."""

    call: Callable[[], Any]
    outcome: Outcome
    who: Somebody
    key: str
    verb: str


class DocumentsOfALine(RuleBasedStateMachine):
    """One line, its documents one after the other, and everybody."""

    people: ClassVar[People]

    def __init__(self) -> None:
        super().__init__()
        self.models: list[Model] = []
        self.done: list[Done] = []
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(chance=st.randoms(use_true_random=True))
    def begin(self, chance: Random) -> None:
        self.chance = chance
        self.line = make.line(self.people.home)
        self.newest_is(make.published(self.line).pk)

    def newest_is(self, case_id: int) -> None:
        self.models.append(Model(case_id, [seen(ContractDocument.objects.get(pk=case_id))]))

    @rule(
        verb=st.sampled_from(VERBS),
        who=ANYBODY,
        age=st.sampled_from([1, 1, 2, 3]),
        older=st.booleans(),
        words=WORDS,
    )
    def somebody_tries(self, verb: str, who: int, age: int, older: bool, words: str) -> None:
        """A verb by anybody, from the newest page or an older one, with words or with none."""
        model = self.models[0 if older else -1]
        person = self.people.everybody[who % len(self.people.everybody)]
        self.tries(model, verb, person, model.pages[-min(age, len(model.pages))], words)

    @rule(older=st.booleans())
    def somebody_does_what_they_may(self, older: bool) -> None:
        """One of the moves that the model allows: chance alone would seldom find one."""
        self.does_what_they_may(self.models[0 if older else -1])

    @rule()
    def somebody_answers_or_amends(self) -> None:
        """The same of the newest document, so that most of a life is spent moving on."""
        self.does_what_they_may(self.models[-1])

    @rule()
    def somebody_else_answers_or_amends(self) -> None:
        """Once more: a life is longer than its mistakes."""
        self.does_what_they_may(self.models[-1])

    def does_what_they_may(self, model: Model) -> None:
        """A verb by how often it is used, and one of those who may."""
        page = model.pages[-1]
        for verb in sorted(MOVING, key=lambda each: self.chance.random() / MOVING[each]):
            people = [who for who in self.people.everybody if model.allows(verb, who, page)]
            if people:
                self.tries(model, verb, self.chance.choice(people), page, "It is £600.")
                return

    def tries(self, model: Model, verb: str, who: Somebody, page: Target, words: str) -> None:
        """Try it, and hold what happens against the model."""
        key = make.key()
        call = verb_call(verb, who.actor, page, key, words=words)
        if not model.allows(verb, who, page) or (verb in NEED_WORDS and not words.strip()):
            self.is_refused(call, f"{verb} by {who.name} from {page} with {words!r}; {model}")
            return
        outcome = call()
        assert not outcome.repeated
        model.after(verb, who)
        assert (outcome.state, outcome.version) == (model.state, model.events)
        self.done.append(Done(call, outcome, who, key, verb))
        model.pages.append(seen(ContractDocument.objects.get(pk=model.case_id)))

    @rule(number=ANYBODY)
    def the_same_form_is_sent_again(self, number: int) -> None:
        """The same key and body is answered as the first time, whatever has happened since."""
        if self.done:
            done = self.done[number % len(self.done)]
            before = everything_written()
            assert done.call() == replace(done.outcome, repeated=True)
            assert everything_written() == before

    @rule(number=ANYBODY, verb=st.sampled_from(VERBS))
    def a_key_comes_with_another_form(self, number: int, verb: str) -> None:
        """A key that was used has no second effect under another body."""
        done = self.done[number % len(self.done)] if self.done else None
        if done is not None and done.verb != verb:
            page = self.models[-1].pages[-1]
            self.is_refused(verb_call(verb, done.who.actor, page, done.key, words="Quite other words."))

    @rule(price=st.integers(500, 503))
    def the_line_changes(self, price: int) -> None:
        """Brokerage changes the price; documents stay as they are."""
        self.line.refresh_from_db()
        officer = self.people.named("officer")
        cost = Decimal(price)
        try:
            register.change_line(actor=officer, line_id=self.line.pk, version=None, unit_cost=cost)
        except Refused:
            return  # it is that price already

    @rule(who=ANYBODY)
    def somebody_publishes(self, who: int) -> None:
        """What the line says now is published, if it differs and the person may."""
        person = self.people.everybody[who % len(self.people.everybody)]
        model = self.models[-1]
        call = publishing(person, self.line.pk)
        may = person.group in {"brokerage", "system"} and model.is_free_for(person)
        if not may or not self.to_publish(model):
            self.is_refused(call)
            return
        outcome = call()
        if model.state == "rejected":
            model.after("republish", person)
            model.pages.append(seen(ContractDocument.objects.get(pk=model.case_id)))
            assert outcome.case_id == model.case_id
            return
        if model.state == "published":
            model.after("supersede", person)
            model.pages.append(seen(ContractDocument.objects.get(pk=model.case_id)))
        assert outcome.case_id != model.case_id
        self.newest_is(outcome.case_id)

    def to_publish(self, model: Model) -> bool:
        """Whether the line needs a document now."""
        return model.state in {"terminated", "superseded"} or not self.unchanged(model)

    def unchanged(self, model: Model) -> bool:
        """Whether the document says what the line says."""
        document = ContractDocument.objects.select_related("line").get(pk=model.case_id)
        return document.line_version == document.line.version

    def is_refused(self, call: Callable[[], Any], said: str = "") -> None:
        """The call is refused, and nothing is written."""
        before = everything_written()
        try:
            outcome = call()
        except Refused:
            assert everything_written() == before, said
        else:
            raise AssertionError(f"not refused: {said} -> {outcome}")

    @invariant()
    def the_case_is_as_the_model_says(self) -> None:
        for model in self.models:
            case = Case.objects.select_related("holder_team").get(pk=model.case_id)
            assert (case.state, case.version) == (model.state, model.events)
            assert bool(case.finished) is (HOLDERS[model.state][2] == 0)

    @invariant()
    def exactly_one_holds_it_and_an_open_case_has_one_open_turn(self) -> None:
        for model in self.models:
            holder, team, turns = HOLDERS[model.state]
            case = Case.objects.select_related("holder_team").get(pk=model.case_id)
            assert (case.holder, case.holder_team.key if case.holder_team else None) == (holder, team)
            found = list(Task.objects.filter(process_id=model.case_id, finished=None).select_related("team", "owner"))
            assert (len(found), case.open_tasks) == (turns, turns)
            for task in found:
                assert (task.organisation_id is None) is (holder == "team")
                assert (task.team.key if task.team else None) == team
                assert (task.owner_id or 0) == (self.people.named(model.owner).user_id if model.owner else 0)

    @invariant()
    def the_events_fold_to_the_state(self) -> None:
        for model in self.models:
            state = ""
            events = list(Event.objects.filter(case_id=model.case_id).order_by("seq"))
            assert [each.seq for each in events] == list(range(1, model.events + 1))
            for event in events:
                facts = facts_of(event)
                assert facts["from"] == state
                verb = event.kind.rpartition(".")[2]
                state = facts["to"]
                assert verb in {"publish", "release"} or ALLOWED[facts["from"], verb][1] == state
            assert state == model.state

    @invariant()
    def every_version_is_answered_once_or_is_the_open_one(self) -> None:
        for model in self.models:
            answers = DocumentVersion.objects.filter(document_id=model.case_id).order_by("number")
            *earlier, latest = answers.values_list("answer", flat=True)
            assert set(earlier) <= {"rejected"}
            assert (latest == "") is (model.state == "published")

    @invariant()
    def the_chain_verifies(self) -> None:
        assert verify().findings == []


def publishing(person: Somebody, line_id: int) -> Callable[[], Any]:
    key = make.key()
    return lambda: publish_line(actor=person.actor, line_id=line_id, key=key)


def test_any_order_of_verbs_by_anybody_keeps_the_workflow_whole(people: People) -> None:
    machine = type("Machine", (DocumentsOfALine,), {"people": people})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=2_000 if SOAK else 8,
            stateful_step_count=40 if SOAK else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
