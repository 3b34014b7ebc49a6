"""A conversation as it is told: what was written, and beside it what was done inside, a page at a time.

What costs by the page stays quick for a conversation of 2,000 posts. The caller has read the action.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import JSONField, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from workflows.engine import definitions
from workflows.engine import selectors as engine
from workflows.engine.models import Attachment, Event
from workflows.engine.selectors import Chapter
from workflows.engine.timing import limits

from .flow import FIRST, ActionFlow
from .models import Post
from .posting import FILES
from .rules import Side

#: What somebody did that belongs between the posts; what is done with a turn alone stands in the story.
INSIDE = ("note", "hand_over")
VERBS = (
    "open", "send", "reply", "update", "comment", "ask_for_closure", "request_closure", "take_back", "close",
    "keep_open", "reopen",
)  # fmt: skip
#: The order of a conversation's events, for `page_by_key`: the newest page first.
ORDER = ("-seq",)


#: The id of the post that an event tells of.
_POST = """("engine_event"."body"::jsonb -> 'facts' ->> 'post')::bigint"""
_SAID = RawSQL(  # noqa: S611 - a text of ours, with no value in it
    f"(SELECT jsonb_build_object('side', p.side, 'of', p.author_of) FROM actions_post p WHERE p.id = {_POST})",  # noqa: S608
    [],
    output_field=JSONField(),
)
_FILES = RawSQL(  # noqa: S611
    f"""(SELECT jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'size', a.size, 'state', a.state,
    'reason', a.reason, 'erased_at', a.erased_at) ORDER BY a.id)
    FROM engine_attachment a WHERE a.kind = '{FILES}' AND a.owner_id = {_POST})""",  # noqa: S608
    [],
    output_field=JSONField(),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing of a conversation: an event, and of a post whose it is, for whom they wrote, and its files."""

    chapter: Chapter
    side: str  # of a post; empty where nothing was written for the other side
    author_of: str
    files: Sequence[Attachment]


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """The promise of a first response: what was promised, until when, and when it was given (None: not yet)."""

    target: str
    due: datetime
    at: datetime | None

    @property
    def kept(self) -> bool:
        """Whether it was given in time."""
        return self.at is not None and self.at <= self.due


def events(case_id: int, verbs: Iterable[str] = (*VERBS, *INSIDE)) -> QuerySet[Event]:
    """The events of a conversation, for `page_by_key` with `ORDER`, with the posts that they tell of."""
    stream = f"case:{case_id}"
    found = engine.events_of(stream, [f"{ActionFlow.kind}.{verb}" for verb in verbs])
    first = Event.objects.filter(stream=stream, seq=1).values("body")[:1]
    answered = Post.objects.filter(action=case_id, side=Side.COUNCIL).order_by("pk").values("at")[:1]
    return found.annotate(said=_SAID, files=_FILES, first=Subquery(first), answered_at=Subquery(answered))


def pieces(found: Sequence[Any]) -> list[Piece]:
    """A page of `events` with words, files and names; one query, where somebody is named."""
    return [
        Piece(told, (event.said or {}).get("side", ""), (event.said or {}).get("of", ""), _files(event.files))
        for event, told in zip(found, engine.chapters(found), strict=True)
    ]


def beginning(event: Any) -> Mapping[str, Any]:
    """The facts of the event that began it, read with any one of `events`."""
    facts: Mapping[str, Any] = json.loads(event.first)["facts"]
    return facts


def first_response(event: Any, begun: datetime) -> FirstResponse | None:
    """How the promise of a first response stands, read with any one of `events`; None where the council began it."""
    clocks = {clock for _, clock in beginning(event).get("opened", []) if clock}
    promised = next((each for each in definitions.by_id(clocks).values() if each.key == FIRST), None)
    if promised is None:
        return None
    return FirstResponse(str(promised.target), limits(promised, begun).due, event.answered_at)


def last_post(case_id: int) -> Post | None:
    """What was written last, with its author."""
    return Post.objects.filter(action=case_id).select_related("author").order_by("-pk").first()


def _files(rows: Iterable[dict[str, Any]] | None) -> list[Attachment]:
    return [Attachment(**each) for each in rows or []]
