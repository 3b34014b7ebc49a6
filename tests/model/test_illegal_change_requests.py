"""State x verb x role x own or another's of change requests, from three tables: what is not in them is refused."""

import pytest

from tests.model.changes import DETAILS, DETAILS_ROLES, REMOVAL, SOMEBODY_NEW, WHOLE_ROLES, People, WholePeople

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verb", DETAILS.verbs)
@pytest.mark.parametrize("state", DETAILS.states)
def test_only_what_the_table_of_details_allows_happens(quick: None, state: str, verb: str) -> None:
    DETAILS.check_moves(People(DETAILS_ROLES), state, verb)


@pytest.mark.parametrize("verb", REMOVAL.verbs)
@pytest.mark.parametrize("state", REMOVAL.states)
def test_only_what_the_table_of_removals_allows_happens(quick: None, state: str, verb: str) -> None:
    REMOVAL.check_moves(WholePeople(WHOLE_ROLES), state, verb)


@pytest.mark.parametrize("verb", SOMEBODY_NEW.verbs)
@pytest.mark.parametrize("state", SOMEBODY_NEW.states)
def test_only_what_the_table_of_new_contacts_allows_happens(quick: None, state: str, verb: str) -> None:
    SOMEBODY_NEW.check_moves(WholePeople(WHOLE_ROLES), state, verb)
