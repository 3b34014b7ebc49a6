"""State x verb x role x own or another's of contract documents, from one table (`moves.ALLOWED`): what is not in it is
refused, and has written nothing but the refusal."""

import pytest

from tests.model.moves import DOCUMENTS, People

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", DOCUMENTS.states)
def test_only_what_the_table_allows_happens(people: People, state: str) -> None:
    DOCUMENTS.check_state(people, state)
