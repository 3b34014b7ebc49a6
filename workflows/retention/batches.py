"""A worker erases a list piece by piece, each in a transaction of its own, after asking again what is due and held.

Broken off anywhere it goes on where it was: a piece is erased whole and noted, or not at all.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from workflows.engine import holds
from workflows.engine.batches import Item, runs_batch
from workflows.engine.erase import require_eraser
from workflows.engine.errors import Busy, Refused
from workflows.engine.models import Batch
from workflows.parties.actor import Actor

from . import kinds
from .commands import ERASE
from .kinds import Erasing
from .listing import rules_of, tell
from .models import RetentionItem, RetentionList
from .rules import moment_of

State = RetentionItem.State
NOT_DUE = "It is not due any more."


def _over(batch: Batch) -> None:
    """Every piece was tried: the list is done, also when some of it was kept."""
    found = RetentionList.objects.get(pk=batch.parameters["list"])
    found.state = RetentionList.State.DONE
    found.save()
    states = found.items.order_by().values_list("state", flat=True)
    tell(found, "erased_all", batch.actor_id, {each: states.filter(state=each).count() for each in State.values})


@runs_batch(ERASE, at_end=_over)
def erase_piece(actor: Actor, target: int, parameters: Mapping[str, Any], _key: str) -> Item:
    """Erase one piece; what is held or not due any more is kept, with the reason."""
    require_eraser(actor)
    try:
        with transaction.atomic():
            return Item(_erase(actor, parameters["list"], target))
    except Busy:
        raise
    except Refused as refusal:
        _waiting(parameters["list"], target).update(state=State.KEPT, message=refusal.reason[:300])
        raise


def _waiting(list_id: int, piece: int) -> Any:
    return RetentionItem.objects.filter(list=list_id, piece=piece, state=State.DUE)


def _erase(actor: Actor, list_id: int, piece: int) -> str:
    items = {each.subject_id: each for each in _waiting(list_id, piece).select_for_update().order_by("pk")}
    if not items:
        return "Done before"
    found = RetentionList.objects.get(pk=list_id)
    rule, before = rules_of(found)[next(iter(items.values())).rule]
    kind = kinds.of(rule.what)
    holds.before_erasing()
    due = {pk: (count, held) for pk, _, count, held in kind.due(rule, moment_of(before), list(items))}
    pairs = list(kind.streams(list(due)))
    reached = holds.on(stream for _, stream in pairs)
    under = {pk: reached[stream] for pk, stream in pairs if stream in reached}
    going = [pk for pk in items if pk in due and pk not in under and due[pk][0]]
    erasing = Erasing(actor, f"retention:{list_id}", f"Retention, list {list_id}", moment_of(before))
    count = kind.erase(erasing, going) if going else 0
    for pk, each in items.items():
        if pk in going:
            each.state, (each.count, each.held) = State.ERASED, due[pk]
        elif pk in under or pk in due:
            each.state, each.hold_id, each.held, each.count = State.HELD, under.get(pk), each.count + each.held, 0
        else:
            each.state, each.message = State.KEPT, NOT_DUE
    RetentionItem.objects.bulk_update(items.values(), ["state", "count", "held", "hold", "message"])
    return f"{count} {kind.noun}{'' if count == 1 else 's'}"
