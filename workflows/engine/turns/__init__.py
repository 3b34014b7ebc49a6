"""What may be done with any turn, whatever its process; every verb goes through the door with one event.

`claim` `claim_next` `release` `hand_over` `follow_up` `prioritise` are people's; `note` is about a case; `standing`
holds what the system does when somebody is away or has left. `bulk` does the people's verbs to many turns.
"""

from . import bulk, handing, notes, running, standing
from .claiming import claim, claim_next, release
from .handing import hand_over
from .marking import follow_up, prioritise
from .notes import note

__all__ = [
    "bulk",
    "claim",
    "claim_next",
    "follow_up",
    "hand_over",
    "handing",
    "note",
    "notes",
    "prioritise",
    "release",
    "running",
    "standing",
]
