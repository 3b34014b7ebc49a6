"""The runs and cut-offs of a council's calendars around a day, and how long is left to each. Pure but for the profile.

A run is a pay day of a payment calendar. A council that pays outside Concord has none; there each weekly cut-off of its
actuals stands in its place, because after it nothing of the week is paid any more (bradford-supported-living "Key
Messages": "by close of business Tuesday for the preceding week").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from workflows.actuals.rules import cut_off, monday_of
from workflows.council.schema import Council
from workflows.engine.calendar import LONDON, Calendar
from workflows.payments import calendar as payment_calendar

WEEK = timedelta(days=7)
#: Of each payment calendar so many pay days to come are told.
AHEAD = 2
#: Less than so many days before the last one, the council's closure days count as ending.
SOON = 60


@dataclass(frozen=True, slots=True)
class Run:
    """A pay day of a calendar with its period, or a weekly cut-off (`calendar` empty): until when each step is due.

    `first` and `last` are the days that it is about; of open payments these are their own.
    """

    calendar: str
    name: str
    first: date
    last: date
    visible_from: date | None
    cut_off: datetime | None
    finalise: datetime | None
    pay_on: date

    @property
    def key(self) -> str:
        """What names it in an address: `four_weekly:2026-12-03`, `weeks:2026-11-24`."""
        return f"{self.calendar or 'weeks'}:{self.pay_on.isoformat()}"

    @property
    def is_weeks(self) -> bool:
        """Whether it is a weekly cut-off and no pay day."""
        return not self.calendar

    @property
    def pays(self) -> datetime:
        """The moment at which it is too late: the pay day begins, or the cut-off is over."""
        if self.is_weeks and self.cut_off is not None:
            return self.cut_off
        return datetime.combine(self.pay_on, time(), LONDON)

    def next_step(self, now: datetime) -> datetime | None:
        """The next moment by which something must be there: the cut-off, else the finalisation; None when both are
        over."""
        return next((each for each in (self.cut_off, self.finalise) if each is not None and each > now), None)


def coming(council: Council, works: Calendar, today: date) -> Iterator[Run]:
    """The next pay days of each payment calendar, and the next weekly cut-off."""
    if council.payments is not None:
        for each in council.payments.calendars:
            number = payment_calendar.number_on(each, today) - 2
            told = 0
            while told < AHEAD:
                period = payment_calendar.period(each, number, works.works_on)
                number += 1
                if period.pay < today or (council.payments.go_live and period.first < council.payments.go_live):
                    continue
                told += 1
                yield of_period(each.key, each.name, period, works)
    yield from weekly(council, today)


def weekly(council: Council, today: date) -> Iterator[Run]:
    """The next cut-offs of weeks of actuals: of the week that is over, and of this one."""
    if council.actuals is None:
        return
    for week in (monday_of(today) - WEEK, monday_of(today)):
        until = cut_off(council.actuals.cut_off, week)
        if until is not None and until.date() >= today:
            yield of_week(week, until)


def of_week(week: date, until: datetime) -> Run:
    """The run that a week's cut-off stands for."""
    return Run(
        "", "Week of actuals", week, week + timedelta(days=6), week, until, None, until.astimezone(LONDON).date()
    )


def of_period(key: str, name: str, period: payment_calendar.Period, works: Calendar) -> Run:
    """The run of a calendar's period."""
    return Run(
        key, name, period.first, period.last, period.visible_from, closes(period.cut_off, works),
        closes(period.finalise, works), period.pay,
    )  # fmt: skip


def closes(day: date, works: Calendar) -> datetime:
    """The moment by which something is due on a day: when the council shuts, the day's end where it does not work."""
    if works.works_on(day):
        return works.hours_on(day)[1]
    return datetime.combine(day + timedelta(days=1), time(), LONDON)


def closure_days_end(works: Calendar, today: date) -> date | None:
    """The last closure day that the council has named, when it is over or soon will be; None when it names none."""
    last = max(works.closed, default=None)
    return last if last is not None and last < today + timedelta(days=SOON) else None
