"""`manage council …`: what a council's officer does with a profile: check it, begin one, see what it would change."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.council import checking, drafting, profile
from workflows.council.comparing import differences
from workflows.council.examples import FOLDER
from workflows.council.running import overlaid, to_load
from workflows.council.schema import Council
from workflows.council.tables import KEY
from workflows.engine import stranding
from workflows.lists import reading
from workflows.lists import selectors as lists
from workflows.people import comparing


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

        diff = verbs.add_parser("diff", help="say what a profile would change, and what it would strand")
        diff.add_argument("file", help="a file, or the name of a council that comes with Concord")
        load = verbs.add_parser("load", help="take the profile that is served into the tables")
        load.add_argument("file", nargs="?", help="the file; it must be the one that is served")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        getattr(self, f"_{options['verb']}")(**options)

    def _check(self, file: str, *, brief: bool, **_options: Any) -> None:
        found, council = self._checked(file)
        for note in () if brief else found.notes:
            self.stdout.write(note)
        self.stdout.write(f"{_path(file).name}: nothing is wrong. It is {council.name}.")

    def _checked(self, file: str) -> tuple[checking.Checked, Council]:
        """What was found in a file without mistakes; CommandError after its mistakes."""
        path = _path(file)
        try:
            found = checking.check(path.name, profile.read(path))
        except profile.ProfileError as error:
            raise CommandError(str(error)) from error
        if found.council is None:
            self.stdout.write("\n".join(found.lines))
            raise CommandError(f"{path.name}: {_things(len(found.lines))} to put right.")
        return found, found.council

    def _diff(self, file: str, **_options: Any) -> None:
        new = self._checked(file)[1]
        told = differences(profile.filed(), new)
        self._list(f"What {_path(file).name} says otherwise than {settings.COUNCIL_FILE.name}, which is served:", told)
        self._list("In the tables:", [*comparing.lists(new)])
        self._list("In the running lists, which a file never changes:", [*lists.differences(new)])
        self._list("People:", [*comparing.nobody(new)])
        if lines := stranding.stranded(overlaid(new, to_load(reading.lists(), new))):
            self.stdout.write("It cannot be loaded:\n" + "\n".join(lines))
            raise CommandError(f"{_things(len(lines))} would be stranded.")
        self.stdout.write("It can be loaded: nothing would be stranded.")

    def _list(self, head: str, lines: list[str]) -> None:
        self.stdout.write("\n".join([head, *(f"- {each}" for each in lines)]) if lines else f"{head} nothing.")

    def _load(self, file: str | None, **_options: Any) -> None:
        served = settings.COUNCIL_FILE
        if file is not None and _path(file).resolve() != served.resolve():
            raise CommandError(
                f"Concord serves {served}. Put the profile there, or set CONCORD_COUNCIL_FILE to its file for every"
                " process, so that the pages and the tables say the same; then load it."
            )
        self._checked(str(served))
        call_command("load_council", stdout=self.stdout)
        self.stdout.write("Start Concord again: processes that run keep the profile that they began with.")

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


def _path(file: str) -> Path:
    """The path of what was named: a file, or a council that comes with Concord."""
    return Path(file) if Path(file).suffix else FOLDER / f"{file}.toml"


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count} things"
