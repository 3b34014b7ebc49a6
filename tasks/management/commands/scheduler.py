"""`manage scheduler`: takes the slots of regular jobs until it is told to stop."""

from typing import Any

from django.core.management.base import BaseCommand

from tasks import schedule
from tasks.stopping import SignalStop


class Command(BaseCommand):
    """Runs one scheduler; any number may run."""

    help = "Take the slots of regular jobs as they come, until stopped."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until SIGTERM or Ctrl-C."""
        schedule.run(SignalStop())
