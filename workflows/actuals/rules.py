"""What actuals know by heart: where a week can stand, Monday weeks, weeks of absence, runs, cut-offs and steps.

Pure. Every week begins on a Monday (suffolk-user-guide §2 "Week Beginning 16 Jul 2018"; domain.md §1.2 "Week").
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

from workflows.council.actuals import Actuals, CutOff, Kind
from workflows.engine.calendar import LONDON, WEEKDAYS
from workflows.engine.table import Transition
from workflows.register.rules import Span


class State(StrEnum):
    """Where a week stands: whose turn it is, or what became of it."""

    RECORDING = "recording"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    PAID = "paid"
    EMPTY = "empty"


class Asking(StrEnum):
    """Where what an absence has set going stands."""

    OPEN = "open"
    DONE = "done"


S = State
TRANSITIONS = (
    Transition("", "begin", "open", "system", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "generate", "provider", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "generate", "system", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "save", "provider", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "record_visits", "provider", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "record_visits", "payments", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "move_cut_off", "system", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "settle", "payments", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "settle", "system", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "rejudge", "system", S.RECORDING, "record"),
    Transition(S.RECORDING, "record", "submit", "provider", S.SUBMITTED, "check"),
    Transition(S.RECORDING, "record", "take", "payments", S.SUBMITTED, "check"),
    Transition(S.RECORDING, "record", "take", "system", S.SUBMITTED, "check"),
    Transition(S.RECORDING, "record", "close_empty", "system", S.EMPTY, "end"),
    Transition(S.SUBMITTED, "check", "change", "provider", S.SUBMITTED, "check"),
    Transition(S.SUBMITTED, "check", "accept_some", "payments", S.SUBMITTED, "check"),
    Transition(S.SUBMITTED, "check", "accept_some", "system", S.SUBMITTED, "check"),
    Transition(S.SUBMITTED, "check", "dispute", "payments", S.SUBMITTED, "check"),
    Transition(S.SUBMITTED, "check", "dispute", "system", S.SUBMITTED, "check"),
    Transition(S.SUBMITTED, "check", "settle", "payments", S.SUBMITTED, "check"),
    Transition(S.SUBMITTED, "check", "settle", "system", S.SUBMITTED, "check"),
    Transition(S.SUBMITTED, "check", "rejudge", "system", S.SUBMITTED, "check"),
    Transition(S.SUBMITTED, "check", "query", "payments", S.RECORDING, "record"),
    Transition(S.SUBMITTED, "check", "accept", "payments", S.CHECKED, "checked"),
    Transition(S.SUBMITTED, "check", "accept", "system", S.CHECKED, "checked"),
    Transition(S.CHECKED, "checked", "settle", "payments", S.CHECKED, "checked"),
    Transition(S.CHECKED, "checked", "settle", "system", S.CHECKED, "checked"),
    Transition(S.CHECKED, "checked", "rejudge", "system", S.CHECKED, "checked"),
    Transition(S.CHECKED, "checked", "recheck", "system", S.SUBMITTED, "check"),
    Transition(S.CHECKED, "checked", "change", "provider", S.SUBMITTED, "check"),
    Transition(S.CHECKED, "checked", "pay", "system", S.PAID, "end"),
)
A = Asking
DECISIONS = (
    Transition("", "begin", "ask_for_decision", "system", A.OPEN, "decide"),
    Transition("", "begin", "tell", "system", A.OPEN, "note"),
    Transition("", "begin", "ask_for_review", "system", A.OPEN, "note"),
    Transition(A.OPEN, "decide", "extend", "team", A.DONE, "end"),
    Transition(A.OPEN, "decide", "stop", "team", A.DONE, "end"),
    Transition(A.OPEN, "decide", "lapse", "system", A.DONE, "end"),
    Transition(A.OPEN, "note", "noted", "team", A.DONE, "end"),
    Transition(A.DONE, None, "extend", "team", A.DONE, None),
    Transition(A.DONE, None, "stop", "team", A.DONE, None),
)

DAY, WEEK = timedelta(days=1), timedelta(days=7)
DAYS_A_WEEK = 7
NOTHING = Decimal(0)


def monday_of(day: date) -> date:
    """The Monday of the week that a day lies in."""
    return day - day.weekday() * DAY


def sunday_of(day: date) -> date:
    """The Sunday of the week that a day lies in."""
    return monday_of(day) + 6 * DAY


def days_of(week: date) -> tuple[date, ...]:
    """The seven days of the week that begins on this Monday."""
    return tuple(week + number * DAY for number in range(DAYS_A_WEEK))


def weeks_between(first: date, last: date) -> int:
    """How many weeks the week of `last` is after the week of `first`."""
    return (monday_of(last) - monday_of(first)) // WEEK


def week_of_absence(stays: Iterable[Span], week: date, new_stay_after: int = 1) -> int:
    """Which week of an absence this week is; the week of admission is week 1; 0 without a day of absence in it.

    Weeks with a day of absence are counted, over the ends of periods. Stays follow each other as one as long as fewer
    than `new_stay_after` whole weeks without absence lie between them: who comes home for two days is not paid anew.
    Source: bradford-supported-living "Shared Support"; what follows a re-admission is the profile's (it is silent).
    """
    return len(weeks_of_stay(stays, week, new_stay_after))


def weeks_of_stay(stays: Iterable[Span], week: date, new_stay_after: int = 1) -> tuple[date, ...]:
    """The weeks with absence of the stay that a week is in, up to this one; none without a day of absence in it."""
    away = sorted(_weeks_away(stays, week))
    if not away or away[-1] != week:
        return ()
    found = [week]
    for later, earlier in pairwise(reversed(away)):
        if weeks_between(earlier, later) > new_stay_after:
            break
        found.append(earlier)
    return tuple(reversed(found))


def _weeks_away(stays: Iterable[Span], until: date) -> set[date]:
    found: set[date] = set()
    for stay in stays:
        first, last = monday_of(stay.start), monday_of(stay.end) if stay.end is not None else until
        found |= {first + number * WEEK for number in range(weeks_between(first, min(last, until)) + 1)}
    return found


@dataclass(frozen=True, slots=True)
class Occasion:
    """A planned occasion: its day, and what it did not take place for ("" when it did)."""

    day: date
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Occasions in a row that did not take place for the same cause: when that began, and how many there were."""

    since: date
    count: int


def run_of(occasions: Sequence[Occasion], cause: str) -> Run | None:
    """The longest run for a cause, the latest among equals; None when it is not the cause of any.

    Occasions come in the order in which they were planned. One that took place, or failed for another cause, ends a
    run. Source: bradford-supported-living "Community Support": "following 3 consecutive occurrences".
    """
    best: Run | None = None
    running: Run | None = None
    for each in occasions:
        if each.cause != cause:
            running = None
            continue
        running = Run(running.since, running.count + 1) if running else Run(each.day, 1)
        best = running if best is None or running.count >= best.count else best
    return best


def kind_of(actuals: Actuals, service_group: str, level: str) -> Kind | None:
    """The kind of a service level: the one that names it, else its group's general one; None: not recorded here."""
    named = (each for each in actuals.kinds if level in each.levels and each.service_group == service_group)
    general = (each for each in actuals.kinds if not each.levels and each.service_group == service_group)
    return next(named, None) or next(general, None)


def is_live(actuals: Actuals, service_group: str, week: date) -> bool:
    """Whether a service group records this week here: nothing before its first week."""
    first = next((each.first_week for each in actuals.go_live if each.service_group == service_group), None)
    return first is not None and first <= week


def cut_off(rule: CutOff | None, week: date) -> datetime | None:
    """Until when a week is taken, with London's offset; None when the council names no moment.

    Source: bradford-supported-living "Key Messages": "by close of business Tuesday for the preceding week".
    """
    if rule is None:
        return None
    moved = next((each.until for each in rule.moved if each.week == week), None)
    usual = datetime.combine(week + WEEK + WEEKDAYS.index(rule.day) * DAY, rule.at)
    return (moved or usual).replace(tzinfo=LONDON)


def to_step(units: Decimal, step: Decimal) -> Decimal:
    """The nearest whole number of steps, half a step up."""
    return (units / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def fault_of_units(units: Decimal, step: Decimal, unit: str) -> str | None:
    """Why somebody cannot enter so many units, or None."""
    if units < 0:
        return "Enter 0 or more"
    if units % step:
        return f"Enter {unit.replace('_', ' ')} in steps of {step.normalize():f}"
    return None


def fault_of_comment(comment: str, needed: str, number: int) -> str | None:
    """What is wrong with a comment, or None; `with_week`: it must say which week of the absence this is.

    Source: bradford-supported-living: "The relevant week should be recorded in the comments."
    """
    if needed != "no" and not comment.strip():
        return "Say in the comment what happened"
    if needed == "with_week" and not re.search(rf"\bweek\s*(no\.?\s*)?0*{number}\b", comment, re.IGNORECASE):
        return f"Say in the comment which week of the absence this is: week {number}"
    return None
