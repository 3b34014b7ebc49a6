"""A profile with its running lists, and what may be written into them: pure."""

from datetime import UTC, date, datetime

import pytest

from tests.councils import FOLDER, POLICIES, SHIPPED
from workflows.council.profile import load
from workflows.council.running import (
    CLOSURES,
    EDITABLE,
    Row,
    closures_of,
    editable,
    entries,
    overlaid,
    rows_of,
    slug,
    to_load,
)
from workflows.council.schema import Council
from workflows.council.tables import offered
from workflows.lists import rules

SIXTH = load(POLICIES / "westmere.toml")
REASONS = EDITABLE[0]
AN_HOUR = (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.mark.parametrize("council", [SIXTH, *(load(FOLDER / f"{name}.toml") for name in SHIPPED)], ids=lambda c: c.key)
def test_a_list_begins_as_the_file_has_it(council: Council) -> None:
    began = {each.path: tuple(rows_of(council, each)) for each in editable(council)}
    made = overlaid(council, {**began, CLOSURES: tuple(closures_of(council))})
    assert [entries(made, each.path) for each in EDITABLE] == [
        tuple(entry for entry in entries(council, each.path) if each.kept or not getattr(entry, "retired", False))
        for each in EDITABLE
    ]
    assert made.calendar == council.calendar
    assert overlaid(council, {}) is council


def test_the_running_list_says_the_words_and_the_file_the_rest() -> None:
    kinds = EDITABLE[2]
    rows = (
        Row("taxi", {"label": "A taxi", "hint": ""}, retired=False, own=True),
        Row("late_night", {"label": "A late evening", "hint": ""}, retired=True, own=True),
        Row("ferry", {"label": "A ferry", "hint": "Add the ticket."}, own=True),
    )
    made = overlaid(SIXTH, {kinds.path: rows, CLOSURES: (Row("2026-12-24", {}, retired=True), Row("2027-01-04", {}))})
    claims = made.claims
    assert claims is not None
    assert [(each.key, each.label, each.evidence, each.retired) for each in claims.kinds] == [
        ("taxi", "A taxi", True, False),
        ("late_night", "A late evening", False, True),
        ("ferry", "A ferry", True, False),
    ]
    assert [each.key for each in offered(claims.kinds)] == ["taxi", "ferry"]
    assert claims.kinds[0].about == {"line", "service"}
    assert made.calendar.closure_days == {date(2027, 1, 4)}
    assert made.contract_documents is SIXTH.contract_documents


def test_an_entry_that_the_file_has_besides_comes_last_and_one_that_it_lost_goes_when_it_is_loaded() -> None:
    lists = {REASONS.path: (Row("gone", {"label": "Gone"}), Row("mine", {"label": "Mine"}, own=True))}
    keys = [each.key for each in overlaid(SIXTH, lists).contract_documents.reasons]
    assert keys == ["gone", "mine", "wrong_place", "wrong_money", "wrong_form"]
    assert [row.key for row in to_load(lists, SIXTH)[REASONS.path]] == ["mine"]


def test_a_key_is_made_of_words_and_never_given_twice() -> None:
    assert slug("Service Level", ()) == "service_level"
    assert slug("Service level!", {"service_level"}) == "service_level_2"
    assert slug("2nd visit") == "a_2nd_visit"


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ({"label": "Price"}, set()),
        ({"label": ""}, {"label"}),
        ({"label": "cost"}, {"label"}),
        ({"label": "x" * 201}, {"label"}),
    ],
)
def test_the_words_of_an_entry(words: dict[str, str], wrong: set[str]) -> None:
    others = [Row("cost", {"label": "Cost"}), Row("old", {"label": "Price"}, retired=True)]
    assert rules.faults_of_entry(REASONS, words, others).keys() == wrong


def test_somebody_to_ask_needs_a_way_to_be_asked() -> None:
    contacts = next(each for each in EDITABLE if each.path == "help.contacts")
    assert rules.faults_of_entry(contacts, {"name": "Night Desk"}, []).keys() == {"telephone"}
    assert rules.faults_of_entry(contacts, {"name": "Night Desk", "email": "nobody"}, []).keys() == {"email"}
    assert rules.faults_of_entry(contacts, {"name": "Night Desk", "telephone": "01632 960150"}, []) == {}


def test_the_last_reason_cannot_be_retired_and_the_last_word_can() -> None:
    one, two = Row("a", {"label": "A"}), Row("b", {"label": "B"}, retired=True)
    assert rules.refusal_of_retiring(REASONS, one, [one, two]) is not None
    assert rules.refusal_of_retiring(REASONS, two, [one, two]) is not None
    assert rules.refusal_of_retiring(EDITABLE[-1], one, [one]) is None


@pytest.mark.parametrize(
    ("day", "can"),
    [
        (date(2026, 11, 22), False),  # today
        (date(2026, 11, 23), True),
        (date(2026, 11, 28), False),  # a Saturday
        (date(2026, 12, 25), False),  # a bank holiday
        (date(2029, 1, 2), False),  # too far
    ],
)
def test_which_day_can_become_a_closure_day(day: date, can: bool) -> None:
    refusal = rules.refusal_of_day(day, date(2026, 11, 22), {date(2026, 12, 25)}, {0, 1, 2, 3, 4})
    assert (refusal is None) is can


@pytest.mark.parametrize(
    ("title", "first", "last", "down", "wrong"),
    [
        ("Closed", *AN_HOUR, (None, None), set()),
        ("", *AN_HOUR, (None, None), {"title"}),
        ("Closed", None, None, (None, None), {"first", "last"}),
        ("Closed", AN_HOUR[1], AN_HOUR[0], (None, None), {"last"}),
        ("Closed", *AN_HOUR, (AN_HOUR[0], None), {"down_until"}),
        ("Closed", *AN_HOUR, (AN_HOUR[1], AN_HOUR[0]), {"down_until"}),
        ("Closed", AN_HOUR[0], datetime(2026, 11, 22, tzinfo=UTC), (None, None), {"last"}),
    ],
)
def test_a_notice(
    title: str, first: datetime | None, last: datetime | None,
    down: tuple[datetime | None, datetime | None], wrong: set[str],
) -> None:  # fmt: skip
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert rules.faults_of_notice(title, "", first, last, now, down).keys() == wrong
