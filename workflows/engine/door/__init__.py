"""The one door: every change of a case goes through it.

One lock, one transaction, in this order: scope, lock, version, rule, the command's own writes, the walk, one event,
one statement that writes it all with the receipt. A refusal writes nothing but the refusal.

door.begin(Flow, verb=..., case=..., act=...)    # a new case
door.run(Flow, verb=..., case_id=..., act=...)   # what a process lets somebody do
door.on_turn(...), door.on_case(...)             # what every turn has (engine.turns), and every case
door.may(actor, verb, case, task, ...)           # whether `run` would let them: what a page offers
"""

from .entering import begin, on_case, on_turn, run
from .once import Outcome, answered
from .permission import may, noted, teams_that_may
from .turn import Act, Turn

__all__ = [
    "Act",
    "Outcome",
    "Turn",
    "answered",
    "begin",
    "may",
    "noted",
    "on_case",
    "on_turn",
    "run",
    "teams_that_may",
]
