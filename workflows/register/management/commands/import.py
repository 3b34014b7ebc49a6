# ruff: noqa: N999 (the command is called import)
"""`manage import FILE…`: the nightly way in. The same as the page: read, look, update the system."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.engine.errors import Refused
from workflows.lists import reading
from workflows.parties.selectors import system_actor
from workflows.register.imports import commands, selectors
from workflows.register.imports.kinds import KINDS
from workflows.register.models import ImportRun


class Command(BaseCommand):
    """Reads CSV files into the register, one after the other; stops at the first that cannot be read."""

    help = "Import clients, contracts, services, service levels, rates and lines from CSV files."

    def add_arguments(self, parser: CommandParser) -> None:
        """The files and how to take them."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--kind", choices=[*KINDS], help="what the files hold, when their header does not say")
        parser.add_argument("--yes", action="store_true", help="update the system without asking")
        parser.add_argument("--publish", action="store_true", help="publish documents of lines that begin or end")

    def handle(self, *, files: list[Path], kind: str | None, yes: bool, publish: bool, **_options: Any) -> None:
        """Import each file; CommandError names the file and what is wrong with it."""
        reading.refresh(now=True)
        for path in files:
            try:
                self._import(path, kind, yes, publish)
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}.") from error
            except Refused as error:
                raise CommandError(f"{path.name}: {error.reason}") from error

    def _import(self, path: Path, kind: str | None, yes: bool, publish: bool) -> None:
        actor = system_actor()
        run = commands.start(
            actor=actor, file_name=path.name, content=path.read_bytes(), kind=kind, publish=publish, at_once=True
        )
        self._show(run)
        if not run.new and not run.updated:
            commands.cancel(actor=actor, run_id=run.pk)
            self.stdout.write("Nothing to update.")
        elif yes or self._agreed():
            commands.update_system(actor=actor, run_id=run.pk, at_once=True)
            self.stdout.write(self.style.SUCCESS("Import complete."))
        else:
            commands.cancel(actor=actor, run_id=run.pk)
            self.stdout.write("Cancelled: nothing was changed.")

    def _show(self, run: ImportRun) -> None:
        self.stdout.write(f"{run.file_name} ({KINDS[run.kind].title})")
        for label, count in selectors.counters(run):
            self.stdout.write(f"  {label}: {count}")
        if unused := run.layout["unused"]:
            self.stdout.write(f"  Columns that mean nothing here: {', '.join(unused)}")
        for row in selectors.rows(run, "errors", limit=20):
            self.stdout.write(f"  line {row.number}: {row.message or row.issue}")

    def _agreed(self) -> bool:
        return input("Update System? [y/N] ").strip().lower() in {"y", "yes"}
