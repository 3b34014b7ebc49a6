"""The arithmetic of the manager's page: ages, the time asked for, rows, charts."""

from datetime import date, time, timedelta
from decimal import Decimal
from itertools import pairwise

from django.conf import settings
from hypothesis import given
from hypothesis import strategies as some

from backoffice.insight import charts
from workflows.engine.calendar import Calendar
from workflows.engine.folding import Figure
from workflows.engine.metrics import METRICS, OF_PEOPLE
from workflows.insight import ageing, figures, metrics
from workflows.insight.asked import Asked, Number, Opens, asked

CALENDAR = Calendar(
    hours={day: (time(9), time(17)) for day in range(5)}, cut_off=time(17), closed=frozenset({date(2018, 4, 20)})
)
TODAY = date(2018, 4, 19)  # a Thursday
days = some.dates(date(2018, 1, 1), date(2019, 12, 31))


@given(days, days)
def test_every_day_has_one_age_and_it_is_the_one_that_is_counted_by_hand(one: date, other: date) -> None:
    opened, today = min(one, other), max(one, other)
    held = [place for place, band in enumerate(ageing.bands(CALENDAR, today)) if band.holds(opened)]
    days = ageing.working_days(CALENDAR, opened, today)
    assert held == [next((place for place, most in enumerate(ageing.LASTS) if days <= most), 3)]


def test_ages_count_working_days_after_the_day_of_opening() -> None:
    assert ageing.working_days(CALENDAR, TODAY, TODAY) == 0
    assert ageing.working_days(CALENDAR, date(2018, 4, 13), date(2018, 4, 16)) == 1  # Friday to Monday
    assert ageing.working_days(CALENDAR, date(2018, 3, 29), date(2018, 4, 3)) == 1  # over Easter
    assert ageing.working_days(CALENDAR, TODAY, date(2018, 4, 23)) == 1  # a closure day
    assert [band.words for band in ageing.bands(CALENDAR, TODAY)] == [
        "0 to 2 days",
        "3 to 5 days",
        "6 to 10 days",
        "11 days or more",
    ]


def test_the_last_eight_weeks_are_told_unless_others_are_asked_for() -> None:
    usual = asked(TODAY)
    assert (usual.first, usual.last) == (date(2018, 2, 26), TODAY)
    assert len(usual.periods()) == 8
    assert usual.periods()[-1] == (date(2018, 4, 16), TODAY)
    assert asked(TODAY, first=date(2018, 4, 18), last=date(2018, 4, 9)).last == date(2018, 4, 9)
    assert asked(TODAY, last=TODAY + timedelta(days=9)).last == TODAY
    assert asked(TODAY, first=date(1900, 1, 1)).days == 26 * 7
    assert len(asked(TODAY, by_day=True).periods()) == 14
    assert len(asked(TODAY, first=date(2018, 1, 1), by_day=True).periods()) == 31


@given(days, days, some.booleans())
def test_periods_cover_what_is_asked_for_once(one: date, other: date, by_day: bool) -> None:
    question = asked(max(one, other), first=min(one, other), by_day=by_day)
    told = question.periods()
    assert told[0][0] == question.first and told[-1][1] == question.last
    assert all(late[0] == early[1] + timedelta(days=1) for early, late in pairwise(told))
    assert question.before.last == question.first - timedelta(days=1)
    assert question.before.days == question.days


def rows(*told: tuple[str, int, date, int]) -> list[Figure]:
    return [
        Figure(metric, "document", "amend", team, "", 0, "", 0, day, count, 0, 0, Decimal(10 * count))
        for metric, team, day, count in told
    ]


def test_a_teams_row_has_its_ages_and_each_number_the_filters_that_count_the_same() -> None:
    bands = ageing.bands(CALENDAR, TODAY)
    read = rows(
        ("open", 3, TODAY, 2), ("open", 3, date(2018, 4, 2), 1), ("unclaimed", 3, TODAY, 1), ("open", 4, TODAY, 9)
    )
    row = figures.backlog(read, bands, 3, "Brokerage", Asked(TODAY, TODAY))
    assert (row.open.count, row.unclaimed.count, row.breached.count) == (3, 1, 0)
    assert [age.count for age in row.ages] == [2, 0, 0, 1]
    assert row.ages[3].opens == Opens(3, opened_to=bands[3].last)
    assert row.unclaimed.opens == Opens(3, "unclaimed")
    assert row.oldest == date(2018, 4, 2)
    assert row.money == Decimal(30)
    whole = figures.total([row, figures.backlog(read, bands, 4, "Payments", Asked(TODAY, TODAY))], "All teams")
    assert whole.open == Number(12, None)
    assert [age.count for age in whole.ages] == [11, 0, 0, 1]


def test_a_hand_over_arrives_at_one_team_and_at_none_over_all() -> None:
    question = Asked(TODAY, TODAY)
    read = rows(("arrivals", 3, TODAY, 2), ("handed_in", 3, TODAY, 1), ("handed_on", 3, TODAY, 4))
    one, every = (figures.whole(read, question, one_team=one_team) for one_team in (True, False))
    assert (one.arrived, one.completed) == (3, 4)
    assert (every.arrived, every.completed) == (2, 0)


def test_a_share_is_rounded_down_and_absent_where_nothing_was_completed() -> None:
    assert figures.share(0, 0) is None
    assert figures.share(2, 3) == 66
    assert figures.share(999, 1000) == 99
    assert figures.share(3, 3) == 100


def test_what_a_number_opens_stands_in_an_address() -> None:
    opens = Opens(3, "breached", "document", "amend", date(2018, 4, 2), None, 7)
    assert dict(opens.query()) == {
        "view": "breached",
        "kind": "document",
        "node": "amend",
        "opened_from": "2018-04-02",
        "owner": "7",
        "waiting": "show",
    }


period = some.builds(
    figures.Period,
    first=some.just(TODAY),
    last=some.just(TODAY),
    arrived=some.integers(0, 5000),
    completed=some.integers(0, 5000),
    timed=some.integers(0, 100),
    within=some.integers(0, 100),
).filter(lambda each: each.within <= each.timed)


@given(some.lists(period, max_size=31), some.integers(1, 100))
def test_everything_stands_on_its_chart(told: list[figures.Period], goal: int) -> None:
    shares, flows = charts.share_chart(told, goal), charts.flow_chart(told)
    inside = range(charts.TOP, charts.BOTTOM + 1)
    assert all(point.y in inside and charts.LEFT <= point.x <= charts.RIGHT for point in shares.points)
    assert shares.goal in inside
    assert 2 <= len(shares.grid) <= 6 and shares.grid[-1].text == "100%"
    assert len(shares.points) == sum(each.share is not None for each in told)
    assert len(flows.bars) == 2 * len(told)
    assert all(bar.y in inside and bar.y + bar.height == charts.BOTTOM for bar in flows.bars)
    assert len(flows.weeks) <= charts.MOST_LABELS + 1


def test_the_page_of_definitions_names_every_figure() -> None:
    page = metrics.page()
    assert all(f"`{metric.key}`" in page and metric.counts in page for metric in (*METRICS, *OF_PEOPLE))
    assert all(meaning.says in page for meaning in metrics.MEANINGS)
    assert (settings.ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == page, "run manage document_metrics"
