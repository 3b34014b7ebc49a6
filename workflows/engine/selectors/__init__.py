"""The readers of cases, turns and stories, already scoped to who asks."""

from .cases import case, cases, is_turn_of, open_turns, turns_of, viewed, viewed_clients
from .changes import batches_of, readable_turns, task_items, turns_of_mine
from .helpline import unanswerable
from .people import name_of, teams, told, unread
from .queues import (
    ORDERS,
    Across,
    Narrow,
    Why,
    across,
    at_the_top,
    counts,
    my_work,
    names,
    narrowed,
    provider_turns,
    queue,
    readable,
    why_first,
    why_of,
)
from .references import case_of
from .stories import Chapter, chapters, events_of, story

__all__ = [
    "ORDERS",
    "Across",
    "Chapter",
    "Narrow",
    "Why",
    "across",
    "at_the_top",
    "batches_of",
    "case",
    "case_of",
    "cases",
    "chapters",
    "counts",
    "events_of",
    "is_turn_of",
    "my_work",
    "name_of",
    "names",
    "narrowed",
    "open_turns",
    "provider_turns",
    "queue",
    "readable",
    "readable_turns",
    "story",
    "task_items",
    "teams",
    "told",
    "turns_of",
    "turns_of_mine",
    "unanswerable",
    "unread",
    "viewed",
    "viewed_clients",
    "why_first",
    "why_of",
]
