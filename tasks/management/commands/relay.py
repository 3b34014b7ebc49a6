"""`manage relay`: hands due outbox rows to the workers until it is told to stop."""

from typing import Any

from django.core.management.base import BaseCommand

from tasks import relay
from tasks.stopping import SignalStop


class Command(BaseCommand):
    """Runs one relay; any number may run."""

    help = "Hand what is due in the outbox to the workers, until stopped."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until SIGTERM or Ctrl-C."""
        relay.run(SignalStop())
