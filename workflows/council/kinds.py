"""The kinds of case that a profile may name: those that a workflow declares (a test compares them)."""

from typing import Literal

CaseKind = Literal[
    "contract_document",
    "action",
    "change_request",
    "actuals",
    "care_decision",
    "dispute",
    "scheduled_payment",
    "payment_run",
    "payment_stop",
    "payment_debt",
    "invoice",
    "credit_note",
    "claim",
]
EVERY_KIND: tuple[CaseKind, ...] = CaseKind.__args__  # type: ignore[attr-defined]
