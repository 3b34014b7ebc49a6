"""Why money is blocked, in the words of every page that says so, and the desk whose work it is when no case says so.

Only what a council's profile has can happen there (`of`). What is decided (care that ended, an absence that is not
paid, a death that was checked) is not blocked: it is not due. A provider's rejection does not stop a payment
(norfolk-handbook §10), so it is no cause either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from workflows.council.profile import current
from workflows.council.schema import Council


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause: its words, what it comes from, and who clears it when no case says whose turn it is."""

    key: str
    words: str
    says: str
    has: Callable[[Council], bool]
    desk: Literal["payments", "brokerage"] = "payments"


def _actuals(council: Council) -> bool:
    return council.payments is not None and council.actuals is not None


def _weeks(council: Council) -> bool:
    return council.payments is None and council.actuals is not None


def _payments(council: Council) -> bool:
    return council.payments is not None


def _documents(council: Council) -> bool:
    return council.payments is not None and council.payments.documents_hold


def _invoices(council: Council) -> bool:
    return council.payments is not None and council.invoices is not None


CAUSES = (
    Cause("actuals_open", "Week of actuals not submitted",
          "Days of lines that are paid on actuals, in weeks that the provider still has.", _actuals),
    Cause("actuals_check", "Week of actuals not checked",
          "Days of lines that are paid on actuals, in weeks that were submitted and that nobody has accepted.",
          _actuals),
    Cause("actuals_none", "Week of actuals not opened",
          "Days of lines that are paid on actuals, in weeks that are not there.", _actuals),
    Cause("week_open", "Week of actuals not submitted",
          "What the lines of weeks come to that the provider still has.", _weeks),
    Cause("week_check", "Week of actuals not checked",
          "What the lines of weeks come to that were submitted and that nobody has accepted.", _weeks),
    Cause("dispute", "Dispute not decided",
          "The units in dispute, at the line's price. Whose turn it is stands in the dispute.",
          lambda council: council.actuals is not None),
    Cause("document_answer", "Contract document not agreed",
          "Days of lines whose published contract document the provider has not answered.", _documents),
    Cause("document_amend", "Contract document to be put right",
          "Days of lines whose contract document the provider rejected.", _documents, "brokerage"),
    Cause("hold", "Notice of a death, a stay away or a move not checked",
          "Days from the date of a notice until Payments has checked it.", _payments),
    Cause("no_price", "Line without a price",
          "Lines whose days have no price. What they come to is not known, so they count with £0.00.", _payments,
          "brokerage"),
    Cause("no_method", "Contract without a payment method",
          "Days for which the contract says no way of payment.", _payments),
    Cause("held_out", "Line held out by hand", "What lines come to that somebody held out.", _payments),
    Cause("by_hand", "Adjustment by hand not approved",
          "Amounts written by hand that wait for a second person. One that takes back is below zero.", _payments),
    Cause("invoice_draft", "Invoice not created", "What payments come to whose invoice nobody has created.", _invoices),
    Cause("invoice_pending", "Invoice not submitted",
          "What payments come to whose invoice is with the provider, to be submitted or with a question.", _invoices),
    Cause("invoice_check", "Invoice not accepted",
          "What payments come to whose invoice was submitted and that nobody has accepted.", _invoices),
)  # fmt: skip
BY_KEY = {each.key: each for each in CAUSES}


def of(council: Council | None = None) -> list[Cause]:
    """The causes that can happen at a council, in their order; one of a council's cannot be asked for at another."""
    return [each for each in CAUSES if each.has(council or current())]


def words(key: str) -> str:
    """What a cause is called."""
    return BY_KEY[key].words
