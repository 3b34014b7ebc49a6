"""The week's page (picture 03b): a row for each line, its boxes, whether it will be paid, and what it comes to.

A box takes a line's week total where the line has one row without days. Where it stands by day or in several rows, a
total could be spread in many ways and each would say something about days that nobody meant: such a line shows its
totals, and Edit days leads to its boxes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from backoffice.web.pieces import Fact
from backoffice.web.words import money, plural
from workflows.actuals.entry import Row
from workflows.actuals.models import Standing
from workflows.actuals.rules import NOTHING
from workflows.actuals.selectors import Line, Page
from workflows.council.actuals import Actuals, Box

from . import answers, names
from .answers import Answered
from .desk import Control, Desk
from .rows import looked
from .sheet import BOX_WORDS, Cell, boxes_of, correction_of, corrections_for
from .typed import causes_for

TABS = {"all": "All service users", "differences": "Differences", "needs": "Needs you"}


@dataclass(frozen=True, slots=True)
class GridRow:
    """One line of the week."""

    line: Line
    first: bool  # of its client: then the name stands there
    opened: Control | None
    planned: str
    cells: Sequence[Cell]
    difference: Sequence[str]
    cause: Control | None
    comment: Control | None
    options: Sequence[tuple[str, str]]
    answer: Answered
    amount: str
    href: str
    standing: str = ""
    correction: Control | None = None  # why it differs from the visits that were recorded
    corrections: Sequence[tuple[str, str]] = ()
    looked: Control | None = None  # the plan has changed since it was filled in

    @property
    def key(self) -> str:
        """The beginning of the names of its parts."""
        return names.line(self.line.week.pk)

    @property
    def client(self) -> str:
        """Who it is."""
        return str(self.line.week.line.client)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the week comes to. What is not decided hangs on causes that nobody has chosen yet."""

    planned: Decimal
    paid: Decimal
    undecided: Decimal
    units: Decimal
    paid_units: Decimal
    to_choose: int

    @property
    def not_paid(self) -> Decimal:
        """Planned, and neither paid nor open."""
        return max(self.planned - self.paid - self.undecided, NOTHING)


def boxes(lines: Iterable[Line]) -> list[Box]:
    """The columns of the page: the boxes of the kinds that are on it, in the profile's order."""
    found = {box for line in lines for box in boxes_of(line)}
    return [box for box in BOX_WORDS if box in found]


def needs_you(line: Line) -> bool:
    """Whether a line cannot be submitted as it is."""
    return not line.suspended and (not line.found.ready or line.found.unpriced)


def differs(line: Line) -> bool:
    """Whether a line differs from its plan, or from the visits that were recorded."""
    return any(row.differs or row.corrects for row in line.rows)


def clients(lines: Iterable[Line]) -> int:
    """How many service users these lines are of."""
    return len({line.week.line.client_id for line in lines})


def of_tab(lines: Sequence[Line], tab: str) -> list[Line]:
    """The lines of a tab."""
    if tab == "differences":
        return [line for line in lines if differs(line)]
    return [line for line in lines if needs_you(line)] if tab == "needs" else list(lines)


def totals(lines: Sequence[Line]) -> Totals:
    """What the lines come to together; what is paid, the policy says."""
    live = [line for line in lines if not line.suspended]
    return Totals(
        planned=sum((line.week.planned_cost for line in live), NOTHING),
        paid=sum((line.found.pay for line in live), NOTHING),
        undecided=sum((line.undecided for line in live), NOTHING),
        units=sum((answers.planned(line) for line in live), NOTHING),
        paid_units=sum((line.found.paid_units for line in live), NOTHING),
        to_choose=sum("cause" in line.found.lacks for line in live),
    )


def facts(lines: Sequence[Line]) -> list[Fact]:
    """Planned, will be paid, will not be paid, not decided."""
    found = totals(lines)
    live = [line for line in lines if not line.suspended]
    one_kind = len({line.kind.unit for line in live}) == 1

    def units(number: Decimal) -> str:
        return answers.unit(live[0].kind, number) if one_kind else ""

    choose = plural(found.to_choose, "cause") + " to choose" if found.to_choose else "Nothing to choose"
    return [
        Fact("Planned", money(found.planned), units(found.units)),
        Fact(answers.PAID, money(found.paid), units(found.paid_units)),
        Fact(answers.NOT_PAID, money(found.not_paid)),
        Fact("Not decided", money(found.undecided), choose),
    ]


def week_total(lines: Sequence[Line], columns: Sequence[Box]) -> list[tuple[str, str]]:
    """Planned, then what stands in each box."""
    live = [line for line in lines if not line.suspended]
    planned = sum((answers.planned(line) for line in live), NOTHING)
    found = [(BOX_WORDS[box], sum((answers.total(line, box) for line in live), NOTHING)) for box in columns]
    return [(label, f"{units:.2f}") for label, units in [("Planned", planned), *found]]


def controls(page: Page, line: Line) -> Mapping[str, Control]:
    """The fields of a line on the week's page, as they are stored."""
    desk = Desk()
    row(page, line, boxes_of(line), desk, first=True)
    return desk.controls


def simple(line: Line) -> Row | None:
    """The row whose boxes stand on the week's page: a line's only one, without days, one absence a box at most."""
    if len(line.rows) != 1 or line.rows[0].by_day:
        return None
    boxes = [each.box for each in line.rows[0].absent]
    return line.rows[0] if len(boxes) == len(set(boxes)) else None


def row(page: Page, line: Line, columns: Sequence[Box], desk: Desk, first: bool) -> GridRow:
    """A line of the grid; `first` of its service user: then their name stands there."""
    row = None if line.suspended else simple(line)
    cells = [_cell(line, row, box, desk) for box in columns]
    asked = _asked(page.actuals, line, row, desk)
    correction = correction_of(page.actuals, line, row, desk) if row is not None else None
    again = looked(line, desk) if row is not None else None
    href = reverse("portal:actuals_line", args=[page.case.pk, line.week.pk])
    return GridRow(
        line=line,
        first=first,
        opened=desk.opened(line) if row and not desk.fixed else None,
        planned=f"{answers.planned(line):.2f}",
        cells=cells,
        difference=answers.differences(page.actuals, line),
        cause=asked[0],
        comment=asked[1],
        options=causes_for(page.actuals, line.kind, line.week.week),
        answer=answers.of_line(page.actuals, line),
        amount=money(line.found.pay),
        href=href,
        standing=Standing(line.week.standing).label if line.week.standing == Standing.DISPUTED else "",
        correction=correction,
        corrections=corrections_for(page.actuals, row.corrected if row else ""),
        looked=again,
    )


def _cell(line: Line, row: Row | None, box: Box, desk: Desk) -> Cell:
    stands, planned = answers.total(line, box), answers.planned(line)
    if box not in line.kind.boxes:
        return Cell(BOX_WORDS[box], None)
    control = None
    if row is not None and not desk.fixed:
        name = names.cell(line.week.pk, row.number, box, 0)
        kept = stored_total(line, box)
        label = f"{BOX_WORDS[box]}, {line.week.line.client}, {line.week.line.service_level.name}"
        control = desk.control(name, label, names.figure(kept, always=box == "actual" and bool(planned)))
    if box == "actual":
        shade, note = answers.tone(stands, planned), answers.difference(stands, planned)
        return Cell(BOX_WORDS[box], control, f"{stands:.2f}", shade, note)
    return Cell(BOX_WORDS[box], control, names.figure(stands), "absent" if stands else "")


def stored_total(line: Line, box: Box) -> Decimal:
    """What is stored in a box of a line that has one row."""
    stored = line.week.rows[0]
    if box == "actual":
        return Decimal(stored["actual"][0])
    return sum((Decimal(each["units"]) for each in stored["absent"] if each["box"] == box), NOTHING)


def _asked(actuals: Actuals, line: Line, row: Row | None, desk: Desk) -> tuple[Control | None, Control | None]:
    """Cause and comment, where one of them is missing and one place can hold it; the rest is behind Edit days."""
    if row is None or desk.fixed or not row.differs:
        return None, None
    if not causes_for(actuals, line.kind, line.week.week):
        return None, _row_comment(line, row, desk)
    lacking = [each for each in row.absent if not each.cause] or _silent(line, row)
    name = names.cell(line.week.pk, row.number, names.LESS, 0)
    if len(row.absent) > 1:
        return None, None
    if row.absent:
        name = names.cell(line.week.pk, row.number, row.absent[0].box, 0)
    elif row.actual[0] > row.planned[0]:
        return None, _row_comment(line, row, desk)
    posted = desk.data is not None and f"{name}-cause" in desk.data
    if not lacking and row.absent and not posted:
        return None, None
    stored = _stored_absence(line, row)
    label = f"{line.week.line.client}, {line.week.line.service_level.name}"
    return (
        desk.control(f"{name}-cause", f"Cause, {label}", stored[0]),
        desk.control(f"{name}-comment", f"Comment, {label}", stored[1]),
    )


def _silent(line: Line, row: Row) -> list[object]:
    return [*row.absent] if "comment" in line.found.lacks else []


def _row_comment(line: Line, row: Row, desk: Desk) -> Control:
    label = f"Comment, {line.week.line.client}, {line.week.line.service_level.name}"
    stored = str(line.week.rows[0]["comment"])
    return desk.control(f"{names.row(line.week.pk, row.number)}-comment", label, stored)


def _stored_absence(line: Line, row: Row) -> tuple[str, str]:
    box = row.absent[0].box if row.absent else ""
    stored = next((each for each in line.week.rows[0]["absent"] if each["box"] == box), None)
    return (str(stored["cause"]), str(stored["comment"])) if stored else ("", "")
