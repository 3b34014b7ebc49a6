"""The readers of bulk changes: one's own batches, and what became of each task in them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from workflows.engine.models import Batch, BatchItem, Task
from workflows.parties.actor import Actor


def batches_of(actor: Actor, kinds: Iterable[str]) -> QuerySet[Batch]:
    """The person's own batches of these kinds; nobody else's exist."""
    return Batch.objects.filter(actor_id=actor.user_id, kind__in=list(kinds))


def task_items(actor: Actor, batch: Batch) -> QuerySet[Any, Any]:
    """A batch's items as plain rows, with the `title`, `reference` and `open_case` of their task.

    The three are None where the task is not theirs to read.
    """
    task = readable_turns(actor).filter(pk=OuterRef("target"))
    items = BatchItem.objects.filter(batch=batch).annotate(
        title=Subquery(task.values("title")[:1]),
        reference=Subquery(task.values("reference")[:1]),
        open_case=Subquery(task.values("process_id")[:1]),
    )
    return items.values("id", "result", "message", "title", "reference", "open_case")


def turns_of_mine(actor: Actor, task_ids: Iterable[int]) -> QuerySet[Task]:
    """Those of these tasks that are the turn of one of the person's teams."""
    return readable_turns(actor).filter(pk__in=list(task_ids), team_id__in=actor.team_ids).order_by()


def readable_turns(actor: Actor) -> QuerySet[Task]:
    """Every turn, open or over, of a case that this member of staff may read."""
    turns: QuerySet[Task] = Task.objects.filter(kind__in=actor.reads)
    return turns if actor.reads_all() else turns.filter(process__sensitivity__in=["", *actor.sensitivities])
