"""State x verb x role x own or another's of one-off claims, from one table: what is not in it is refused, and has
written nothing but the refusal."""

import pytest

from tests.model.claims import CLAIMS, Claimants

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", CLAIMS.states)
def test_only_what_the_table_allows_happens(quick: None, state: str) -> None:
    CLAIMS.check_state(Claimants(), state)
