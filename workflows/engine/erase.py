"""Erases what people wrote, and leaves the chain whole: the events stay, the words and their salts go.

The erasure is an event itself, on a stream of its own, and lists what was erased: words that are gone without such an
event are a finding of `verify_events`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from workflows.parties.actor import Actor
from workflows.parties.models import Client

from . import events, files, holds
from .errors import Forbidden, NotFound
from .models import Attachment, Content, StoredFile

ERASED = "content.erased"
#: Content rows an event: its body stays small.
PIECE = 1_000
LOCK = 20_260_502

Also = Callable[[Client, datetime], object]
_also: list[Also] = []


def with_client(function: Also) -> Also:
    """Declare what a room erases of a client besides words (names in figures, files), in the same transaction.

    On which further streams it writes about clients, such as those of their lines, it says once: `holds.reaches`.
    """
    _also.append(function)
    return function


OfCases = Callable[[Collection[int], datetime], object]
_of_cases: list[OfCases] = []


def with_cases(function: OfCases) -> OfCases:
    """Declare what a room erases of cases besides the words and files on their streams, in the same transaction."""
    _of_cases.append(function)
    return function


def erase_cases(ids: Collection[int], told_on: str, actor: Actor, now: datetime) -> int:
    """Erase what people wrote in some cases, in the caller's transaction; their figures and decisions stay.

    Raises Forbidden unless an administrator asks, Held for a case that a hold reaches. Returns how many texts.
    """
    require_eraser(actor)
    streams = [f"case:{each}" for each in ids]
    holds.guard(streams)
    for also in _of_cases:
        also(ids, now)
    return erase_words(streams, told_on, actor, now)


@transaction.atomic
def erase_streams(streams: Iterable[str], actor: Actor) -> int:
    """Erase the words and files of whole streams; returns how many texts. Raises Forbidden unless an administrator
    asks."""
    require_eraser(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    return erase_words(streams, "erasure", actor, timezone.now())


@dataclass(frozen=True, slots=True)
class Gone:
    """What an erasure takes: texts by what they were written about (the first part of their streams), and files."""

    texts: Mapping[str, int]
    files: int


@transaction.atomic
def erase_client(client_id: int, actor: Actor, reason: str = "") -> int:
    """Erase a client's name and reference, and every word on the streams of the client and of their cases.

    Returns how many content rows were erased; `reason` stays with the erasure. Raises Forbidden unless an administrator
    asks, NotFound for who is erased already.
    """
    client = _client(client_id, actor)
    now = timezone.now()
    count = erase_words(_streams_of(client, now), f"client:{client.pk}", actor, now, reason)
    gone = {"surname": "", "forename": "", "ss_ref": f"erased-{client.pk}", "erased_at": now}
    Client.objects.filter(pk=client.pk).update(**gone)
    return count


def would_erase_client(client_id: int, actor: Actor) -> Gone:
    """What `erase_client` would take: it is done as far as that is seen, and taken back."""
    return taken_back(lambda now: _streams_of(_client(client_id, actor), now))


def taken_back(erasing: Callable[[datetime], Iterable[str]]) -> Gone:
    """What would go with an erasure that returns its streams. Nothing is written."""
    with transaction.atomic():
        before = StoredFile.objects.count()
        streams = sorted(erasing(timezone.now()))
        holds.guard(streams)
        rows = Content.objects.filter(stream__in=streams, erased_at=None).values_list("stream", flat=True)
        attached = Attachment.objects.filter(stream__in=streams, erased_at=None).count()
        gone = Gone(Counter(each.partition(":")[0] for each in rows), attached + before - StoredFile.objects.count())
        transaction.set_rollback(True)
    return gone


def _client(client_id: int, actor: Actor) -> Client:
    require_eraser(actor)
    client = Client.objects.select_for_update().filter(pk=client_id, erased_at=None).first()
    if client is None:
        raise NotFound
    return client


def _streams_of(client: Client, now: datetime) -> set[str]:
    """The streams of a client, after every room has erased what it holds besides words."""
    streams = {stream for _, stream in holds.words_of("client", [client.pk])}
    holds.guard(streams)
    for also in _also:
        also(client, now)
    return streams | holds.own_streams({"client": [client.pk]})


def erase_words(streams: Iterable[str], told_on: str, actor: Actor, now: datetime, reason: str = "") -> int:
    """Erase the words and files of streams and tell it on one of them; who may is asked by whoever calls, and the
    caller holds what it erases. Returns how many texts. Raises Held when a legal hold reaches any of them."""
    streams = sorted(streams)
    rows = Content.objects.filter(stream__in=streams, erased_at=None)
    return erase_some(rows, streams, told_on, actor, now, reason)


def erase_some(
    rows: QuerySet[Content], streams: Collection[str], told_on: str, actor: Actor, now: datetime, reason: str = ""
) -> int:
    """Erase the files of streams, and of their words these rows: the one door through which words and files go.

    Raises Held when a legal hold reaches any of the streams. Returns how many texts.
    """
    holds.guard(streams)
    words = {"reason": reason.strip()} if reason.strip() else None
    files.erase(streams, now)
    ids = sorted(str(pk) for pk in rows.values_list("pk", flat=True))
    rows.filter(pk__in=ids).update(text="", salt=b"", erased_at=now)
    for start in range(0, max(len(ids), 1), PIECE):
        facts = {"streams": len(streams), "erased": ids[start : start + PIECE]}
        events.record(told_on, ERASED, actor.user_id, facts, at=now, words=words)
    return len(ids)


def require_eraser(actor: Actor) -> None:
    """Raise Forbidden for whoever may not erase."""
    if "administrator" not in actor.duties:
        raise Forbidden("Only an administrator can erase what people wrote.")
