"""`manage document_metrics`: writes docs/metrics.md from the definitions of the figures."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.insight.metrics import page

FILE = Path(settings.ROOT) / "docs" / "metrics.md"


class Command(BaseCommand):
    """With --check it only says whether the file is up to date."""

    help = "Write docs/metrics.md from the definitions that the code counts by."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write or compare."""
        if not options["check"]:
            FILE.write_text(page(), encoding="utf-8")
        elif not FILE.exists() or FILE.read_text(encoding="utf-8") != page():
            raise CommandError("docs/metrics.md is out of date: run ./concord manage document_metrics.")
