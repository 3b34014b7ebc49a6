"""`manage verify_payments`: checks that the money of payments and runs adds up, and that nothing is paid twice."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.invoices import ledger as invoices
from workflows.payments.ledger import verify


class Command(BaseCommand):
    """Ends with 1 when anything was found."""

    help = "Check that payments and runs are the sums of what they consist of, and that nothing is paid twice."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the findings."""
        found = [*verify(), *invoices.verify()]
        for finding in found:
            self.stdout.write(str(finding))
        if found:
            raise CommandError(f"{len(found)} finding(s): the money of payments does not add up.")
        self.stdout.write("Every payment and run adds up, and nothing is paid twice.")
