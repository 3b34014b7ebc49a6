"""The readers of invoices and credit notes, already scoped to who asks.

Both are cases of a contract, so a provider's person reads them with reach to the whole provider only. Items are the
lines of the payment, read as payments reads them (`payments.selectors.paid`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from workflows.council.profile import current
from workflows.engine import files, moment
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Attachment, Case, Task
from workflows.parties.actor import Actor
from workflows.payments.models import PaymentLine, ScheduledPayment
from workflows.payments.selectors import Paid, Whose, paid, text_of, whose

from . import changes, weeks
from .acting import counted, profile
from .files import VAT_DOCUMENT
from .flow import CreditNoteFlow, InvoiceFlow
from .models import CreditNote, Invoice
from .rules import WITH_PROVIDER, State

FUNCTION = InvoiceFlow.function
KIND, NOTE_KIND = InvoiceFlow.kind, CreditNoteFlow.kind
ZERO = Decimal("0.00")
RELATED = ("case__organisation", "case__holder_team", "payment__contract", "payment__method", "payment__run",
           "created_by", "submitted_by", "accepted_by", "question")  # fmt: skip
#: How lists of invoices are ordered for `page_by_key`: the newest period first.
ORDER = ("-payment__first", "case")
NOTE_ORDER = ("-raised_at", "case")
STATES = tuple(State)
NOTE_RELATED = ("case__organisation", "case__holder_team", "invoice__case", "invoice__payment__contract", "line__line",
                "line__line__client", "line__line__service_level", "reason", "question", "raised_by", "decided_by",
                "credited_in__payment__case")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of invoices is narrowed by."""

    state: str = ""
    contract_id: int | None = None
    organisation_id: int | None = None
    first: date | None = None  # periods that share a day with the span from here
    last: date | None = None  # to here
    year: str = ""

    @property
    def some(self) -> bool:
        """Whether anything is asked for."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Page:
    """An invoice with what its page says besides its items."""

    case: Case
    invoice: Invoice
    turn: Task | None
    documents: Sequence[Attachment]
    lines: int
    empty: bool
    missing: Sequence[weeks.Missing]
    moved: Sequence[changes.Moved]
    waits: Decimal  # what of the period is not claimed yet, because it waits for somebody

    @property
    def payment(self) -> ScheduledPayment:
        """What it claims."""
        return self.invoice.payment

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.case.state)

    @property
    def question(self) -> str:
        """What the council asked last, or why it closed an empty one."""
        return text_of(self.invoice.question)

    @property
    def with_provider(self) -> bool:
        """Whether what it claims can still move."""
        return self.state in WITH_PROVIDER


def has_module(actor: Actor) -> bool:
    """Whether there are invoices for this person at all; NotFound is for pages, this for menus."""
    return current().invoices is not None and (KIND in actor.reads if actor.is_staff else may_read(actor))


def may_read(actor: Actor) -> bool:
    """Whether a provider's person reads invoices: for the whole provider, because they are of a contract."""
    return actor.may(FUNCTION) and actor.services_for(FUNCTION) is None


def cases(actor: Actor) -> QuerySet[Case]:
    """The invoices that this person may read, as cases; NotFound where the council has none."""
    profile()
    rows = engine.cases(actor, FUNCTION).filter(kind=KIND)
    return rows.filter(invoice__payment__visible_from__lte=moment.today()) if actor.is_provider else rows


def to_send(actor: Actor) -> QuerySet[Invoice] | None:
    """The invoices that this person can create or submit now; None where they send none.

    Of those that nobody has created yet, the ones whose period is over and in which there is something to claim
    (bedford-actuals-guide "Invoice/Credit Notes" 3: of an empty one, make an action).
    """
    if current().invoices is None or actor.services_for(FUNCTION, "edit") is not None:
        return None
    over = Q(case__state=State.UNSUBMITTED, payment__last__lt=moment.today(), payment__payable__gt=0)
    return Invoice.objects.filter(Q(case__state=State.PENDING) | over, case__in=cases(actor))


def note_cases(actor: Actor) -> QuerySet[Case]:
    """The credit notes that this person may read, as cases; NotFound where the council has none."""
    profile()
    return engine.cases(actor, FUNCTION).filter(kind=NOTE_KIND)


def invoices(actor: Actor, filters: Filters = Filters()) -> QuerySet[Invoice]:
    """Invoices for `page_by_key` with `ORDER`; each has `total`, what it claims."""
    rows = Invoice.objects.filter(case__in=cases(actor)).select_related(
        "case__organisation", "case__holder_team", "payment__contract"
    )
    given: dict[str, Any] = {
        "case__state": filters.state, "payment__contract": filters.contract_id,
        "case__organisation": filters.organisation_id, "payment__financial_year": filters.year,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    if filters.first is not None:
        rows = rows.filter(payment__last__gte=filters.first)
    return rows.filter(payment__first__lte=filters.last) if filters.last is not None else rows


def listed(actor: Actor, filters: Filters = Filters()) -> list[Invoice]:
    """The same, the newest period first: the list on the left (bedford-actuals-guide "Invoice/Credit Notes" 2)."""
    return list(invoices(actor, filters).order_by("-payment__first", "payment__contract__title", "case"))


def contracts(actor: Actor) -> list[tuple[int, str]]:
    """The contracts that have invoices, by name."""
    names = ("payment__contract_id", "payment__contract__title", "payment__contract__reference")
    rows = Invoice.objects.filter(case__in=cases(actor)).order_by().values_list(*names).distinct()
    return sorted(((pk, title or reference) for pk, title, reference in rows), key=lambda each: (each[1], each[0]))


def organisations(actor: Actor) -> list[tuple[int, str]]:
    """The providers that have invoices, by name, for the council's filter."""
    found = cases(actor).order_by().values_list("organisation__name", "organisation_id").distinct()
    return [(pk, name) for name, pk in sorted(found)]


def page(actor: Actor, case_id: int) -> Page:
    """One invoice; NotFound when it does not exist for this person. In eight queries at most."""
    invoice = Invoice.objects.filter(case__in=cases(actor), pk=case_id).select_related(*RELATED).first()
    if invoice is None:
        raise NotFound
    turns = engine.open_turns(case_id)
    rows = list(counted(invoice.payment_id).values_list("line_id", "total"))
    open_ = State(invoice.case.state) in WITH_PROVIDER
    waiting = PaymentLine.objects.filter(payment=invoice.payment_id, waiting=True)
    return Page(
        case=invoice.case,
        invoice=invoice,
        turn=turns[0] if turns else None,
        documents=files.of(VAT_DOCUMENT, [case_id]).get(case_id, []),
        lines=len({line for line, _ in rows}),
        empty=not any(total for _, total in rows),
        missing=weeks.missing(invoice.payment) if open_ else (),
        moved=changes.since(invoice) if open_ else (),
        waits=waiting.aggregate(all=Sum("not_paid"))["all"] or ZERO,
    )


def items(invoice: Invoice, line_ids: Collection[int]) -> list[Paid]:
    """The items of an invoice whose reader is checked, with how each came to its amount."""
    return paid(invoice.payment_id, line_ids)


def people(invoice: Invoice) -> list[Whose]:
    """Whose the items of an invoice are, by client; its reader is checked."""
    return whose(invoice.payment_id)


def of_payment(payment_id: int) -> Invoice | None:
    """The invoice that claims a payment whose reader is checked."""
    return Invoice.objects.filter(payment=payment_id).select_related("case__organisation", "case__holder_team").first()


def notes(actor: Actor, *, state: str = "", organisation_id: int | None = None) -> QuerySet[CreditNote]:
    """Credit notes for `page_by_key` with `NOTE_ORDER`."""
    given: dict[str, Any] = {"case__state": state, "case__organisation": organisation_id}
    rows = CreditNote.objects.filter(case__in=note_cases(actor))
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    return rows.select_related(*NOTE_RELATED)


def notes_of(invoice_id: int) -> list[CreditNote]:
    """The credit notes against lines of an invoice whose reader is checked, the newest first."""
    return list(CreditNote.objects.filter(invoice=invoice_id).select_related(*NOTE_RELATED).order_by("-case"))


def note(actor: Actor, case_id: int) -> tuple[CreditNote, Task | None]:
    """One credit note and its open turn; NotFound when it does not exist for this person."""
    found = notes(actor).filter(pk=case_id).first()
    if found is None:
        raise NotFound
    turns = engine.open_turns(case_id)
    return found, turns[0] if turns else None


def creditable(invoice: Invoice) -> list[tuple[PaymentLine, Decimal]]:
    """The lines of a processed invoice, whose reader is checked, of which something can still be credited, by client,
    with what is left of each."""
    if invoice.payment.finalised_at is None or not profile().credit_notes:
        return []
    rows = counted(invoice.payment_id).filter(total__gt=0).select_related("line__client", "line__service_level")
    gone = CreditNote.objects.filter(line=OuterRef("pk"), void=False).order_by().values("line")
    rows = rows.annotate(gone=Subquery(gone.annotate(sum=Sum("amount")).values("sum")))
    ordered: Any = rows.order_by("line__client__surname", "line__client__forename", "pk")
    left = [(each, each.total - (each.gone or ZERO)) for each in ordered]
    return [(row, rest) for row, rest in left if rest > 0]
