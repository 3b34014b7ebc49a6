"""The payment calendar: the days that matter in each period, as a table and as a calendar file.

A payment that was opened keeps the dates it was opened with; the profile says those of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_range, date_words, weekday_date, weekday_moment
from workflows.council.payments import PaymentCalendar
from workflows.engine.calendar import council_calendar
from workflows.payments.calendar import Period, periods_of_year
from workflows.payments.commands import profile
from workflows.payments.models import ScheduledPayment
from workflows.payments.selectors import cut_off_at

from .ics import Happening

Opened = Mapping[tuple[str, date], ScheduledPayment]


@dataclass(frozen=True, slots=True)
class Row:
    """One period of a calendar. `other`: its dates are not the usual ones."""

    period: Period
    other: bool
    confirms: bool

    @property
    def words(self) -> str:
        """`9 April to 6 May 2018`."""
        return date_range(self.period.first, self.period.last)

    @property
    def answer_by(self) -> datetime:
        """Until when a change still counts in it."""
        return cut_off_at(self.period.cut_off)


class Dates(ListTable):
    """The periods of a financial year."""

    period = Cell(
        "Period", lambda row: row.words, name=True,
        tag=lambda row: Tag("Other dates than usual", "orange") if row.other else None,
    )  # fmt: skip
    visible = Cell("You can look at it from", lambda row: date_words(row.period.visible_from))
    cut_off = Cell(
        "Cut-off", lambda row: weekday_moment(row.answer_by),
        second=lambda row: "confirm or reject by then" if row.confirms else "",
    )  # fmt: skip
    finalised = Cell("Finalised on", lambda row: weekday_date(row.period.finalise))
    paid = Cell("Paid on", lambda row: weekday_date(row.period.pay), strong=True)

    class Meta(ListTable.Meta):
        caption = "The days that matter in each period"
        empty = "No period begins in this financial year."


def rows(calendar: PaymentCalendar, day: date, opened: Opened) -> list[Row]:
    """The periods of a day's financial year."""
    module = profile()
    others = {each.start for each in calendar.exceptions}
    found = periods_of_year(calendar, day, council_calendar().works_on)
    return [
        Row(_as_opened(each, opened.get((calendar.key, each.first))), each.first in others, module.review == "confirm")
        for each in found
        if module.go_live is None or each.first >= module.go_live
    ]


def about(calendar: PaymentCalendar, found: Sequence[Row]) -> str:
    """`Four-weekly: each period has 28 days. 14 of them are paid in advance, 14 in arrears.`"""
    words = f"{calendar.name}: each period has {calendar.days} days."
    if not found:
        return words
    period = found[0].period
    return f"{words} {period.days_in_advance} of them are paid in advance, {period.days_in_arrears} in arrears."


def happenings(calendar: PaymentCalendar, found: Sequence[Row], chapter: str, address: str) -> list[Happening]:
    """The cut-offs and pay days, as a diary has them: dates only, no amount."""
    made = []
    for each in found:
        uid = f"{calendar.key}-{each.period.first:%Y%m%d}"
        what = f"{chapter}, {calendar.name}: {each.words}"
        if each.confirms:
            title = f"Confirm or reject by {weekday_moment(each.answer_by)}"
            made.append(Happening(f"{uid}-cut-off", each.answer_by, f"{title}: {what}", address))
        made.append(Happening(f"{uid}-paid", each.period.pay, f"Payment day: {what}", address))
    return made


def _as_opened(period: Period, payment: ScheduledPayment | None) -> Period:
    if payment is None:
        return period
    return Period(
        number=period.number,
        first=period.first,
        last=payment.last,
        visible_from=payment.visible_from,
        cut_off=payment.cut_off,
        finalise=payment.finalise_on,
        pay=payment.pay_on,
    )
