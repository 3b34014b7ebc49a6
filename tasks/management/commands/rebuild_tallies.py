"""`manage rebuild_tallies`: recomputes the figures of managers from turns and events."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.engine import recounting


class Command(BaseCommand):
    """With --check it only compares, changes nothing, and ends with 1 when a figure differs."""

    help = "Recompute the tallies from turns and events; --check: only compare them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="only compare; end with 1 when a figure differs")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Name each figure that differs, then mend them unless only a check was asked for."""
        found = recounting.differences()
        for difference in found:
            self.stdout.write(str(difference))
        if options["check"]:
            if found:
                raise CommandError(f"{len(found)} figure(s) differ: run rebuild_tallies without --check.")
            self.stdout.write("Every figure is what turns and events say.")
            return
        recounting.rebuild()
        self.stdout.write(f"The tallies were rebuilt; {len(found)} figure(s) had differed.")
