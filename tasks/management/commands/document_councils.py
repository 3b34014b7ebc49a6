"""`manage document_councils`: writes docs/councils.md from the schema of profiles."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.council.documenting import page

FILE = Path(settings.ROOT) / "docs" / "councils.md"


class Command(BaseCommand):
    """With --check it only says whether the file is up to date."""

    help = "Write docs/councils.md from the schema of profiles."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write or compare."""
        if not options["check"]:
            FILE.parent.mkdir(exist_ok=True)
            FILE.write_text(page(), encoding="utf-8")
        elif not FILE.exists() or FILE.read_text(encoding="utf-8") != page():
            raise CommandError("docs/councils.md is out of date: run ./concord manage document_councils.")
