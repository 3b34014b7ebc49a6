"""What both sides say of invoices and credit notes: where they stand, in the council's words, and their stories."""

from decimal import Decimal

from workflows.council.invoices import InvoiceStates
from workflows.council.profile import current
from workflows.engine import rules
from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.selectors import Chapter
from workflows.invoices.models import Invoice
from workflows.invoices.rules import NoteState, State

from . import told
from .pieces import Entry, Tag
from .told import Telling
from .words import date_range, money

COLOURS = {
    State.UNSUBMITTED: "grey",
    State.PENDING: "yellow",
    State.SUBMITTED: "blue",
    State.ACCEPTED: "purple",
    State.PROCESSED: "purple",
    State.PAID: "green",
}
NOTES = {
    NoteState.SUBMITTED: Tag("Submitted", "blue"),
    NoteState.QUERIED: Tag("With provider", "yellow"),
    NoteState.ACCEPTED: Tag("Accepted", "purple"),
    NoteState.CREDITED: Tag("Taken off", "green"),
    NoteState.REFUSED: Tag("Refused", "red"),
    NoteState.WITHDRAWN: Tag("Taken back", "grey"),
}


def name() -> str:
    """What the chapter is called (bedford-actuals-guide "Invoice/Credit Notes")."""
    module = current().invoices
    return module.name if module else "Invoices"


def state_words(state: str) -> str:
    """What a state is called by the council."""
    module = current().invoices
    return str(getattr(module.states if module else InvoiceStates(), State(state).value))


def tag(state: str) -> Tag:
    """Where an invoice stands."""
    return Tag(state_words(state), COLOURS[State(state)])


def note_tag(state: str) -> Tag:
    """Where a credit note stands."""
    return NOTES[NoteState(state)]


def kind(invoice: Invoice) -> str:
    """A period below zero is a credit note by itself: it claims nothing, and gives back."""
    return "Credit note" if invoice.payment.total < 0 else "Invoice"


def period(invoice: Invoice) -> str:
    """`9 April to 6 May 2018`."""
    return date_range(invoice.payment.first, invoice.payment.last)


def entries(case: Case, *, inside: bool) -> list[Entry]:
    """The story of an invoice or a credit note, newest first; a provider's is without what the council wrote for
    itself."""
    chapters = engine.story(f"case:{case.pk}", () if inside else rules.INSIDE)
    return told.entries(case, chapters, TELLING, inside=inside)


def _lines(each: Chapter) -> list[str]:
    """What it came to."""
    found = each.facts.get("total", each.facts.get("amount"))
    return [money(Decimal(str(found)))] if found not in (None, "") else []


TELLING = Telling(
    by_provider=frozenset({"create", "attach", "submit", "raise", "resend", "withdraw"}),
    lines=_lines,
)
