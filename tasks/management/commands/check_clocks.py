"""`manage check_clocks`: replays clocks and holders from the events of cases and names what is kept otherwise."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.engine import replaying
from workflows.lists import reading


class Command(BaseCommand):
    """Ends with 1 when anything differs. It changes nothing."""

    help = "Replay the clocks of open cases and of a rotating share of closed ones; --all: of every case."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --all."""
        parser.add_argument("--all", action="store_true", help="every case, however long it has been closed")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what differs and how many cases were replayed."""
        reading.refresh(now=True)
        report = replaying.check(every=options["all"])
        for difference in report.differences:
            self.stdout.write(str(difference))
        self.stdout.write(f"The clocks of {report.cases:,} cases were replayed.")
        if report.differences:
            raise CommandError(f"{len(report.differences)} value(s) are not what the events say.")
        self.stdout.write("Every clock is what its events say.")
