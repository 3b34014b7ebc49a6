"""What the pages of scheduled payments say: the periods on the left, one payment with its lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from backoffice.web import payment_why, payment_words
from backoffice.web.clock import Deadline, deadline
from backoffice.web.payment_why import Working
from backoffice.web.pieces import Fact, Tag
from backoffice.web.words import NOTHING, date_words, listing, money, plural, weekday_date, weekday_moment
from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.payments import remittance, selectors
from workflows.payments.commands import profile
from workflows.payments.models import Confirmation, Rejected, ScheduledPayment
from workflows.payments.selectors import Asked, Page, Paid, text_of

from ..council import team_name
from ..lines import acting

READ_ONLY = "Your role lets you read this payment, not confirm or reject it."
IN_PART = "You see the lines of your services. Whoever answers for the whole contract confirms or rejects it."
VIEW_ONLY = "Payments are shown here. The council does not ask you to confirm them."


@dataclass(frozen=True, slots=True)
class Entry:
    """One period on the left, of one contract."""

    payment: ScheduledPayment
    current: bool
    contract: str  # its name, where there are several
    whole: bool

    @property
    def words(self) -> str:
        """`9 April to 6 May 2018`."""
        return payment_words.period(self.payment)

    @property
    def href(self) -> str:
        """Its page."""
        return reverse("portal:payment", args=[self.payment.pk])

    @property
    def amount(self) -> str:
        """What is paid; of a contract that one sees a part of, that part."""
        if self.whole:
            return money(self.payment.payable)
        return f"{money(self.payment.seen)} for your services"  # type: ignore[attr-defined]

    @property
    def tags(self) -> list[Tag]:
        """Where it stands."""
        return payment_words.tags(self.payment)


def entries(found: Sequence[ScheduledPayment], here: int | None, actor: Actor) -> list[Entry]:
    """The periods on the left, the newest first."""
    several = len({each.contract_id for each in found}) > 1
    whole = selectors.reach(actor) is None
    return [Entry(each, each.pk == here, contract_name(each) if several else "", whole) for each in found]


def contract_name(payment: ScheduledPayment) -> str:
    """The contract as people call it."""
    return str(payment.contract.title or payment.contract.reference)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a payment. `opened`: its sum stands below it, and `toggle` hides it again."""

    working: Working
    opened: bool
    toggle: str
    rejected: Rejected | None
    action: str

    @property
    def paid(self) -> Paid:
        """What it is paid."""
        return self.working.paid

    @property
    def tags(self) -> list[Tag]:
        """How it stands, where it is not simply paid."""
        found = [self.working.tag] if self.working.tag else []
        return ([Tag("Rejected", "red")] if self.rejected else []) + found


@dataclass(frozen=True, slots=True)
class Said:
    """What the provider said of a line, and what became of it."""

    row: Rejected
    notice: str  # where to send the notice of death that is still needed

    @property
    def who(self) -> str:
        """Whose line; no line: the whole payment."""
        line = self.row.line
        return f"{line.client} ({line.client.ss_ref})" if line else "The whole payment"

    @property
    def what(self) -> str:
        """`Died 20 April 2018. “…”`"""
        since = f" {date_words(self.row.since)}" if self.row.since else ""
        happened = f"Died{since}." if self.row.died else f"Since{since}." if since else ""
        words = text_of(self.row.why)
        return " ".join(part for part in (happened, f"“{words}”" if words else "") if part)

    @property
    def became(self) -> str:
        """How the council has answered."""
        return str(Rejected.Answer(self.row.answer).label)

    @property
    def stake(self) -> str:
        """The money that it is about."""
        return money(self.row.at_stake)


@dataclass
class Shown:
    """One payment as one person of its provider sees it at one moment."""

    page: Page
    actor: Actor
    now_is: datetime
    rows: Sequence[Row] = field(default=())

    @property
    def payment(self) -> ScheduledPayment:
        """The payment."""
        return self.page.payment

    @property
    def period(self) -> str:
        """`9 April to 6 May 2018`."""
        return payment_words.period(self.payment)

    @property
    def contract(self) -> str:
        """Its contract."""
        return contract_name(self.payment)

    @property
    def is_final(self) -> bool:
        """Whether nothing of it changes any more."""
        return self.payment.finalised_at is not None

    @property
    def asks(self) -> bool:
        """Whether this person may confirm or reject it now."""
        return selectors.may_answer(self.actor) and not self.is_final and self.page.turn is not None

    @cached_property
    def due(self) -> Deadline:
        """Until when a change still counts in this payment."""
        return deadline(selectors.cut_off_at(self.payment.cut_off), self.now_is)

    @property
    def why_not(self) -> str:
        """Why this person is not asked; empty when they are, or when nobody is any more."""
        if self.is_final or self.asks:
            return ""
        if profile().review != "confirm":
            return VIEW_ONLY
        return READ_ONLY if self.page.whole else IN_PART

    @property
    def team(self) -> str:
        """The team that answers for it."""
        holder = self.payment.case.holder_team
        return holder.name if holder else team_name(current().team_for("payments", None))

    @property
    def tags(self) -> list[Tag]:
        """Where it stands, on its two axes."""
        return payment_words.tags(self.payment)

    @property
    def facts(self) -> list[Fact]:
        """The strip above the lines; the status stands beside it."""
        return [*self._answer_by(), self._payable(), self._paid_on()]

    def _answer_by(self) -> list[Fact]:
        if self.is_final:
            return [Fact("Finalised", date_words(self.payment.finalised_at), "It does not change any more")]
        if profile().review != "confirm":
            return [Fact("Finalised on", weekday_date(self.payment.finalise_on), "It may change until then")]
        label = "Answer by" if self.asks or not self.page.whole else "To be answered by"
        at = selectors.cut_off_at(self.payment.cut_off)
        return [Fact(label, weekday_moment(at), self.due.clock.note)]

    def _payable(self) -> Fact:
        if not self.page.whole:
            return Fact("Your services", money(self.page.seen), plural(self.page.lines, "line"))
        return Fact("Total Payable", money(self.payment.payable), f"VAT {money(self.payment.payable_vat)}")

    def _paid_on(self) -> Fact:
        payment = self.payment
        if payment.paid_at is not None:
            return Fact("Paid", weekday_date(payment.paid_at), payment.paid_reference)
        asked = profile().review == "confirm" and not self.is_final
        if not payment.payable and self.page.whole:
            return Fact("Paid on", NOTHING, "nothing is to be paid")
        return Fact("Paid on", weekday_date(payment.pay_on), "whether confirmed or not" if asked else "")

    @property
    def remittance(self) -> str:
        """Where the remittance advice of what was finalised is; empty where there is none for this person."""
        if not self.is_final or not remittance.may_read(self.actor):
            return ""
        return reverse("portal:remittance", args=[self.payment.pk])

    @property
    def heading(self) -> str:
        """What stands above the lines."""
        count = plural(self.page.lines, "line")
        return f"First check {'these' if self.page.lines != 1 else 'this'} {count}" if self.asks else "What is paid"

    @property
    def said(self) -> str:
        """What the provider said last; empty when nothing."""
        payment = self.payment
        if payment.confirmation == Confirmation.UNCONFIRMED or payment.confirmed_by is None or not self.page.whole:
            return ""
        verb = "Rejected" if payment.confirmation == Confirmation.REJECTED else "Confirmed"
        words = text_of(payment.comments)
        when = weekday_moment(payment.confirmed_at)
        return f"{verb} by {payment.confirmed_by.name}, {when}{f': “{words}”' if words else '.'}"

    @property
    def with_council(self) -> str:
        """Who has what was rejected, since when."""
        if not self.page.open_rejections:
            return ""
        since = date_words(self.page.open_rejections[-1].at)
        return f"{self.team} has it since {since}. The payment goes ahead meanwhile: rejecting does not stop it."

    @cached_property
    def rejections(self) -> list[Said]:
        """What was rejected, line by line, with the notice that a death still needs."""
        return [Said(each, self._notice(each)) for each in self.page.rejections]

    @cached_property
    def _death(self) -> str:
        return acting.notice_type(self.actor, "death")

    def _notice(self, row: Rejected) -> str:
        if not row.died or row.line is None or row.answer != Rejected.Answer.OPEN or not self._death:
            return ""
        address = acting.about(row.line.pk, row.line.service_id, self.actor, acting.new_action())
        return f"{address}&type={self._death}" if address else ""

    @property
    def carried(self) -> list[tuple[str, Decimal]]:
        """What earlier periods left, below the total of the lines."""
        if not self.page.whole or not self.payment.carried_in:
            return []
        return [("Taken back from earlier periods, which were below zero", self.payment.carried_in)]

    @property
    def owed(self) -> list[str]:
        """What a period below zero leaves: carried to the next one, or to recover, with its instalments."""
        payment = self.payment
        if not self.page.whole:
            return []
        found = []
        if payment.carried_out and getattr(payment, "debt", None) is None:
            amount = money(-payment.carried_out)
            found.append(f"This period is below zero, so nothing is paid: {amount} is carried to the next period.")
        return found + debt_words(payment)


def debt_words(payment: ScheduledPayment) -> list[str]:
    """What is to be recovered, and by which instalments; nothing where there is no debt."""
    debt = getattr(payment, "debt", None)
    if debt is None:
        return []
    left = debt.amount - debt.recovered
    found = [f"{money(debt.amount)} is to be recovered, because no later period takes it up."]
    if debt.recovered:
        found.append(f"{money(debt.recovered)} was recovered; {money(left)} is left.")
    if debt.instalments:
        plan = [(date.fromisoformat(each[0]), Decimal(str(each[1]))) for each in debt.instalments]
        each = listing(f"{money(amount)} from the period that begins on {date_words(first)}" for first, amount in plan)
        found.append(f"It was agreed that it is taken back in {plural(len(plan), 'instalment')}: {each}.")
    return found


def rows(found: Sequence[Paid], page: Page, actor: Actor, opened: str, query: dict[str, str]) -> list[Row]:
    """The lines of one page, each with how it came to its amount."""
    wrong = {each.line_id: each for each in page.open_rejections}
    team = page.payment.case.holder_team
    return [
        Row(
            payment_why.working(each, inside=False, held_by=team.name if team else ""),
            opened in {str(each.line.pk), "all"},
            _toggle(each, opened, query),
            wrong.get(each.line.pk),
            acting.about(each.line.pk, each.line.service_id, actor, acting.new_action()),
        )
        for each in found
    ]


def _toggle(paid: Paid, opened: str, query: dict[str, str]) -> str:
    shown = opened in {str(paid.line.pk), "all"}
    asked = {**query, **({} if shown else {"why": str(paid.line.pk)})}
    return f"?{urlencode(asked)}#line-{paid.line.pk}"


def asked_of(payment: ScheduledPayment) -> Asked:
    """The year and contract of a payment, as the left of its page shows them."""
    return Asked(payment.financial_year, payment.contract_id)
