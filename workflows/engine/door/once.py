"""One effect for one client key: a receipt says what it was, and answers whoever sends the key again."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from psycopg.errors import LockNotAvailable

from workflows.parties.actor import Actor

from .. import reading, work
from ..atomic import note_refusal
from ..errors import Busy, KeyReused, NotFound, Refused, Stale
from ..events import canonical
from ..models import Case, Receipt


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command answered: the case, its new version and state; `repeated` when the same key came again."""

    case_id: int
    version: int
    state: str
    answer: Mapping[str, Any]
    repeated: bool = False


def once(
    attempt: Callable[[], Outcome],
    *,
    actor: Actor,
    key: str,
    body: Mapping[str, Any],
    case_id: int | Callable[[], int | None] | None,
    verb: str,
) -> Outcome:
    """Make one attempt in one transaction, and answer a repeated key as the first time.

    A repeated key is found out late on purpose: the happy path asks nothing, and whoever waited for the lock sees the
    winner's receipt. `case_id` may be how to find it: only a refusal asks.
    """
    try:
        with transaction.atomic():
            return attempt()
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy from error
        raise
    except (Stale, IntegrityError, work.GuardMissed) as error:
        earlier = _earlier(actor, key, body)
        if earlier is not None:
            return earlier
        known = _known(case_id)
        lost = _lost(error, known, actor)
        if isinstance(lost, Stale):
            note_refusal(lost, actor, verb, known)
        if lost is error:
            raise
        raise lost from error
    except NotFound as refusal:
        note_refusal(refusal, actor, verb, _known(case_id))
        raise
    except Refused as refusal:
        # What the first sending did may be why the second is refused: who has claimed a turn cannot claim it again.
        earlier = _earlier(actor, key, body)
        if earlier is not None:
            return earlier
        note_refusal(refusal, actor, verb, _known(case_id))
        raise


def answered(actor: Actor, key: str) -> Outcome | None:
    """What this key has done, if it has: for commands that choose between verbs before they come to the door."""
    receipt = Receipt.objects.filter(key=_key(actor, key)).first()
    return _as_answered(receipt) if receipt is not None else None


def receipt_for(actor: Actor, key: str, body: Mapping[str, Any], case_id: int, answer: Mapping[str, Any]) -> Receipt:
    """What is written with a command, so that its key is answered the same way again."""
    return Receipt(key=_key(actor, key), body_hash=_body_hash(body), case_id=case_id, answer=answer)


def _known(case_id: int | Callable[[], int | None] | None) -> int | None:
    return case_id() if callable(case_id) else case_id


def _earlier(actor: Actor, key: str, body: Mapping[str, Any]) -> Outcome | None:
    """What this key answered the first time; KeyReused when its body was another."""
    receipt = Receipt.objects.filter(key=_key(actor, key)).first()
    if receipt is None:
        return None
    if bytes(receipt.body_hash) != _body_hash(body):
        raise KeyReused
    return _as_answered(receipt)


def _as_answered(receipt: Receipt) -> Outcome:
    answer = dict(receipt.answer)
    return Outcome(receipt.case_id or 0, answer["version"], answer["state"], answer, repeated=True)


def _lost(error: Exception, case_id: int | None, actor: Actor) -> Exception:
    """The refusal for whoever was slower; an integrity error of the command's own tables is passed on as it is."""
    if isinstance(error, Stale):
        return error
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if case_id is not None and (isinstance(error, work.GuardMissed) or constraint == "event_once_in_stream"):
        case = Case.objects.get(pk=case_id)
        return reading.stale(case, case.flow_class, actor)
    return error


def _key(actor: Actor, key: str) -> str:
    return f"{actor.user_id}:{key}"


def _body_hash(body: Mapping[str, Any]) -> bytes:
    """The hash of what was asked; the caller leaves secrets out of it."""
    return hashlib.sha256(canonical(body).encode()).digest()
