"""State x verb x role x own or another's of disputes, from one table: what is not in it is refused, and has written
nothing but the refusal."""

from collections.abc import Iterator

import pytest

from tests.model.disputes import DISPUTES, ROLES, People, council

pytestmark = pytest.mark.django_db


@pytest.fixture
def module(quick: None) -> Iterator[None]:
    with council():
        yield


@pytest.mark.parametrize("state", DISPUTES.states)
def test_only_what_the_table_allows_happens(module: None, state: str) -> None:
    DISPUTES.check_state(People(ROLES), state)
