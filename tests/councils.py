"""Lets a test run as another council: one that is shipped, or a profile with some values changed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from backoffice.web import brand
from workflows.council import profile
from workflows.council.schema import Council
from workflows.engine import definitions

#: Whether a test has changed the council: conftest.own_council takes it back when it has.
changed = False
FOLDER = Path(__file__).parents[1] / "fixtures" / "councils"
#: Where an invented council is (westmere.toml).
POLICIES = Path(__file__).parent / "policies"
#: The keys of the councils that are shipped.
SHIPPED = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@contextmanager
def served(name: str, folder: Path = FOLDER, **changes: Mapping[str, Any]) -> Iterator[Council]:
    """Inside, everything runs as one of the councils that are shipped (or of another folder), by its own profile, with
    some values of its tables changed."""
    whole = profile.load(folder / f"{name}.toml").model_dump()
    try:
        with pytest.MonkeyPatch.context() as patch:
            yield another_council(patch, changes, whole=whole)
    finally:
        usual_council()


def another_council(
    monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, Mapping[str, Any]], *, whole: dict[str, Any] | None = None
) -> Council:
    """Change tables of the profile: `{"contract_documents": {"password_to_answer": False}}`. Everything is checked.

    `whole` is a profile that was changed in lists (teams, routes) too.
    """
    global changed  # noqa: PLW0603
    changed = True
    data = whole or profile.current().model_dump()
    for table, values in changes.items():
        data[table] |= values
    made = Council.model_validate(data)
    usual_council()
    monkeypatch.setattr(profile, "load", lambda path: made)
    return made


def paying(whole: dict[str, Any]) -> dict[str, Any]:
    """A profile in which the desk of payments may read payments, and the first role answers them."""
    for team in whole["teams"]:
        if team["key"] == whole["desks"]["payments"]:
            team["reads"] = {*team["reads"], "scheduled_payment", "payment_run", "payment_stop", "payment_debt"}
    whole["roles"][0]["edit"] = {*whole["roles"][0]["edit"], "scheduled_payments"}
    return whole


def usual_council() -> None:
    """Forget the changed profile."""
    profile.forget()
    brand.stylesheet.cache_clear()
    definitions.forget()
