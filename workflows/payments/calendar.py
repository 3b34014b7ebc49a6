"""When the periods of payment are, and the days that matter in each. Pure.

A calendar of the profile says: the first day of one period, how long each is, and how many days after its first day it
becomes visible, is cut off, is finalised and is paid. norfolk-handbook §11: "4 weekly automatic payment paid 2 weeks in
advanced and 2 weeks in arrears" is 28 days, paid 14 days after the first.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from workflows.council.payments import PaymentCalendar, PaymentDates

#: The financial year of a council in England begins on 1 April.
YEAR_BEGINS = (4, 1)
DAY = timedelta(days=1)
Works = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Period:
    """A period of payment, both days included; 0 is the one of the calendar's anchor."""

    number: int
    first: date
    last: date
    visible_from: date
    cut_off: date
    finalise: date
    pay: date

    @property
    def days(self) -> int:
        """How long it is."""
        return (self.last - self.first).days + 1

    @property
    def financial_year(self) -> str:
        """That of its first day, as the handbook writes it: 2018/2019."""
        return financial_year(self.first)

    @property
    def days_in_arrears(self) -> int:
        """How many of its days have passed when it is paid."""
        return min(max((self.pay - self.first).days, 0), self.days)

    @property
    def days_in_advance(self) -> int:
        """How many of its days are paid before they have passed."""
        return self.days - self.days_in_arrears


def financial_year(day: date) -> str:
    """The financial year of a day: 2018/2019."""
    begun = day.year if (day.month, day.day) >= YEAR_BEGINS else day.year - 1
    return f"{begun}/{begun + 1}"


def year_span(day: date) -> tuple[date, date]:
    """The first and the last day of a day's financial year."""
    begun = int(financial_year(day)[:4])
    return date(begun, *YEAR_BEGINS), date(begun + 1, *YEAR_BEGINS) - DAY


def number_on(calendar: PaymentCalendar, day: date) -> int:
    """The number of the period in which a day lies; before the anchor it is below zero."""
    return (day - calendar.anchor).days // calendar.days


def period(calendar: PaymentCalendar, number: int, works_on: Works | None = None) -> Period:
    """One period. `works_on` says on which days the council works; without it no date is moved."""
    first = calendar.anchor + timedelta(days=number * calendar.days)
    other = _exceptions(calendar.exceptions, first)

    def on(offset: int, said: date | None, *, moved: bool = True) -> date:
        day = first + timedelta(days=offset)
        return said or (_worked(day, calendar.when_closed, works_on) if moved and works_on else day)

    cut_off = on(calendar.cut_off, other.cut_off)
    return Period(
        number=number,
        first=first,
        last=first + timedelta(days=calendar.days - 1),
        visible_from=min(on(calendar.visible_from, other.visible_from, moved=False), cut_off),
        cut_off=cut_off,
        finalise=on(calendar.finalise, other.finalise),
        pay=on(calendar.pay, other.pay),
    )


def period_on(calendar: PaymentCalendar, day: date, works_on: Works | None = None) -> Period:
    """The period in which a day lies."""
    return period(calendar, number_on(calendar, day), works_on)


def periods(calendar: PaymentCalendar, first: date, last: date, works_on: Works | None = None) -> Iterator[Period]:
    """The periods that share a day with a span, in their order."""
    for number in range(number_on(calendar, first), number_on(calendar, last) + 1):
        yield period(calendar, number, works_on)


def periods_of_year(calendar: PaymentCalendar, day: date, works_on: Works | None = None) -> list[Period]:
    """The periods of a day's financial year: those that begin in it."""
    first, last = year_span(day)
    return [each for each in periods(calendar, first, last, works_on) if each.first >= first]


def _exceptions(exceptions: Sequence[PaymentDates], first: date) -> PaymentDates:
    return next((each for each in exceptions if each.start == first), PaymentDates(start=first))


def _worked(day: date, when_closed: Literal["stay", "before", "after"], works_on: Works) -> date:
    """The day itself when the council works on it, else the next one in the direction that the calendar names."""
    if when_closed == "stay":
        return day
    while not works_on(day):
        day += DAY if when_closed == "after" else -DAY
    return day
