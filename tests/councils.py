"""Lets a test run as another council: a profile with some values changed, for as long as the test lasts."""

from collections.abc import Mapping
from typing import Any

import pytest

from workflows.council import profile
from workflows.council.schema import Council
from workflows.engine import calendar, definitions


def another_council(
    monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, Mapping[str, Any]], *, whole: dict[str, Any] | None = None
) -> Council:
    """Change tables of the profile: `{"contract_documents": {"password_to_answer": False}}`. Everything is checked.

    `whole` is a profile that was changed in lists (teams, routes) too.
    """
    data = whole or profile.current().model_dump()
    for table, values in changes.items():
        data[table] |= values
    made = Council.model_validate(data)
    profile.current.cache_clear()
    calendar.council_calendar.cache_clear()
    definitions.forget()
    monkeypatch.setattr(profile, "load", lambda path: made)
    return made


def usual_council() -> None:
    """Forget the changed profile."""
    profile.current.cache_clear()
    calendar.council_calendar.cache_clear()
    definitions.forget()
