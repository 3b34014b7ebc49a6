"""How a due time is said on the council's pages."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from backoffice.web.clock import clock
from workflows.engine.calendar import Calendar

LONDON = ZoneInfo("Europe/London")
WEEK = Calendar(hours={day: (time(9), time(17)) for day in range(5)}, cut_off=time(17))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("due", "tag", "words", "note"),
    [
        # Thursday 19 April 2018, 10:20, as in the pictures
        ("2018-04-18T14:10", "Breached", "yesterday 14:10", "1 working day late"),
        ("2018-04-19T09:00", "Breached", "today 09:00", "late"),
        ("2018-04-19T10:20", "Breached", "today 10:20", "late"),
        ("2018-04-17T09:30", "Breached", "Tuesday 17 April 2018, 09:30", "2 working days late"),
        ("2018-04-19T16:00", "Due today", "16:00, 5 hours left", "16:00, 5 hours left"),
        ("2018-04-19T11:19", "Due today", "11:19, 59 minutes left", "11:19, 59 minutes left"),
        ("2018-04-19T10:21", "Due today", "10:21, 1 minute left", "10:21, 1 minute left"),
        ("2018-04-20T16:20", None, "1 working day left", "1 working day left"),
        ("2018-04-23T17:00", None, "2 working days left", "2 working days left"),
        ("2018-05-08T17:00", None, "12 working days left", "12 working days left"),  # Early May is a bank holiday
        ("2018-03-25T12:00", "Breached", "Sunday 25 March 2018, 12:00", "17 working days late"),
    ],
)
def test_every_case_of_the_pictures(due: str, tag: str | None, words: str, note: str) -> None:
    said = clock(at(due), at("2018-04-19T10:20"), WEEK)
    assert (said.tag.text if said.tag else None, said.words, said.note) == (tag, words, note)
    assert said.late == (tag == "Breached")


def test_nothing_due_is_a_dash() -> None:
    said = clock(None, at("2018-04-19T10:20"), WEEK)
    assert (said.words, said.tag, said.note) == ("–", None, "–")


def test_inside_a_sentence() -> None:
    now = at("2018-04-19T10:20")
    assert clock(at("2018-04-18T14:10"), now, WEEK).sentence == "breached yesterday 14:10"
    assert clock(at("2018-04-19T16:00"), now, WEEK).sentence == "due today 16:00, 5 hours left"


def test_the_day_the_clocks_change_is_london_s() -> None:
    late_evening = datetime(2018, 3, 25, 22, 30, tzinfo=ZoneInfo("UTC"))  # 23:30 in London, summer time since 01:00
    assert clock(late_evening, at("2018-03-25T23:00"), WEEK).words == "23:30, 30 minutes left"


def test_on_a_sunday_monday_is_one_working_day() -> None:
    assert clock(at("2018-04-23T17:00"), at("2018-04-22T12:00"), WEEK).words == "1 working day left"
