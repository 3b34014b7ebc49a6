"""`manage load_council`: brings the profile of this installation into the tables."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.council.profile import filed
from workflows.engine.errors import Refused
from workflows.people.loading import load_council


class Command(BaseCommand):
    """Teams, duties, roles' permissions and the system user; idempotent."""

    help = "Load the council profile: teams, duties, permissions of roles."

    def handle(self, **_options: Any) -> None:
        """Load it and say what changed; CommandError lists what the profile would strand."""
        council = filed()
        try:
            loaded = load_council(council)
        except Refused as error:
            raise CommandError(error.reason) from error
        self.stdout.write(f"{council.name}: {len(council.teams)} teams, permissions of {loaded.groups} roles in use.")
        told = [f"New team: {each}" for each in loaded.added] + [f"Renamed: {each}" for each in loaded.renamed]
        for line in [*told, *loaded.entries]:
            self.stdout.write(line)
