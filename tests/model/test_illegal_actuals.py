"""State x verb x everybody of weeks of actuals and of decisions on care: what is not in the tables is refused."""

import pytest

from tests.model.decisions import DECISIONS, NOTES
from tests.model.process import Process, Roles
from tests.model.weeks import DECISION_ROLES, WEEK_ROLES, WRITTEN_WEEKS, People, bradford

__all__ = ["bradford"]
pytestmark = pytest.mark.django_db
TABLES = [(WRITTEN_WEEKS, WEEK_ROLES), (DECISIONS, DECISION_ROLES), (NOTES, DECISION_ROLES)]


@pytest.mark.parametrize(
    ("process", "roles", "state"), [(process, roles, state) for process, roles in TABLES for state in process.states]
)
def test_only_what_the_table_allows_happens(bradford: None, process: Process, roles: Roles, state: str) -> None:
    process.check_state(People(roles), state)
