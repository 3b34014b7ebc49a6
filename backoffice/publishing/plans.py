"""What publishing a line would do: told before it is done, item by item."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from workflows.contracts import selectors as contracts
from workflows.contracts.rules import State
from workflows.council.profile import current
from workflows.engine import moment
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine


@dataclass(frozen=True, slots=True)
class Plan:
    """One line, what will happen to it, and what it costs a week."""

    line: CarePackageLine
    words: str
    weekly: Decimal | None


def ready(actor: Actor) -> QuerySet[CarePackageLine]:
    """The lines whose document does not say what they say, of the services that this person's teams publish for.

    An auditor sees all of them.
    """
    lines = contracts.lines_to_publish(moment.today())
    return lines if "auditor" in actor.duties else lines.filter(service__group__in=groups_of(actor))


def without_rate(actor: Actor) -> QuerySet[CarePackageLine]:
    """The lines that only wait for a rate, of the same services."""
    lines = contracts.lines_without_rate(moment.today())
    return lines if "auditor" in actor.duties else lines.filter(service__group__in=groups_of(actor))


def groups_of(actor: Actor) -> list[str]:
    """The service groups for which one of the person's teams does brokerage."""
    council = current()
    return [group.key for group in council.service_groups if council.team_for("brokerage", group.key) in actor.teams]


def plans(lines: Sequence[Any]) -> list[Plan]:
    """What will happen to each of these lines of `ready`: one query, however many there are."""
    latest = contracts.latest_of_lines(line.pk for line in lines)
    return [Plan(line, _words(latest.get(line.pk)), line.weekly_now) for line in lines]


def _words(document: Any) -> str:
    if document is None:
        return "Its first document is published"
    reference, state = document["reference"], document["state"]
    if state == State.REJECTED:
        return f"Version {document['version'] + 1} of {reference}, which was rejected, is published"
    if state == State.PUBLISHED:
        return f"A new document takes the place of {reference}, which nobody has answered"
    return f"A new document follows {reference}, which is {state}"
