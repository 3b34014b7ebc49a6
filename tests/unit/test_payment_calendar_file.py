"""The payment calendar as a file for diaries (RFC 5545): line ends, escaping, folding, moments."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.payments.ics import LONGEST, Happening, escaped, written

MADE = datetime(2018, 4, 18, 9, tzinfo=UTC)


def unfolded(file: bytes) -> list[str]:
    return file.decode().replace("\r\n ", "").split("\r\n")


def test_a_day_and_a_moment() -> None:
    paid = Happening("four_weekly-20180409-paid", date(2018, 4, 23), "Payment day; 9 April, 6 May", "a\nb\\c")
    cut_off = Happening("four_weekly-20180409-cut-off", datetime(2018, 4, 19, 16, tzinfo=UTC), "Confirm or reject")
    assert unfolded(written("Scheduled Payments, Four-weekly", [paid, cut_off], made=MADE)) == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Concord//Scheduled payments//EN", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", "X-WR-CALNAME:Scheduled Payments\\, Four-weekly",
        "BEGIN:VEVENT", "UID:four_weekly-20180409-paid", "DTSTAMP:20180418T090000Z", "DTSTART;VALUE=DATE:20180423",
        "DTEND;VALUE=DATE:20180424", "SUMMARY:Payment day\\; 9 April\\, 6 May", "DESCRIPTION:a\\nb\\\\c",
        "TRANSP:TRANSPARENT", "END:VEVENT",
        "BEGIN:VEVENT", "UID:four_weekly-20180409-cut-off", "DTSTAMP:20180418T090000Z", "DTSTART:20180419T160000Z",
        "DTEND:20180419T160000Z", "SUMMARY:Confirm or reject", "TRANSP:TRANSPARENT", "END:VEVENT",
        "END:VCALENDAR", "",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), [("a\r\nb", "a\\nb"), ("a;b,c", "a\\;b\\,c"), ("\\n", "\\\\n")])
def test_texts_are_escaped(text: str, value: str) -> None:
    assert escaped(text) == value


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_no_line_is_too_long_and_nothing_is_lost_in_folding(title: str) -> None:
    file = written("C", [Happening("u", date(2018, 4, 23), title)], made=MADE)
    assert all(len(line) <= LONGEST for line in file.split(b"\r\n"))
    assert f"SUMMARY:{escaped(title)}" in unfolded(file)
