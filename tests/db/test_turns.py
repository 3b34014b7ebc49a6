"""The verbs that every turn has: what each writes, whom it tells, and what it leaves alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests import councils
from tests import factories as make
from tests.model.moves import everything_written, seen, verb_call
from workflows.contracts.models import ContractDocument
from workflows.council import profile
from workflows.council.profile import current
from workflows.engine import keeping, moment, turns
from workflows.engine.errors import Forbidden, KeyReused, NotFound, Refused, Stale
from workflows.engine.events import facts_of
from workflows.engine.models import Case, Content, Event, Outbox, Task
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Team
from workflows.parties.teams import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> Actor:
    return make.actor(make.staff_user(name="Priya Raman"))


@pytest.fixture
def tom() -> Actor:
    return make.actor(make.staff_user(name="Tom Bullard"))


@pytest.fixture
def lead() -> Actor:
    return make.actor(make.staff_user(role="lead", name="Lena Ford"))


def rejected() -> Task:
    """A turn of brokerage: a rejected document."""
    document = make.published()
    provider = make.actor(make.provider_user(document.case.organisation))
    verb_call("reject", provider, seen(document), make.key())()
    return Task.objects.get(process_id=document.pk, finished=None)


@pytest.fixture
def task() -> Task:
    return rejected()


def last(case_id: int) -> Event:
    return Event.objects.filter(case_id=case_id).latest("seq")


def words(case_id: int) -> dict[str, str]:
    """What was written with the last event."""
    contents = facts_of(last(case_id)).get("contents", {})
    return {label: Content.objects.get(pk=each["id"]).text for label, each in contents.items()}


def told() -> list[tuple[str, Any]]:
    rows = Outbox.objects.filter(topic="notify", payload__kind__startswith="turn.").order_by("pk")
    return [(row.payload["kind"], row.payload["audience"]) for row in rows]


def again(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def team(key: str) -> Team:
    return Team.objects.get(key=key)


def hand(actor: Actor, task: Task, **to: Any) -> Any:
    words = {"reason": "They know this home.", "key": make.key(), **to}
    return turns.hand_over(actor=actor, task_id=task.pk, **words)


# --- hand over ----------------------------------------------------------------------------------------------------


def test_a_turn_handed_to_another_team_keeps_its_clock_and_the_holder_follows(priya: Actor, task: Task) -> None:
    turns.claim(actor=priya, task_id=task.pk, key=make.key())
    turns.follow_up(actor=priya, task_id=task.pk, day=moment.today() + timedelta(days=9), key=make.key())
    hand(priya, task, team_id=team("procurement").pk)
    now = again(task)
    assert (now.team.key, now.owner, now.status, now.not_before) == ("procurement", None, "NEW", None)
    clock = ("created", "due_at", "at_risk_at", "breached_at", "clock_id")
    assert [getattr(now, each) for each in clock] == [getattr(task, each) for each in clock]
    case = Case.objects.get(pk=task.process_id)
    assert (case.holder, case.holder_team_id) == ("team", team("procurement").pk)
    facts = facts_of(last(case.pk))
    assert (facts["from_team"], facts["to_team"]) == (task.team_id, team("procurement").pk)
    assert facts["from_user"] == priya.user_id
    assert words(case.pk) == {"reason": "They know this home."}
    assert told() == [("turn.handed_over", {"team": team("procurement").pk, "role": None})]
    assert verify().findings == []


def test_the_team_that_was_handed_a_turn_can_end_it_and_the_first_team_no_longer(priya: Actor, task: Task) -> None:
    hand(priya, task, team_id=team("procurement").pk)
    document = ContractDocument.objects.get(pk=task.process_id)
    with pytest.raises(Forbidden):
        verb_call("withdraw", priya, seen(document), make.key())()
    buyer = make.actor(make.staff_user("procurement"))
    verb_call("withdraw", buyer, seen(document), make.key())()
    assert Case.objects.get(pk=document.pk).state == "terminated"


def test_a_turn_handed_to_a_person_is_theirs_and_they_are_told(priya: Actor, tom: Actor, task: Task) -> None:
    hand(priya, task, user_id=tom.user_id)
    now = again(task)
    assert (now.owner_id, now.status, now.standing_in_for_id) == (tom.user_id, "ASSIGNED", None)
    assert now.assigned is not None
    assert facts_of(last(task.process_id))["to_user"] == tom.user_id
    assert told() == [("turn.handed_over", {"user": tom.user_id})]
    with pytest.raises(Refused, match="Tom Bullard has it already"):
        hand(tom, task, user_id=tom.user_id)


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ({}, "to_whom"),
        ({"team_id": 1, "user_id": 1}, "to_whom"),
        ({"team": "service_brokerage"}, "unchanged"),
        ({"team": "procurement", "reason": " "}, "reason_missing"),
        ({"team": "procurement", "reason": "x" * 2001}, "too_long"),
        ({"team_id": 999_999}, "not_found"),
        ({"user_id": 999_999}, "not_found"),
    ],
)
def test_a_hand_over_that_cannot_be_is_refused_and_writes_nothing(
    priya: Actor, task: Task, to: dict[str, Any], code: str
) -> None:
    if "team" in to:
        to = {**to, "team_id": team(to["team"]).pk}
        del to["team"]
    before = everything_written()
    with pytest.raises(Refused) as refusal:
        hand(priya, task, **to)
    assert refusal.value.code == code
    assert everything_written() == before


def test_who_is_not_in_the_team_or_not_here_gets_nothing(priya: Actor, task: Task) -> None:
    other = make.staff_user("payments_residential")
    gone = make.staff_user()
    gone.is_active = False
    gone.save()
    provider = make.provider_user(task.process.organisation)
    for person, code in ((other, "not_in_team"), (gone, "not_here"), (provider, "not_found")):
        with pytest.raises(Refused) as refusal:
            hand(priya, task, user_id=person.pk)
        assert refusal.value.code == code


def test_a_team_that_may_not_open_the_case_gets_nothing(
    priya: Actor, task: Task, monkeypatch: pytest.MonkeyPatch, elsewhere: Callable[..., None]
) -> None:
    elsewhere(
        reads={
            "payments_residential": [
                "action",
                "claim",
                "scheduled_payment",
                "payment_run",
                "payment_stop",
                "payment_debt",
            ]
        }
    )
    with pytest.raises(Refused) as refusal:
        hand(priya, task, team_id=team("payments_residential").pk)
    assert refusal.value.code == "cannot_read"
    assert [each.key for each in turns.handing.teams_for(again(task))] == ["fes_admin", "operations", "procurement"]


def test_the_same_key_hands_over_once_and_another_body_is_refused(priya: Actor, tom: Actor, task: Task) -> None:
    key = make.key()
    first = hand(priya, task, user_id=tom.user_id, key=key)
    second = hand(priya, task, user_id=tom.user_id, key=key)
    assert (second.repeated, second.version) == (True, first.version)
    with pytest.raises(KeyReused):
        hand(priya, task, user_id=priya.user_id, key=key)


# --- follow-up date and priority ----------------------------------------------------------------------------------


def test_a_follow_up_date_hides_the_turn_from_claim_next_and_the_clock_runs_on(priya: Actor, task: Task) -> None:
    day = moment.today() + timedelta(days=3)
    turns.follow_up(actor=priya, task_id=task.pk, day=day, reason="They ring on Friday.", key=make.key())
    now = again(task)
    assert (now.not_before, now.due_at) == (day, task.due_at)
    assert words(task.process_id) == {"reason": "They ring on Friday."}
    with pytest.raises(Refused, match="nothing left"):
        turns.claim_next(actor=priya, team_id=task.team_id, key=make.key())
    with moment.at(moment.now() + timedelta(days=3)):
        found = turns.claim_next(actor=priya, team_id=task.team_id, key=make.key())
    assert found.answer["task"] == task.pk
    turns.follow_up(actor=priya, task_id=task.pk, day=None, key=make.key())
    assert again(task).not_before is None


def test_a_priority_needs_a_reason_and_moves_no_clock(priya: Actor, task: Task) -> None:
    with pytest.raises(Refused, match="Say why"):
        turns.prioritise(actor=priya, task_id=task.pk, priority=2, reason="", key=make.key())
    turns.prioritise(actor=priya, task_id=task.pk, priority=2, reason="The home may close.", key=make.key())
    now = again(task)
    assert (now.priority, now.due_at, now.created, now.team_id) == (2, task.due_at, task.created, task.team_id)
    facts = facts_of(last(task.process_id))
    assert (facts["was"], facts["priority"]) == (0, 2)


# --- claim next ---------------------------------------------------------------------------------------------------


def test_claim_next_gives_the_first_due_or_the_most_costly(priya: Actor, tom: Actor) -> None:
    first, second, third = rejected(), rejected(), rejected()
    Task.objects.filter(pk=third.pk).update(urgency=9000)
    Task.objects.filter(pk=first.pk).update(due_at=first.due_at + timedelta(days=1))
    due = turns.claim_next(actor=priya, team_id=first.team_id, key=make.key())
    costly = turns.claim_next(actor=tom, team_id=first.team_id, order="costly", key=make.key())
    assert (due.answer["task"], costly.answer["task"]) == (second.pk, third.pk)
    assert again(second).owner_id == priya.user_id
    assert last(second.process_id).kind == "contract_document.claim"
    turns.claim(actor=tom, task_id=first.pk, key=make.key())
    assert [facts_of(last(each.process_id))["taken"] for each in (first, second, third)] == ["chosen", "next", "next"]


def test_claim_next_with_one_key_is_one_turn(priya: Actor) -> None:
    first, _ = rejected(), rejected()
    key = make.key()
    once = turns.claim_next(actor=priya, team_id=first.team_id, key=key)
    twice = turns.claim_next(actor=priya, team_id=first.team_id, key=key)
    assert (twice.repeated, twice.case_id) == (True, once.case_id)
    assert Task.objects.filter(owner_id=priya.user_id).count() == 1


def test_claim_next_is_for_ones_own_team_and_says_when_there_is_nothing(priya: Actor, task: Task) -> None:
    with pytest.raises(Forbidden):
        turns.claim_next(actor=priya, team_id=team("procurement").pk, key=make.key())
    with pytest.raises(NotFound):
        provider = make.actor(make.provider_user(task.process.organisation))
        turns.claim_next(actor=provider, team_id=task.team_id, key=make.key())
    turns.claim_next(actor=priya, team_id=task.team_id, key=make.key())
    with pytest.raises(Refused) as refusal:
        turns.claim_next(actor=priya, team_id=task.team_id, key=make.key())
    assert refusal.value.code == "nothing_left"


# --- notes --------------------------------------------------------------------------------------------------------


def test_a_note_is_written_on_any_case_one_may_read_also_a_closed_one(priya: Actor) -> None:
    auditor = make.actor(make.staff_user("", duty="auditor"))
    document = make.published()
    turns.note(actor=auditor, case_id=document.pk, text="Seen.", key=make.key())
    verb_call("terminate", priya, seen(document), make.key())()
    turns.note(actor=priya, case_id=document.pk, text=" The home rang. ", key=make.key())
    assert words(document.pk) == {"note": "The home rang."}
    assert Case.objects.get(pk=document.pk).state == "terminated"
    assert verify().findings == []


def test_who_is_mentioned_is_told_and_must_be_able_to_read_it(priya: Actor, tom: Actor) -> None:
    document = make.published()
    named = [tom.user_id, priya.user_id]
    turns.note(actor=priya, case_id=document.pk, text="Have a look.", mentions=named, key=make.key())
    assert told() == [("turn.mentioned", {"users": [tom.user_id]})]
    assert facts_of(last(document.pk))["mentions"] == sorted(named)
    outsider = make.provider_user(document.case.organisation)
    with pytest.raises(Refused) as refusal:
        turns.note(actor=priya, case_id=document.pk, text="Look.", mentions=[outsider.pk], key=make.key())
    assert refusal.value.code == "cannot_read"


def test_a_provider_writes_no_inside_note_and_who_cannot_read_finds_no_case(priya: Actor) -> None:
    document = make.published()
    own = make.actor(make.provider_user(document.case.organisation))
    stranger = make.actor(make.provider_user(make.organisation()))
    nobody = make.actor(make.staff_user("", duty="administrator"))
    for actor, error in ((own, Forbidden), (stranger, NotFound), (nobody, NotFound)):
        with pytest.raises(error):
            turns.note(actor=actor, case_id=document.pk, text="x", key=make.key())
    with pytest.raises(Refused, match="Enter the note"):
        turns.note(actor=priya, case_id=document.pk, text="  ", key=make.key())


def test_a_provider_who_is_slower_is_told_of_no_inside_note(priya: Actor) -> None:
    document = make.published()
    provider = make.actor(make.provider_user(document.case.organisation))
    at = seen(document)
    verb_call("terminate", make.actor(make.staff_user(name="Tom Bullard")), at, make.key())()
    turns.note(actor=priya, case_id=document.pk, text="They will not like it.", key=make.key())
    with pytest.raises(Stale) as slower:
        verb_call("agree", provider, at, make.key())()
    assert (slower.value.who, slower.value.what) == ("Tom Bullard", "terminated it")
    with pytest.raises(Stale) as colleague:
        turns.claim(actor=make.actor(make.staff_user()), task_id=at.task_id or 0, key=make.key())
    assert (colleague.value.who, colleague.value.what) == ("Priya Raman", "wrote an inside note")


# --- outside teams ------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Another council: with an outside team, and with other teams that read."""

    def become(*, reads: dict[str, list[str]] | None = None, route: bool = False) -> None:
        data = profile.current().model_dump()
        for each in data["teams"]:
            each["reads"] = (reads or {}).get(each["key"], each["reads"])
        outside = {
            "key": "operations",
            "name": "Operational Teams",
            "outside": True,
            "keeper": "service_brokerage",
            "letter": "{council} asks about {reference} ({title}, {amount} a week).",
            "follow_up_after": "5 working days",
        }
        data["teams"] = [*data["teams"], outside]
        if route:
            data["routes"] = [{"desk": "brokerage", "service_group": "nursing", "team": "operations"}]
        councils.another_council(monkeypatch, {}, whole=data)
        make.load_teams()

    yield become
    monkeypatch.undo()
    councils.usual_council()
    forget()


def test_a_desk_routed_to_an_outside_team_gives_the_turn_to_its_keeper(
    priya: Actor, elsewhere: Callable[..., None]
) -> None:
    elsewhere(route=True)
    level = make.level("nursing")
    document = make.published(make.line(make.service(group="nursing"), service_level=level))
    provider = make.actor(make.provider_user(document.case.organisation))
    verb_call("reject", provider, seen(document), make.key())()
    task = Task.objects.get(process_id=document.pk, finished=None)
    assert (task.team.key, task.outside.key) == ("service_brokerage", "operations")
    assert task.not_before is not None and task.not_before > moment.today() + timedelta(days=4)
    letter = f"{current().name} asks about {document.case.reference} (Amend and republish"
    assert keeping.letter_of(task).startswith(letter)
    assert words(document.pk)["letter"] == keeping.letter_of(task)
    verb_call("withdraw", priya, seen(document), make.key())()
    assert Case.objects.get(pk=document.pk).state == "terminated"


def test_a_turn_handed_to_an_outside_team_stays_with_the_keeper_until_it_is_handed_on(
    priya: Actor, task: Task, elsewhere: Callable[..., None]
) -> None:
    elsewhere()
    hand(priya, task, team_id=team("operations").pk)
    now = again(task)
    assert (now.team.key, now.outside.key) == ("service_brokerage", "operations")
    assert now.not_before is not None
    assert "asks about" in words(task.process_id)["letter"]
    with pytest.raises(Refused, match="with Operational Teams already"):
        hand(priya, task, team_id=team("operations").pk)
    hand(priya, task, team_id=team("service_brokerage").pk)
    back = again(task)
    assert (back.outside, back.not_before, keeping.letter_of(back)) == (None, None, "")


# --- illegal moves ------------------------------------------------------------------------------------------------

TURN_VERBS: dict[str, Callable[[Actor, Task], Any]] = {
    "claim": lambda who, at: turns.claim(actor=who, task_id=at.pk, key=make.key()),
    "release": lambda who, at: turns.release(actor=who, task_id=at.pk, key=make.key()),
    "hand_over": lambda who, at: hand(who, at, team_id=team("procurement").pk),
    "follow_up": lambda who, at: turns.follow_up(
        actor=who, task_id=at.pk, day=moment.today() + timedelta(days=2), key=make.key()
    ),
    "prioritise": lambda who, at: turns.prioritise(
        actor=who, task_id=at.pk, priority=1, reason="Because.", key=make.key()
    ),
}
MEMBERS_OWN = {"release", "hand_over", "follow_up", "prioritise"}
#: Who asks x who has it -> the verbs that happen; whoever is not here may nothing.
HAPPENS = {
    ("member", "nobody"): {"claim", "hand_over", "follow_up", "prioritise"},
    ("lead", "nobody"): {"claim", "hand_over", "follow_up", "prioritise"},
    ("manager", "nobody"): {"claim", "hand_over", "follow_up", "prioritise"},
    ("member", "oneself"): MEMBERS_OWN,
    ("lead", "oneself"): MEMBERS_OWN,
    ("manager", "oneself"): MEMBERS_OWN,
    ("lead", "another"): MEMBERS_OWN,
    ("manager", "another"): MEMBERS_OWN,
}
ROLES = ("member", "lead", "manager", "other_team", "auditor", "administrator", "provider", "stranger", "system")


def somebody(role: str, task: Task) -> Actor:
    from workflows.parties.selectors import system_actor

    made: dict[str, Callable[[], Actor]] = {
        "other_team": lambda: make.actor(make.staff_user("payments_residential", role="manager")),
        "auditor": lambda: make.actor(make.staff_user("", duty="auditor")),
        "administrator": lambda: make.actor(make.staff_user("", duty="administrator")),
        "provider": lambda: make.actor(make.provider_user(task.process.organisation)),
        "stranger": lambda: make.actor(make.provider_user(make.organisation())),
        "system": system_actor,
    }
    return made.get(role, lambda: make.actor(make.staff_user(role=role)))()


@pytest.mark.parametrize("owner", ["nobody", "oneself", "another"])
@pytest.mark.parametrize("role", ROLES)
def test_every_verb_by_everybody_on_everybodys_turn(task: Task, role: str, owner: str) -> None:
    """verb x role x owner, from one table: what is not in it is refused, and nothing is written."""
    from django.db import transaction

    who = somebody(role, task)
    having = {"nobody": None, "oneself": who.user_id, "another": make.staff_user().pk}[owner]
    Task.objects.filter(pk=task.pk).update(owner_id=having, status="ASSIGNED" if having else "NEW")
    before = everything_written()
    for verb, call in TURN_VERBS.items():
        with transaction.atomic():
            if verb in HAPPENS.get((role, owner), set()):
                call(who, again(task))
            else:
                with pytest.raises(Refused) as refusal:
                    call(who, again(task))
                assert not isinstance(refusal.value, Stale)
                assert everything_written() == before, (verb, role, owner)
            transaction.set_rollback(True)


def test_what_is_over_or_with_the_provider_is_nobodys_to_hand_on(priya: Actor) -> None:
    document = make.published()
    with_provider = Task.objects.get(process_id=document.pk, finished=None)
    for verb, call in TURN_VERBS.items():
        with pytest.raises(Forbidden):
            call(priya, with_provider)
        assert verb
    verb_call("terminate", priya, seen(document), make.key())()
    for call in TURN_VERBS.values():
        with pytest.raises(Stale):
            call(priya, with_provider)
