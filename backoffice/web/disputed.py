"""What both sides show of a dispute: its states and sums, its rows side by side, and its story."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse

from workflows.council.profile import current
from workflows.disputes.models import DisputedRow
from workflows.disputes.rules import WORDS, Awaits, State
from workflows.disputes.selectors import Page, text_of
from workflows.engine import rules
from workflows.engine import selectors as engine
from workflows.engine.selectors import Chapter
from workflows.register.rules import plain

from . import told
from .pieces import Entry, Fact, Tab, Tag
from .tables import Cell, ListTable
from .told import Telling
from .words import NOTHING, date_words, listing, moment, money, plural

STATES = {
    State.RAISED: Tag("With provider", "yellow"),
    State.ANSWERED: Tag("With council", "blue"),
    State.DECIDED: Tag("Decided", "green"),
}
ROWS = {
    Awaits.PROVIDER: Tag("Awaits provider", "yellow"),
    Awaits.COUNCIL: Tag("Awaits council", "blue"),
    Awaits.NOTHING: Tag("Decided", "green"),
}
NO_CAUSE = "No cause was given"


def state_tag(state: str) -> Tag:
    """The state of a dispute as a tag."""
    return STATES[State(state)]


def chapter(here: str) -> list[Tab]:
    """The two lists of the chapter, on the page of either: `here` is "actuals" or "disputes"."""
    profile = current().actuals
    weeks = profile.name if profile else "Actuals"
    return [
        Tab(weeks, reverse("portal:actuals"), current=here == "actuals"),
        Tab(name(), reverse("portal:disputes"), current=here == "disputes"),
    ]


def name() -> str:
    """What the chapter is called (bedford-actuals-guide "Disputes")."""
    return current().chapters.disputes


def cause_words(causes: Sequence[str]) -> str:
    """Why something planned was not delivered, in the council's words."""
    profile = current().actuals
    known = {each.key: each.label for each in profile.causes} if profile else {}
    return listing([known.get(each, each) for each in causes]) if causes else NO_CAUSE


def person(row: DisputedRow) -> str:
    """Whose care it is, as lists name them."""
    return str(row.line_week.line.client)


def _lines(each: Chapter) -> list[str]:
    """What was decided, row by row as many."""
    ways: dict[str, int] = {}
    for _, way in each.facts.get("choices", []):
        ways[way] = ways.get(way, 0) + 1
    return [f"{WORDS[way]}: {plural(count, 'row')}" for way, count in ways.items()]


TELLING = Telling(
    titles={"answer": lambda _: "Updated the request resolution", "take": lambda _: "The time to answer was over"},
    by_provider=frozenset({"amend", "answer"}),
    lines=_lines,
)


def entries(page: Page, *, inside: bool) -> list[Entry]:
    """The story, newest first; a provider's is without what the council wrote for itself."""
    chapters = engine.story(f"case:{page.case.pk}", () if inside else rules.INSIDE)
    return told.entries(page.case, chapters, TELLING, inside=inside)


def sums(page: Page) -> list[Fact]:
    """What is in dispute and what is not, or what was decided."""
    if not page.open_rows:
        return [Fact("Payable as decided", money(page.decided))]
    found = [
        Fact("In dispute", money(page.in_dispute), plural(len(page.open_rows), "row")),
        Fact("Not in dispute", money(page.not_in_dispute), "of these rows, payable at once"),
    ]
    return [*found, Fact("Decided", money(page.decided))] if page.decided else found


def _units(units: Decimal | None) -> str:
    return plain(units) if units is not None else NOTHING


def _result(row: DisputedRow) -> str:
    if row.awaits != Awaits.NOTHING:
        return "Asked again" if row.words_id else ""
    return f"{WORDS[row.decision]}: {money(row.paid_cost)}"


def _said(row: DisputedRow) -> str:
    words = text_of(row.words)
    when = f" on {date_words(row.decided_at)}" if row.decided_at else ""
    who = f"{row.decided_by.name}{when}" if row.decided_by else ""
    return f"{who}: “{words}”" if words and who else f"“{words}”" if words else who


class Rows(ListTable):
    """The rows of a dispute: what was planned, claimed and amended, and what became of it."""

    client = Cell(
        "Client", person, name=True, second=lambda row: f"{row.line_week.line.service_level.name}, {row.line_week.line}"
    )
    planned = Cell("Planned", lambda row: _units(row.planned), second=lambda row: money(row.planned_cost), number=True)
    claimed = Cell("Claimed", lambda row: _units(row.claimed), second=lambda row: money(row.claimed_cost), number=True)
    amended = Cell(
        "Amended",
        lambda row: _units(row.amended_units),
        second=lambda row: money(row.amended_cost) if row.amended_cost is not None else "",
        number=True,
    )
    at_stake = Cell("In dispute", lambda row: money(row.at_stake), number=True)
    payable = Cell("Not in dispute", lambda row: money(row.payable_cost), number=True)
    status = Cell("Status", _result, tag=lambda row: ROWS[Awaits(row.awaits)], second=_said)

    class Meta(ListTable.Meta):
        caption = "Disputed actuals"
        empty = "There are no rows."


def status_words(row: dict[str, Any]) -> Tag:
    """A row of a list by what it waits for."""
    return ROWS[Awaits(row["awaits"])]


def client_of(row: dict[str, Any]) -> str:
    """Whose care it is, as lists name them."""
    return f"{row['surname']}, {row['forename']} ({row['ss_ref']})"


def who_has(row: dict[str, Any]) -> str:
    """Who has the dispute."""
    if row["holder"] == "provider":
        return "Provider"
    return f"LA ({row['team']})" if row["team"] else NOTHING


def since(row: dict[str, Any]) -> str:
    """Since when."""
    return f"since {moment(row['since'])}" if row["holder"] in {"provider", "team"} else ""


def outcome(row: dict[str, Any]) -> str:
    """What was decided about a row of a list; empty while it is open."""
    return f"{WORDS[row['decision']]}: {money(row['paid_cost'])}" if row["decision"] else ""
