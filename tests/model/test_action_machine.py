"""Actions in any order of verbs by anybody, while days pass, a line ends or not, and workers come, or die at work.

After each step: exactly one holder, and it is the one that the flow declares; the events fold to the state.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from tests import factories as make
from tests.model import actions
from tests.model.actions import ACTIONS, ROLES
from tests.model.process import Died, Everybody, Living, Model, Somebody, page_of
from workflows.actions import batches
from workflows.actions.commands import WINDOW_OVER
from workflows.actions.models import Action, Post
from workflows.actions.reactions import end_closed
from workflows.actions.rules import Asked
from workflows.council.profile import current
from workflows.engine import batches as engine_batches
from workflows.engine import moment
from workflows.engine.models import BatchItem, Case, Outbox
from workflows.engine.verify import verify
from workflows.register.models import PaymentHold

SOAK = bool(os.environ.get("CONCORD_SOAK"))
pytestmark = [pytest.mark.django_db, *([pytest.mark.soak] if SOAK else [])]


@dataclass
class Notice(Model):
    """A notice of a death: whose conversation it is, whether its line has ended, whether it was taken back, and when it
    was closed."""

    team: str = "service_brokerage"
    line_ended: bool = False
    taken_back: bool = False
    closed_at: datetime | None = None

    def groups(self, who: Somebody) -> set[str]:
        """`team` is the conversation's own, `closer` the one that is to close."""
        teams = set(who.actor.teams)
        words = {"team"} if self.team in teams else set()
        holder = "closer" if self.state == "closing" else "team"
        return words | ({holder} if self.held_by in teams else set()) | ({who.group} - {"team", "closer"})

    def allows(self, verb: str, who: Somebody, page: Any) -> bool:
        """Held lines go on, a notice taken back once, a team that has it already."""
        if verb == "close" and not (self.line_ended or self.taken_back):
            return False
        if verb == "take_back" and self.taken_back:
            return False
        if verb == "hand_over" and page.team != self.held_by:
            return False
        return super().allows(verb, who, page)

    def is_free_for(self, who: Somebody) -> bool:
        """Who leads Brokerage leads no other team."""
        if self.held_by == "procurement" and who.name == "manager":
            return self.owner in {"", "manager"}
        return super().is_free_for(who)

    def after(self, verb: str, who: Somebody) -> None:
        """A conversation goes along with a hand-over; a closing does not take it."""
        state = self.state
        super().after(verb, who)
        self.taken_back = self.taken_back or verb == "take_back"
        if verb == "hand_over":
            self.held_by, self.owner = self.pages[-1].team, ""
            self.team = self.pages[-1].team if state == "council" else self.team
        elif self.state == "council":
            self.held_by = self.team
        if verb == "close":
            self.closed_at = moment.now()


class Conversations(Living):
    """One notice, and everybody."""

    process = ACTIONS
    left_alone = frozenset({WINDOW_OVER})

    def begins(self) -> Notice:
        """Told today."""
        self.line = make.line(self.people.home)
        case_id = actions.opened(self.people, self.line)
        return Notice(ACTIONS, case_id, [page_of(case_id)], "council", 1, held_by="service_brokerage")

    @rule()
    def brokerage_ends_the_line(self) -> None:
        """It has checked; the notice can be closed."""
        if not self.notice.line_ended:
            self.notice.line_ended = True
            actions.end_line(self.people, self.line)

    @rule(dies=st.booleans())
    def the_window_ends(self, dies: bool) -> None:
        """A worker ends what can no longer be reopened, once, however often it is asked; one that dies has done
        nothing."""
        due = Outbox.objects.filter(topic=WINDOW_OVER, done_at=None, due_at__lte=self.now)
        for row in due.order_by("pk"):
            before = ACTIONS.everything_written()
            with transaction.atomic():
                self.does(lambda row=row: end_closed(row.payload, row.key))  # type: ignore[misc]
                transaction.set_rollback(dies)
            if dies:
                assert ACTIONS.everything_written() == before
                continue
            window = timedelta(days=current().actions.reopen_days)
            notice = self.notice
            if notice.state == "closed" and notice.closed_at and notice.closed_at + window <= self.now:
                notice.after("lapse", next(each for each in self.people.everybody if each.name == "system"))
            after = ACTIONS.everything_written()
            self.does(lambda row=row: end_closed(row.payload, row.key))  # type: ignore[misc]
            assert ACTIONS.everything_written() == after

    @property
    def notice(self) -> Notice:
        """The model, as what it is."""
        assert isinstance(self.model, Notice)
        return self.model

    def teardown(self) -> None:
        """What is held is held until it is taken back, and each post is counted."""
        if hasattr(self, "model"):
            action = Action.objects.get(pk=self.model.case_id)
            assert action.posts_count == Post.objects.filter(action=action).count()
            assert PaymentHold.objects.filter(case=action.pk, lifted_at=None).exists() is not self.notice.taken_back
        super().teardown()


def test_any_order_of_verbs_by_anybody_keeps_the_workflow_whole(quick: None) -> None:
    machine = type("Actions", (Conversations,), {"people": Everybody(ROLES)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=2_000 if SOAK else 6,
            stateful_step_count=40 if SOAK else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(deaths=st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=4))
def test_a_worker_that_dies_in_the_middle_of_a_batch_leaves_each_provider_one_action(
    quick: None, deaths: list[tuple[int, bool]]
) -> None:
    """It dies at an item, before its case is written or after it and before the item is noted; another goes on."""
    with transaction.atomic():
        officer = make.actor(make.staff_user())
        ids = [make.organisation().pk for _ in range(4)]
        asked = Asked("information", "provider", None, None, "service_brokerage", "Fees", "From April.")
        batch = batches.send_to_many(
            actor=officer, asked=asked, organisation_ids=ids, sender="", file_ids=[], key=make.key()
        )
        for number, (at, after) in enumerate(deaths):
            with dying_at(at, after):
                run(batch.pk, number)
        run(batch.pk, len(deaths))
        batch.refresh_from_db()
        assert batch.finished_at is not None
        sent = Case.objects.filter(kind="action", organisation__in=ids)
        assert sorted(sent.values_list("organisation_id", flat=True)) == sorted(ids)
        assert set(batch.items.values_list("result", flat=True)) == {BatchItem.Result.DONE}
        assert Post.objects.filter(action__case__in=sent).count() == len(ids)
        assert verify().findings == []
        transaction.set_rollback(True)


def run(batch_id: int, number: int) -> None:
    """A slice, by a worker that may die in it."""
    try:
        engine_batches.run_slice(batch_id, number)
    except Died:
        return


class dying_at:  # noqa: N801 (it reads as a word of the test)
    """Let the worker die at an item of the slice."""

    def __init__(self, at: int, after: bool) -> None:
        self.at, self.after = at, after
        self.send: Callable[..., Any] = batches.send

    def __enter__(self) -> None:
        batches.send = self.sends

    def __exit__(self, *_: object) -> None:
        batches.send = self.send

    def sends(self, **said: Any) -> Any:
        """Send, or die first, or last."""
        self.at -= 1
        if self.at < 0 and not self.after:
            raise Died
        outcome = self.send(**said)
        if self.at < 0:
            raise Died
        return outcome
