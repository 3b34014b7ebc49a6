"""What both sides show of a change request: its state, its fields side by side, and its story."""

from collections.abc import Sequence
from datetime import datetime

from workflows.changes.rules import NAMES, State, What, reason_label
from workflows.changes.selectors import Line, Page
from workflows.council.profile import current
from workflows.engine import rules
from workflows.engine import selectors as engine
from workflows.engine.selectors import Chapter

from . import told
from .pieces import Entry, Fact, Tag
from .tables import Cell, ListTable
from .told import Telling
from .words import NOTHING, listing, moment, weekday_moment

STATES = {
    State.SUBMITTED: Tag("Submitted", "blue"),
    State.ACCEPTED: Tag("Accepted", "green"),
    State.ACCEPTED_IN_PART: Tag("Accepted in part", "teal"),
    State.REJECTED: Tag("Rejected", "red"),
    State.WITHDRAWN: Tag("Withdrawn", "grey"),
    State.UNDONE: Tag("Undone", "grey"),
    State.CLOSED: Tag("Closed", "grey"),
}
MOVED = "Changed since it was asked"
DECISIONS = {"accepted": Tag("Accepted", "green"), "rejected": Tag("Rejected", "red")}


def name_of(what: str) -> str:
    """What is asked for, in words."""
    return NAMES[What(what)]


def record_words(page: Page) -> str:
    """What a request is about."""
    record = page.record
    if page.request.contact is not None:
        return page.request.contact.name
    if page.what is What.CONTACT_CREATION:
        wanted = {line.field: line.wanted for line in page.lines}
        return f"{wanted.get('forename', '')} {wanted.get('surname', '')}".strip()
    return record.service.name if record.service else page.case.organisation.name


def beside(line: Line) -> str:
    """Which other open requests ask for the same field."""
    return f"Also asked for in {listing(line.others)}" if line.others else ""


class Fields(ListTable):
    """The fields of a request: as it was, as it is wanted, as it is recorded now, and what was decided."""

    label = Cell("Field", lambda line: line.label, name=True, second=beside)
    old = Cell("When asked", lambda line: line.old)
    wanted = Cell("Asked for", lambda line: line.wanted or "Nothing (to be emptied)", strong=True)
    now = Cell("Recorded", lambda line: line.now, second=lambda line: MOVED if line.moved else "")
    decision = Cell(
        "Decision",
        lambda line: line.reason or ("" if line.decision else NOTHING),
        tag=lambda line: DECISIONS.get(line.decision),
    )

    class Meta(ListTable.Meta):
        caption = "What is asked for, field by field"
        empty = "Nothing is asked for."

    def __init__(self, lines: Sequence[Line], *, decided: bool) -> None:
        super().__init__(lines, exclude=() if decided else ("decision",))


def facts(page: Page) -> list[Fact]:
    """State, when it was sent and by whom, and who has it or who decided."""
    found = [
        Fact("State", tag=STATES[State(page.case.state)], note="Archived" if page.archived else ""),
        Fact("Sent", moment(page.case.created), f"by {page.request.requested_by.name}"),
    ]
    if page.turn is not None:
        team = page.turn.team.name if page.turn.team else NOTHING
        due = f"due {weekday_moment(page.turn.due_at)}" if page.turn.due_at else ""
        return [*found, Fact("With", team, due)]
    if page.request.decided_by is not None:
        return [*found, Fact("Decided", _when(page.request.decided_at), f"by {page.request.decided_by.name}")]
    return [*found, Fact("Ended", _when(page.request.responded_at))]


def entries(page: Page) -> list[Entry]:
    """What happened, newest first, as the provider reads it: nothing of what the council does for itself."""
    chapters = engine.story(f"case:{page.case.pk}", leave_out=(*rules.INSIDE, "issue_password"))
    return told.entries(page.case, chapters, TELLING, inside=False)


def story(page: Page, chapters: Sequence[Chapter]) -> list[Entry]:
    """The same for the council."""
    return told.entries(page.case, chapters, TELLING)


def _reason(chapter: Chapter) -> str:
    return reason_label(current().change_requests, str(chapter.facts.get("reason", "")))


TELLING = Telling(
    {"reject": lambda each: f"Rejected: {_reason(each)}"},
    frozenset({"submit", "submit_contact", "remove_role", "withdraw"}),
)


def _when(at: datetime | None) -> str:
    return moment(at) if at else NOTHING
