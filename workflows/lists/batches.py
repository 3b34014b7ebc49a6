"""Open clocks that follow a calendar which an administrator has changed: one turn an item, through the door."""

from collections.abc import Mapping
from typing import Any

from workflows.engine import clocks, rebasing
from workflows.engine.batches import Item, runs_batch
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor

from . import reading

REBASE = "lists.rebase"


@runs_batch(REBASE)
def rebase(_actor: Actor, target: int, words: Mapping[str, Any], _key: str) -> Item:
    """Move the clock of one open turn to the calendar that holds now; its event keeps the reason."""
    reading.refresh(now=True)
    found = rebasing.of_turn(target)
    if found is None:
        return Item("It was ended meanwhile, or it is due when it was.")
    rebasing.carry_out(found, actor=system_actor(), reason=words["reason"])
    before, after = (clocks.when(each) if each else "no day" for each in (found.due_before, found.due_after))
    return Item(f"It was due on {before}. Now it is due on {after}.", found.case_id)
