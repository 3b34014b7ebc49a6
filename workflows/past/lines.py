"""The care of a made-up year: lines that begin week by week, new prices in spring, and lines that end.

A line that begins is published on the days after; what changes or ends it publishes its document again.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from workflows.contracts import commands as documents
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.register import commands as register
from workflows.register import generator
from workflows.register.imports.demo import bring, levels, text_of
from workflows.register.models import CarePackageLine
from workflows.register.selectors import line_terms

from .course import Course

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
#: How many lines begin in a week, and which part of them get a new price in spring, or end in the year.
A_WEEK, PRICED, ENDING = 10, 0.55, 0.35
#: Columns of an import file of lines.
START, REVIEW = 6, 9
SPRING = 3
RISE = Decimal("1.04")
ENDS = ("Moved to live with family.", "Goes on in another home.", "The package is no longer needed.")


@dataclass(frozen=True, slots=True)
class Made:
    """The made-up lines of a year by week, and what they refer to."""

    folder: Path
    numbers: range
    weeks: int

    def of(self, week: int) -> range:
        """The numbers of the lines that begin in a week: of all homes by turns."""
        return self.numbers[week :: self.weeks]

    def files(self, numbers: range, today: date) -> generator.Files:
        """Their import files."""
        return generator.files(numbers, levels(self.folder), today)


def made(folder: Path, weeks: int, a_week: int = A_WEEK) -> Made:
    """Lines of homes that nobody has made up yet."""
    known = set(CarePackageLine.objects.values_list("reference", flat=True))
    first = generator.FIRST_LINES
    while generator.reference(first) in known:
        first += generator.LINES_A_HOME
    return Made(folder, range(first, first + weeks * a_week), weeks)


def prepare(care: Made, begin: datetime) -> list[str]:
    """Bring in the homes with their people before the year begins; returns the references of their providers."""
    with moment.at(begin - DAY):
        files = care.files(care.numbers, moment.today())
        for kind, rows in files.in_order():
            if kind != "lines":
                bring(f"homes-{kind}.csv", text_of(rows), kind)
    return [row[0] for row in files.organisations[1:]]


def begin(course: Course, care: Made) -> None:
    """Let lines begin each Monday."""
    first = course.begin.astimezone(LONDON).date()
    first -= first.weekday() * DAY
    for week in range(care.weeks):
        monday = datetime.combine(first + (week + 1) * WEEK, time(8, 30), LONDON)
        course.at(course.calendar.next_open(monday), partial(_week, course, care, week))


def _week(course: Course, care: Made, week: int) -> None:
    today = moment.today()
    rows = care.files(care.of(week), today).lines
    for row in rows[1:]:
        row[START] = max(row[START], (today - 21 * DAY).isoformat())
        row[REVIEW] = row[REVIEW] and max(row[REVIEW], (today + 21 * DAY).isoformat())
    for line in bring(f"lines-{today}.csv", text_of(rows), "lines"):
        course.later(course.chance.randrange(60, 1800), partial(_publish, course, line))
        if course.likely(ENDING):
            course.later(course.chance.randrange(20, 200) * 450, partial(_end, course, line))
        if course.likely(PRICED):
            spring = datetime(today.year + (today.month >= SPRING), SPRING, 10, 9, 30, tzinfo=LONDON)
            course.at(spring + course.chance.randrange(20 * 24) * timedelta(hours=1), partial(_price, course, line))


def _publish(course: Course, line: int) -> None:
    documents.publish_line(actor=system_actor(), line_id=line, key=course.key())


def _price(course: Course, line: int) -> None:
    """A new price from April on, published with the change."""
    found, officer = _line(course, line)
    if found.end is not None or officer is None:
        return
    april = date(moment.today().year, 4, 1)
    price = round(line_terms(line, on=april).unit_cost * RISE, 2)
    register.change_line(
        actor=officer, line_id=line, version=None, unit_cost=price, price_from=max(april, found.start),
        reason="The rates of the new financial year.", publish=True,
    )  # fmt: skip


def _end(course: Course, line: int) -> None:
    found, officer = _line(course, line)
    if found.end is None and officer is not None:
        end, reason = moment.today() + course.chance.randint(-3, 14) * DAY, course.chance.choice(ENDS)
        register.end_line(actor=officer, line_id=line, version=None, end=max(end, found.start), reason=reason)


def _line(course: Course, line: int) -> tuple[CarePackageLine, Actor | None]:
    found = CarePackageLine.objects.select_related("service").get(pk=line)
    return found, course.crowd.of_desk("brokerage", found.service.group)
