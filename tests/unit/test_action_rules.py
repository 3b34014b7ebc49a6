"""The rules of actions, whole: every type by every side, whatever it is related to, given to whomever, on any day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.actions.flow import ActionFlow
from workflows.actions.rules import (
    MISSING,
    SINCE,
    TRANSITIONS,
    Asked,
    Related,
    Side,
    State,
    faults,
    sooner,
    teams_for,
    tells_the_same,
    type_of,
    types_for,
)
from workflows.council.actions import Actions, ActionType
from workflows.council.profile import current
from workflows.engine.table import moves, outcome
from workflows.engine.typed import TEXT_LIMIT

TODAY = date(2018, 4, 16)
DAYS = [None, *(TODAY + timedelta(days=number) for number in (-400, -1, 0, 1, 400))]
NOTICES = ("death", "away", "move", None)


#: Per state and verb, the state afterwards (design, workflows §3); what is not here is refused.
ALLOWED = {
    ("", "open"): "council",
    ("", "send"): "provider",
    ("council", "reply"): "provider",
    ("council", "update"): "council",
    ("council", "comment"): "council",
    ("council", "ask_for_closure"): "closing",
    ("council", "request_closure"): "closing",
    ("council", "take_back"): "closing",
    ("provider", "comment"): "council",
    ("provider", "update"): "provider",
    ("provider", "ask_for_closure"): "closing",
    ("provider", "request_closure"): "closing",
    ("provider", "take_back"): "closing",
    ("closing", "close"): "closed",
    ("closing", "keep_open"): "council",
    ("closing", "comment"): "council",
    ("closed", "reopen"): "council",
    ("closed", "lapse"): "closed",
}


def word(value: object) -> str:
    """How a case of a test is called."""
    return str(getattr(value, "key", value))


def profile(**changes: Any) -> Actions:
    """Types of every kind: each notice, one per side, one with teams of its own, one switched for each provider."""
    one = {"label": "X", "related": ["client"], "begun_by": ["provider"]}
    types = [
        *({**one, "key": notice, "notice": notice, "sensitivity": "care"} for notice in NOTICES if notice),
        {**one, "key": "query", "related": [each.value for each in Related], "begun_by": ["council", "provider"]},
        {**one, "key": "ours", "begun_by": ["council"], "teams": ["procurement"]},
        {**one, "key": "invoice", "related": ["contract"], "per_provider": True},
    ]
    whole = current().actions.model_dump() | {"types": types, "teams": ["service_brokerage", "procurement"]}
    return Actions.model_validate(whole | changes)


PROFILE = profile()
RIGHT = Asked("query", "client", 7, TODAY, "service_brokerage", "A title", "A text")


def usual(kind: ActionType, side: Side = Side.PROVIDER) -> Asked:
    """What is in order for a type."""
    return replace(
        RIGHT,
        type=kind.key,
        related=kind.related[0],
        team=teams_for(PROFILE, kind)[0],
        since=TODAY if kind.notice else None,
    )


def found(asked: Asked, side: Side = Side.PROVIDER, switched: frozenset[str] = frozenset({"invoice"})) -> set[str]:
    return set(faults(asked, PROFILE, side, TODAY, switched))


@pytest.mark.parametrize(("kind", "side", "on"), list(product(PROFILE.types, Side, [True, False])), ids=word)
def test_who_may_begin_which_type(kind: ActionType, side: Side, on: bool) -> None:
    switched = frozenset({"invoice"} if on else ())
    may = side in kind.begun_by and (on or not kind.per_provider)
    assert (kind in types_for(PROFILE, side, switched)) is may
    assert found(usual(kind), side, switched) == (set() if may else {"type"})


@pytest.mark.parametrize(("kind", "related"), list(product(PROFILE.types, [*Related, "", "house"])), ids=word)
def test_a_type_is_related_to_what_the_profile_says(kind: ActionType, related: str) -> None:
    side = Side(next(iter(kind.begun_by)))
    wrong = found(replace(usual(kind), related=related), side)
    assert wrong == (set() if related in kind.related else {"related"})


@pytest.mark.parametrize("related", Related)
def test_everything_but_the_provider_is_chosen(related: Related) -> None:
    said = faults(replace(RIGHT, related=related, entity=None), PROFILE, Side.PROVIDER, TODAY, frozenset())
    assert said == ({} if related == Related.PROVIDER else {"entity": MISSING[related]})


@pytest.mark.parametrize(
    ("kind", "team"), list(product(PROFILE.types, ["service_brokerage", "procurement", "fes_admin", ""])), ids=word
)
def test_a_type_is_given_to_its_own_teams_or_to_any_of_the_profile(kind: ActionType, team: str) -> None:
    allowed = {"procurement"} if kind.key == "ours" else {"service_brokerage", "procurement"}
    assert set(teams_for(PROFILE, kind)) == allowed
    wrong = found(replace(usual(kind), team=team), Side(next(iter(kind.begun_by))))
    assert wrong == (set() if team in allowed else {"team"})


@pytest.mark.parametrize("wanted", DAYS)
def test_nobody_wants_an_answer_by_a_day_that_is_over(wanted: date | None) -> None:
    wrong = found(replace(RIGHT, wanted_by=wanted))
    assert wrong == ({"wanted_by"} if wanted is not None and wanted < TODAY else set())


@pytest.mark.parametrize(("kind", "since", "until"), list(product(PROFILE.types, DAYS, DAYS)), ids=word)
def test_the_days_of_a_notice(kind: ActionType, since: date | None, until: date | None) -> None:
    wrong = found(replace(usual(kind), since=since, until=until), Side(next(iter(kind.begun_by))))
    expected = set()
    if kind.notice is not None:
        if since is None or (kind.notice == "death" and since > TODAY):
            expected.add("since")
        if since is not None and until is not None and until < since:
            expected.add("until")
    assert wrong == expected


def test_each_notice_asks_for_its_day_in_its_own_words() -> None:
    for kind in PROFILE.types:
        said = faults(replace(usual(kind), since=None), PROFILE, Side(next(iter(kind.begun_by))), TODAY,
                      frozenset({"invoice"}))  # fmt: skip
        assert said == ({"since": SINCE[kind.notice]} if kind.notice else {})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda each: replace(each, title=""), "title"),
        (lambda each: replace(each, title=" \n"), "title"),
        (lambda each: replace(each, title="x" * 201), "title"),
        (lambda each: replace(each, text=" "), "text"),
        (lambda each: replace(each, text="x" * (TEXT_LIMIT + 1)), "text"),
    ],
)
def test_words_are_there_and_not_too_many(change: Callable[[Asked], Asked], field: str) -> None:
    assert found(change(RIGHT)) == {field}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    asked = Asked("query", "", None, TODAY - timedelta(days=1), "", "", "")
    assert found(asked) == {"related", "team", "title", "text", "wanted_by"}
    assert type_of(PROFILE, "nothing") is None


@given(
    kind=st.sampled_from(PROFILE.types),
    days=st.lists(st.none() | st.dates(date(2018, 4, 1), date(2018, 4, 20)), min_size=4, max_size=4),
)
def test_a_notice_tells_the_same_as_another_of_the_same_days(kind: ActionType, days: list[date | None]) -> None:
    """Counted day by day: two stays tell the same when one day is in both; one death is one death."""
    since, until, asked_since, asked_until = days
    asked = replace(usual(kind), since=asked_since, until=asked_until)
    if kind.notice != "away" or since is None or asked_since is None:
        assert tells_the_same(asked, since, until, kind)
        return
    if (until and until < since) or (asked_until and asked_until < asked_since):
        return
    first, last = date(2018, 4, 1), date(2018, 5, 1)
    every = [first + timedelta(days=number) for number in range((last - first).days)]
    both = [
        day for day in every if since <= day <= (until or last) and asked_since <= day <= (asked_until or last)
    ]  # fmt: skip
    assert tells_the_same(asked, since, until, kind) is bool(both)


@pytest.mark.parametrize(("wanted", "promised"), list(product(DAYS, DAYS)))
def test_only_a_day_before_the_promised_one_is_sooner(wanted: date | None, promised: date | None) -> None:
    assert sooner(wanted, promised) is bool(wanted and promised and wanted < promised)


def test_the_picture_and_the_table_say_the_same() -> None:
    assert ActionFlow.moves() == moves(TRANSITIONS)
    assert {each.state for each in TRANSITIONS} == {"", *State}
    assert {each.verb for each in TRANSITIONS} <= set(ActionFlow.said)


@pytest.mark.parametrize(("state", "verb"), list(product(["", *State], sorted(ActionFlow.said))))
def test_every_verb_in_every_state(state: str, verb: str) -> None:
    assert outcome(TRANSITIONS, state, verb) == ALLOWED.get((str(state), verb))
