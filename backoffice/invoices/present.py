"""What the pages of an invoice and of a credit note say to the council: what to do now, who has it, what it claims."""

from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse

from backoffice.cases.view import CaseView
from backoffice.web import invoice_words, told
from backoffice.web.pieces import Entry, Fact, Now, Row
from backoffice.web.words import date_words, moment, money, plural, weekday_date
from workflows.council.profile import current
from workflows.engine.models import Task
from workflows.engine.selectors import Chapter
from workflows.invoices import selectors
from workflows.invoices.acting import is_over
from workflows.invoices.models import CreditNote
from workflows.invoices.rules import NoteState, State, vat_number_words
from workflows.invoices.selectors import Page
from workflows.parties.actor import Actor
from workflows.payments.selectors import text_of

KIND, NOTE_KIND = selectors.KIND, selectors.NOTE_KIND


class _View(CaseView):
    """What both share."""

    @property
    def provider(self) -> str:
        """The provider's name."""
        return str(self.case.organisation.name)

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return told.entries(self.case, chapters, invoice_words.TELLING)

    def holder(self) -> str:
        """Who has it, in words: what only waits is nobody's turn, and the team answers for it."""
        if self.turn is not None and self.turn.team_id is None and self.case.holder_team is not None:
            return str(self.case.holder_team.name)
        return super().holder()

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder == "provider":
            return f"{self.provider} creates, submits and answers for what it claims."
        if self.case.holder_team is None:
            return "It is over, so nobody has it."
        usual = current().team(current().team_for("payments", self.group)).name
        if usual != self.team():
            return f"{usual} checks invoices and credit notes, and this one was handed to {self.team()}."
        return f"{usual} checks invoices and credit notes."


class InvoiceView(_View):
    """An invoice as one person of the council sees it now."""

    label = "Invoice"

    def __init__(self, page: Page, actor: Actor, put_right: Decimal) -> None:
        super().__init__(page.case, page.turn, actor)
        self.page, self.invoice, self.payment, self.put_right = page, page.invoice, page.payment, put_right

    @property
    def caption(self) -> str:  # type: ignore[override]
        """Invoice, or credit note where its period is below zero."""
        return invoice_words.kind(self.invoice)

    @property
    def list_href(self) -> str:
        """All invoices."""
        return reverse("council:invoices")

    @property
    def heading(self) -> str:
        """Which contract and which period."""
        contract = self.payment.contract
        return f"{contract.title or contract.reference}, {invoice_words.period(self.invoice)}"

    @property
    def empties(self) -> bool:
        """Whether the council may close it, because it has no items."""
        return self.page.with_provider and self.page.empty and is_over(self.payment) and self.may("close_empty")

    def status(self) -> Fact:
        """Where it stands, in the council's words."""
        return Fact("Status", tag=invoice_words.tag(self.state))

    def stake(self) -> Fact:
        """What it claims."""
        return Fact("Total", money(self.payment.total), f"VAT {money(self.payment.vat)}")

    def rows(self) -> list[Row]:
        """What the summary says of it."""
        invoice, payment = self.invoice, self.payment
        did = (("Created", invoice.created_by, invoice.created_at), ("Submitted", invoice.submitted_by,
               invoice.submitted_at), ("Accepted", invoice.accepted_by, invoice.accepted_at))  # fmt: skip
        found = [Row(verb, f"{who.name}, {moment(at)}") for verb, who, at in did if who is not None]
        if payment.vat or invoice.vat_number:
            number = vat_number_words(invoice.vat_number) if invoice.vat_number else "Not given yet"
            found.append(Row("VAT registration number", number))
        return [*found, Row("Paid on", date_words(payment.paid_at or payment.pay_on), self._paid())]

    def panel(self) -> Now:
        """What to do now."""
        state, total = State(self.state), money(self.payment.total)
        if state == State.SUBMITTED:
            return self._to_check(total)
        if state == State.UNSUBMITTED:
            return Now(f"{self.provider} has not created it yet", self._not_yet())
        if state == State.PENDING:
            asked = f"You asked: “{self.page.question}” " if self.page.question else ""
            return Now(f"{self.provider} has it, and submits it", f"{asked}{self._not_yet()}")
        if state == State.ACCEPTED:
            return Now(f"Accepted: {total}", "The next payment run takes it.")
        words = "A payment run has made it final; finance pays it." if state == State.PROCESSED else "Finance paid it."
        return Now(f"Nothing to do: {invoice_words.state_words(state).lower()}", words)

    def _to_check(self, total: str) -> Now:
        what = f"{self.provider} claims {total} for {plural(self.page.lines, 'line')}."
        text = f"{what} Nothing of it changes while you check."
        if not self.may("accept"):
            return Now(f"{self.team()} checks it by {weekday_date(self.due)}", text)
        return Now("Now: check the invoice", text, warm=True, button="Accept", href=self.address("invoice_accept"),
                   also="Query", also_href=self.address("invoice_query"))  # fmt: skip

    def _not_yet(self) -> str:
        if self.page.missing:
            return (
                f"{plural(len(self.page.missing), 'week')} of its actuals {_is(len(self.page.missing))} not submitted."
            )
        return "It has no items." if self.page.empty else "What changes in its actuals still changes it."

    def _paid(self) -> list[str]:
        payment = self.payment
        if payment.paid_at is not None:
            return [payment.paid_reference] if payment.paid_reference else []
        return ["As soon as it is accepted and a run has taken it"] if payment.run_id is None else []


class NoteView(_View):
    """A credit note as one person of the council sees it now."""

    label = "Credit note"
    caption = "Credit note"

    def __init__(self, note: CreditNote, turn: Task | None, actor: Actor) -> None:
        super().__init__(note.case, turn, actor)
        self.note = note

    @property
    def list_href(self) -> str:
        """All credit notes."""
        return reverse("council:credit_notes")

    @property
    def heading(self) -> str:
        """Of whom, against which invoice."""
        return f"{money(self.note.amount)} off {self.note.invoice.case.reference}, {self.note.line.line.client}"

    def status(self) -> Fact:
        """Where it stands."""
        return Fact("Status", tag=invoice_words.note_tag(self.state))

    def stake(self) -> Fact:
        """What it gives back."""
        return Fact("Gives back", money(self.note.amount), f"VAT {money(self.note.vat)}")

    def rows(self) -> list[Row]:
        """What the summary says of it."""
        note, line = self.note, self.note.line.line
        period = invoice_words.period(note.invoice)
        found = [
            Row("Against", f"{note.invoice.case.reference}, {period}"),
            Row("Line", f"{line.client} ({line.client.ss_ref}), {line.reference}", [line.service_level.name]),
            Row("The line was worth", money(note.line.total)),
            Row("Gives back", money(note.amount), [f"of which VAT {money(note.vat)}"] if note.vat else []),
            Row("Raised", f"{note.raised_by.name}, {moment(note.raised_at)}"),
        ]
        if note.credited_in is not None:
            found.append(Row("Taken off", f"by {note.credited_in.payment.case.reference}"))
        return found

    def panel(self) -> Now:
        """What to do now."""
        state = NoteState(self.state)
        if state == NoteState.SUBMITTED:
            text = (
                f"{self.provider} gives back {money(self.note.amount)}. Accepted, it is taken off the next open period."
            )
            if not self.may("accept"):
                return Now(f"{self.team()} checks it by {weekday_date(self.due)}", text)
            return Now("Now: check the credit note", text, warm=True, button="Accept",
                       href=self.address("credit_note_accept"), also="Query",
                       also_href=self.address("credit_note_query"))  # fmt: skip
        told_ = {
            NoteState.QUERIED: (
                f"{self.provider} answers by {weekday_date(self.due)}",
                f"You asked: “{self.question}”",
            ),
            NoteState.ACCEPTED: ("Accepted", "It waits for an open period of the contract."),
            NoteState.CREDITED: ("Nothing to do: taken off", "The payment above has taken it up."),
            NoteState.REFUSED: ("Nothing to do: refused", f"“{self.question}”"),
            NoteState.WITHDRAWN: ("Nothing to do: taken back", "The provider has taken it back."),
        }
        return Now(*told_[state])

    @property
    def question(self) -> str:
        """What the council asked last, or why it refused."""
        return text_of(self.note.question)

    @property
    def reason(self) -> str:
        """Why the provider gives it back."""
        return text_of(self.note.reason)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
