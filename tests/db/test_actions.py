"""Actions: what each verb writes, whose turn follows, whom it tells, and what a notice holds."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.councils import another_council, usual_council
from tests.files import staged
from workflows.actions import batches, commands, selectors
from workflows.actions.models import Action, Post
from workflows.actions.rules import Asked, State
from workflows.council import profile
from workflows.engine import batches as engine_batches
from workflows.engine import erase, files, moment, spans, turns
from workflows.engine import selectors as queues
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import Forbidden, Invalid, KeyReused, NotFound, Refused, Stale
from workflows.engine.events import facts_of
from workflows.engine.models import Attachment, Batch, Case, Content, Event, Outbox, Rung, Task
from workflows.engine.recounting import differences
from workflows.engine.replaying import check
from workflows.engine.sweep import sweep
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Service, Team
from workflows.parties.selectors import system_actor
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, PaymentHold

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> CarePackageLine:
    return make.line()


@pytest.fixture
def james(line: CarePackageLine) -> Actor:
    return make.actor(make.provider_user(line.service.organisation, name="James Beiley"))


@pytest.fixture
def priya() -> Actor:
    return make.actor(make.staff_user(name="Priya Raman"))


@pytest.fixture
def closer() -> Actor:
    return make.actor(make.staff_user("fes_admin", name="Fay Ellis"))


def asked(line: CarePackageLine, **changes: Any) -> Asked:
    usual = Asked(
        type="query",
        related="client",
        entity=line.client_id,
        wanted_by=moment.today() + timedelta(days=5),
        team="service_brokerage",
        title="End date on ISO",
        text="Should the ISO end on 20 May 2018?",
    )
    return replace(usual, **changes)


def death(line: CarePackageLine, **changes: Any) -> Asked:
    return asked(line, **{"type": "death", "since": moment.today() - timedelta(days=1), **changes})


def opened(james: Actor, said: Asked) -> Case:
    return Case.objects.get(pk=commands.open_action(actor=james, asked=said, key=make.key()).case_id)


def turn(case: Case) -> Task:
    return Task.objects.get(process=case, finished=None)


def do(verb: str, actor: Actor, case: Case, text: str = "Words", **more: Any) -> Any:
    command = getattr(commands, verb)
    return command(actor=actor, case_id=case.pk, task_id=turn(case).pk, text=text, key=make.key(), **more)


def told(case: Case) -> set[str]:
    return {each.payload["kind"] for each in Outbox.objects.filter(topic="notify", payload__case=case.pk)}


def test_an_action_is_opened_for_the_team_that_was_chosen(line: CarePackageLine, james: Actor) -> None:
    case = opened(james, asked(line))
    assert (case.state, case.holder, case.holder_team.key) == (State.COUNCIL, "team", "service_brokerage")  # type: ignore[union-attr]
    assert (case.client_id, case.service_id) == (line.client_id, line.service_id)
    task = turn(case)
    assert task.clock is not None
    assert task.clock.key == "actions.first_response_within"
    assert "End date" not in task.title
    assert told(case) == {"action.opened", "action.receipt"}
    post = Post.objects.get()
    assert post.words is not None
    assert (post.words.text, post.author_of) == ("Should the ISO end on 20 May 2018?", james.organisation_name)


def test_a_first_response_keeps_the_first_promise_and_the_answer_has_its_own(
    line: CarePackageLine, james: Actor, priya: Actor
) -> None:
    case = opened(james, asked(line))
    first = turn(case).due_at
    do("update", priya, case)
    task = turn(case)
    assert task.clock is not None
    assert (task.clock.key, task.node) == ("actions.answer_within", "with_team")
    assert first is not None
    assert task.due_at is not None
    assert task.due_at > first
    assert check(every=True).differences == []


def test_reply_comment_closure_and_closing(line: CarePackageLine, james: Actor, priya: Actor, closer: Actor) -> None:
    case = opened(james, asked(line))
    do("reply", priya, case)
    assert Case.objects.get(pk=case.pk).holder == "provider"
    do("comment", james, case)
    assert turn(case).clock.key == "actions.answer_within"  # type: ignore[union-attr]
    do("request_closure", james, case, "")
    task = turn(case)
    assert task.team is not None
    assert (task.node, task.team.key) == ("closing", "fes_admin")
    with pytest.raises(Forbidden):
        do("close", priya, case)
    with pytest.raises(Invalid):
        do("close", closer, case, " ")
    do("keep_open", closer, case)
    assert turn(case).team.key == "service_brokerage"  # type: ignore[union-attr]
    do("ask_for_closure", priya, case)
    do("close", closer, case, "Answered by version 2 of the ISO.")
    found = Case.objects.get(pk=case.pk)
    assert (found.state, found.holder, found.finished) == (State.CLOSED, "nobody", None)
    assert check(every=True).differences == []


def test_a_closed_action_is_reopened_or_lapses(line: CarePackageLine, james: Actor, closer: Actor) -> None:
    case = opened(james, asked(line))
    do("request_closure", james, case, "")
    do("close", closer, case)
    later = Outbox.objects.get(topic="action.window_over")
    assert later.due_at > moment.now() + timedelta(days=29)
    do("reopen", james, case)
    assert turn(case).team.key == "service_brokerage"  # type: ignore[union-attr]
    do("request_closure", james, case, "")
    do("close", closer, case)
    commands.lapse(actor=system_actor(), case_id=case.pk, task_id=turn(case).pk, key=make.key())
    found = Case.objects.get(pk=case.pk)
    assert found.finished is not None
    assert found.state == State.CLOSED


def test_without_a_closing_desk_the_same_team_closes(
    monkeypatch: pytest.MonkeyPatch, line: CarePackageLine, james: Actor, priya: Actor
) -> None:
    another_council(monkeypatch, {"actions": {"closing_desk": None}})
    try:
        case = opened(james, asked(line))
        do("request_closure", james, case, "")
        assert turn(case).team.key == "service_brokerage"  # type: ignore[union-attr]
        do("close", priya, case)
    finally:
        monkeypatch.undo()
        usual_council()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "care_plan"}, "type"),
        ({"type": "information"}, "related"),
        ({"team": "nobody"}, "team"),
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"entity": None}, "entity"),
        ({"entity": 999_999}, "entity"),
        ({"wanted_by": date(2018, 4, 15)}, "wanted_by"),
        ({"type": "death"}, "since"),
        ({"type": "death", "since": date(2999, 1, 1)}, "since"),
    ],
)
def test_what_is_wrong_with_a_new_action_is_said_by_field(
    line: CarePackageLine, james: Actor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        commands.open_action(actor=james, asked=asked(line, **changes), key=make.key())
    assert field in refusal.value.faults
    assert not Case.objects.exists()


def test_another_providers_client_and_line_are_nobody(line: CarePackageLine) -> None:
    stranger = make.actor(make.provider_user(make.line().service.organisation))
    with pytest.raises(Invalid):
        commands.open_action(actor=stranger, asked=asked(line), key=make.key())
    with pytest.raises(NotFound):
        own = make.line(Service.objects.filter(organisation=stranger.organisation_id).first())
        commands.open_action(actor=stranger, asked=asked(own), line_id=line.pk, key=make.key())


def test_who_reaches_one_home_reads_its_actions_only(line: CarePackageLine, james: Actor) -> None:
    other = make.service(line.service.organisation)
    only = make.actor(make.provider_user(line.service.organisation, only=other))
    case = opened(james, asked(line))
    with pytest.raises(NotFound):
        selectors.page(only, case.pk)
    with pytest.raises(NotFound):
        do("comment", only, case)
    with pytest.raises(Invalid):
        commands.open_action(actor=only, asked=asked(line, type="query", related="provider"), key=make.key())


def test_a_notice_of_death_holds_the_payments_until_it_is_dealt_with(
    line: CarePackageLine, james: Actor, priya: Actor, closer: Actor
) -> None:
    case = opened(james, death(line))
    hold = PaymentHold.objects.get()
    assert (hold.line_id, hold.case_id, hold.cause, hold.lifted_at) == (line.pk, case.pk, "death", None)
    with pytest.raises(Refused) as twice:
        opened(james, death(line))
    assert twice.value.code == "duplicate"
    do("ask_for_closure", priya, case)
    with pytest.raises(Refused) as held:
        do("close", closer, case)
    assert held.value.code == "held"
    line.refresh_from_db()
    register.end_line(actor=priya, line_id=line.pk, version=line.version, end=hold.start, reason="Death")
    do("close", closer, case)


def test_a_notice_that_was_a_mistake_is_taken_back_and_lifts_the_hold(line: CarePackageLine, james: Actor) -> None:
    case = opened(james, death(line))
    do("take_back", james, case, "It was another resident.")
    assert PaymentHold.objects.get().lifted_at is not None
    assert turn(case).node == "closing"
    plain = opened(james, asked(line))
    with pytest.raises(Refused) as refusal:
        do("take_back", james, plain)
    assert refusal.value.code == "no_notice"


def test_what_is_about_care_is_kept_from_who_does_not_read_it(
    monkeypatch: pytest.MonkeyPatch, line: CarePackageLine, james: Actor, priya: Actor
) -> None:
    case = opened(james, death(line))
    whole = profile.current().model_dump()
    for each in [*whole["teams"], *whole["roles"]]:
        each["sensitivities"] = {"general"}
    for each in whole["actions"]["types"]:
        each["sensitivity"] = "general"  # nobody reads care any more, so nothing new can be about it
    another_council(monkeypatch, {}, whole=whole)
    try:
        for kept in (replace(james, sensitivities=frozenset()), replace(priya, sensitivities=frozenset())):
            with pytest.raises(NotFound):
                selectors.page(kept, case.pk)
            with pytest.raises(NotFound):
                do("take_back", kept, case)
        assert turns.handing.teams_for(Task.objects.select_related("process", "team").get(pk=turn(case).pk)) == []
    finally:
        monkeypatch.undo()
        usual_council()
    assert selectors.page(james, case.pk).action.type == "death"


def test_a_hand_over_takes_the_conversation_along(line: CarePackageLine, james: Actor, priya: Actor) -> None:
    case = opened(james, asked(line))
    procurement = Team.objects.get(key="procurement")
    turns.hand_over(actor=priya, task_id=turn(case).pk, reason="Theirs", key=make.key(), team_id=procurement.pk)
    with pytest.raises(Forbidden):
        do("reply", priya, case)
    paula = make.actor(make.staff_user("procurement"))
    do("reply", paula, case)
    do("comment", james, case)
    assert turn(case).team == procurement


def test_the_council_sends_and_answers_go_to_the_team_that_reads(line: CarePackageLine, james: Actor) -> None:
    priya = make.actor(make.staff_user("payments_residential"))
    said = asked(line, type="information", related="service", entity=line.service_id, team="payments_residential")
    sender = profile.current().actions.senders[0].name
    outcome = commands.send(
        actor=priya, asked=said, organisation_id=line.service.organisation_id, sender=sender, key=make.key()
    )
    case = Case.objects.get(pk=outcome.case_id)
    assert (case.state, case.holder) == (State.PROVIDER, "provider")
    do("comment", james, case)
    assert turn(case).team.key == "service_brokerage"  # type: ignore[union-attr]


def test_who_is_in_no_team_begins_nothing(line: CarePackageLine) -> None:
    auditor = make.actor(make.staff_user("", duty="auditor"))
    said = asked(line, type="information", related="service", entity=line.service_id)
    with pytest.raises(Forbidden):
        commands.send(actor=auditor, asked=said, organisation_id=line.service.organisation_id, key=make.key())
    assert not Case.objects.exists()


def test_one_action_to_many_providers_is_a_case_each_once(line: CarePackageLine, priya: Actor) -> None:
    others = [line.service.organisation_id, make.organisation().pk, make.organisation().pk]
    said = asked(line, type="information", related="provider", entity=None)
    paper = staged(priya)
    common: dict[str, Any] = {"actor": priya, "asked": said, "organisation_ids": others, "sender": ""}
    key = make.key()
    batch = batches.send_to_many(**common, file_ids=[paper.pk], key=key)
    assert batches.send_to_many(**common, file_ids=[paper.pk], key=key).pk == batch.pk
    with pytest.raises(KeyReused):
        batches.send_to_many(**common | {"organisation_ids": others[:1]}, file_ids=[paper.pk], key=key)
    for target in others:
        for _ in range(2):
            batches.send_one(priya, target, Batch.objects.get().parameters, f"{batch.pk}:{target}")
    assert Action.objects.count() == 3
    post = Post.objects.first()
    assert post is not None
    assert [each.name for each in files.of("action.post", [post.pk])[post.pk]] == [paper.name]


def test_files_ride_with_a_post_and_only_readers_of_the_action_take_them(line: CarePackageLine, james: Actor) -> None:
    letter = staged(james)
    outcome = commands.open_action(actor=james, asked=asked(line), file_ids=[letter.pk], key=make.key())
    [written] = selectors.with_files(selectors.posts(outcome.case_id))
    assert [each.pk for each in written.files] == [letter.pk]
    stranger = make.actor(make.provider_user(make.organisation()))
    with pytest.raises(NotFound):
        selectors.case_of_post(stranger, written.post.pk)


def test_the_same_form_twice_is_one_action_and_one_post(line: CarePackageLine, james: Actor) -> None:
    key = make.key()
    first = commands.open_action(actor=james, asked=asked(line), key=key)
    again = commands.open_action(actor=james, asked=asked(line), key=key)
    assert (again.case_id, again.repeated) == (first.case_id, True)
    with pytest.raises(KeyReused):
        commands.open_action(actor=james, asked=asked(line, text="Something else"), key=key)
    case = Case.objects.get()
    key, task_id = make.key(), turn(case).pk
    for _ in range(2):
        commands.comment(actor=james, case_id=case.pk, task_id=task_id, text="More", key=key)
    assert Post.objects.count() == 2
    assert Action.objects.get().posts_count == 2


def test_a_turn_that_is_over_is_stale(line: CarePackageLine, james: Actor, priya: Actor) -> None:
    case = opened(james, asked(line))
    over = turn(case).pk
    do("reply", priya, case)
    with pytest.raises(Stale):
        commands.reply(actor=priya, case_id=case.pk, task_id=over, text="Again", key=make.key())


def test_a_notice_taken_back_stands_in_nobodys_way_and_is_taken_back_once(
    line: CarePackageLine, james: Actor, closer: Actor
) -> None:
    case = opened(james, death(line))
    do("take_back", james, case, "It was another resident.")
    again = opened(james, death(line))
    assert list(PaymentHold.objects.filter(lifted_at=None).values_list("case_id", flat=True)) == [again.pk]
    do("keep_open", closer, case)
    with pytest.raises(Refused) as refusal:
        do("take_back", james, case, "Once more.")
    assert refusal.value.code == "taken_back"
    do("request_closure", james, case, "")
    do("close", closer, case)


def test_who_cannot_read_the_earlier_notice_is_not_told_its_reference(line: CarePackageLine, james: Actor) -> None:
    """The client lives in two homes of one provider; who reaches only the other home tells the same."""
    other = make.service(line.service.organisation)
    make.line(other, of=line.client)
    only = make.actor(make.provider_user(line.service.organisation, only=other))
    case = opened(james, death(line))
    case.refresh_from_db()
    Case.objects.filter(pk=case.pk).update(service=line.service)
    with pytest.raises(Refused) as refusal:
        opened(only, death(line))
    assert refusal.value.code == "duplicate"
    assert case.reference not in refusal.value.reason


def test_a_line_that_begins_after_the_death_is_dealt_with_when_it_ends_on_its_first_day(
    line: CarePackageLine, james: Actor, priya: Actor, closer: Actor
) -> None:
    case = opened(james, death(line))
    later = moment.today() + timedelta(days=30)
    line.refresh_from_db()
    CarePackageLine.objects.filter(pk=line.pk).update(start=later)
    do("ask_for_closure", priya, case)
    with pytest.raises(Refused):
        do("close", closer, case)
    register.end_line(actor=priya, line_id=line.pk, version=line.version, end=later, reason="Never began")
    do("close", closer, case)


def test_a_second_word_keeps_the_answers_promise_and_a_new_promise_is_warned_of_anew(
    line: CarePackageLine, james: Actor, priya: Actor
) -> None:
    case = opened(james, asked(line))
    task = turn(case)
    assert task.at_risk_at is not None
    sweep(council_calendar().next_open(task.at_risk_at + timedelta(minutes=1)))
    assert Rung.objects.filter(task=task).exists()
    do("update", priya, case)
    task = turn(case)
    assert (task.at_risk_marked_at, Rung.objects.filter(task=task).count()) == (None, 0)
    do("update", priya, case)
    assert "rebased" not in facts_of(Event.objects.filter(case_id=case.pk).latest("seq"))
    assert turn(case).due_at == task.due_at
    assert differences() == []
    assert check(every=True).differences == []


def test_handing_over_who_closes_leaves_the_conversation_with_its_team(
    line: CarePackageLine, james: Actor, closer: Actor
) -> None:
    case = opened(james, asked(line))
    do("request_closure", james, case, "")
    procurement = Team.objects.get(key="procurement")
    turns.hand_over(actor=closer, task_id=turn(case).pk, reason="Theirs", key=make.key(), team_id=procurement.pk)
    paula = make.actor(make.staff_user("procurement"))
    do("keep_open", paula, case)
    assert turn(case).team.key == "service_brokerage"  # type: ignore[union-attr]


def test_a_closed_action_is_nobodys_work_and_its_figures_and_clocks_hold(
    line: CarePackageLine, james: Actor, priya: Actor, closer: Actor
) -> None:
    case = opened(james, asked(line))
    do("request_closure", james, case, "")
    do("close", closer, case)
    pause, actor_team = turn(case), Team.objects.get(key="procurement").pk
    assert (pause.node, pause.team_id, pause.organisation_id, pause.due_at) == ("closed", None, None, None)
    for actor in (priya, closer):
        assert not queues.queue(actor, actor.team_ids).filter(pk=pause.pk).exists()
        with pytest.raises(Refused):
            turns.claim(actor=actor, task_id=pause.pk, key=make.key())
        with pytest.raises(Refused):
            turns.hand_over(actor=actor, task_id=pause.pk, reason="X", key=make.key(), team_id=actor_team)
    assert not queues.provider_turns(james, ["actions"]).filter(pk=pause.pk).exists()
    assert not queues.unanswerable().exists()
    sweep(council_calendar().next_open(moment.now() + timedelta(days=400)))
    assert (turn(case).at_risk_marked_at, turn(case).breached_at) == (None, None)
    assert [each.holder for each in spans.of_case(case)][-1] == "nobody"
    assert differences() == []
    assert check(every=True).differences == []
    assert verify().findings == []
    with pytest.raises(Forbidden):
        commands.lapse(actor=priya, case_id=case.pk, task_id=pause.pk, key=make.key())
    commands.lapse(actor=system_actor(), case_id=case.pk, task_id=pause.pk, key=make.key())
    assert [each.ended is not None for each in spans.of_case(case)] == [True] * len(spans.of_case(case))
    assert differences() == []
    assert check(every=True).differences == []


def test_a_providers_turn_that_is_late_is_told_to_the_team_of_the_conversation(
    line: CarePackageLine, james: Actor
) -> None:
    lead = make.staff_user("procurement", role="lead")
    procurement = make.actor(lead)
    case = opened(james, asked(line, team="procurement"))
    do("reply", procurement, case)
    due = turn(case).due_at
    assert due is not None
    sweep(council_calendar().next_open(due + timedelta(minutes=1)))
    told_of = Outbox.objects.filter(topic="notify", payload__kind="task.breached", payload__audience__user=lead.pk)
    assert told_of.exists()


def test_erasing_a_client_takes_the_words_and_files_of_their_actions(line: CarePackageLine, james: Actor) -> None:
    paper = staged(james, "Prunella.pdf")
    said = death(line, title="About Prunella", text="Prunella died.")
    case = commands.open_action(actor=james, asked=said, file_ids=[paper.pk], key=make.key()).case_id
    do("take_back", james, Case.objects.get(pk=case), "Prunella lives.")
    administrator = make.actor(make.staff_user("", duty="administrator"))
    erase.erase_client(line.client_id, administrator)
    assert Post.objects.filter(action=case).exclude(words__text="").count() == 0
    assert Action.objects.get(pk=case).title.text == ""
    assert not Attachment.objects.filter(name__contains="Prunella").exists()
    for model in (Action, Post, Task, Case, Event, Outbox, Content, Attachment, PaymentHold):
        assert "Prunella" not in str(list(model.objects.values_list())), model
    assert verify().findings == []
    with pytest.raises(Invalid):
        commands.open_action(actor=james, asked=said, key=make.key())


def test_the_words_kept_for_a_batch_are_erased_when_it_is_over(line: CarePackageLine, priya: Actor) -> None:
    said = asked(line, type="information", related="provider", entity=None, title="About Prunella", text="Prunella.")
    common: dict[str, Any] = {
        "actor": priya, "asked": said, "organisation_ids": [make.organisation().pk], "sender": "", "file_ids": [],
        "key": make.key(),
    }  # fmt: skip
    batch = batches.send_to_many(**common)
    engine_batches.run_slice(batch.pk, 0)
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert batches.send_to_many(**common).pk == batch.pk
    words = Content.objects.filter(stream__startswith="batch-words")
    assert [each.text for each in words] == ["", ""]
    assert "Prunella" not in str(list(Batch.objects.values_list()))
    assert Action.objects.get().title.text == "About Prunella"
    with pytest.raises(KeyReused):
        batches.send_to_many(**common | {"asked": replace(said, text="Something else")})
    assert verify().findings == []


def test_writing_costs_what_the_door_costs_and_one_statement_for_the_post(
    line: CarePackageLine, james: Actor, priya: Actor
) -> None:
    case = opened(james, asked(line))
    do("update", priya, case)  # what a process reads once is read
    for verb, actor in (("reply", priya), ("comment", james)):
        call: dict[str, Any] = {"actor": actor, "case_id": case.pk, "task_id": turn(case).pk, "text": "More"}
        with CaptureQueriesContext(connection) as asked_for:
            getattr(commands, verb)(**call, key=make.key())
        statements = [each["sql"] for each in asked_for if "SAVEPOINT" not in each["sql"]]
        assert len(statements) == 3, [each[:100] for each in statements]
    assert Action.objects.get().posts_count == Post.objects.count() == 4
