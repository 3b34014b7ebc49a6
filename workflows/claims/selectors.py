"""The readers of one-off claims, already scoped to who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from workflows.council.profile import current
from workflows.engine import files
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Attachment, Case, Content, Task
from workflows.parties.actor import Actor
from workflows.payments import one_offs
from workflows.payments import selectors as payments
from workflows.payments.models import OneOff, PaymentLine

from .files import EVIDENCE
from .flow import ClaimFlow
from .models import Claim
from .rules import State

FUNCTION = ClaimFlow.function
KIND = ClaimFlow.kind
#: How lists of claims are ordered: those sent last first.
ORDER = ("-case_id",)
#: What a list can be narrowed by, with the words of the filter.
STATUSES = {
    State.SUBMITTED: "With the council", State.QUERIED: "Queried", State.ACCEPTED: "Accepted",
    State.REJECTED: "Rejected",
}  # fmt: skip
MOST_ALIKE = 5


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by."""

    status: str = ""
    kind: str = ""
    organisation_id: int | None = None
    first: date | None = None
    last: date | None = None

    @property
    def some(self) -> bool:
        """Whether anything is asked for."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Page:
    """A claim with everything that its page shows, save its story."""

    case: Case
    claim: Claim
    turn: Task | None
    evidence: Sequence[Attachment]
    one_off: OneOff | None  # once it is accepted: what is paid
    paid_by: PaymentLine | None  # the line of the payment that pays it; None while it waits for one
    shows_payment: bool  # whether this person may open that payment

    @property
    def kind(self) -> str:
        """What is claimed, in the council's words."""
        return kind_label(self.claim.kind)

    @property
    def text(self) -> str:
        """What the provider wrote."""
        return text_of(self.claim.text)

    @property
    def reason(self) -> str:
        """Why it was rejected, in the council's words."""
        found = current().claims
        known = {each.key: each.label for each in found.reasons} if found else {}
        return known.get(self.claim.reason, self.claim.reason)


def has_module() -> bool:
    """Whether the council takes claims here."""
    return current().claims is not None


def cases(actor: Actor) -> QuerySet[Case]:
    """The claims that this person may read; NotFound where the council has none."""
    if not has_module():
        raise NotFound
    return engine.cases(actor, FUNCTION).filter(kind=KIND)


def listed(actor: Actor, filters: Filters) -> Any:
    """Claims as plain rows, for `page_by_key` with `ORDER`."""
    turn = Task.objects.filter(process=OuterRef("case_id"), finished__isnull=True)
    placed = PaymentLine.objects.filter(one_off=OuterRef("case_id"), put_back_at=None)
    rows = _narrowed(Claim.objects.filter(case__in=cases(actor)), filters)
    return rows.values(
        "case_id",
        "kind",
        "on",
        "amount",
        "reason",
        state=F("case__state"),
        reference=F("case__reference"),
        created=F("case__created"),
        holder=F("case__holder"),
        team=F("case__holder_team__name"),
        organisation=F("case__organisation__name"),
        service=F("case__service__name"),
        client_id=F("case__client_id"),
        surname=F("case__client__surname"),
        forename=F("case__client__forename"),
        ss_ref=F("case__client__ss_ref"),
        due_at=Subquery(turn.values("due_at")[:1]),
        paid_by=Subquery(placed.values("payment__case__reference")[:1]),
        pay_on=Subquery(placed.values("payment__pay_on")[:1]),
    )


def page(actor: Actor, case_id: int) -> Page:
    """One claim; NotFound when it does not exist for this person."""
    related = ("text", "line__client", "line__service_level", "line__contract", "case__organisation", "case__service",
               "case__client", "case__holder_team", "case__one_off__line__contract")  # fmt: skip
    claim = Claim.objects.filter(case__in=cases(actor)).select_related(*related).filter(pk=case_id).first()
    if claim is None:
        raise NotFound
    turns = engine.open_turns(case_id)
    paid_by = one_offs.placed([case_id]).get(case_id)
    shown = paid_by is not None and payments.readable(actor).filter(pk=paid_by.payment_id).exists()
    return Page(
        claim.case, claim, turns[0] if turns else None, files.of(EVIDENCE, [case_id]).get(case_id, []),
        getattr(claim.case, "one_off", None), paid_by, shown,
    )  # fmt: skip


def alike(actor: Actor, found: Page) -> list[Case]:
    """Other claims of the same kind and day for the same line or service, that were not rejected: paid once already?"""
    rows = cases(actor).filter(claim__kind=found.claim.kind, claim__on=found.claim.on, service=found.case.service_id)
    rows = rows.filter(claim__line=found.claim.line_id).exclude(pk=found.case.pk).exclude(state=State.REJECTED)
    return list(rows.order_by("-pk")[:MOST_ALIKE])


def organisations(actor: Actor) -> list[tuple[int, str]]:
    """The providers that have sent claims, by name, for the council's filter."""
    found = cases(actor).order_by().values_list("organisation__name", "organisation_id").distinct()
    return [(pk, name) for name, pk in sorted(found)]


def kind_label(key: str) -> str:
    """A kind in the council's words; one that the profile no longer has is called by its key."""
    module = current().claims
    kind = module.kind(key) if module else None
    return kind.label if kind else key


def text_of(words: Content | None) -> str:
    """What somebody wrote; an erased text says so, and none is empty."""
    if words is None:
        return ""
    return "(erased)" if words.erased_at is not None else words.text


def _narrowed(rows: QuerySet[Claim], filters: Filters) -> QuerySet[Claim]:
    given: dict[str, Any] = {
        "case__state": filters.status, "kind": filters.kind, "case__organisation": filters.organisation_id,
        "on__gte": filters.first, "on__lte": filters.last,
    }  # fmt: skip
    return rows.filter(**{name: value for name, value in given.items() if value})
