"""`manage demo`: people and work to look at, brought in by the product's own import and commands.

Run again it adds what is missing and never undoes what people have done since.
"""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.access.demo import give_credentials
from workflows.actions import demo as conversations
from workflows.actuals import demo as weeks
from workflows.changes import demo as changes
from workflows.claims import demo as claims
from workflows.contracts import demo as documents
from workflows.council.profile import current
from workflows.disputes import demo as disputes
from workflows.engine import moment
from workflows.invoices import demo as invoices
from workflows.lists import reading
from workflows.parties.selectors import system_actor
from workflows.past import year
from workflows.payments import demo as payments
from workflows.people import demo as people
from workflows.register import generator, sketch
from workflows.register.imports.demo import Rejected, bring, levels, text_of
from workflows.register.imports.kinds import KINDS
from workflows.register.models import CarePackageLine, ImportRun


class Command(BaseCommand):
    """Loads the handbook's example, made-up work of other homes, and people who may sign in.

    For a council without examples they are made of its profile.
    """

    help = "Load a demonstration: the seeds' examples, other homes' live work (--scale lines), people."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much there is to be."""
        parser.add_argument(
            "--scale", type=int, default=generator.FIRST_LINES, metavar="N", help="lines of other homes"
        )
        parser.add_argument(
            "--history", type=int, nargs="?", const=year.WEEKS, default=0, metavar="WEEKS", help="a year before today"
        )

    def handle(self, *, scale: int, history: int = 0, **_options: Any) -> None:
        """Load what is missing; CommandError outside a demonstration."""
        if not settings.DEMO:
            raise CommandError("This makes up people with a known password: set CONCORD_DEMO=1 if you mean it.")
        reading.refresh(now=True)
        folder = settings.ROOT / "fixtures" / "demo" / current().key
        if not folder.is_dir():
            folder = sketch.written(current(), Path(settings.HOME) / "demo" / current().key)
        own, others = self._handbook(folder), self._other_homes(folder, scale)
        self._people(folder)
        published = documents.seed(own, others)
        said = folder / "actions.toml"
        begun = conversations.seed(said) if said.exists() else 0
        self.stdout.write(
            f"{len(own) + len(others)} new lines, {published} documents published, {begun} actions begun."
        )
        asked = changes.seed(folder / "changes.toml")
        opened = weeks.seed(folder / "actuals.toml")
        disputed = disputes.seed()
        paid = payments.seed(folder / "payments.toml")
        invoices.seed()
        claimed = claims.seed(folder / "claims.toml")
        self.stdout.write(
            f"{asked} change requests, {opened} weeks of actuals, {disputed} disputes, {paid} payments,"
            f" {claimed} claims."
        )
        if history and not year.is_there():
            give_credentials(year.make(folder, self._progress, span=history))

    def _progress(self, text: str) -> None:
        self.stdout.write(f"  {text}", ending="\n")
        self.stdout.flush()

    def _handbook(self, folder: Path) -> list[int]:
        """Import the files of the folder that have not been imported before."""
        begun: list[int] = []
        for kind in KINDS:
            path = folder / f"{kind}.csv"
            if path.exists():
                content = path.read_bytes()
                if not ImportRun.objects.filter(sha256=hashlib.sha256(content).hexdigest(), status="done").exists():
                    begun += self._import(path.name, content, kind)
        return begun

    def _other_homes(self, folder: Path, scale: int) -> list[int]:
        """Make up the lines that are not there yet, and import them."""
        known = set(CarePackageLine.objects.values_list("reference", flat=True))
        missing = [number for number in range(scale) if generator.reference(number) not in known]
        if not missing:
            return []
        begun: list[int] = []
        for kind, rows in generator.files(missing, levels(folder), moment.today()).in_order():
            begun += self._import(f"other-homes-{kind}.csv", text_of(rows), kind)
        return begun

    def _people(self, folder: Path) -> None:
        wanted = people.read(folder / "people.toml")
        made = people.create_missing(system_actor(), wanted)
        first = frozenset(each.email for each in wanted.provider if each.first_sign_in)
        give_credentials(made, first_sign_in=first)
        self.stdout.write(f"{len(made)} new people.")

    def _import(self, name: str, content: bytes, kind: str) -> list[int]:
        """Take one file over and return the ids of the lines that it began."""
        try:
            return bring(name, content, kind)
        except Rejected as rejected:
            raise CommandError(str(rejected)) from rejected
