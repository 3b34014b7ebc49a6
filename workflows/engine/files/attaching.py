"""Staged files come to belong to a record of a room: inside the door, with the event that says so."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from workflows.engine import storage
from workflows.engine.door import Turn
from workflows.engine.errors import Refused
from workflows.engine.events import salted
from workflows.engine.models import Attachment
from workflows.parties.actor import Actor

State = Attachment.State
GONE = "A file that was kept for you is not there any more. Choose it again."
SENT = "A file was sent already with another form. Choose it again if you want to send it once more."


def attach(turn: Turn, ids: Sequence[int], *, kind: str, owner_id: int, copy: bool = False) -> list[Attachment]:
    """Let staged files of whoever acts belong to the record `owner_id` of a `kind` (files.owned_by), in this order.

    With `copy` the staged rows stay, for the other cases of a batch. Raises Refused when one is gone, was sent with
    another form, or was refused by the virus scan; then nothing of the command is written.
    """
    mine = Attachment.objects.select_for_update().filter(
        pk__in=list(ids), sender_id=turn.actor.user_id, organisation_id=turn.actor.organisation_id
    )
    found = {row.pk: row for row in mine.order_by("pk")}
    rows = [_sendable(found.get(each)) for each in dict.fromkeys(ids)]
    made = [_belonging(turn, row, kind, owner_id, copy) for row in rows]
    _tell(turn, made)
    return made


def body_of(actor: Actor, ids: Iterable[int]) -> list[list[Any]]:
    """Files as a command's body names them: the same files chosen twice (a double click) are the same body."""
    rows = Attachment.objects.filter(pk__in=list(ids), sender_id=actor.user_id).order_by("pk")
    return [[row.name, row.size, row.sha256] for row in rows]


def erase(streams: Iterable[str], now: Any = None) -> int:
    """Erase names and bytes of every file that belongs to one of these streams; returns how many."""
    rows = Attachment.objects.select_for_update().filter(stream__in=list(streams), erased_at=None)
    found = dict(rows.values_list("pk", "file"))
    gone = {"file": "", "name": "", "sha256": "", "salt": b"", "erased_at": now or timezone.now()}
    Attachment.objects.filter(pk__in=found).update(**gone)
    storage.drop_unnamed(name for name in found.values() if name)
    return len(found)


def _sendable(row: Attachment | None) -> Attachment:
    if row is None:
        raise Refused(GONE, "file_gone")
    if row.state == State.REFUSED:
        raise Refused(f"“{row.name}” cannot be sent. {row.reason}", "file_refused")
    if row.attached_at is not None:
        raise Refused(SENT, "file_sent")
    return row


def _belonging(turn: Turn, row: Attachment, kind: str, owner_id: int, copy: bool) -> Attachment:
    if copy:
        row.pk, row._state.adding = None, True
    row.kind, row.owner_id, row.case_id = kind, owner_id, turn.case.pk
    row.stream, row.attached_at = turn.event.stream, turn.now
    row.save()
    return row


def _tell(turn: Turn, rows: Sequence[Attachment]) -> None:
    """Say in the event which files: figures in its body, names in rows that can be erased."""
    if not rows:
        return
    told = turn.facts.setdefault("files", [])
    for row in rows:
        told.append({"id": row.pk, "size": row.size, "hash": salted(bytes(row.salt), row.sha256)})
        number = len(told)
        turn.event.write_down("file_name" if number == 1 else f"file_name_{number}", row.name)
