"""`manage rebase_clocks`: moves open clocks to a changed definition or calendar, on purpose."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows.engine import rebasing
from workflows.engine.errors import Refused
from workflows.lists import reading
from workflows.parties.selectors import system_actor


class Command(BaseCommand):
    """Shows what moves, asks, and then moves it, one case after the other; ended clocks never move."""

    help = "Show which open clocks a changed definition (or the changed calendar) moves, and move them for a reason."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what has changed, the reason, and whether to ask."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--definition", metavar="KEY", help="such as contract_documents.respond_within")
        what.add_argument("--calendar", action="store_true", help="opening hours, closure days or bank holidays")
        parser.add_argument("--reason", required=True, help="kept with each case")
        parser.add_argument("--no-input", action="store_true", help="do it without asking")

    def handle(self, *_args: Any, **options: Any) -> None:
        """List, ask, move."""
        reading.refresh(now=True)
        try:
            moves = rebasing.by_calendar() if options["calendar"] else rebasing.by_definition(options["definition"])
        except Refused as refusal:
            raise CommandError(refusal.reason) from refusal
        for move in moves:
            self.stdout.write(str(move))
        self.stdout.write(f"{len(moves)} open clock(s) move.")
        if not moves or not (options["no_input"] or input("Move them? Type yes: ").strip() == "yes"):
            self.stdout.write("Nothing was moved.")
            return
        self._carry_out(moves, options["reason"])

    def _carry_out(self, moves: list[rebasing.Move], reason: str) -> None:
        actor, done = system_actor(), 0
        for move in moves:
            try:
                rebasing.carry_out(move, actor=actor, reason=reason)
                done += 1
            except Refused as refusal:
                self.stdout.write(f"{move.reference} was not moved: {refusal.reason}")
        self.stdout.write(f"{done} clock(s) were moved.")
