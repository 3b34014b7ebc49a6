"""`manage check_payment_files`: holds samples of finance's files against the profile (docs/payment-files.md)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.council.profile import current
from workflows.payments import sampling
from workflows.payments.returning import Fault


class Command(BaseCommand):
    """Ends with 1 when a sample does not fit."""

    help = "Check a sample payment file and a sample return file against the council's profile, line by line."

    def add_arguments(self, parser: CommandParser) -> None:
        """Either file, or both."""
        parser.add_argument("--payment-file", type=Path, help="A payment file as the finance system takes it.")
        parser.add_argument("--return-file", type=Path, help="A return file as the finance system writes it.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what is wrong, or that nothing is."""
        payments = current().payments
        if payments is None:
            raise CommandError(f"{current().name} has no scheduled payments: its profile has no [payments].")
        if not options["payment_file"] and not options["return_file"]:
            raise CommandError("Name a sample: --payment-file, --return-file, or both.")
        wrong = 0
        if path := options["payment_file"]:
            if payments.file is None:
                raise CommandError("The profile does not say how its payment file looks: [payments.file].")
            wrong += self._say(path, sampling.payment_file(_content(path), payments.file), "[payments.file]")
        if path := options["return_file"]:
            if payments.return_file is None:
                raise CommandError("The profile does not say how its return file looks: [payments.return_file].")
            reading, faults = sampling.return_file(_content(path), payments.return_file)
            wrong += self._say(path, faults, "[payments.return_file]")
            if not faults:
                self.stdout.write(f"{len(reading.rows)} rows that come to {reading.total} were read.")
        if wrong:
            raise CommandError(f"{wrong} fault(s): a file like this would be refused whole.")

    def _say(self, path: Path, faults: Sequence[Fault], table: str) -> int:
        for each in faults:
            self.stdout.write(f"{path.name}, {f'line {each.line}' if each.line else 'the whole file'}: {each.text}")
        if not faults:
            self.stdout.write(f"{path.name} fits {table}.")
        return len(faults)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
