"""Erasing a list: one administrator asks, another confirms, a worker does it; until then it can be withdrawn.

Two persons, as for a payment run: what is erased cannot be brought back, so a slip of one person must not be enough
(docs/adr/0023).
"""

from django.db import connection

from workflows.engine import batches, moment
from workflows.engine.atomic import command
from workflows.engine.erase import require_eraser
from workflows.engine.errors import NotFound, Refused
from workflows.parties.actor import Actor

from . import kinds
from .listing import rules_of, tell, withdraw
from .models import RetentionList

State = RetentionList.State
ERASE = "retention.erase"
#: Things of one kind that go in one transaction; those that are erased alone are pieces of one.
TOGETHER = 200

PIECES = """
UPDATE retention_retentionitem i SET piece = %(before)s + numbered.piece FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s + 1 AS piece
    FROM retention_retentionitem WHERE list_id = %(list)s AND rule = %(rule)s AND state = 'due') numbered
WHERE i.id = numbered.id
"""


@command
def ask(*, actor: Actor, list_id: int, seen: int) -> RetentionList:
    """Ask for the erasure of a list, of which so many things were seen to be due."""
    require_eraser(actor)
    found = _locked(list_id, State.READY, "This list does not wait to be read any more.")
    due = found.items.filter(state="due").count()
    if not due:
        raise Refused("Nothing on this list can be erased.", "empty")
    if due != seen:
        raise Refused("The list has changed since you saw it. Read it again.", "changed")
    found.state, found.asked_by_id, found.asked_at = State.ASKED, actor.user_id, moment.now()
    found.save()
    tell(found, "asked", actor.user_id, {"items": due})
    return found


@command
def put_away(*, actor: Actor, list_id: int) -> RetentionList:
    """Withdraw a list that is not being erased yet."""
    require_eraser(actor)
    found = RetentionList.objects.select_for_update().filter(pk=list_id).first()
    if found is None:
        raise NotFound
    if found.state not in {State.READY, State.ASKED}:
        raise Refused(f"This list cannot be withdrawn: {found.get_state_display().lower()}.", "over")
    withdraw(found, actor)
    return found


@command
def confirm(*, actor: Actor, list_id: int) -> RetentionList:
    """Confirm what somebody else has asked for: a worker begins."""
    require_eraser(actor)
    found = _locked(list_id, State.ASKED, "This list does not wait for a second person any more.")
    if found.asked_by_id == actor.user_id:
        raise Refused("Somebody else must confirm what you asked for.", "same_person")
    found.batch = batches.create(ERASE, actor, range(1, _pieces(found) + 1), {"list": found.pk})
    found.state, found.confirmed_by_id, found.confirmed_at = State.ERASING, actor.user_id, moment.now()
    found.save()
    tell(found, "confirmed", actor.user_id, {"batch": found.batch.pk})
    return found


def _pieces(found: RetentionList) -> int:
    """Number the pieces in which it is erased, in the schedule's order; returns how many."""
    number = 0
    for rule, (said, _) in enumerate(rules_of(found)):
        size = 1 if kinds.of(said.what).alone else TOGETHER
        with connection.cursor() as cursor:
            cursor.execute(PIECES, {"before": number, "size": size, "list": found.pk, "rule": rule})
            number += -(-cursor.rowcount // size)
    return number


def _locked(list_id: int, state: str, otherwise: str) -> RetentionList:
    found = RetentionList.objects.select_for_update().filter(pk=list_id).first()
    if found is None:
        raise NotFound
    if found.state != state:
        raise Refused(otherwise, "moved_on")
    return found
