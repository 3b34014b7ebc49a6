"""Recorded visits in words, as both sides show them: how long, what they count for, what stands in the week.

Source of the figures: workflows.actuals.monitoring. A carer is a reference, never a name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms

from workflows.actuals.entry import Row
from workflows.actuals.models import RecordedVisit
from workflows.actuals.monitoring import MINUTES_AN_HOUR, Counted, Filling
from workflows.actuals.rules import NOTHING as NONE
from workflows.actuals.rules import days_of
from workflows.actuals.selectors import Line
from workflows.actuals.visits.selectors import Seen
from workflows.council.actuals import Actuals, Rounding
from workflows.register.imports.commands import MOST_BYTES

from .forms import ConcordForm
from .pieces import Fact, Tag
from .tables import Cell, ListTable
from .tag_cell import TagCell
from .words import NOTHING, WEEKDAYS, clock_time, date_words, plural

WHY = {
    "not_delivered": Tag("Did not take place", "red"),
    "too_short": Tag("Too short to count", "red"),
    "as_planned": Tag("As planned", "green"),
    "rounded": Tag("Rounded", "blue"),
}


def minutes(number: int | None) -> str:
    """`2 h 55 min`, `45 min`."""
    if number is None:
        return NOTHING
    hours, rest = divmod(number, MINUTES_AN_HOUR)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")))


def rule(rounding: Rounding) -> str:
    """How the council counts minutes, in one sentence."""
    parts = [f"less than {rounding.least} minutes count nothing"] if rounding.least else []
    if rounding.tolerance:
        parts.append(f"within {rounding.tolerance} minutes of the plan a visit counts as planned")
    if rounding.nearest is not None:
        usual = f"to the nearest {rounding.nearest} minutes" if rounding.nearest > 1 else "by the minute"
        parts.append(f"{'otherwise it counts' if parts else 'a visit counts'} {usual}")
    else:
        bands = ", ".join(f"up to {each.up_to} as {each.counts}" for each in rounding.bands)
        parts.append(f"minutes count by bands: {bands}, then each further {rounding.then_every} begun")
    return f"{'; '.join(parts).capitalize()}."


def said(number: int, length: int) -> str:
    """`3 recorded visits, 2 h 55 min`, for beside a figure."""
    return f"{plural(number, 'recorded visit')}, {minutes(length)}"


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit as a row of the table; without one, a planned day of which nothing was recorded."""

    day: date
    visit: RecordedVisit | None
    counted: Counted | None
    twice: bool  # the row of the week is named where a line has several

    @property
    def planned(self) -> str:
        """`08:00 to 08:45`, with what the council planned where that is another length."""
        if self.visit is None or self.counted is None:
            return NOTHING
        return _span(self.visit, "planned") or minutes(self.visit.planned_minutes)

    @property
    def plan(self) -> str:
        """The council's plan, where the file's is another one."""
        if self.counted is None or self.counted.plan in {None, self.counted.visit.planned}:
            return ""
        return f"the council plans {minutes(self.counted.plan)}"

    @property
    def actual(self) -> str:
        """`08:02 to 08:44`."""
        return (_span(self.visit, "actual") or minutes(self.visit.minutes)) if self.visit else NOTHING

    @property
    def length(self) -> str:
        """`42 min`."""
        return minutes(self.visit.minutes) if self.visit and self.visit.minutes is not None else ""

    @property
    def tag(self) -> Tag:
        """What became of it."""
        if self.counted is None:
            return Tag("Nothing recorded", "grey")
        return WHY[self.counted.why] if self.counted.place is not None else Tag("No row plans this day", "orange")

    @property
    def counts(self) -> str:
        """How much of it counts."""
        return minutes(self.counted.minutes) if self.counted else NOTHING

    @property
    def where(self) -> str:
        """In which row of the week it counts, where there are several."""
        if self.counted is None or self.counted.place is None or not self.twice:
            return ""
        return f"row {self.counted.place[0]}"


def _span(visit: RecordedVisit, what: str) -> str:
    start, end = getattr(visit, f"{what}_start"), getattr(visit, f"{what}_end")
    return f"{clock_time(start)} to {clock_time(end)}" if start and end else ""


def _day(row: Visited) -> str:
    return f"{WEEKDAYS[row.day.weekday()]} {date_words(row.day).rpartition(' ')[0]}"


class Visits(ListTable):
    """Planned beside recorded, visit by visit."""

    day = Cell("Day", _day, name=True, second=lambda row: row.visit.reference if row.visit else "")
    carer = Cell("Carer", lambda row: row.visit.carer if row.visit else "")
    planned = Cell("Planned", lambda row: row.planned, second=lambda row: row.plan)
    actual = Cell("Recorded", lambda row: row.actual, second=lambda row: row.length)
    became = TagCell("What became of it", lambda row: row.tag)
    counts = Cell("Counts", lambda row: row.counts, second=lambda row: row.where, number=True)

    class Meta(ListTable.Meta):
        caption = "Recorded visits of this week, planned beside recorded"
        empty = "No visit was recorded for this line in this week."


@dataclass(frozen=True, slots=True)
class Box:
    """A figure of the week beside what the visits come to."""

    name: str
    planned: str
    visits: str
    stands: str
    tag: Tag


class Boxes(ListTable):
    """What the visits come to beside what stands in the week."""

    name = Cell("Day", lambda row: row.name, name=True)
    planned = Cell("Planned", lambda row: row.planned, number=True)
    visits = Cell("Visits come to", lambda row: row.visits, number=True)
    stands = Cell("Stands in the week", lambda row: row.stands, number=True)
    tag = TagCell("Whose figure", lambda row: row.tag)

    class Meta(ListTable.Meta):
        caption = "What stands in the week, beside what the visits come to"
        empty = "The visits fill no figure of this week."


def visited(line: Line, seen: Seen | None) -> list[Visited]:
    """The visits in their order, and the planned days without any."""
    filling = seen.filling if seen else None
    several = len([row for row in line.rows if not row.added]) > 1
    found = [Visited(visit.day, visit, counted, several) for visit, counted in (seen.visits if seen else ())]
    days = days_of(line.week.week)
    with_visits = {each.day for each in found}
    empty = [days[place] for place in _nothing_recorded(filling) if days[place] not in with_visits]
    return sorted([*found, *(Visited(day, None, None, several) for day in empty)], key=lambda each: each.day)


def _nothing_recorded(filling: Filling | None) -> set[int]:
    """The weekdays that were planned and count nothing, because no visit was recorded."""
    rows = [(row, row.monitored) for row in filling.rows if row.monitored and row.by_day] if filling else []
    return {place for row, said in rows for place, units in enumerate(said.places) if units == 0 and row.planned[place]}


def boxes(line: Line) -> list[Box]:
    """The figures of the week of which visits say something."""
    several = len([row for row in line.rows if row.monitored]) > 1
    return [each for row in line.rows if row.monitored for each in _boxes(line, row, several=several)]


def _boxes(line: Line, row: Row, *, several: bool) -> Iterator[Box]:
    assert row.monitored is not None  # noqa: S101 (asked above)
    days = days_of(line.week.week)
    for place, units in enumerate(row.monitored.places):
        if units is None or not (units or row.planned[place] or row.delivered_on(place)):
            continue
        name = WEEKDAYS[days[place].weekday()] if row.by_day else "In this week"
        stands = row.delivered_on(place)
        tag = Tag("From the visits", "green") if stands == units else Tag("Corrected", "yellow")
        yield Box(f"{name}, row {row.number}" if several else name, f"{row.planned[place]:.2f}", f"{units:.2f}",
                  f"{stands:.2f}", tag)  # fmt: skip


def corrections(actuals: Actuals, rows: Sequence[Row]) -> list[str]:
    """Why somebody says otherwise than the visits, one sentence a row."""
    found = []
    for row in rows:
        if not row.corrects or row.monitored is None:
            continue
        come = sum((each for each in row.monitored.places if each is not None), NONE)
        stands = sum((row.delivered_on(p) for p, each in enumerate(row.monitored.places) if each is not None), NONE)
        cause = actuals.monitoring.correction(row.corrected) if actuals.monitoring else None
        because = f": {cause.label[0].lower()}{cause.label[1:]}" if cause else ""
        found.append(f"Corrected: the recorded visits come to {come:.2f}, and {stands:.2f} was entered{because}.")
    return found


def context(actuals: Actuals, line: Line, seen: Seen | None) -> dict[str, Any]:
    """What the page of the visits of one line and week shows on both sides."""
    unit = line.kind.unit.replace("_", " ")
    planned = sum((units for row in line.rows for units in row.planned), NONE)
    delivered = sum((row.delivered_on(place) for row in line.rows for place in range(len(row.planned))), NONE)
    facts = [
        Fact("Planned", f"{planned:.2f} {unit}"),
        Fact("Recorded", minutes(seen.minutes if seen else 0), plural(seen.number if seen else 0, "visit")),
        Fact("Counts", minutes(seen.counted if seen else 0)),
        Fact("Stands in the week", f"{delivered:.2f} {unit}"),
    ]
    cut = seen.filling.cut if seen and seen.filling else NONE
    return {
        "line": line,
        "client": line.week.line.client,
        "facts": facts,
        "visits": Visits(visited(line, seen)),
        "boxes": Boxes(boxes(line)),
        "rule": rule(actuals.monitoring.rounding) if actuals.monitoring else "",
        "corrections": corrections(actuals, line.rows),
        "cut": f"{cut:.2f} {unit} above the plan are not filled in. {actuals.over_plan_advice}" if cut else "",
    }


class VisitFileForm(ConcordForm):
    """A file of recorded visits (docs/visit-files.md)."""

    what_failed: ClassVar[str] = "Nothing was imported"
    button: ClassVar[str] = "Import"
    file = forms.FileField(
        label="Select a file to import", help_text="A CSV file of at most 50 MB, with a first line of headings.",
        allow_empty_file=True, error_messages={"required": "Choose a file", "invalid": "Choose a file"},
    )  # fmt: skip

    def clean_file(self) -> Any:
        """An empty or enormous file is refused before it is read."""
        file = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError(f"{file.name} is empty: choose another file")
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"{file.name} is larger than 50 MB: cut it into parts")
        return file
