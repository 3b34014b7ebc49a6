"""Lines of payments as reports show them: whose they are, of which payment, how much, and because of what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from workflows.payments.models import Confirmation, PaymentLine

#: By client, then by line and payment; the last is unique. Addresses carry the last alone.
ORDER = ("line__client__surname", "line__client__forename", "line_id", "payment__first", "id")
COLUMNS: Mapping[str, Any] = {
    "case_id": F("payment_id"),
    "payment_reference": F("payment__case__reference"),
    "contract": F("payment__contract__reference"),
    "provider": F("payment__contract__organisation__name"),
    "calendar": F("payment__calendar"),
    "period_first": F("payment__first"),
    "period_last": F("payment__last"),
    "pay_on": F("payment__pay_on"),
    "confirmation": F("payment__confirmation"),
    "changed": F("payment__changed"),
    "client_id": F("line__client_id"),
    "surname": F("line__client__surname"),
    "forename": F("line__client__forename"),
    "ss_ref": F("line__client__ss_ref"),
    "reference": F("line__reference"),
    "service_id": F("line__service_id"),
    "service": F("line__service__name"),
    "service_level": F("line__service_level__name"),
    "invoiced": F("payment__invoiced"),
    "one_off_words": F("one_off__words"),
    "note_text": F("note__text"),
    "note_erased": F("note__erased_at"),
}
PLAIN = ("id", "line_id", "kind", "first", "last", "excl", "vat", "total", "not_paid", "waiting", "causes")


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One line of a payment."""

    id: int
    line_id: int
    kind: str
    first: date
    last: date
    excl: Decimal
    vat: Decimal
    total: Decimal
    not_paid: Decimal
    waiting: bool
    causes: Sequence[Mapping[str, Any]]
    case_id: int
    payment_reference: str
    contract: str
    provider: str
    calendar: str
    period_first: date
    period_last: date
    pay_on: date
    confirmation: str
    changed: bool
    client_id: int
    surname: str
    forename: str
    ss_ref: str
    reference: str
    service_id: int
    service: str
    service_level: str
    invoiced: bool
    one_off_words: str | None
    note_text: str | None
    note_erased: Any

    @property
    def client(self) -> str:
        """The client's name as lists write it."""
        return f"{self.surname}, {self.forename}"

    @property
    def what(self) -> str:
        """For the period, Adjustment, Adjustment by hand, or One-off: nothing of it is paid yet."""
        kind = PaymentLine.Kind(self.kind)
        return "For the period" if kind == PaymentLine.Kind.SCHEDULED else str(kind.label)

    @property
    def status(self) -> str:
        """What the provider says of the payment."""
        return str(Confirmation(self.confirmation).label)

    @property
    def because(self) -> str:
        """What an amount is because of: its causes as they are told, or the words of whoever put it there."""
        if self.kind == PaymentLine.Kind.ADJUSTMENT:
            return " ".join(f"{each['words']}." for each in self.causes)
        if self.one_off_words is not None:
            return self.one_off_words
        if self.note_text is None:
            return ""
        return "(erased)" if self.note_erased is not None else self.note_text


def as_rows(rows: QuerySet[PaymentLine]) -> QuerySet[PaymentLine, dict[str, Any]]:
    """The lines as plain rows, each of which makes a PaidLine."""
    found: Any = rows.values(*PLAIN, **COLUMNS)
    return found  # type: ignore[no-any-return]
