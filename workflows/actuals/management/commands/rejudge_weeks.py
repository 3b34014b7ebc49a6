"""`manage rejudge_weeks`: after a release (or a profile) that judges otherwise, what is unpaid is worked out again."""

from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandParser

from workflows.actuals.flow import ActualsFlow
from workflows.actuals.rejudging import outdated, rejudge
from workflows.engine.models import Case, Task
from workflows.lists import reading
from workflows.parties.selectors import system_actor


class Command(BaseCommand):
    """Finds the lines whose money was worked out by earlier rules, and works it out again through each week's door."""

    help = "Work out again what is not paid, where the rules of today come to another sum than is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether it only looks."""
        parser.add_argument("--look", action="store_true", help="say what would change, and change nothing")

    def handle(self, *, look: bool, **_options: Any) -> None:
        """Go through the weeks that are open, one transaction each; a second time finds nothing."""
        reading.refresh(now=True)
        open_now = Case.objects.filter(kind=ActualsFlow.kind, finished=None).values("pk")
        turns = Task.objects.filter(process__in=open_now, finished=None)
        weeks = lines = 0
        for case_id, turn in turns.order_by("process").values_list("process", "pk"):
            found = outdated(case_id)
            if not found:
                continue
            if not look:
                key = f"rejudge_weeks:{uuid4()}"
                rejudge(actor=system_actor(), case_id=case_id, task_id=turn, lines=found, key=key)
            weeks, lines = weeks + 1, lines + len(found)
        done = "would come" if look else "come"
        self.stdout.write(f"{lines} lines of {weeks} weeks {done} to another sum.")
