"""Who may read an attached file: whoever may read the record that it belongs to. Each room says so for its kinds.

    @files.owned_by("action.post")
    def post(actor, attachment) -> files.Owner: ...        # raises NotFound when it is not theirs

A room declares this in its `files.py`. Files of a kind that no room declares are nobody's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from workflows.engine.errors import NotFound, Refused
from workflows.engine.models import Attachment
from workflows.engine.selectors import viewed
from workflows.parties.actor import Actor

State = Attachment.State
WAITING = "This file waits for the virus scan. It can be opened once that is done, usually within a minute."


@dataclass(frozen=True, slots=True)
class Owner:
    """The record that a file belongs to: what a downloaded file is called after, never a person; whom it is about."""

    reference: str
    client_id: int | None = None


Reads = Callable[[Actor, Attachment], Owner]
_owners: dict[str, Reads] = {}


def owned_by(kind: str) -> Callable[[Reads], Reads]:
    """Declare the function that answers for files of a kind: their owner for this person, or NotFound."""

    def declare(function: Reads) -> Reads:
        if kind in _owners:
            raise ValueError(f"two functions answer for files of {kind!r}")
        _owners[kind] = function
        return function

    return declare


def kinds() -> list[str]:
    """The kinds that rooms answer for."""
    return sorted(_owners)


@dataclass(frozen=True, slots=True)
class Download:
    """A file that this person may take, and what it is called outside."""

    attachment: Attachment
    name: str


def taken(actor: Actor, attachment_id: int) -> Download:
    """The file, for this person to take; that they took it is recorded.

    Raises NotFound when it is not theirs to read, was erased or was never attached, Refused when it is not ready.
    """
    attachment = Attachment.objects.filter(pk=attachment_id, attached_at__isnull=False).first()
    if attachment is None or attachment.kind not in _owners:
        raise NotFound
    owner = _owners[attachment.kind](actor, attachment)
    if attachment.erased_at is not None:
        raise NotFound
    if attachment.state == State.WAITING:
        raise Refused(WAITING, "file_waiting")
    if attachment.state == State.REFUSED:
        raise Refused(f"This file cannot be opened. {attachment.reason}", "file_refused")
    viewed(actor, attachment.kind, attachment.pk, owner.client_id)
    ending = PurePosixPath(attachment.name).suffix
    return Download(attachment, f"{owner.reference}-file-{attachment.pk}{ending}")


def of(kind: str, owner_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """The files of records, by record, in the order that they were sent: one query.

    The caller has asked the owner's selector whether the person may read the records.
    """
    found: dict[int, list[Attachment]] = {}
    for row in Attachment.objects.filter(kind=kind, owner_id__in=list(owner_ids)).order_by("pk"):
        found.setdefault(row.owner_id or 0, []).append(row)
    return found
