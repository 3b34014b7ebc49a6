"""What was not delivered of a row, each absence with its fields and with what the rules say of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.web.words import upper_first
from workflows.actuals.assessing import Judged
from workflows.actuals.entry import Absence, Row
from workflows.actuals.rules import days_of
from workflows.actuals.selectors import Line
from workflows.council.actuals import Actuals

from . import answers, names
from .answers import Answered
from .desk import Control, Desk
from .rows import day_words, stored_row, where_of
from .typed import causes_for, further

COMMENT, CAUSE = "Comment", "Cause"


@dataclass(frozen=True, slots=True)
class Panel:
    """Something that was not delivered: cause, comment, and whether it is paid."""

    key: str
    title: str
    text: str
    cause: Control
    comment: Control
    options: Sequence[tuple[str, str]]
    answer: Answered
    where: str  # for whoever does not see in which table it stands
    units: Control | None = None
    same: str = ""  # the place it is about, whatever box a cause moves it to

    @property
    def cause_words(self) -> str:
        """The cause in words, where nothing can be changed."""
        return next((words for key, words in self.options if key == self.cause.value), "No cause")

    @property
    def tone(self) -> str:
        """The colour of its edge; the tag says the same in words."""
        return self.answer.tag.colour if self.answer.tag else ""


def panels_of(actuals: Actuals, line: Line, row: Row, desk: Desk) -> list[Panel]:
    """What was not delivered, each with its cause; where a decrease stands in Actual alone, that too."""
    options = causes_for(actuals, line.kind, line.week.week)
    if not options:
        return []
    extra = further(row)
    first = [each for each in row.absent if not any(each is other for other in extra)]
    found = [_panel(line, row, each, _cell_name(line, row, each), options, desk) for each in first]
    found += [
        _less(line, row, place, options, desk) for place in range(len(row.planned)) if _is_less(actuals, row, place)
    ]
    return found + [_further(line, row, each, index, options, desk) for index, each in enumerate(extra)]


def _cell_name(line: Line, row: Row, absence: Absence) -> str:
    return names.cell(line.week.pk, row.number, absence.box, absence.day or 0)


def _panel(
    line: Line, row: Row, absence: Absence, name: str, options: Sequence[tuple[str, str]], desk: Desk,
    units: Control | None = None,
) -> Panel:  # fmt: skip
    stored = _stored_absence(line, row, absence)
    where = f"{absence.box}, {where_of(line, row, absence.day or 0)}"
    day = days_of(line.week.week)[absence.day] if absence.day is not None else None
    return Panel(
        key=name,
        title=day_words(day) if day else "In this week",
        text=f"{answers.unit(line.kind, absence.units)} {absence.box}",
        cause=desk.control(f"{name}-cause", f"{CAUSE}, {where}", stored.cause if stored else absence.cause),
        comment=desk.control(f"{name}-comment", f"{COMMENT}, {where}", stored.comment if stored else absence.comment),
        options=options,
        answer=answers.of_absence(_judged(line, row, absence), row, absence),
        where=f", {where}",
        units=units,
        same=_same(line, row, absence.day or 0) if units is None else name,
    )


def _same(line: Line, row: Row, place: int) -> str:
    return f"{names.row(line.week.pk, row.number)}-{place}"


def _stored_absence(line: Line, row: Row, absence: Absence) -> Absence | None:
    stored = stored_row(line, row)
    same = (each for each in (stored.absent if stored else ()) if (each.box, each.day) == (absence.box, absence.day))
    return next((each for each in same if not further(row) or each == absence), None)


def _judged(line: Line, row: Row, absence: Absence) -> Judged | None:
    return next((each for each in line.found.judged if each.row == row.number and each.absence == absence), None)


def _is_less(actuals: Actuals, row: Row, place: int) -> bool:
    """Whether less was delivered, no box says why, and the council wants to know."""
    there = any(not row.by_day or each.day == place for each in row.absent)
    return actuals.unexplained is None and row.actual[place] < row.planned[place] and not there


def _less(line: Line, row: Row, place: int, options: Sequence[tuple[str, str]], desk: Desk) -> Panel:
    units = row.planned[place] - row.actual[place]
    name = names.cell(line.week.pk, row.number, names.LESS, place)
    where = f"less than planned, {where_of(line, row, place)}"
    pretended = Absence("actual", units, day=place if row.by_day else None)
    return Panel(
        key=name,
        title=day_words(days_of(line.week.week)[place]) if row.by_day else "In this week",
        text=f"{answers.unit(line.kind, units)} less than planned",
        cause=desk.control(f"{name}-cause", f"{CAUSE}, {where}", ""),
        comment=desk.control(f"{name}-comment", f"{COMMENT}, {where}", ""),
        options=options,
        answer=answers.of_absence(None, row, pretended),
        where=f", {where}",
        same=_same(line, row, place),
    )


def _further(
    line: Line, row: Row, absence: Absence, index: int, options: Sequence[tuple[str, str]], desk: Desk
) -> Panel:
    name = f"{names.row(line.week.pk, row.number)}-x{index}"
    label = f"{upper_first(line.kind.unit.replace('_', ' '))}, {absence.box}, {where_of(line, row, 0)}"
    units = desk.control(f"{name}-units", label, names.figure(absence.units))
    return _panel(line, row, absence, name, options, desk, units)


def another(actuals: Actuals, line: Line, row: Row, desk: Desk) -> Panel | None:
    """A further cause in a row without days, where one stands already."""
    options = causes_for(actuals, line.kind, line.week.week)
    if row.by_day or desk.fixed or not row.absent or not options:
        return None
    stored = stored_row(line, row)
    name = f"{names.row(line.week.pk, row.number)}-x{len(further(stored)) if stored else 0}"
    where = f"another cause, {where_of(line, row, 0)}"
    unit = upper_first(line.kind.unit.replace("_", " "))
    return Panel(
        key=name,
        title="Another cause",
        text="",
        cause=desk.control(f"{name}-cause", f"{CAUSE}, {where}", ""),
        comment=desk.control(f"{name}-comment", f"{COMMENT}, {where}", ""),
        options=options,
        answer=Answered(None),
        where=f", {where}",
        same=name,
        units=desk.control(f"{name}-units", f"{unit}, {where}", ""),
    )
