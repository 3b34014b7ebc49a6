"""The Actual Weeks Calendar: how each week of a service (or lot) stands, until when, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from backoffice.web import paid_in
from backoffice.web.clock import deadline
from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import NOTHING, moment, money, plural
from portal.council import team_name
from workflows.actuals.models import ActualWeek
from workflows.actuals.rules import State
from workflows.council.profile import current
from workflows.engine import moment as clock
from workflows.payments import falling
from workflows.payments.falling import Falls

from .showing import span

TAGS = {
    State.SUBMITTED: Tag("Submitted", "blue"),
    State.CHECKED: Tag("Checked", "green"),
    State.PAID: Tag("Paid", "green"),
    State.EMPTY: Tag("Empty", "grey"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A service, or one of its lots, on the left of the calendar."""

    text: str
    href: str
    current: bool


def places(found: Sequence[tuple[int, str, str]], asked: tuple[int, str] | None) -> list[Place]:
    """The services and lots on the left (suffolk-user-guide §2, steps 3 and 5)."""
    every = [Place("All services", reverse("portal:actuals"), asked is None)] if len(found) > 1 else []
    return every + [
        Place(
            f"{name}, {lot}" if lot else name,
            f"{reverse('portal:actuals')}?{urlencode({'service': service, 'lot': lot})}",
            asked == (service, lot) or len(found) == 1,
        )
        for service, name, lot in found
    ]


@dataclass(frozen=True, slots=True)
class Listed:
    """A week of the calendar, and the payment periods that it falls in."""

    week: Any
    falls: Sequence[Falls]


def listed(weeks: Sequence[ActualWeek]) -> list[Listed]:
    """The weeks with their payment periods (suffolk-user-guide §2, step 4)."""
    found = falling.of_weeks([falling.place_of(each) for each in weeks])
    return [Listed(each, found.get(falling.place_of(each), ())) for each in weeks]


def state(week: Any) -> Tag:
    """Not started, n of m done, or what became of it."""
    if week.case.state != State.RECORDING:
        return TAGS[State(week.case.state)]
    if week.generated_at is None:
        return Tag("Not started", "orange")
    return Tag(f"{week.lines - week.untouched} of {week.lines} done", "yellow")


def turn(week: ActualWeek) -> str:
    """Whose turn it is."""
    if week.case.state == State.RECORDING:
        return "You"
    if week.case.state == State.SUBMITTED:
        return team_name(current().team_for("payments", week.service.group))
    return NOTHING


def until(week: ActualWeek) -> str:
    """The cut-off of a week that is still recorded."""
    return moment(week.cut_off) if week.case.state == State.RECORDING else NOTHING


def left(week: ActualWeek) -> str:
    """The countdown to it."""
    if week.case.state != State.RECORDING or week.cut_off is None:
        return ""
    return deadline(week.cut_off, clock.now()).clock.note


def cost(week: Any) -> str:
    """What it comes to so far."""
    return money(week.cost) if week.cost is not None else NOTHING


@dataclass(frozen=True, slots=True)
class First:
    """The week that awaits the person."""

    title: str
    text: str
    warm: bool = False
    href: str = ""
    button: str = ""


def first(week: ActualWeek | None, waiting: int) -> First:
    """The first thing to do: the week that is due first."""
    if week is None:
        return First("No week awaits you", "The next one opens on its Monday.")
    due = deadline(week.cut_off, clock.now())
    more = f" {plural(waiting - 1, 'more week')} after that." if waiting > 1 else ""
    text = f"{week.service.name}{f', {week.lot}' if week.lot else ''}."
    if week.cut_off is not None:
        text += f" Cut-off {moment(week.cut_off)}, {due.clock.note}."
    href = reverse("portal:actuals_week", args=[week.pk])
    return First(f"First: the week {span(week)}", text + more, due.soon, href, "Open the week")


class Weeks(ListTable):
    """The weeks, the newest first."""

    week = Cell(
        "Week", lambda row: span(row.week), name=True,
        link=lambda row: reverse("portal:actuals_week", args=[row.week.pk]),
        second=lambda row: f"{row.week.service.name}{f', {row.week.lot}' if row.week.lot else ''}",
    )  # fmt: skip
    state = Cell("How it stands", lambda _: "", tag=lambda row: state(row.week))
    until = Cell("Cut-off", lambda row: until(row.week), second=lambda row: left(row.week))
    turn = Cell("Whose turn", lambda row: turn(row.week))
    period = Cell(
        "Payment period", lambda row: paid_in.period(row.falls), second=lambda row: paid_in.paid_on(row.falls)
    )
    amount = Cell("Will be paid", lambda row: cost(row.week), number=True)

    class Meta(ListTable.Meta):
        caption = "Actual Weeks Calendar"
        empty = "There are no weeks yet. Each one opens on its Monday."


def table(weeks: Sequence[ActualWeek]) -> Weeks:
    """The calendar as a table; without payment periods where no contract of these weeks has any, and without cut-offs
    where the council has none."""
    rows = listed(weeks)
    without = {"period": not any(each.falls for each in rows), "until": not any(each.week.cut_off for each in rows)}
    return Weeks(rows, exclude=[name for name, nothing in without.items() if nothing])
