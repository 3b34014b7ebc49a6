"""Many cases changed by one person's wish: one by one through the door, in a worker, a commit each.

A room declares in its `batches.py` what one item is:

    @runs_batch("contracts.publish")
    def publish(actor, target, parameters, key) -> Item: ...

The function hands `key` to the door as the client's key, so that an item that comes again answers as the first time.
What it refuses (Refused) is kept with its reason and stops nothing.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Count
from django.utils import timezone

from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.parties.selectors import actor_for, system_actor

from . import faults, outbox
from .errors import Busy, Forbidden, KeyReused, Refused
from .events import canonical
from .models import Batch, BatchItem, Receipt

logger = logging.getLogger(__name__)

#: How long one message works on a batch before others have their turn, in seconds.
SLICE = 5.0


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one item: a sentence for the person, and the case if there is one."""

    message: str = ""
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is."""

    total: int
    waiting: int
    done: int
    refused: int
    finished: bool


Function = Callable[[Actor, int, Mapping[str, Any], str], Item]
_functions: dict[str, Function] = {}
_endings: dict[str, Callable[[Batch], None]] = {}


def runs_batch(kind: str, *, at_end: Callable[[Batch], None] | None = None) -> Callable[[Function], Function]:
    """Declare the function that does one item of a kind of batch; `at_end` is called once, when all are done."""

    def declare(function: Function) -> Function:
        if kind in _functions:
            raise ValueError(f"two functions run batches of {kind!r}")
        _functions[kind] = function
        if at_end is not None:
            _endings[kind] = at_end
        return function

    return declare


def create(
    kind: str, actor: Actor, targets: Iterable[int], parameters: Mapping[str, Any] | None = None, *, key: str = ""
) -> Batch:
    """Write down what is to be done to which targets; a worker begins after the commit.

    A client's `key` that comes again is the same batch; KeyReused when it comes with something else. The kind must be
    declared (KeyError): a mistake in the code is better found here than in a worker.
    """
    if kind not in _functions:
        raise KeyError(f"no function runs batches of {kind!r}")
    wanted = list(dict.fromkeys(targets))
    if not key:
        with transaction.atomic():
            return _create(kind, actor, wanted, parameters)
    receipt = Receipt(key=_key(actor, key), body_hash=_hash(kind, wanted, parameters))
    try:
        with transaction.atomic():
            batch = _create(kind, actor, wanted, parameters)
            receipt.answer = {"batch": batch.pk}
            receipt.save(force_insert=True)
            return batch
    except IntegrityError:
        return _earlier(receipt)


def begun(actor: Actor, key: str) -> Batch | None:
    """The batch that this person has begun with a client's key, if any: for a page that is sent twice."""
    receipt = Receipt.objects.filter(pk=_key(actor, key)).first()
    return Batch.objects.get(pk=receipt.answer["batch"]) if receipt is not None else None


def _key(actor: Actor, key: str) -> str:
    return f"{actor.user_id}:batch:{key}"


def _earlier(receipt: Receipt) -> Batch:
    """The batch that this key has made already."""
    earlier = Receipt.objects.get(pk=receipt.pk)
    if bytes(earlier.body_hash) != receipt.body_hash:
        raise KeyReused
    return Batch.objects.get(pk=earlier.answer["batch"])


def _hash(kind: str, wanted: list[int], parameters: Mapping[str, Any] | None) -> bytes:
    return hashlib.sha256(canonical([kind, sorted(wanted), dict(parameters or {})]).encode()).digest()


def _create(kind: str, actor: Actor, wanted: list[int], parameters: Mapping[str, Any] | None) -> Batch:
    facts = {**(parameters or {}), "organisation_id": actor.organisation_id}
    batch = Batch.objects.create(kind=kind, actor_id=actor.user_id, parameters=facts, total=len(wanted))
    BatchItem.objects.bulk_create([BatchItem(batch=batch, target=target) for target in wanted], batch_size=5_000)
    outbox.put("batch", f"batch:{batch.pk}:0", {"batch": batch.pk, "slice": 0})
    return batch


def progress(batch: Batch) -> Progress:
    """The counts of a batch, in one query."""
    counts = dict(batch.items.values_list("result").annotate(Count("pk")))
    return Progress(
        total=batch.total,
        waiting=counts.get(BatchItem.Result.WAITING, 0),
        done=counts.get(BatchItem.Result.DONE, 0),
        refused=counts.get(BatchItem.Result.REFUSED, 0),
        finished=batch.finished_at is not None,
    )


def run_slice(batch_id: int, number: int) -> None:
    """Work on a batch for a while; then write down the next slice, or that it is finished."""
    batch = Batch.objects.get(pk=batch_id)
    if batch.finished_at is not None:
        return
    actor = _actor(batch)
    until = time.monotonic() + SLICE
    waiting = list(
        batch.items.filter(result=BatchItem.Result.WAITING).order_by("pk").values_list("pk", "target")[:5_000]
    )
    for item_id, target in waiting:
        _run_item(batch, actor, item_id, target)
        if time.monotonic() > until:
            break
    _go_on(batch, number)


def _run_item(batch: Batch, actor: Actor | None, item_id: int, target: int) -> None:
    try:
        if actor is None:
            raise Forbidden("The person who asked for this may no longer do it.")
        made = _functions[batch.kind](actor, target, batch.parameters, f"batch:{batch.pk}:{target}")
        _note(item_id, BatchItem.Result.DONE, made.message, made.case_id)
    except Busy:
        return  # it waits for a later slice
    except Refused as refusal:
        _note(item_id, BatchItem.Result.REFUSED, refusal.reason, getattr(refusal, "case_id", None))
    except (OperationalError, InterfaceError):
        raise  # PostgreSQL is away: the whole message is tried again
    except Exception as error:
        logger.error("An item of batch %s failed: %s\n%s", batch.pk, faults.describe(error), faults.trail(error))
        _note(item_id, BatchItem.Result.REFUSED, f"A fault stopped this one ({type(error).__name__}).", None)


def _note(item_id: int, result: str, message: str, case_id: int | None) -> None:
    """Keep the result, unless another worker was faster."""
    open_item = BatchItem.objects.filter(pk=item_id, result=BatchItem.Result.WAITING)
    open_item.update(result=result, message=message[:500], case_id=case_id)


@transaction.atomic
def _go_on(batch: Batch, number: int) -> None:
    now = progress(batch)
    if now.waiting:
        outbox.put("batch", f"batch:{batch.pk}:{number + 1}", {"batch": batch.pk, "slice": number + 1})
    elif Batch.objects.filter(pk=batch.pk, finished_at=None).update(finished_at=timezone.now()):
        told = {
            "kind": "batch.finished",
            "audience": {"user": batch.actor_id},
            "figures": {"done": now.done, "refused": now.refused},
        }
        outbox.put("notify", f"batch:{batch.pk}:finished", told)
        if batch.kind in _endings:
            _endings[batch.kind](batch)


def _actor(batch: Batch) -> Actor | None:
    """Whoever asked, with the rights that they have now."""
    user = User.objects.get(pk=batch.actor_id)
    if user.kind == User.Kind.SYSTEM:
        return system_actor()
    return actor_for(user, batch.parameters.get("organisation_id")) if user.is_active else None
