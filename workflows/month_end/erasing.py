"""What the month end holds of clients: nothing. Its figures are of payments and weeks, its reminders of providers."""

from workflows.engine.bundles import silent

from .models import BlockedMoney, Reminder

silent(
    "Sums and counts of providers: what holds one client's money up is in payment-lines.csv.", BlockedMoney, Reminder
)
