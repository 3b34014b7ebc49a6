"""What both sides show of a one-off claim: its states, what is claimed, where it is paid, and its story."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from workflows.claims.rules import State
from workflows.claims.selectors import Page, kind_label
from workflows.council.profile import current
from workflows.engine import rules
from workflows.engine import selectors as engine
from workflows.engine.selectors import Chapter

from . import told
from .pieces import Entry, Row, Tag
from .told import Telling
from .words import date_range, date_words, money

STATES = {
    State.SUBMITTED: Tag("With council", "blue"),
    State.QUERIED: Tag("Queried", "yellow"),
    State.ACCEPTED: Tag("Accepted", "green"),
    State.REJECTED: Tag("Rejected", "red"),
}
WAITS = "It waits for the next scheduled payment of the contract."


def state_tag(state: str) -> Tag:
    """The state of a claim as a tag."""
    return STATES[State(state)]


def name() -> str:
    """What the chapter is called (norfolk-handbook §2)."""
    module = current().claims
    return module.name if module else "One-Off Claims"


def about(page: Page) -> str:
    """What it is about: a care package line and whose it is, or a service."""
    line = page.claim.line
    if line is None:
        return str(page.case.service.name) if page.case.service else ""
    return f"{line.client} ({line.client.ss_ref}), {line.reference}"


def rows(page: Page) -> list[Row]:
    """What is claimed, for the summary list of both sides."""
    line, service = page.claim.line, page.case.service
    of_line = [line.service_level.name] if line else []
    where = [service.name] if service and line else []
    found = [
        Row("What for", page.kind),
        Row("About", about(page), [*of_line, *where]),
        Row("Date", date_words(page.claim.on)),
        Row("Amount", money(page.claim.amount)),
    ]
    if page.reason:
        found.append(Row("Rejected because", page.reason))
    return [*found, Row("Paid", paid_words(page))] if page.one_off else found


def paid_words(page: Page) -> str:
    """Where an accepted claim is paid: with which scheduled payment, when, and whether that is held out of it."""
    row = page.paid_by
    if row is None:
        return WAITS
    payment = row.payment
    words = f"With {payment.case.reference}, the payment of {date_range(payment.first, payment.last)}"
    if row.held_out_at is not None:
        return f"{words}, but held out of it: it waits to be put back."
    if payment.paid_at is not None:
        return f"{words}, paid on {date_words(payment.paid_at)}."
    return f"{words}, which is paid on {date_words(payment.pay_on)}."


def about_row(row: dict[str, Any]) -> str:
    """What a row of a list is about."""
    return f"{row['surname']}, {row['forename']} ({row['ss_ref']})" if row["ss_ref"] else row["service"] or ""


def kind_of(row: dict[str, Any]) -> str:
    """What a row of a list claims."""
    return f"{kind_label(row['kind'])}, {date_words(row['on'])}"


def outcome(row: dict[str, Any]) -> str:
    """What became of a row of a list: where it is paid; empty while it is open."""
    if row["state"] != State.ACCEPTED:
        return ""
    return f"{row['paid_by']}, paid on {date_words(row['pay_on'])}" if row["paid_by"] else "Waits for a payment"


def _lines(each: Chapter) -> list[str]:
    """How an answer put the amount right."""
    moved = each.facts.get("amount")
    if not isinstance(moved, list):
        return []
    before, after = (money(Decimal(str(one))) for one in moved)
    return [f"From {before} to {after}"]


TELLING = Telling(
    titles={
        "submit": lambda _: "Claimed",
        "query": lambda _: "Queried",
        "answer": lambda _: "Answered",
        "take": lambda _: "The time to answer was over",
        "accept": lambda _: "Accepted",
        "reject": lambda _: "Rejected",
    },
    by_provider=frozenset({"submit", "answer"}),
    lines=_lines,
)


def entries(page: Page, chapters: Sequence[Chapter] | None = None, *, inside: bool) -> list[Entry]:
    """The story, newest first; a provider's is without what the council wrote for itself."""
    leave_out = () if inside else rules.INSIDE
    found = engine.story(f"case:{page.case.pk}", leave_out) if chapters is None else chapters
    return told.entries(page.case, found, TELLING, inside=inside)
