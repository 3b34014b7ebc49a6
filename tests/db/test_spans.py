"""Who had the ball: written with each command, adding up exactly, whatever happens to a case (architecture §4)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories as make
from tests.model.moves import People, in_state, seen, verb_call
from workflows.contracts.models import ContractDocument
from workflows.engine import moment, selectors, spans
from workflows.engine.calendar import LONDON, council_calendar
from workflows.engine.errors import Refused
from workflows.engine.models import Case, HolderSpan, Task
from workflows.engine.replaying import check

pytestmark = pytest.mark.django_db
BEGUN = datetime(2018, 3, 27, 9, 12, 40, tzinfo=LONDON)  # the Tuesday before Easter
VERBS = st.sampled_from(["reject", "republish", "claim", "release", "attach", "agree", "withdraw", "terminate"])
WHO = st.sampled_from(["officer", "colleague", "manager", "administration"])
STEPS = st.lists(st.tuples(VERBS, WHO, st.integers(1, 200_000)), min_size=1, max_size=12)


@pytest.fixture
def people() -> People:
    return People()


def shares(now: datetime, cases: Any = None) -> dict[tuple[str, int | None], int]:
    found = spans.who_held(Case.objects.all() if cases is None else cases, now)
    return {(each.holder, each.team_id): each.minutes for each in found}


def test_the_time_of_all_holders_is_the_cases_time(people: People) -> None:
    with moment.at(BEGUN):
        document = in_state("published", people)
    for verb, who, days in (
        ("reject", "administration", 3),
        ("republish", "officer", 8),
        ("agree", "administration", 9),
    ):
        with moment.at(BEGUN + timedelta(days=days, hours=2)):
            verb_call(verb, people.named(who), seen(document), make.key())()
    case = Case.objects.get(pk=document.pk)
    held = spans.of_case(case)
    assert [span.holder for span in held] == ["provider", "team", "provider"]
    assert [span.ended for span in held] == [held[1].begun, held[2].begun, case.finished]
    assert sum(span.minutes or 0 for span in held) == council_calendar().minutes_between(BEGUN, case.finished)
    assert [span.team for span in held] == ["The provider", case_team(), "The provider"]
    assert shares(BEGUN + timedelta(days=400)) == {
        ("provider", None): (held[0].minutes or 0) + (held[2].minutes or 0),
        ("team", held[1].team_id): held[1].minutes,
    }


def case_team() -> str:
    return "Service Brokerage Team"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=3), st.integers(0, 300_000))
def test_whatever_people_do_every_working_minute_is_somebodys(people: People, cases: list[Any], later: int) -> None:
    """Open cases up to now, closed ones up to their end; and the events say the same."""
    with transaction.atomic():
        now = BEGUN
        for steps in cases:
            with moment.at(now):
                document = in_state("published", people)
            for verb, who, minutes in steps:
                now += timedelta(seconds=minutes)
                with moment.at(now):
                    attempt(verb, people, who, document)
        now += timedelta(seconds=later)
        whole = 0
        for case in Case.objects.all():
            total = council_calendar().minutes_between(case.created, case.finished or now)
            assert sum(span.minutes or 0 for span in spans.of_case(case, now)) == total
            whole += total
        assert sum(shares(now).values()) == whole
        assert [each for each in check(now).differences if "mark of turn" not in each.what] == []
        transaction.set_rollback(True)


def attempt(verb: str, people: People, who: str, document: ContractDocument) -> None:
    try:
        verb_call(verb, people.named(who), seen(document), make.key())()
    except Refused:
        return


def test_handing_over_changes_the_holder_and_claiming_does_not(people: People) -> None:
    from workflows.engine import turns
    from workflows.parties.models import Team

    with moment.at(BEGUN):
        document = in_state("rejected", people)
    task = Task.objects.get(process=document.pk, finished=None)
    with moment.at(BEGUN + timedelta(hours=1)):
        turns.claim(actor=people.named("officer"), task_id=task.pk, key=make.key())
    assert HolderSpan.objects.filter(case=document.pk, ended_at=None).get().begun_at == BEGUN
    other = Team.objects.get(key="procurement")
    with moment.at(BEGUN + timedelta(hours=2)):
        turns.hand_over(
            actor=people.named("officer"), task_id=task.pk, team_id=other.pk, reason="Theirs.", key=make.key()
        )
    ended, present = HolderSpan.objects.filter(case=document.pk, holder="team").order_by("seq")
    assert (ended.minutes, ended.ended_at, present.team_id) == (120, present.begun_at, other.pk)


def test_a_provider_adds_up_its_own_cases_only(people: People) -> None:
    with moment.at(BEGUN):
        in_state("published", people)
        make.published()
    now = BEGUN + timedelta(hours=3)
    own = selectors.cases(people.named("administration"), "contract_documents")
    assert shares(now, own) == {("provider", None): 180}
    assert shares(now) == {("provider", None): 360}
    assert spans.who_held(Case.objects.none(), now) == []
    stranger = make.actor(make.provider_user(make.organisation()))
    assert spans.who_held(selectors.cases(stranger, "contract_documents"), now) == []


def test_any_number_of_cases_cost_the_same_statements(people: People, django_assert_max_num_queries: Any) -> None:
    with moment.at(BEGUN):
        for _ in range(4):
            in_state("rejected", people)
    with django_assert_max_num_queries(3):
        found = spans.who_held(Case.objects.all(), BEGUN + timedelta(days=30))
    assert [(each.holder, each.team, each.cases) for each in found] == [("team", case_team(), 4), ("provider", "", 4)]


def test_a_case_has_one_open_span_and_the_database_says_so(people: People) -> None:
    document = in_state("published", people)
    with pytest.raises(IntegrityError, match="holder_span_one_open"), transaction.atomic():
        HolderSpan.objects.create(case_id=document.pk, seq=9, holder="provider", begun_at=BEGUN)
    with pytest.raises(IntegrityError, match="holder_span_measured_when_ended"), transaction.atomic():
        HolderSpan.objects.filter(case=document.pk).update(ended_at=BEGUN)


def test_a_command_that_cannot_end_the_open_span_writes_nothing(people: People) -> None:
    document = in_state("published", people)
    HolderSpan.objects.filter(case=document.pk).delete()
    with pytest.raises(Refused):
        verb_call("agree", people.named("administration"), seen(document), make.key())()
    assert Case.objects.get(pk=document.pk).version == 1
    assert connection.in_atomic_block
