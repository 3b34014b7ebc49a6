"""Scheduled payments as a Django app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Stops the start when a workflow's picture and its table of rules say different things."""

    name = "workflows.payments"
    label = "payments"

    def ready(self) -> None:
        from workflows.engine.checks import compare
        from workflows.engine.table import moves

        from . import erasing, notices, reactions, running  # noqa: F401 (they declare themselves)
        from .flow import PaymentDebtFlow, PaymentRunFlow, PaymentStopFlow, ScheduledPaymentFlow
        from .rules import DEBTS, RUNS, STOPS, TRANSITIONS

        compare(ScheduledPaymentFlow, moves(TRANSITIONS))
        compare(PaymentRunFlow, moves(RUNS))
        compare(PaymentStopFlow, moves(STOPS))
        compare(PaymentDebtFlow, moves(DEBTS))
