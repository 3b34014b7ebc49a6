"""`manage council …`: what a council's officer does with a profile: check it, begin one, see what it would change."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.council import checking, drafting, profile
from workflows.council.examples import FOLDER
from workflows.council.tables import KEY


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

        new = verbs.add_parser("new", help="write a new profile to fill in, with every setting explained")
        new.add_argument("name", help="its short name, such as the council's: small letters, digits and _")
        new.add_argument("--to", help="the folder to write it to", default=str(FOLDER))

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

    def _new(self, name: str, to: str, **_options: Any) -> None:
        if not re.fullmatch(KEY, name):
            raise CommandError(f"{name}: a short name is of small letters, digits and _, and begins with a letter.")
        path = Path(to) / f"{name}.toml"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(drafting.draft(name))
        except OSError as error:
            raise CommandError(f"{path} was not written: {error.strerror}.") from error
        self.stdout.write(f"{path} was written. Fill in what says {checking.TO_FILL}; docs/councils.md explains each")
        self.stdout.write(f"setting. Then run: ./concord manage council check {path}")


def _read(file: str) -> tuple[Path, str]:
    """The path and the text of what was named; CommandError when there is none."""
    path = Path(file) if Path(file).suffix else FOLDER / f"{file}.toml"
    try:
        return path, profile.read(path)
    except profile.ProfileError as error:
        raise CommandError(str(error)) from error


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count} things"
