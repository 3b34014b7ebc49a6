"""State x verb x role x own or another's of actions, from one table: what is not in it is refused, and has written
nothing but the refusal."""

import pytest

from tests.model.actions import ACTIONS, ROLES
from tests.model.process import Everybody

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ACTIONS.states)
def test_only_what_the_table_allows_happens(quick: None, state: str) -> None:
    ACTIONS.check_state(Everybody(ROLES), state)
