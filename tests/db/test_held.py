"""Who had the ball, as pages show it: to the minute, by the calendar that held then, and drawn so that words fit."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from backoffice.web.held import Held, held
from tests import factories
from tests.web import council
from workflows.engine import spans
from workflows.engine.models import HolderSpan
from workflows.engine.spans import Span

pytestmark = pytest.mark.django_db
BEGUN = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)


def span(number: int, holder: str, minutes: int, *, name: str = "Service Brokerage Team") -> Span:
    begun = BEGUN + timedelta(days=number)
    return Span(number, holder, 1 if holder == "team" else None, begun, begun + timedelta(days=1), minutes, 1, name)


def bar(*minutes: int, wide: int = 860) -> Held:
    sides = ("provider", "team")
    return held([span(place, sides[place % 2], each) for place, each in enumerate(minutes)],
                provider="Marsh Lane House", wide=wide)  # fmt: skip


def test_the_parts_add_up_to_the_minute() -> None:
    shown = bar(1471, 803, 1, 599)
    assert [row["time"] for row in shown.rows] == [
        "24 working hours 31 minutes", "13 working hours 23 minutes", "1 working minute", "9 working hours 59 minutes",
    ]  # fmt: skip
    assert shown.sums == [
        ("Council in all", "23 working hours 22 minutes"),
        ("Provider in all", "24 working hours 32 minutes"),
        ("Together", "47 working hours 54 minutes"),
    ]
    assert shown.minutes == 1471 + 803 + 1 + 599


def test_a_span_counts_as_it_was_measured_then_whatever_the_calendar_says_today() -> None:
    document = council.rejected()
    first = HolderSpan.objects.get(case=document.case, ended_at__isnull=False)
    HolderSpan.objects.filter(pk=first.pk).update(minutes=77)
    shown = held(spans.of_case(document.case), provider=document.case.organisation.name)
    assert shown.rows[0]["time"] == "1 working hour 17 minutes"
    assert shown.minutes == 77 + shown.parts[-1].minutes


def test_who_has_it_now_has_no_end_and_a_closed_case_has_nobody() -> None:
    document = factories.published()
    now = held(spans.of_case(document.case), provider="Marsh Lane House")
    assert (now.rows[0]["who"], now.rows[0]["to"]) == ("Marsh Lane House", "now")
    council.agree(document)
    over = held(spans.of_case(document.case), provider="Marsh Lane House")
    assert over.rows[-1]["to"] != "now"


def test_words_stand_in_the_bar_only_where_they_fit() -> None:
    shown = bar(3000, 3000, 30, 3000)
    svg = shown.svg()
    assert [each.fits for each in shown.drawn] == [True, True, False, True]
    assert not shown.all_fit
    wide = re.findall(r'on-wide" x="8" y="28">([^<]*)<', svg)
    assert wide == [
        "Marsh Lane House, 6.3 days",
        "Service Brokerage Team, 6.3 days",
        "Service Brokerage Team, 6.3 days",
    ]
    assert re.findall(r'on-narrow" x="8" y="28">([^<]*)<', svg) == ["1", "2", "4"]
    assert "<title>3. Marsh Lane House, 30 minutes</title>" in svg


def test_under_the_bar_stands_when_each_part_began_where_there_is_room() -> None:
    shown = bar(3000, 3000, 30, 3000)
    dates = re.findall(r'cc-held__date" x="6" y="64">([^<]*)<', shown.svg())
    assert dates == [shown.rows[place]["from"] for place in (0, 1, 3)]
    assert shown.svg().count("cc-held__tick") == 4


def test_the_widths_are_together_a_hundred_percent_however_many_parts() -> None:
    for parts in ([0], [0, 0, 0], [5000, 0, 1], [7] * 60):
        shown = bar(*parts)
        assert sum(each.share for each in shown.drawn) == 100
        assert shown.drawn[-1].left + shown.drawn[-1].share == 100
        assert "style=" not in shown.svg()
