"""What the pages of invoices say: the list on the left, one invoice with its items, and what comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from backoffice.web import invoice_words, payment_why
from backoffice.web.payment_why import Working
from backoffice.web.pieces import Fact, Now, Tag
from backoffice.web.words import NOTHING, date_words, moment, money, plural
from workflows.actions.selectors import FUNCTION as ACTIONS
from workflows.actuals.selectors import FUNCTION as ACTUALS
from workflows.council.profile import current
from workflows.engine import door
from workflows.invoices import weeks
from workflows.invoices.acting import profile
from workflows.invoices.flow import InvoiceFlow
from workflows.invoices.models import CreditNote, Invoice
from workflows.invoices.rules import State, vat_number_words
from workflows.invoices.selectors import Page
from workflows.parties.actor import Actor
from workflows.payments.selectors import Paid

from ..council import team_name
from .forms import support_label

READ_ONLY = "Your role lets you read invoices, not create or submit them."


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of the list on the left."""

    invoice: Invoice
    current: bool
    several: bool

    @property
    def words(self) -> str:
        """`9 April to 6 May 2018`."""
        return invoice_words.period(self.invoice)

    @property
    def href(self) -> str:
        """Its page."""
        return reverse("portal:invoice", args=[self.invoice.pk])

    @property
    def contract(self) -> str:
        """The contract, where there are several."""
        contract = self.invoice.payment.contract
        return str(contract.title or contract.reference) if self.several else ""

    @property
    def amount(self) -> str:
        """What it claims, and what it is where it gives back."""
        words = money(self.invoice.payment.total)
        return f"{words}, credit note" if self.invoice.payment.total < 0 else words

    @property
    def tag(self) -> Tag:
        """Where it stands."""
        return invoice_words.tag(self.invoice.case.state)


def listed(found: Sequence[Invoice], here: int | None) -> list[Listed]:
    """The list on the left (step 2)."""
    several = len({each.payment.contract_id for each in found}) > 1
    return [Listed(each, each.pk == here, several) for each in found]


def noted(found: Iterable[CreditNote]) -> list[tuple[CreditNote, Tag]]:
    """Credit notes, each with where it stands."""
    return [(each, invoice_words.note_tag(each.case.state)) for each in found]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an invoice; `opened`: how it came to its amount stands below it."""

    working: Working
    opened: bool
    toggle: str

    @property
    def paid(self) -> Paid:
        """What it claims."""
        return self.working.paid


def items(found: Sequence[Paid], opened: str, held_by: str) -> list[Item]:
    """The items, each with how it came to its amount."""
    return [Item(payment_why.working(each, inside=False, held_by=held_by), opened in {str(each.line.pk), "all"},
                 _toggle(each, opened)) for each in found]  # fmt: skip


def _toggle(paid: Paid, opened: str) -> str:
    shown = opened in {str(paid.line.pk), "all"}
    return f"?{'' if shown else urlencode({'why': str(paid.line.pk)})}#line-{paid.line.pk}"


def support(actor: Actor, invoice: Invoice) -> str:
    """Where an action that asks about the invoice begins, filled in; empty when this person begins none."""
    if not actor.may(ACTIONS, "edit"):
        return ""
    return f"{reverse('portal:action_new')}?{urlencode({'invoice': invoice.pk})}"


@dataclass
class Shown:
    """One invoice as one person of its provider sees it at one moment."""

    page: Page
    actor: Actor
    now_is: datetime

    @property
    def invoice(self) -> Invoice:
        """The invoice."""
        return self.page.invoice

    @property
    def period(self) -> str:
        """Its period."""
        return invoice_words.period(self.invoice)

    @property
    def kind(self) -> str:
        """Invoice, or credit note where the period is below zero."""
        return invoice_words.kind(self.invoice)

    @property
    def contract(self) -> str:
        """Its contract."""
        contract = self.page.payment.contract
        return str(contract.title or contract.reference)

    @property
    def tag(self) -> Tag:
        """Where it stands."""
        return invoice_words.tag(self.page.case.state)

    def may(self, verb: str) -> bool:
        """Whether the door would let this person do this now."""
        page = self.page
        whole = self.actor.services_for(InvoiceFlow.function, "edit") is None
        return page.turn is not None and whole and door.may(self.actor, verb, page.case, page.turn, None) is None

    @property
    def blocked(self) -> str:
        """What stands in the way of creating or submitting it; empty when nothing does."""
        if self.page.missing:
            return weeks.words(self.page.missing)
        return profile().empty if self.page.empty else ""

    @property
    def week(self) -> str:
        """Where the first week that is to be submitted is recorded; empty when this person records none."""
        first = next(iter(self.page.missing), None)
        if first is None or first.case_id is None or not self.actor.may(ACTUALS):
            return ""
        return reverse("portal:actuals_week", args=[first.case_id])

    @property
    def creates(self) -> bool:
        """Whether Create is offered."""
        return self.page.state == State.UNSUBMITTED and not self.blocked and self.may("create")

    @property
    def submits(self) -> bool:
        """Whether Submit Invoice is offered."""
        return self.page.state == State.PENDING and self.may("submit")

    @property
    def claims_vat(self) -> bool:
        """Whether what VAT needs is asked for."""
        return self.submits and bool(self.page.payment.vat)

    @cached_property
    def support(self) -> str:
        """Where an action about this invoice begins."""
        return support(self.actor, self.invoice)

    @property
    def support_label(self) -> str:
        """What that type of action is called."""
        return support_label()

    @property
    def team(self) -> str:
        """The team that checks it."""
        holder = self.page.case.holder_team
        return holder.name if holder else team_name(current().team_for("payments", None))

    @property
    def facts(self) -> list[Fact]:
        """The strip at the top."""
        payment, invoice = self.page.payment, self.invoice
        total = Fact(f"{self.kind} total", money(payment.total), f"VAT {money(payment.vat)}" if payment.vat else "")
        number = [Fact("VAT registration", vat_number_words(invoice.vat_number))] if invoice.vat_number else []
        return [total, Fact("Items", plural(self.page.lines, "client line")), *number, self._paid]

    @property
    def _paid(self) -> Fact:
        payment = self.page.payment
        if payment.paid_at is not None:
            return Fact("Paid", date_words(payment.paid_at), payment.paid_reference)
        if payment.run_id is not None or payment.released_at is not None:
            return Fact("Paid on", date_words(payment.pay_on) if payment.payable else NOTHING)
        return Fact("Submit by", date_words(payment.cut_off), f"to be paid on {date_words(payment.pay_on)}")

    @property
    def now(self) -> Now:
        """What comes first on the page."""
        state, words = self.page.state, profile()
        if state == State.UNSUBMITTED:
            return self._unsubmitted(words.create_button)
        if state == State.PENDING:
            return self._pending(words.submit_button)
        if state == State.SUBMITTED:
            return Now(f"With {self.team} to be checked", "Nothing of it changes now. What comes to be known later is "
                       "put right in the next invoice.")  # fmt: skip
        told = {
            State.ACCEPTED: ("Accepted", "The next payment run takes it."),
            State.PROCESSED: (invoice_words.state_words(state), "It is final, and finance pays it."),
            State.PAID: (invoice_words.state_words(state), "Finance has paid it."),
        }
        return Now(*told[state])

    def _unsubmitted(self, button: str) -> Now:
        if self.blocked:
            return Now("It cannot be created yet", self.blocked)
        if not self.creates:
            return Now("To be created", READ_ONLY)
        return Now(f"Check the items, then press {button}", "Changes made to actuals still change it.", True)

    def _pending(self, button: str) -> Now:
        if self.page.question:
            return Now(f"{self.team} asks about it", f"“{self.page.question}”", True)
        if self.blocked:
            return Now("It cannot be submitted yet", self.blocked)
        if not self.submits:
            return Now("To be submitted", READ_ONLY)
        vat = "Attach your VAT invoice first. " if self.claims_vat and not self.page.documents else ""
        return Now(f"If it is correct, press {button}", f"{vat}Changes made to actuals still change it.", True)

    @property
    def carried(self) -> list[tuple[str, Decimal]]:
        """What earlier periods left, below the total of the items."""
        left = self.page.payment.carried_in
        return [("Taken back from earlier periods, which were below zero", left)] if left else []

    @property
    def done(self) -> list[str]:
        """Who created, submitted and accepted it, and when."""
        invoice = self.invoice
        said = (("Created", invoice.created_by, invoice.created_at),
                ("Submitted", invoice.submitted_by, invoice.submitted_at))  # fmt: skip
        return [f"{verb} by {who.name}, {moment(at)}" for verb, who, at in said if who is not None and at is not None]
