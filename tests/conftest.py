"""What every test stands on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase
from pytest_django.plugin import blocking_manager_key

from tests import councils, emptying, factories
from workflows.council import profile
from workflows.lists import reading

#: These tables refuse to be emptied; between tests that commit, they must be.
APPEND_ONLY = {"engine_event": "event", "engine_anchor": "anchor", "engine_content": "content"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let the test database alone empty the append-only tables (UPDATE and DELETE stay refused); load the teams.

    In the end whoever is still connected is put out, and so is this connection: a browser's tests have connections of
    other contexts, and any that is left would keep the database from being removed.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table, name in APPEND_ONLY.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}_no_truncate ON {table}")
        emptying.prepare()
        setattr(TransactionTestCase, "_fixture_teardown", emptying.after_a_test)  # noqa: B010
        factories.load_teams()
    reading.LOOK_EVERY = float("inf")  # what a page asks is the same whenever it is asked; a change is read at once
    reading.forget()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            # The server's own, such as its vacuum, are not ours to end, and make way by themselves.
            " AND backend_type = 'client backend'"
        )
    connection.close()


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, settings: Any) -> None:
    """Hash passwords quickly, save where a test is about the hashing (mark: `real_passwords`)."""
    if request.node.get_closest_marker("real_passwords"):
        return
    settings.PASSWORD_HASHERS = ["tests.hashers.QuickHasher", *settings.PASSWORD_HASHERS]


#: Longest first, so that short tests fill what is left in the end; a browser stays open from one file to the next.
LONGEST = ("access", "browser", "faults", "bench", "model", "concurrency")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the folders of long tests to the front; within each, nothing is changed."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.parent.name, len(ranks)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Load the teams again, once for all tests to come that take back what they write, when a test has emptied all."""
    marked = item.get_closest_marker("django_db")
    if not emptying.emptied or marked is None or emptying.commits(item, marked):
        return
    own_council_again()
    with item.config.stash[blocking_manager_key].unblock():
        factories.load_teams()
    emptying.emptied = False


USUAL = profile.load


def own_council_again() -> None:
    """Undo what a test has left of another council."""
    if councils.changed:
        councils.changed = False
        setattr(profile, "load", USUAL)  # noqa: B010 (mypy takes a function for no variable)
        councils.usual_council()
    reading.forget()


@pytest.fixture(autouse=True)
def own_council() -> None:
    """Begin each test as the usual council. pytest's `monkeypatch` is undone last of all: what it puts back can be the
    council that a `served` within the same test had put there."""
    own_council_again()
