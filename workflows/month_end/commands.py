"""Sends the reminders of a run: once each, whoever presses how often."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from workflows.engine import moment, outbox
from workflows.engine.atomic import command
from workflows.engine.errors import Forbidden, Refused
from workflows.engine.records import tell
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation

from . import reminders, selectors
from .models import Reminder
from .moments import Run
from .notices import REMINDER

#: So many providers are reminded at once.
MOST = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of sending: how many providers and people were told, and providers whom somebody else told first."""

    providers: int = 0
    people: int = 0
    already: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()


@command
def send(*, actor: Actor, run: Run, chosen: Mapping[int, int]) -> Sent:
    """Send the reminders of these providers, each as the number that was shown: {organisation: number}.

    Once, whoever presses how often: a number that was sent meanwhile (a second click, another browser) is not sent
    again. Another for the same run has the next number, so somebody must have seen that there was one. What a provider
    has done meanwhile is not asked for any more.
    """
    if not selectors.may_remind(actor):
        raise Forbidden("Only people who lead or manage a team that makes payments send reminders.")
    if not chosen:
        raise Refused("Tick at least one provider.", "none")
    if len(chosen) > MOST:
        raise Refused(f"Up to {MOST} providers can be reminded at once.", "many")
    now = moment.now()
    due_at = run.next_step(now)
    if due_at is None:
        raise Refused("It is too late for a reminder: the cut-off and the finalisation are over.", "over")
    items, names = reminders.items(run), dict(Organisation.objects.filter(pk__in=chosen).values_list("pk", "name"))
    reached, last = reminders.reached(names, items), reminders.last_of(run, names)
    already, nobody = [], [name for pk, name in sorted(names.items()) if not reached.get(pk)]
    told = done = 0
    for pk in sorted(each for each in names if reached.get(each)):
        people = reached[pk]
        counts = reminders.summed(items[pk])
        row = Reminder(
            organisation_id=pk, run=run.key, number=chosen[pk], due_at=due_at, counts=counts, people=len(people),
            sent_by_id=actor.user_id, sent_at=now,
        )  # fmt: skip
        following = last[pk].number + 1 if pk in last else 1
        if chosen[pk] != following or not _first(row):
            already.append(names[pk])
            continue
        facts = {"run": run.key, "number": chosen[pk], "counts": counts, "people": len(people), "due_at": due_at}
        tell(f"organisation:{pk}", "month_end.remind", actor, facts)
        for user, own in people.items():
            _tell(run, pk, chosen[pk], user, reminders.sentence(own, due_at))
        done, told = done + 1, told + len(people)
    return Sent(done, told, tuple(already), tuple(nobody))


def _first(row: Reminder) -> bool:
    """Write the row; whether nobody has written one under this number. Who is slower waits for the other's end."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            return False
        raise
    return True


def _tell(run: Run, organisation: int, number: int, user: int, words: str) -> None:
    key = f"month_end:{run.key}:{organisation}:{number}:{user}"
    outbox.put(
        "notify",
        key,
        {"kind": REMINDER, "case": None, "reference": words, "figures": {}, "audience": {"user": user}},
    )
