"""What both sides say of a scheduled payment: where it stands on its two axes, its period, and its story."""

from collections.abc import Sequence
from decimal import Decimal

from workflows.council.profile import current
from workflows.engine import rules
from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.selectors import Chapter
from workflows.payments.models import Confirmation, ScheduledPayment
from workflows.payments.rules import State

from . import told
from .pieces import Entry, Tag
from .told import Telling
from .words import date_range, money, plural

CONFIRMATIONS = {
    Confirmation.UNCONFIRMED: Tag("Unconfirmed", "yellow"),
    Confirmation.CONFIRMED: Tag("Confirmed", "green"),
    Confirmation.REJECTED: Tag("Rejected", "red"),
}
STATES = {
    State.CURRENT: Tag("Current", "blue"),
    State.PARTLY: Tag("Partly finalised", "orange"),
    State.FINALISED: Tag("Finalised", "grey"),
    State.PAID: Tag("Finalised", "grey"),
}
BY_PROVIDER = frozenset({"confirm", "reject"})
#: What only the council is told: amounts by hand before a second person has approved them.
NOT_FOR_PROVIDERS = ("adjust", "refuse_adjustment")


def name() -> str:
    """What the chapter is called (norfolk-handbook §10)."""
    module = current().payments
    return module.name if module else "Scheduled Payments"


def tags(payment: ScheduledPayment) -> list[Tag]:
    """Where a payment stands: whether it was confirmed, where the council asks for that; and whether it is final."""
    return [*confirmation(payment), state(payment)]


def confirmation(payment: ScheduledPayment) -> list[Tag]:
    """What the provider said; nothing where the council does not ask (suffolk-user-guide §3)."""
    module = current().payments
    if module is None or module.review != "confirm":
        return []
    return [CONFIRMATIONS[Confirmation(payment.confirmation)]]


def state(payment: ScheduledPayment) -> Tag:
    """Current: it may still change; finalised: it does not (suffolk-user-guide §3)."""
    return STATES[State(payment.case.state)]


def period(payment: ScheduledPayment) -> str:
    """`9 April to 6 May 2018`."""
    return date_range(payment.first, payment.last)


def entries(case: Case, *, inside: bool) -> list[Entry]:
    """The story of a payment, newest first; a provider's is without what the council wrote for itself."""
    leave_out: Sequence[str] = () if inside else (*rules.INSIDE, *NOT_FOR_PROVIDERS)
    return told.entries(case, engine.story(f"case:{case.pk}", leave_out), TELLING, inside=inside)


def _lines(each: Chapter) -> list[str]:
    """How a verb moved the total, and how many lines a rejection is about."""
    moved = each.facts.get("total")
    found = []
    if isinstance(moved, list) and len(moved) == 2 and moved[0] != moved[1]:
        found.append(f"From {_pounds(moved[0])} to {_pounds(moved[1])}")
    if each.verb == "reject" and each.facts.get("lines"):
        found.append(plural(int(each.facts["lines"]), "line"))
    return found


def _pounds(fact: object) -> str:
    return money(Decimal(str(fact)))


TELLING = Telling(
    titles={"generate": lambda _: "Worked out for the first time", "recalculate": lambda _: "Worked out again"},
    by_provider=BY_PROVIDER,
    lines=_lines,
)
