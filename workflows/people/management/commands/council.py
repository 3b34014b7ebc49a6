"""`manage council …`: what a council's officer does with a profile: check it, begin one, see what it would change."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.council import checking, profile
from workflows.council.examples import FOLDER


class Command(BaseCommand):
    """A council is one TOML file; docs/councils.md explains each of its settings."""

    help = "Check a council profile, begin a new one, see what a changed one would change, load it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one of the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="say line by line what is wrong, missing or unknown in a profile")
        check.add_argument("file", help="a file, or the name of a council that comes with Concord")
        check.add_argument("--brief", action="store_true", help="do not list what is taken for what is not said")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        getattr(self, f"_{options['verb']}")(**options)

    def _check(self, file: str, *, brief: bool, **_options: Any) -> None:
        path, text = _read(file)
        found = checking.check(path.name, text)
        if found.council is None:
            self.stdout.write("\n".join(found.lines))
            raise CommandError(f"{path.name}: {_things(len(found.lines))} to put right.")
        for note in () if brief else found.notes:
            self.stdout.write(note)
        self.stdout.write(f"{path.name}: nothing is wrong. It is {found.council.name}.")


def _read(file: str) -> tuple[Path, str]:
    """The path and the text of what was named; CommandError when there is none."""
    path = Path(file) if Path(file).suffix else FOLDER / f"{file}.toml"
    try:
        return path, profile.read(path)
    except profile.ProfileError as error:
        raise CommandError(str(error)) from error


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count} things"
