"""Prepares a list of what is due: everything of the profile's schedule, in pieces, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, transaction

from workflows.council.profile import current
from workflows.council.retention import Retention
from workflows.engine import events, holds, moment, outbox
from workflows.engine.atomic import command
from workflows.engine.errors import Forbidden, Refused
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor

from . import kinds
from .kinds import Due
from .models import RetentionItem, RetentionList
from .rules import due_before, moment_of

State = RetentionList.State
OPEN = (State.PREPARING, State.READY, State.ASKED, State.ERASING)
PIECE = 2_000
LOCK = 20_260_524
TOPIC = "retention.prepare"


@command
def ask_for(*, actor: Actor) -> RetentionList:
    """Have a new list prepared by a worker, in place of one that nobody has asked to erase.

    Raises Forbidden unless an administrator (or the system) asks, Refused while a list waits for a second person.
    """
    if actor.kind != "system" and "administrator" not in actor.duties:
        raise Forbidden("Only an administrator has lists prepared.")
    _alone()
    there = RetentionList.objects.select_for_update().filter(state__in=OPEN).first()
    if there is not None and there.state != State.READY:
        raise Refused(f"List {there.pk} is not finished: {there.get_state_display().lower()}.", "open")
    if there is not None:
        withdraw(there, actor)
    found = RetentionList.objects.create(prepared_by_id=actor.user_id, begun_at=moment.now(), schedule=_schedule())
    outbox.put(TOPIC, f"retention:{found.pk}", {"list": found.pk})
    return found


def monthly() -> int:
    """Have a list prepared unless one was this month, or one is open; it is never erased by itself. How many."""
    first = moment.today().replace(day=1)
    recent = RetentionList.objects.filter(begun_at__gte=moment_of(first))
    waiting = RetentionList.objects.filter(state__in=[State.PREPARING, State.ASKED, State.ERASING])
    if not current().retention or recent.exists() or waiting.exists():
        return 0
    ask_for(actor=system_actor())
    return 1


@transaction.atomic
def prepare(list_id: int) -> None:
    """Put on a list what is due now; coming again it does nothing, and broken off it has written nothing."""
    found = RetentionList.objects.select_for_update().filter(pk=list_id, state=State.PREPARING).first()
    if found is None:
        return
    holds.before_erasing()
    counts = {}
    for number, (rule, said) in enumerate(rules_of(found)):
        kind = kinds.of(rule.what)
        items = 0
        due = iter(kind.due(rule, moment_of(said)))
        while piece := list(islice(due, PIECE)):
            RetentionItem.objects.bulk_create(_items(found, number, kind, piece))
            items += len(piece)
        counts[f"{number}:{rule.what}"] = items
    found.state, found.prepared_at = State.READY, moment.now()
    found.save()
    tell(found, "prepared", found.prepared_by_id, {"items": counts})


def withdraw(found: RetentionList, actor: Actor) -> None:
    """Put a list away; what was on it is on the next one, if it still is due."""
    found.state = State.WITHDRAWN
    found.save()
    found.items.all().delete()
    tell(found, "withdrawn", actor.user_id)


def rules_of(found: RetentionList) -> list[tuple[Retention, date]]:
    """The entries of the schedule as they were when the list was begun, each with the day before which it is due."""
    return [(Retention.model_validate(each["rule"]), date.fromisoformat(each["before"])) for each in found.schedule]


def tell(found: RetentionList, what: str, actor_id: int, facts: Mapping[str, Any] | None = None) -> None:
    """Write the event of a list."""
    events.record(f"retention:{found.pk}", f"retention.{what}", actor_id, facts or {}, at=moment.now())


def _schedule() -> list[dict[str, Any]]:
    today = moment.today()
    return [
        {"rule": rule.model_dump(mode="json"), "before": due_before(rule, today).isoformat()}
        for rule in current().retention
    ]


def _items(found: RetentionList, number: int, kind: kinds.Kind, piece: Sequence[Due]) -> Iterable[RetentionItem]:
    pairs = list(kind.streams([each[0] for each in piece]))
    reached = holds.on(stream for _, stream in pairs)
    held = {pk: reached[stream] for pk, stream in sorted(pairs) if stream in reached}
    state = RetentionItem.State
    for pk, since, count, kept in piece:
        hold = held.get(pk)
        gone = 0 if hold else count
        yield RetentionItem(
            list=found, rule=number, subject_id=pk, since=since, count=gone, held=kept if not hold else count,
            hold_id=hold, state=state.DUE if gone else state.HELD,
        )  # fmt: skip


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
