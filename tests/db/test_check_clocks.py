"""Clocks have versions, are what their events say, and are moved on purpose only (architecture §4)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests import factories as make
from tests.councils import another_council, usual_council
from tests.model.moves import People, in_state, seen, verb_call
from workflows.council.profile import current
from workflows.engine import calendar, clocks, definitions, moment, rebasing, replaying
from workflows.engine.errors import Refused
from workflows.engine.models import CalendarVersion, Case, ClockDefinition, Event, HolderSpan, Task
from workflows.engine.selectors import story
from workflows.engine.sweep import sweep
from workflows.engine.verify import verify
from workflows.parties.selectors import system_actor

pytestmark = pytest.mark.django_db
BEGUN = datetime(2018, 4, 9, 9, tzinfo=UTC)  # a Monday, ten o'clock in London
RESPOND, AMEND = "contract_documents.respond_within", "contract_documents.amend_within"


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    yield
    usual_council()


def at(days: float) -> Any:
    return moment.at(BEGUN + timedelta(days=days))


def open_turn(case_id: int) -> Task:
    return Task.objects.get(process=case_id, finished=None)


def answered(people: People) -> Case:
    """A document that was rejected, published again, and agreed to."""
    with at(0):
        document = in_state("published", people)
    for days, verb, who in (
        (3, "reject", "administration"),
        (4, "republish", "officer"),
        (9, "agree", "administration"),
    ):
        with at(days):
            verb_call(verb, people.named(who), seen(document), make.key())()
    return Case.objects.get(pk=document.pk)


def other_targets(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    another_council(monkeypatch, {"contract_documents": changes})
    definitions.keep(definitions.load(current()))


# --- versions ----------------------------------------------------------------------------------------------------


def test_loading_the_same_profile_again_writes_nothing() -> None:
    call_command("load_council", stdout=StringIO())
    before = list(ClockDefinition.objects.values_list()), list(CalendarVersion.objects.values_list())
    call_command("load_council", stdout=StringIO())
    assert (list(ClockDefinition.objects.values_list()), list(CalendarVersion.objects.values_list())) == before
    keys = set(ClockDefinition.objects.values_list("key", flat=True))
    assert keys >= {RESPOND, AMEND, *(each.key for each in current().case_clocks)}
    assert keys == set(definitions.load(current()).by_key)
    assert ClockDefinition.objects.get(key=RESPOND).party == "provider"
    assert ClockDefinition.objects.get(key=AMEND).party == "team"


def test_a_changed_target_is_a_new_version_for_turns_that_open_from_then_on(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(0):
        first = in_state("published", people)
        other_targets(monkeypatch, respond_within="3 working days")
        second = in_state("published", people)
    assert [open_turn(each.pk).clock.version for each in (first, second)] == [1, 2]
    assert open_turn(second.pk).due_at < open_turn(first.pk).due_at


def test_two_councils_differ_in_when_a_turn_is_at_risk(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(0):
        usual = open_turn(in_state("published", people).pk)
        another_council(monkeypatch, {"clocks": {"at_risk_share": "0.50", "at_risk_left": "0 working hours"}})
        early = open_turn(in_state("published", people).pk)
    assert usual.due_at == early.due_at
    assert early.at_risk_at < usual.at_risk_at
    assert early.clock.at_risk_share == current().clocks.at_risk_share


def test_a_closure_day_is_a_new_calendar_and_going_back_is_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = definitions.load(current()).calendar_id
    another_council(monkeypatch, {"calendar": {"closure_days": {date(2026, 12, 24)}}})
    assert definitions.load(current()).calendar_id != usual
    usual_council()
    monkeypatch.undo()
    assert definitions.load(current()).calendar_id == usual


def test_what_is_rolled_back_is_not_kept_for_the_next_command(monkeypatch: pytest.MonkeyPatch) -> None:
    made = definitions.load(current())
    assert definitions._kept is None  # this test's transaction is not committed
    definitions.keep(made)
    assert definitions.present() is made


# --- replaying ---------------------------------------------------------------------------------------------------


def test_every_clock_is_what_its_events_say(people: People) -> None:
    answered(people)
    for state in ("published", "rejected", "accepted", "terminated", "superseded"):
        with at(1):
            in_state(state, people)
    sweep(BEGUN + timedelta(days=1, hours=1))
    report = replaying.check(BEGUN + timedelta(days=1, hours=1), every=True)
    assert (report.cases, report.differences) == (6, [])


@pytest.mark.parametrize(
    ("model", "change", "said"),
    [
        (Task, {"due_at": BEGUN}, "due time of turn"),
        (Task, {"at_risk_at": BEGUN}, "at-risk time of turn"),
        (Task, {"created": BEGUN - timedelta(days=1)}, "beginning of turn"),
        (Task, {"clock": None}, "clock of turn"),
        (HolderSpan, {"minutes": 7}, "holder number 1"),
        (HolderSpan, {"begun_at": BEGUN - timedelta(minutes=1)}, "holder number 1"),
        (HolderSpan, {"holder": "system"}, "holder number"),
    ],
)
def test_what_was_changed_behind_its_back_is_named(people: People, model: Any, change: dict, said: str) -> None:
    case = answered(people)
    rows = model.objects.filter(**{"process": case} if model is Task else {"case": case})
    model.objects.filter(pk=rows.order_by("pk").first().pk).update(**change)
    out = StringIO()
    with pytest.raises(CommandError, match="not what the events say"):
        call_command("check_clocks", "--all", stdout=out)
    assert case.reference in out.getvalue() and said in out.getvalue()
    with pytest.raises(Refused, match="clock"):
        for day in range(replaying.SHARE):
            with at(day):
                replaying.check_daily()


def test_a_turn_that_the_sweep_forgot_is_named(people: People) -> None:
    with at(0):
        document = in_state("published", people)
    later = open_turn(document.pk).due_at + timedelta(minutes=11)
    assert "past target" in str(replaying.check(later).differences[0])
    sweep(later)
    assert replaying.check(later).differences == []


def test_closed_cases_take_their_turn_and_open_ones_are_looked_at_daily(people: People) -> None:
    answered(people)
    with at(0):
        in_state("published", people)
    looked = [replaying.check(BEGUN + timedelta(days=day)).cases for day in range(replaying.SHARE)]
    assert sorted(looked) == [1] * (replaying.SHARE - 1) + [2]


# --- moving clocks on purpose ------------------------------------------------------------------------------------


def rebase(*what: str) -> str:
    out = StringIO()
    call_command("rebase_clocks", *what, "--reason", "The contract says three days.", "--no-input", stdout=out)
    return out.getvalue()


def test_open_clocks_move_on_purpose_and_closed_ones_never(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = answered(people)
    before = list(Task.objects.filter(process=closed).values_list("due_at", "at_risk_at", "clock", "breached_at"))
    with at(0):
        document = in_state("published", people)
    turn = open_turn(document.pk)
    other_targets(monkeypatch, respond_within="3 working days")
    assert open_turn(document.pk).due_at == turn.due_at
    with at(1):
        said = rebase("--definition", RESPOND)
    assert f"{turn.reference}: {RESPOND}, due Monday 16 April 2018, 17:00, then Thursday 12 April 2018, 17:00" in said
    moved = open_turn(document.pk)
    assert (moved.clock.target, moved.created) == ("3 working days", turn.created)
    assert moved.due_at < turn.due_at
    assert (
        list(Task.objects.filter(process=closed).values_list("due_at", "at_risk_at", "clock", "breached_at")) == before
    )
    last = story(f"case:{document.pk}")[-1]
    assert (last.verb, last.words["reason"]) == ("rebase", "The contract says three days.")
    assert replaying.check(BEGUN + timedelta(days=1), every=True).differences == []
    assert verify().findings == []
    with at(1):
        assert "0 open clock(s) move." in rebase("--definition", RESPOND)


def test_a_holiday_proclaimed_while_a_clock_runs_moves_it_only_when_somebody_says_so(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    with moment.at(now):
        document = in_state("published", people)
    turn = open_turn(document.pk)
    proclaimed = turn.due_at.date()
    shipped = calendar.shipped_holidays
    monkeypatch.setattr(calendar, "shipped_holidays", lambda year: shipped(year) | {proclaimed})
    definitions.keep(definitions.load(current()))
    assert open_turn(document.pk).due_at == turn.due_at
    with moment.at(now + timedelta(minutes=1)):
        assert replaying.check().differences == []
        rebase("--calendar")
    assert open_turn(document.pk).due_at > turn.due_at
    with moment.at(now + timedelta(minutes=2)):
        assert replaying.check().differences == []


def test_a_breach_stays_when_its_clock_is_moved(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(0):
        document = in_state("published", people)
    late = open_turn(document.pk).due_at + timedelta(hours=1)
    sweep(late)
    other_targets(monkeypatch, respond_within="30 working days")
    with moment.at(late):
        rebase("--definition", RESPOND)
    turn = open_turn(document.pk)
    assert turn.due_at > late
    assert turn.breached_at == late


def test_what_was_at_risk_and_no_longer_is_can_come_to_be_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(0):
        document = in_state("published", people)
    soon = open_turn(document.pk).at_risk_at + timedelta(minutes=1)
    sweep(soon)
    assert open_turn(document.pk).at_risk_marked_at == soon
    other_targets(monkeypatch, respond_within="30 working days")
    with moment.at(soon):
        rebase("--definition", RESPOND)
    assert open_turn(document.pk).at_risk_marked_at is None


def test_a_case_clock_keeps_the_version_that_its_case_began_with(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(0):
        document = in_state("rejected", people)
    case = Case.objects.get(pk=document.pk)
    [provider, council] = sorted(
        clocks.of_case(case, BEGUN + timedelta(hours=3)), key=lambda each: each.name, reverse=True
    )
    assert (provider.clock.state, provider.clock.elapsed, provider.clock.due) == ("paused", 0, None)
    assert (council.clock.state, council.clock.elapsed, council.target) == ("running", 180, "16 working hours")
    tighter = [each.model_dump() | {"target": "2 working hours"} for each in current().case_clocks]
    another_council(monkeypatch, {}, whole=current().model_dump() | {"case_clocks": tighter})
    definitions.keep(definitions.load(current()))
    with at(0):
        assert {each.target for each in clocks.of_case(case)} == {"40 working hours", "16 working hours"}
        rebase("--definition", "contract_document_council")
    told = {each.definition.key: each for each in clocks.of_case(case, BEGUN + timedelta(hours=3))}
    assert told["contract_document_council"].clock.state == "breached"
    assert told["contract_document_provider"].target == "40 working hours"


@pytest.mark.parametrize("reason", ["", "  "])
def test_no_clock_moves_without_a_reason(people: People, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    with at(0):
        document = in_state("published", people)
    other_targets(monkeypatch, respond_within="3 working days")
    [move] = rebasing.by_definition(RESPOND)
    with pytest.raises(Refused, match="reason"):
        rebasing.carry_out(move, actor=system_actor(), reason=reason)
    assert Event.objects.filter(case=document.pk).count() == 1


def test_a_clock_that_ended_since_the_list_was_shown_does_not_move(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(0):
        document = in_state("published", people)
    other_targets(monkeypatch, respond_within="3 working days")
    [move] = rebasing.by_definition(RESPOND)
    with at(1):
        verb_call("agree", people.named("administration"), seen(document), make.key())()
        with pytest.raises(Refused):
            rebasing.carry_out(move, actor=system_actor(), reason="Late.")


def test_nothing_moves_before_somebody_says_yes(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(0):
        document = in_state("published", people)
    turn = open_turn(document.pk)
    other_targets(monkeypatch, respond_within="3 working days")
    monkeypatch.setattr("builtins.input", lambda _: "no")
    out = StringIO()
    call_command("rebase_clocks", "--definition", RESPOND, "--reason", "Why not", stdout=out)
    assert "1 open clock(s) move." in out.getvalue() and "Nothing was moved." in out.getvalue()
    assert open_turn(document.pk).due_at == turn.due_at
    with pytest.raises(CommandError, match="no clock"):
        call_command("rebase_clocks", "--definition", "nothing", "--reason", "Why not", stdout=out)


# --- what pages show ---------------------------------------------------------------------------------------------


def test_a_turns_clock_is_explained_in_sentences(people: People) -> None:
    with moment.at(datetime(2018, 4, 14, 11, tzinfo=UTC)):  # a Saturday
        document = in_state("published", people)
    told = clocks.of_task(open_turn(document.pk), datetime(2018, 4, 17, 8, tzinfo=UTC))
    assert told is not None
    assert (told.clock.state, told.target, told.left) == ("running", "5 working days", 40 * 60 + 7 * 60 - 7 * 60)
    assert told.sentences == [
        f"{document.case.organisation.name} has 5 working days. It came on Saturday 14 April 2018, 12:00.",
        "That was after the cut-off or on a day that is not worked, so it counts as received on Monday 16 April 2018.",
        "So it is due on Monday 23 April 2018, 17:00.",
        "It will be at risk from Friday 20 April 2018, 09:00: 75% of the time has gone, or no more than 1 working day "
        "is left.",
        "It does not stop before the answer is sent.",
    ]


def test_an_ended_clock_says_how_it_ended(people: People) -> None:
    case = answered(people)
    first, _, last = Task.objects.filter(process=case).order_by("pk")
    told = [clocks.of_task(each) for each in (first, last)]
    assert [each.clock.state for each in told if each] == ["met", "met"]
    assert any("ended in time, on Thursday 12 April 2018, 10:00" in line for line in told[0].sentences)  # type: ignore[union-attr]
    whole = {each.definition.party: each.clock.state for each in clocks.of_case(case)}
    assert whole == {"provider": "missed", "team": "met"}  # each answer was in time, both together took 48 hours of 40


# --- bank holidays -----------------------------------------------------------------------------------------------


def test_health_warns_before_bank_holidays_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    year = datetime.now(UTC).year
    assert definitions.known_until() == date(year + 2, 12, 31)
    monkeypatch.setattr(definitions, "shipped_until", lambda: datetime.now(UTC).date() + timedelta(days=100))
    with pytest.raises(CommandError, match="bank holidays"):
        call_command("health", stdout=StringIO())
