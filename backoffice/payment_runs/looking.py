"""Lines of payments as this room shows them: what each waits for, who holds that, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from backoffice.web.pieces import Tab
from backoffice.web.words import moment
from workflows.payments import run_selectors, why
from workflows.payments.models import PaymentLine
from workflows.payments.selectors import text_of
from workflows.payments.snapshot import read

from .tables import kind_words

NAMES = {
    "waiting": "Waits for something",
    "held_out": "Held out",
    "by_hand": "Adjustments by hand not approved",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of a payment with its words."""

    pk: int
    row: PaymentLine
    href: str
    why: str
    who: str
    amount: Decimal
    ticked: bool = False

    @property
    def line(self) -> Any:
        """The care package line."""
        return self.row.line

    @property
    def payment(self) -> Any:
        """The payment."""
        return self.row.payment

    @property
    def words(self) -> str:
        """What it is."""
        return kind_words(self.row)

    def __getattr__(self, name: str) -> Any:
        """Its figures and days, as the row has them."""
        return getattr(self.row, name)


def shown(row: PaymentLine, *, ticked: bool = False) -> Shown:
    """A row with why it is not paid (or in full), who holds that, and where its payment is shown."""
    run = row.payment.run_id
    own = ("council:run_payment", [run, row.payment_id]) if run else ("council:case", [row.payment_id])
    href = reverse(own[0], args=own[1])
    return Shown(row.pk, row, href, reason(row), _who(row), _amount(row), ticked)


def reason(row: PaymentLine) -> str:
    """Why days of a row are not paid: in the sentences that the provider reads too."""
    if row.held_out_at is not None:
        return text_of(row.held_out_why)
    if row.kind == PaymentLine.Kind.MANUAL:
        author = row.written_by.name if row.written_by else ""
        return f"Written by {author}; waits for a second person: {text_of(row.note)}" if not row.approved_by_id else ""
    if row.worth is None or not row.not_paid:
        return ""
    return " ".join(dict.fromkeys(each.words for each in why.not_paid(read(row.worth))))


def chosen(request: HttpRequest) -> str:
    """Which list is asked for."""
    asked = request.GET.get("show", "")
    return asked if asked in run_selectors.LOOKS else run_selectors.LOOKS[0]


def tabs(counts: Mapping[str, int], which: str) -> list[Tab]:
    """The lists, with how many are on each."""
    return [Tab(NAMES[name], f"?show={name}", f"{counts[name]:,}", name == which) for name in run_selectors.LOOKS]


def _who(row: PaymentLine) -> str:
    if row.held_out_at is None:
        return ""
    who = row.held_out_by.name if row.held_out_by else ""
    back = ", put back since" if row.put_back_at else ""
    return f"by {who}, {moment(row.held_out_at)}{back}"


def _amount(row: PaymentLine) -> Decimal:
    held = row.held_out_at is not None or row.kind == PaymentLine.Kind.MANUAL
    amount: Decimal = row.total if held else row.not_paid
    return amount
