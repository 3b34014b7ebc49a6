"""What a scheduled payment's page says to the council: what to do now, where it stands, what it comes to."""

from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse

from backoffice.cases.view import CaseView
from backoffice.web import payment_words, told
from backoffice.web.pieces import Entry, Fact, Now
from backoffice.web.words import date_words, moment, money, plural, weekday_date
from workflows.council.profile import current
from workflows.engine.models import Task
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor
from workflows.payments.models import Confirmation, Rejected
from workflows.payments.rules import State
from workflows.payments.selectors import Page

ZERO = Decimal("0.00")


class PaymentView(CaseView):
    """A payment as one person of the council sees it now."""

    label = "Scheduled payment"
    caption = "Scheduled payment"

    def __init__(self, page: Page, turn: Task | None, actor: Actor) -> None:
        super().__init__(page.payment.case, turn, actor)
        self.page, self.payment = page, page.payment

    @property
    def list_href(self) -> str:
        """All periods."""
        return reverse("council:payments")

    @property
    def heading(self) -> str:
        """Which contract and which period."""
        return f"{self.contract}, {payment_words.period(self.payment)}"

    @property
    def contract(self) -> str:
        """The contract as both sides call it."""
        return self.payment.contract.title or self.payment.contract.reference

    @property
    def provider(self) -> str:
        """The provider's name."""
        return str(self.case.organisation.name)

    @property
    def at_stake(self) -> Decimal:
        """The money that rejections are about which nobody has answered."""
        return sum((each.at_stake for each in self.page.open_rejections), ZERO)

    @property
    def is_open(self) -> bool:
        """Whether it may still change."""
        return self.payment.finalised_at is None

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return told.entries(self.case, chapters, payment_words.TELLING)

    def facts(self) -> list[Fact]:
        """The strip under the panel: both axes, the money, the days that matter, who has it."""
        payment = self.payment
        found = [Fact("Status", tag=payment_words.state(payment))]
        found += [Fact("Provider's answer", tag=each, note=self._answered()) for each in
                  payment_words.confirmation(payment)]  # fmt: skip
        final = f"finalised {date_words(payment.finalised_at or payment.finalise_on)}"
        paid = f"paid, {payment.paid_reference or moment(payment.paid_at)}" if payment.paid_at else final
        who = Fact("Who has it", self.holder(), self.clock.note if self.due else "")
        return [*found, Fact("Payable", money(payment.payable), f"VAT {money(payment.payable_vat)}"),
                Fact("Paid on", date_words(payment.pay_on), paid), who]  # fmt: skip

    def panel(self) -> Now:
        """What to do now."""
        if self.page.open_rejections and self.turn is not None and self.turn.node == "answer":
            return self._rejected()
        if self.is_open:
            return self._current()
        return self._closed()

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder_team is None:
            return "It was paid, so nobody has it."
        usual = current().team(current().team_for("payments", self.group)).name
        if usual != self.team():
            return f"{usual} answers for payments, and this one was handed to {self.team()}."
        return f"{usual} answers for payments until they are paid."

    def holder(self) -> str:
        """Who has it, in words: a payment that only waits is nobody's turn, and the team answers for it."""
        if self.turn is not None and self.turn.team_id is None and self.case.holder_team is not None:
            return str(self.case.holder_team.name)
        return super().holder()

    def _rejected(self) -> Now:
        lines = [each for each in self.page.open_rejections if each.line_id is not None]
        what = plural(len(lines), "line") if lines else "the payment"
        text = (f"{money(self.at_stake)} depends on it. The payment is finalised on {self._finalised_on()}, answered or"
                " not: rejecting does not stop it.")  # fmt: skip
        if not self.may("amend"):
            return Now(f"{self.team()} answers by {weekday_date(self.due)}: {what} rejected", text)
        return Now(f"Now: answer what {self.provider} rejected: {what}", text, warm=True, button="Answer",
                   href=reverse("council:payment_answer", args=[self.case.pk]))  # fmt: skip

    def _current(self) -> Now:
        if self.payment.changed:
            return Now("It is being worked out again", "Something that it is worked out from has changed. It takes a"
                       " minute or so: load this page again then.")  # fmt: skip
        review = payment_words.confirmation(self.payment)
        said = {
            Confirmation.UNCONFIRMED: f"{self.provider} has until {weekday_date(self.payment.cut_off)} to confirm or"
            " reject it; it is paid whether they do or not.",
            Confirmation.CONFIRMED: f"{self.provider} has confirmed it.",
            Confirmation.REJECTED: "What was rejected is answered.",
        }[Confirmation(self.payment.confirmation)]
        return Now(f"It is finalised on {self._finalised_on()}", said if review else "")

    def _closed(self) -> Now:
        state = State(self.state)
        if state == State.PARTLY:
            return Now("Finalised without the lines that are held out",
                       "Put a line back, and a later payment pays it.")  # fmt: skip
        if self.payment.paid_at:
            return Now(f"Paid: {money(self.payment.payable)}", f"{date_words(self.payment.paid_at)},"
                       f" {self.payment.paid_reference}".rstrip(", "))  # fmt: skip
        text = (
            f"{money(self.payment.payable)} is paid on {weekday_date(self.payment.pay_on)}. It cannot change any more."
        )
        return Now("Nothing to do: it is finalised", text)

    def _finalised_on(self) -> str:
        return weekday_date(self.payment.finalise_on)

    def _answered(self) -> str:
        payment = self.payment
        if payment.confirmed_at is None or payment.confirmed_by is None:
            return f"until {date_words(payment.cut_off)}"
        return f"by {payment.confirmed_by.name}, {moment(payment.confirmed_at)}"


def whose(said: Rejected) -> str:
    """Whose line a rejection is about, or that it is about all."""
    if said.line is None:
        return "The whole payment"
    return f"{said.line.client} ({said.line.client.ss_ref})"


def since_words(said: Rejected) -> str:
    """`Died on 20 April 2018`, or `Wrong since 20 April 2018`."""
    if said.since is None:
        return "For the whole period"
    return f"{'Died on' if said.died else 'Wrong since'} {date_words(said.since)}"
