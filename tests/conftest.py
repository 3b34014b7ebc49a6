"""What every test stands on."""

from typing import Any

import pytest
from django.db import connection

from tests import councils, factories
from workflows.council import profile

#: These tables refuse to be emptied; between tests that commit, they must be.
APPEND_ONLY = {"engine_event": "event", "engine_anchor": "anchor", "engine_content": "content"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let the test database alone empty the append-only tables (UPDATE and DELETE stay refused); load the teams."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table, name in APPEND_ONLY.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}_no_truncate ON {table}")
        factories.load_teams()


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, settings: Any) -> None:
    """Hash passwords quickly, save where a test is about the hashing (mark: `real_passwords`)."""
    if request.node.get_closest_marker("real_passwords"):
        return
    settings.PASSWORD_HASHERS = ["tests.hashers.QuickHasher", *settings.PASSWORD_HASHERS]


USUAL = profile.load


@pytest.fixture(autouse=True)
def own_council() -> None:
    """Begin each test as the usual council. pytest's `monkeypatch` is undone last of all: what it puts back can be the
    council that a `served` within the same test had put there."""
    if councils.changed:
        councils.changed = False
        setattr(profile, "load", USUAL)  # noqa: B010 (mypy takes a function for no variable)
        councils.usual_council()
