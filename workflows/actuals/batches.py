"""Accepting what is as planned, of one week or of many: what needs a person stays where it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.council.profile import current
from workflows.engine import batches, door
from workflows.engine.batches import Item, runs_batch
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Batch, Task
from workflows.parties.actor import Actor

from .checking import clean_lines, reads
from .commands import accept
from .flow import ActualsFlow

ACCEPT = "actuals.accept_clean"
MOST = 2_000


def accept_clean(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Accept the lines of a week that are as planned; Refused `none` when there is none. The same key again answers as
    the first time did."""
    earlier = door.answered(actor, key)
    if earlier is not None:
        return earlier
    lines = clean_lines(case_id)
    if not lines:
        raise Refused("No line of this week can be accepted without a look at it.", "none")
    return accept(actor=actor, case_id=case_id, task_id=task_id, lines=lines, key=key)


def accept_many(*, actor: Actor, case_ids: Iterable[int], seen: str, key: str) -> Batch:
    """Begin one batch that accepts what is as planned in each of these weeks; the same key again is the same batch.

    `seen`: what the person saw before they said so, in one word, so that the same key with other weeks is refused.
    """
    ids = sorted(set(case_ids))
    if not ids or len(ids) > MOST:
        raise Refused(f"Choose between 1 and {MOST:,} weeks.", "too_many" if ids else "none_chosen")
    if reads(actor, ids) != set(ids):
        raise NotFound
    if not accepts(actor):
        raise Forbidden("Only the team that pays accepts weeks.")
    return batches.create(ACCEPT, actor, ids, {"seen": seen}, key=key)


def accepts(actor: Actor) -> bool:
    """Whether one of the person's teams pays for any service; each week's own door asks for its team."""
    council = current()
    groups = [None, *(each.key for each in council.service_groups)]
    return actor.is_staff and bool({council.team_for("payments", group) for group in groups} & set(actor.teams))


@runs_batch(ACCEPT)
def accept_one(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:  # noqa: ARG001
    """Accept what is as planned in one week."""
    turn = Task.objects.filter(process=target, node=ActualsFlow.check.name, finished=None).first()
    if turn is None and door.answered(actor, key) is None:
        raise Refused("This week does not await the check any more.", "over")
    lines = len(clean_lines(target))
    outcome = accept_clean(actor=actor, case_id=target, task_id=turn.pk if turn else 0, key=key)
    return Item("Accepted" if outcome.repeated else f"{lines} accepted", target)
