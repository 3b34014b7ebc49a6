"""State x verb x role of payments, runs, stops and debts, each from one table: what is not in it is refused, and has
written nothing but the refusal."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests import factories as make
from tests.model.payments import DEBT, PAYMENT, ROLES, RUN, STOP, Payers, council
from tests.model.process import WORDS, Process, Somebody, last_word, refusals_noted
from workflows.engine.errors import Forbidden, NotFound, Refused, Stale
from workflows.engine.models import Case, Task

pytestmark = pytest.mark.django_db
CASES = [
    pytest.param(process, sees, state, id=f"{name}-{state}")
    for name, process, sees in (
        ("payment", PAYMENT, True),
        ("run", RUN, False),
        ("stop", STOP, True),
        ("debt", DEBT, True),
    )
    for state in process.states
]
#: One of each kind of people who may and may not: the roles of one kind are tried by the tests of the register.
TRY = (
    "super_user_scheduled", "read_only", "super_user_actuals", "at_this_service", "at_another_service",
    "other_super_user_scheduled", "officer", "auditor", "payments_residential", "second", "system",
)  # fmt: skip


@pytest.fixture
def module(quick: None) -> Iterator[None]:
    with council():
        yield


@pytest.mark.parametrize(("process", "sees", "state"), CASES)
def test_only_what_the_table_allows_happens(module: None, process: Process, sees: bool, state: str) -> None:
    """One case of a state is enough: each verb of each person is taken back."""
    people = Payers(ROLES, provider_sees=sees)
    case_id = process.in_state(state, people)
    there = [each for each in people.everybody if each.name in TRY]
    for verb in process.verbs:
        allowed, afterwards = process.allowed.get((state, verb), (frozenset(), ""))
        may = [each for each in there if each.sees and each.group in allowed]
        with transaction.atomic():
            _all_are_refused(process, case_id, state, verb, [each for each in there if each not in may])
            transaction.set_rollback(True)
        for who in may:
            with transaction.atomic():
                process.call(verb, who.actor, process.page(case_id), make.key(), WORDS)()
                assert Case.objects.get(pk=case_id).state == process.kept.get(afterwards, afterwards), (verb, who.name)
                transaction.set_rollback(True)


def _all_are_refused(process: Process, case_id: int, state: str, verb: str, people: list[Somebody]) -> None:
    page = process.page(case_id)
    if page.task_id is None:  # as a page left open shows it: with the turn that is over
        page = type(page)(case_id, Task.objects.filter(process_id=case_id).latest("pk").pk, page.version)
    calls = [(who, process.call(verb, who.actor, page, make.key(), WORDS)) for who in people]
    before, noted, last = process.everything_written(), refusals_noted(), last_word(case_id)
    usual = Forbidden if (state, verb) in process.allowed else Stale
    for who, call in calls:
        expected = (process.expected(state, verb, who) or usual) if who.sees else NotFound
        with pytest.raises(Refused) as refusal:
            call()
        assert isinstance(refusal.value, expected), (verb, who.name, refusal.value)
        if isinstance(refusal.value, Stale):
            assert (refusal.value.who, refusal.value.what) == last, (verb, who.name)
    assert process.everything_written() == before, verb
    assert refusals_noted() == noted + len(calls), verb
