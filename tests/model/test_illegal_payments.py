"""State x verb x role of payments, runs, stops and debts, each from one table: what is not in it is refused, and has
written nothing but the refusal."""

from collections.abc import Iterator

import pytest

from tests.model.payments import DEBT, PAYMENT, ROLES, RUN, STOP, Payers, council
from tests.model.process import Process

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
    people = Payers(ROLES, provider_sees=sees)
    process.check_state(people, state, [each for each in people.everybody if each.name in TRY])
