"""State x verb x role x own or another's of change requests, from three tables: what is not in them is refused."""

import pytest

from tests.model.changes import DETAILS, DETAILS_ROLES, REMOVAL, SOMEBODY_NEW, WHOLE_ROLES, People, WholePeople

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", DETAILS.states)
def test_only_what_the_table_of_details_allows_happens(quick: None, state: str) -> None:
    DETAILS.check_state(People(DETAILS_ROLES), state)


@pytest.mark.parametrize("state", REMOVAL.states)
def test_only_what_the_table_of_removals_allows_happens(quick: None, state: str) -> None:
    REMOVAL.check_state(WholePeople(WHOLE_ROLES), state)


@pytest.mark.parametrize("state", SOMEBODY_NEW.states)
def test_only_what_the_table_of_new_contacts_allows_happens(quick: None, state: str) -> None:
    SOMEBODY_NEW.check_state(WholePeople(WHOLE_ROLES), state)
