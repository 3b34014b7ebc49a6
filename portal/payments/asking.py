"""The payments that await a person, and the next one that is paid: for the home page and for the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from backoffice.web import payment_words
from backoffice.web.clock import Deadline, deadline
from backoffice.web.pieces import Fact, Now
from backoffice.web.words import money, plural, upper_first, weekday_date, weekday_moment
from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.payments import selectors
from workflows.payments.models import Confirmation, ScheduledPayment
from workflows.payments.selectors import FUNCTION, cut_off_at

#: So many payments that are to come are looked at for the home page.
MOST = 60
GOES_AHEAD = "The payment goes ahead either way: use this to tell us if someone has died or moved out."


@dataclass(frozen=True, slots=True)
class Check:
    """Payments of one person that are to be confirmed or rejected, the one that is cut off first in front."""

    payments: Sequence[ScheduledPayment]
    due_at: datetime
    due: Deadline

    @property
    def what(self) -> str:
        """The thing to do."""
        count = len(self.payments)
        return "Confirm or reject the scheduled payment" if count == 1 else f"Confirm or reject {count} payments"

    @property
    def href(self) -> str:
        """Where it is done: the payment, or the list where there are several."""
        if len(self.payments) == 1:
            return reverse("portal:payment", args=[self.payments[0].pk])
        return reverse("portal:payments")

    @property
    def amount(self) -> Decimal:
        """What they come to."""
        return sum((each.payable for each in self.payments), Decimal(0))

    @property
    def stake(self) -> str:
        """The same in words."""
        return money(self.amount)

    @property
    def note(self) -> str:
        """`9 April to 6 May 2018. The payment goes ahead either way: …`"""
        return f"{payment_words.period(self.payments[0])}. {GOES_AHEAD}" if len(self.payments) == 1 else GOES_AHEAD

    @property
    def first(self) -> Now:
        """The now panel: `First: check the payment of £9,932.20 by Friday 20 April 2018`."""
        what = "the payment" if len(self.payments) == 1 else plural(len(self.payments), "payment")
        text = f"After {weekday_moment(self.due_at)}, a change can only be put right in a later payment."
        title = f"First: check {what} of {self.stake} {self.due.by}"
        return Now(title, text, self.due.soon, "Check the payment", self.href)


def coming(actor: Actor) -> list[ScheduledPayment]:
    """The payments to come, those paid first first; none where the council or the role has none."""
    if current().payments is None or not actor.may(FUNCTION):
        return []
    return selectors.coming(actor, MOST)


def to_check(actor: Actor, found: Sequence[ScheduledPayment], now: datetime) -> Check | None:
    """Those that this person confirms or rejects and whose cut-off has not passed."""
    if not found or not selectors.may_answer(actor):
        return None
    mine = [each for each in found if _waits(each) and cut_off_at(each.cut_off) > now]
    if not mine:
        return None
    mine.sort(key=lambda each: (each.cut_off, each.pk))
    due_at = cut_off_at(mine[0].cut_off)
    return Check(mine, due_at, deadline(due_at, now))


def figures(check: Check | None, found: Sequence[ScheduledPayment], actor: Actor) -> list[Fact]:
    """How long until the cut-off, and what is paid next (picture 01)."""
    facts = []
    if check is not None:
        when = f"{weekday_moment(check.due_at)}: scheduled payment"
        facts.append(Fact("Next cut-off", upper_first(check.due.clock.note.removesuffix(" left")), when))
    if found:
        day = found[0].pay_on
        whole = selectors.reach(actor) is None
        same = [each for each in found if each.pay_on == day]
        amount = sum((_amount(each, whole=whole) for each in same), Decimal(0))
        waits = ", not yet confirmed" if check and any(_waits(each) for each in same) else ""
        note = f"Paid on {weekday_date(day)}{waits}" if whole else f"For your services, paid on {weekday_date(day)}"
        facts.append(Fact("Next payment", money(amount), note))
    return facts


def _waits(payment: ScheduledPayment) -> bool:
    return payment.confirmation == Confirmation.UNCONFIRMED and payment.finalised_at is None


def _amount(payment: ScheduledPayment, *, whole: bool) -> Decimal:
    amount: Decimal = payment.payable if whole else payment.seen  # type: ignore[attr-defined]
    return amount
