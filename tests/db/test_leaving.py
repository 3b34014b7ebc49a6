"""Nobody who leaves strands a task; a provider's turn that nobody may answer is the helpline's."""

from collections.abc import Callable

import pytest

from tests import factories as make
from tests.db.test_turns import again, last, rejected
from workflows.engine import selectors, turns
from workflows.engine.events import facts_of
from workflows.engine.models import Outbox, Task
from workflows.engine.reactions import named
from workflows.parties.actor import Actor
from workflows.parties.models import TeamMember, User
from workflows.people import commands, leaving

pytestmark = pytest.mark.django_db


@pytest.fixture
def helen() -> Actor:
    return make.actor(make.staff_user("", duty="administrator", name="Helen Marsh"))


@pytest.fixture
def helper() -> Actor:
    return make.actor(make.staff_user("fes_admin"))


def carry() -> None:
    """Carry out what the outbox says about people who left."""
    for row in Outbox.objects.filter(topic=commands.LEFT):
        named("people.strand_nothing").function(row.payload, row.key)
        row.delete()


def claimed(by: User) -> Task:
    task = rejected()
    turns.claim(actor=make.actor(by), task_id=task.pk, key=make.key())
    return again(task)


def told() -> list[tuple[int, str]]:
    rows = Outbox.objects.filter(topic="notify", payload__kind="turn.nobody_answers").order_by("pk")
    return [(row.payload["figures"]["count"], row.payload["reference"]) for row in rows]


def leave_the_team(helen: Actor, user: int) -> None:
    commands.remove_from_team(actor=helen, user_id=user, team_key="service_brokerage")


def be_deactivated(helen: Actor, user: int) -> None:
    commands.deactivate(actor=helen, user_id=user, reason="Left.")


@pytest.mark.parametrize(
    ("leave", "why"),
    [
        (
            lambda helen, user: commands.remove_from_team(actor=helen, user_id=user, team_key="service_brokerage"),
            "left_team",
        ),
        (lambda helen, user: commands.deactivate(actor=helen, user_id=user, reason="Left."), "deactivated"),
    ],
)
def test_what_somebody_had_claimed_goes_back_to_the_team(
    helen: Actor, leave: Callable[[Actor, int], None], why: str
) -> None:
    priya, tom = make.staff_user(name="Priya Raman"), make.staff_user(name="Tom Bullard")
    task, toms = claimed(priya), claimed(tom)
    leave(helen, priya.pk)
    carry()
    assert (again(task).owner_id, again(task).status, again(toms).owner_id) == (None, "NEW", tom.pk)
    event = last(task.process_id)
    assert event.kind == "contract_document.let_go"
    assert (facts_of(event)["from_user"], facts_of(event)["why"]) == (priya.pk, why)


def test_who_stays_in_the_team_keeps_what_they_have(helen: Actor) -> None:
    priya = make.staff_user()
    commands.add_to_team(actor=helen, user_id=priya.pk, team_key="procurement")
    task = claimed(priya)
    commands.remove_from_team(actor=helen, user_id=priya.pk, team_key="procurement")
    carry()
    assert again(task).owner_id == priya.pk


def test_a_claim_that_was_faster_than_the_message_is_found_by_the_job(helen: Actor) -> None:
    priya = make.staff_user()
    task = claimed(priya)
    TeamMember.objects.filter(user=priya).delete()
    leaving.put_right()
    assert again(task).owner_id is None
    assert leaving.release_stranded() == 0


def test_a_turn_that_nobody_at_the_provider_may_answer_is_the_helplines(helen: Actor, helper: Actor) -> None:
    home = make.service()
    keeps = make.provider_user(home.organisation, role="administration", only=make.service(home.organisation))
    answers = make.provider_user(home.organisation, role="payments", only=home)
    document = make.published(make.line(home))
    assert list(selectors.unanswerable(helper)) == []
    membership = answers.memberships.get()
    commands.remove_role(actor=helen, user_id=answers.pk, membership_id=membership.pk)
    carry()
    assert [turn.process_id for turn in selectors.unanswerable(helper)] == [document.pk]
    assert told() == [(1, document.case.reference)]
    leaving.put_right()
    assert len(told()) == 1
    commands.give_role(actor=helen, user_id=keeps.pk, organisation_id=home.organisation_id, role="payments")
    assert list(selectors.unanswerable(helper)) == []
    leaving.put_right()
    commands.deactivate(actor=helen, user_id=keeps.pk, reason="Left.")
    carry()
    assert len(told()) == 2


def test_many_turns_are_one_notice(helper: Actor) -> None:
    home = make.service()
    first, _ = make.published(make.line(home)), make.published(make.line(home))
    make.provider_user(home.organisation, role="read_only")
    leaving.put_right()
    assert told() == [(2, first.case.reference)]


def test_only_the_helpline_and_auditors_are_shown_them(helper: Actor) -> None:
    make.published()
    auditor = make.actor(make.staff_user("", duty="auditor"))
    officer = make.actor(make.staff_user())
    provider = make.actor(make.provider_user(make.organisation()))
    counts = [selectors.unanswerable(each).count() for each in (helper, auditor, officer, provider)]
    assert counts == [1, 1, 0, 0]


def test_an_answered_turn_is_no_longer_told() -> None:
    document = make.published()
    leaving.put_right()
    Task.objects.filter(process_id=document.pk).update(finished=document.case.created)
    leaving.put_right()
    assert len(told()) == 1
