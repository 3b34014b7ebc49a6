"""How long is left: the runs and cut-offs around a day, by the calendars of councils that differ. Pure."""

from datetime import date, datetime

import pytest

from tests.councils import FOLDER
from workflows.council import profile
from workflows.council.schema import Council
from workflows.engine.calendar import LONDON, Calendar, from_profile
from workflows.month_end import causes, moments


def council(key: str) -> tuple[Council, Calendar]:
    made = profile.load(FOLDER / f"{key}.toml")
    return made, from_profile(made.calendar)


def at(day: int, hour: int = 17, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=LONDON)


def test_each_calendar_has_its_next_two_pay_days_with_the_moments_before_them() -> None:
    made, works = council("norfolk")
    first, second = moments.coming(made, works, date(2026, 11, 18))
    assert (first.key, first.first, first.last) == ("four_weekly:2026-11-23", date(2026, 11, 9), date(2026, 12, 6))
    assert (second.pay_on - first.pay_on).days == 28
    assert first.cut_off == at(19)
    assert works.days_left(at(18, 9), at(19)) == 1
    assert first.next_step(at(18, 9)) == first.cut_off
    assert first.next_step(at(19)) == first.finalise
    assert first.next_step(at(23, 9)) is None


def test_a_weekly_cut_off_stands_in_for_a_pay_day_where_the_council_pays_elsewhere() -> None:
    made, works = council("bradford")
    over, this = moments.coming(made, works, date(2026, 11, 23))
    assert (over.key, over.cut_off) == ("weeks:2026-11-24", at(24))
    assert (this.first, this.cut_off) == (date(2026, 11, 23), at(1, month=12))
    assert over.is_weeks
    assert over.pays == over.cut_off
    assert list(moments.coming(made, works, date(2026, 11, 25))) == [this]


@pytest.mark.parametrize(
    ("key", "has", "lacks"),
    [
        ("norfolk", {"hold", "held_out"}, {"actuals_open", "document_answer", "invoice_draft", "week_open"}),
        ("suffolk", {"actuals_open", "document_answer", "dispute"}, {"invoice_draft", "week_open"}),
        ("bedford", {"invoice_check", "actuals_check"}, {"document_answer", "week_check"}),
        ("bradford", {"week_open", "week_check", "dispute"}, {"hold", "held_out", "actuals_open"}),
        ("gloucestershire", {"hold"}, {"dispute", "invoice_draft", "document_answer"}),
    ],
)
def test_a_council_has_the_causes_of_its_modules_and_no_other(key: str, has: set[str], lacks: set[str]) -> None:
    found = {each.key for each in causes.of(council(key)[0])}
    assert has <= found
    assert not lacks & found


def test_closure_days_are_told_before_they_end() -> None:
    hours = council("norfolk")[1].hours
    named = Calendar(hours, council("norfolk")[1].cut_off, frozenset({date(2026, 12, 29)}))
    assert moments.closure_days_end(named, date(2026, 11, 22)) == date(2026, 12, 29)
    assert moments.closure_days_end(named, date(2026, 9, 1)) is None
    assert moments.closure_days_end(Calendar(hours, named.cut_off), date(2026, 11, 22)) is None
