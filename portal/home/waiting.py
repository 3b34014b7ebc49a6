"""What needs the person, and what waits for the council: the rows and boxes of the home page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Count, F, Max, Min, Sum
from django.urls import reverse

from backoffice.web.clock import Deadline, deadline
from backoffice.web.pieces import Fact
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import NOTHING, date_words, money, per_week, plural, upper_first
from workflows.contracts import selectors
from workflows.contracts.flow import ContractDocumentFlow
from workflows.contracts.selectors import FUNCTION, Filters, Summary
from workflows.council.profile import current
from workflows.engine import selectors as engine
from workflows.parties.actor import Actor

MOST_DEADLINES = 10
MOST_WITH_COUNCIL = 5


@dataclass(frozen=True, slots=True)
class Need:
    """Contract documents that are due at one moment."""

    count: int
    weekly: Decimal
    first_published: datetime
    last_published: datetime
    due: Deadline

    @property
    def what(self) -> str:
        """The thing to do."""
        return f"Agree or reject {plural(self.count, 'contract document')}"

    @property
    def href(self) -> str:
        """Where it is done."""
        return reverse("portal:documents")

    @property
    def stake(self) -> str:
        """What it is worth."""
        return money(self.weekly)

    @property
    def note(self) -> str:
        """`NCC ISO, published on 13 April 2018`."""
        first, last = date_words(self.first_published), date_words(self.last_published)
        when = f"on {first}" if first == last else f"from {first} to {last}"
        return f"{current().contract_documents.type_label}, published {when}"


@dataclass(frozen=True, slots=True)
class Answers:
    """Actions that await an answer: how many, and when the first is due."""

    count: int
    due: Deadline
    stake: str = NOTHING
    note: str = "The council awaits your answer"
    list_of: ClassVar[str] = "actions"

    @property
    def what(self) -> str:
        """The thing to do."""
        return f"Answer {plural(self.count, 'action')}"

    @property
    def href(self) -> str:
        """Where it is done: those that are assigned to the provider."""
        return f"{reverse('portal:actions')}?assigned=provider"


@dataclass(frozen=True, slots=True)
class Responses(Answers):
    """Disputes that await a response: how many, the money in dispute, and when the first is due."""

    note: str = "The council disputes actuals"
    list_of: ClassVar[str] = "disputes"

    @property
    def what(self) -> str:
        """The thing to do."""
        return f"Answer {plural(self.count, 'dispute')}"

    @property
    def href(self) -> str:
        """Where it is done: those that await the provider."""
        return f"{reverse('portal:disputes')}?status=provider"


@dataclass(frozen=True, slots=True)
class Queries(Answers):
    """Claims about which the council asks: how many, the money that depends on it, and when the first is due."""

    note: str = "The council asks about what you claim"
    list_of: ClassVar[str] = "claims"

    @property
    def what(self) -> str:
        """The thing to do."""
        return f"Answer {plural(self.count, 'query', 'queries')} about claims"

    @property
    def href(self) -> str:
        """Where it is done: those that are queried."""
        return f"{reverse('portal:claims')}?status=queried"


@dataclass(frozen=True, slots=True)
class Weeks(Answers):
    """Weeks of actuals that are to be recorded: how many, and which cut-off comes first."""

    note: str = "What you delivered, week by week"
    list_of: ClassVar[str] = "weeks"

    @property
    def what(self) -> str:
        """The thing to do."""
        return f"Record {plural(self.count, 'week')} of actuals"

    @property
    def href(self) -> str:
        """Where it is done: the calendar opens on the first of them."""
        return reverse("portal:actuals")


@dataclass(frozen=True, slots=True)
class Invoices(Answers):
    """Invoices that are to be created or submitted: how many, what they claim, and which cut-off comes first."""

    note: str = "What you claim for a period that is over"
    list_of: ClassVar[str] = "invoices"

    @property
    def what(self) -> str:
        """The thing to do."""
        return f"Send {plural(self.count, 'invoice')}"

    @property
    def href(self) -> str:
        """Where it is done."""
        return reverse("portal:invoices")


class Needs(ListTable):
    """What needs the person, first due first."""

    what = Cell(
        "What",
        lambda need: need.what,
        name=True,
        link=lambda need: need.href,
        more=lambda need: f"due on {need.due.on}",
        second=lambda need: need.note,
    )
    money = Cell(
        "Money at stake", lambda need: need.stake, second=lambda need: "a week" if isinstance(need, Need) else "",
        number=True,
    )  # fmt: skip
    due = Cell("Do it by", lambda need: need.due.on, second=lambda need: need.due.rest, tag=lambda need: need.due.tag)

    class Meta(ListTable.Meta):
        caption = "What needs you, first due first"
        empty = "Nothing needs you at the moment."


def needs(actor: Actor, now: datetime) -> list[Need]:
    """Documents that await the person, by due time, in one query."""
    turns = engine.provider_turns(actor, [FUNCTION]).filter(kind=ContractDocumentFlow.kind)
    groups = (
        turns.order_by("due_at")
        .values("due_at")
        .annotate(number=Count("id"), weekly=Sum("amount"), first=Min("created"), last=Max("created"))
    )
    return [_need(group, now) for group in groups[:MOST_DEADLINES]]


def _need(group: dict[str, Any], now: datetime) -> Need:
    due = deadline(group["due_at"], now)
    return Need(group["number"], group["weekly"] or Decimal(0), group["first"], group["last"], due)


def answers(summary: Summary, now: datetime) -> list[Answers]:
    """The actions that await the person, as one line."""
    return [Answers(summary.count, deadline(summary.due_at, now))] if summary.count else []


def responses(summary: Summary, now: datetime) -> list[Answers]:
    """The disputes that await the person, as one line."""
    if not summary.count:
        return []
    return [Responses(summary.count, deadline(summary.due_at, now), money(summary.weekly))]


def queries(summary: Summary, now: datetime) -> list[Answers]:
    """The queried claims that await the person, as one line; none where the council has no such module."""
    if not summary.count or current().claims is None:
        return []
    return [Queries(summary.count, deadline(summary.due_at, now), money(summary.weekly))]


def invoices(summary: Summary, now: datetime) -> list[Answers]:
    """The invoices that the person can send, as one line."""
    if not summary.count:
        return []
    return [Invoices(summary.count, deadline(summary.due_at, now), money(summary.weekly))]


def weeks(summary: Summary, now: datetime) -> list[Answers]:
    """The weeks that await the person, as one line; none where the council has no such module."""
    if not summary.count or current().actuals is None:
        return []
    return [Weeks(summary.count, deadline(summary.due_at, now))]


def figures(summary: Summary, needed: Sequence[Need], rejected: int) -> list[Fact]:
    """The three figures under the now panel."""
    first = (
        Fact("Next thing due", upper_first(needed[0].due.clock.note), needed[0].due.on)
        if needed
        else Fact("Next thing due", NOTHING)
    )
    return [
        first,
        Fact("Waiting for you to agree", per_week(summary.weekly) if needed else "Nothing", _until(summary, needed)),
        Fact("Waiting for the council", plural(rejected, "document"), "rejected, to be put right"),
    ]


def _until(summary: Summary, needed: Sequence[Need]) -> str:
    documents = plural(summary.count, "document")
    if not needed:
        return documents
    return f"{documents}, {'by' if len(needed) == 1 else 'the first by'} {needed[0].due.on}"


def with_council(actor: Actor, now: datetime) -> list[Fact]:
    """Rejected documents that a council team has, with its clock: both sides see the same one."""
    if not actor.may(FUNCTION):
        return []
    rows = selectors.listed(actor, "rejected", Filters()).order_by("due_at", "document_id")
    found: Sequence[dict[str, Any]] = rows.annotate(team=F("document__case__holder_team__name"))[:MOST_WITH_COUNCIL]
    return [_held(row, now) for row in found]


def _held(row: dict[str, Any], now: datetime) -> Fact:
    due = deadline(row["due_at"], now)
    was = "was due" if due.clock.late else "due"
    return Fact(
        f"{row['reference']}, {row['surname']}, {row['forename']}",
        f"With {row['team']}. New version {was} {due.on}, {due.clock.note}.",
        href=reverse("portal:document", args=[row["document_id"]]),
        link=f"See {row['reference']}",
    )
