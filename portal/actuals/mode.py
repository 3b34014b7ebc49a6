"""What this person may do with a week now: record it, change what was submitted, or read it."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.web.clock import Deadline, deadline
from backoffice.web.words import clock_time, plural, weekday_date
from workflows.actuals.filling import OPEN
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.selectors import FUNCTION, Line, Page
from workflows.engine import moment
from workflows.parties.actor import Actor

RECORD, CHANGE, READ = "record", "change", "read"
LATER = {ActualsFlow.check.name, ActualsFlow.checked.name}


@dataclass(frozen=True, slots=True)
class Mode:
    """`name` is what the page is for now; `can_change` whether what was submitted can be changed here."""

    name: str
    can_change: bool
    submit_mode: str

    @property
    def edits(self) -> bool:
        """Whether there is a form."""
        return self.name in {RECORD, CHANGE}

    @property
    def records(self) -> bool:
        """Whether the week is still to be recorded."""
        return self.name == RECORD

    @property
    def confirms(self) -> bool:
        """Whether the week is submitted by an act of its own, and not by saving."""
        return self.records and self.submit_mode != "on_save"


def mode_of(page: Page, actor: Actor, *, change: bool) -> Mode:
    """What this person may do; `change`: they have asked to change what was submitted."""
    able = actor.may(FUNCTION, "edit", page.case.service_id)
    node = page.turn.node if page.turn else ""
    later = able and node in LATER and any(can_be_filled(each) for each in page.lines)
    name = RECORD if able and page.recording else CHANGE if later and change else READ
    return Mode(name, later, page.actuals.submit_mode)


def can_be_filled(line: Line) -> bool:
    """Whether a line's week can still be filled in: not what is paid, disputed or suspended."""
    return line.week.standing in OPEN and not line.suspended


def cut_off(page: Page) -> Deadline:
    """Until when the week is taken; nothing where the council names no moment, or it is not the provider's turn."""
    until = page.turn.due_at if page.recording and page.turn else page.week.cut_off
    return deadline(until, moment.now())


def by_when(until: datetime | None, due: Deadline) -> str:
    """`Tuesday 18 February 2025, 17:00, 1 working day left`."""
    if until is None:
        return ""
    left = f", {due.clock.sentence}" if not due.clock.late else ""
    return f"{weekday_date(until)} ({clock_time(until)}){left}"


def needed(count: int) -> str:
    """`1 service user needs`, `3 service users need`."""
    return f"{plural(count, 'service user')} {'needs' if count == 1 else 'need'}"
