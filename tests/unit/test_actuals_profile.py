"""Actuals in a council's profile: absent unless it has them, refused when they contradict themselves."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from django.conf import settings
from pydantic import ValidationError

from tests.policies import NAMES, actuals, council
from workflows.actuals.rules import cut_off, is_live, kind_of
from workflows.council.actuals import Actuals, CutOff, Rounding
from workflows.council.profile import load
from workflows.council.schema import Council


def test_a_council_without_the_module_says_nothing_of_it() -> None:
    assert load(settings.ROOT / "fixtures" / "councils" / "norfolk.toml").actuals is None


@pytest.mark.parametrize("name", NAMES)
def test_a_council_with_the_module_has_it_whole(name: str) -> None:
    assert council(name).actuals == actuals(name)
    assert Council.model_validate(council(name).model_dump()) == council(name)


@pytest.mark.parametrize(
    ("name", "submit_mode", "over_plan", "dispute_when", "empty_week"),
    [
        ("bradford", "explicit_confirm", "refuse", "more", "zero"),
        ("suffolk", "action_notice", "allow_if_authorised", "more", "zero"),
        ("bedford", "on_save", "refuse", "differs", "delete"),
    ],
)
def test_councils_differ(name: str, submit_mode: str, over_plan: str, dispute_when: str, empty_week: str) -> None:
    said = actuals(name)
    assert (said.submit_mode, said.over_plan) == (submit_mode, over_plan)
    assert (said.dispute_when, said.empty_week) == (dispute_when, empty_week)


def _first(data: dict[str, Any], table: str, **values: Any) -> None:
    data[table] = [data[table][0] | values, *data[table][1:]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: _first(data, "rules", cause="weather"), "names 'weather'"),
        (lambda data: _first(data, "rules", kinds={"gardening"}), "names 'gardening'"),
        (lambda data: _first(data, "rules", box="extra"), "names 'extra'"),
        (lambda data: _first(data, "rules", start=date(2025, 4, 1)), "start must be a Monday"),
        (lambda data: _first(data, "rules", end=date(2025, 4, 7)), "end must be a Sunday"),
        (lambda data: _first(data, "rules", start=date(2025, 4, 7), end=date(2025, 4, 6)), "end must not be before"),
        (lambda data: _first(data, "rules", paid=False), "paid_weeks is for what is paid"),
        (lambda data: _first(data, "rules", assumed={"weather"}), "assumed names weather"),
        (lambda data: _first(data, "rules", taken=False), "what is not taken is not paid"),
        (lambda data: data.update(rules=[*data["rules"], data["rules"][0]]), "hold in the same week"),
        (lambda data: _first(data, "never", box="missed"), "is among the boxes of"),
        (lambda data: _first(data, "never", kinds={"gardening"}), "names 'gardening'"),
        (lambda data: data.update(teams={}), "raises something for nobody"),
        (lambda data: data.update(unexplained="weather"), "names 'weather'"),
        (lambda data: data.update(tolerance=1), "tolerance goes together with"),
        (lambda data: data.update(dispute_when="outside_tolerance"), "tolerance goes together with"),
        (lambda data: _first(data, "kinds", levels=set()), ""),
        (lambda data: _first(data, "go_live", first_week=date(2025, 2, 17)), ""),
        (lambda data: _first(data, "go_live", first_week=date(2025, 2, 18)), "first_week must be a Monday"),
        (lambda data: _first(data, "kinds", levels={"personal_support"}), "more than once"),
    ],
)
def test_a_contradiction_is_refused_with_what_would_be_right(
    change: Callable[[dict[str, Any]], None], said: str
) -> None:
    data = actuals("bradford").model_dump()
    change(data)
    if not said:
        assert Actuals.model_validate(data)
        return
    with pytest.raises(ValidationError, match=said):
        Actuals.model_validate(data)


def test_a_team_or_a_service_group_that_the_council_lacks_is_refused() -> None:
    whole = council("bradford").model_dump()
    for change in ({"teams": whole["actuals"]["teams"] | {"package_review": "nobody"}}, {"kinds": _elsewhere(whole)}):
        with pytest.raises(ValidationError, match="not declared"):
            Council.model_validate(whole | {"actuals": whole["actuals"] | change})


def _elsewhere(whole: dict[str, Any]) -> list[dict[str, Any]]:
    return [each | {"service_group": "gardening"} for each in whole["actuals"]["kinds"]]


def test_a_service_level_is_recorded_as_its_kind() -> None:
    bradford, suffolk = actuals("bradford"), actuals("suffolk")
    found = [kind_of(bradford, "supported_living", level) for level in ("shared_support", "one_to_one_hours", "other")]
    assert [each and each.key for each in found] == ["shared_support", "community_personal", None]
    day = kind_of(suffolk, "day_services", "anything")
    assert day is not None
    assert (day.unit, day.step, day.boxes) == ("sessions", 1, ("actual",))
    assert kind_of(suffolk, "residential", "anything") is None


def test_nothing_is_recorded_before_the_first_week() -> None:
    bradford = actuals("bradford")
    weeks = [date(2025, 2, 3), date(2025, 2, 10), date(2025, 2, 17)]
    assert [is_live(bradford, "supported_living", week) for week in weeks] == [False, True, True]
    assert not is_live(bradford, "home_care", weeks[-1])


def test_bradford_takes_a_week_until_close_of_business_on_the_tuesday_after_it() -> None:
    until = cut_off(actuals("bradford").cut_off, date(2025, 2, 10))
    assert until is not None
    assert until.isoformat() == "2025-02-18T17:00:00+00:00"


def test_the_cut_off_keeps_its_hour_when_the_clocks_change() -> None:
    rule = actuals("bradford").cut_off
    found = [cut_off(rule, week) for week in (date(2025, 3, 17), date(2025, 3, 24), date(2025, 10, 20))]
    offsets = [each.isoformat()[-6:] for each in found if each]
    assert offsets == ["+00:00", "+01:00", "+00:00"]
    assert {each.time() for each in found if each} == {time(17)}


def test_a_dated_exception_moves_one_cut_off_and_no_other() -> None:
    moved = {"week": date(2025, 4, 14), "until": datetime(2025, 4, 23, 12)}  # noqa: DTZ001 (local, as profiles write it)
    rule = CutOff.model_validate({"day": "tuesday", "at": time(17), "moved": [moved]})
    found = [cut_off(rule, week) for week in (date(2025, 4, 7), date(2025, 4, 14), date(2025, 4, 21))]
    days = [f"{each:%d/%m %H:%M}" for each in found if each]
    assert days == ["15/04 17:00", "23/04 12:00", "29/04 17:00"]


def test_a_council_that_names_no_cut_off_has_none() -> None:
    assert cut_off(actuals("suffolk").cut_off, date(2018, 7, 16)) is None


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ([{"up_to": 20, "counts": 15}, {"up_to": 20, "counts": 30}], "must rise"),
        ([{"up_to": 20, "counts": 30}, {"up_to": 35, "counts": 15}], "must rise"),
        ([], "either nearest"),
    ],
)
def test_bands_that_do_not_rise_are_refused(bands: list[dict[str, int]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Rounding.model_validate({"bands": bands, "then_every": 15})
