"""Holds on payments: placed with a notice of a death, a stay away or a move; lifted when the notice was a mistake.

Both are called inside the door, in the transaction of the notice (design, workflows §3 "One notice of death").
"""

from datetime import date

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from workflows.engine import moment
from workflows.parties.actor import Actor

from .models import CarePackageLine, PaymentHold
from .recording import tell_line


def lock_lines(client_id: int, organisation_id: int, day: date) -> list[CarePackageLine]:
    """Lock the lines of a client at a provider that go on at or after a day, in the order of their ids."""
    lines = CarePackageLine.objects.select_for_update(of=("self",), no_key=True).filter(client=client_id)
    lines = lines.filter(Q(end=None) | Q(end__gte=day), service__organisation=organisation_id)
    return list(lines.order_by("pk"))


def place(
    lines: list[CarePackageLine], *, case_id: int, cause: str, start: date, end: date | None, actor: Actor
) -> list[PaymentHold]:
    """Hold the payments of locked lines from a day on; each line's story says so."""
    now = moment.now()
    rows = [PaymentHold(line=each, case_id=case_id, cause=cause, start=start, end=end, placed_at=now) for each in lines]
    PaymentHold.objects.bulk_create(rows)
    for line in lines:
        tell_line(line, "held", actor, {"cause": cause, "from": start, "until": end, "case": case_id})
    return rows


def lock_held(case_id: int) -> list[CarePackageLine]:
    """Lock the lines whose payments a case holds: a line is locked before a case is."""
    held = standing().filter(case=case_id).values("line")
    locked = CarePackageLine.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=held)
    return list(locked.order_by("pk"))


def lift(case_id: int, actor: Actor) -> int:
    """Lift the holds of a case, whose lines are locked; each line's story says so. Returns how many there were."""
    for line in lock_held(case_id):
        tell_line(line, "released", actor, {"case": case_id})
    return standing().filter(case=case_id).update(lifted_at=moment.now())


def standing() -> QuerySet[PaymentHold]:
    """The holds that were not lifted."""
    return PaymentHold.objects.filter(lifted_at=None)


def unanswered(case_id: int) -> QuerySet[PaymentHold]:
    """The holds of a case whose line does not yet say what happened: it goes on past the day of the hold, or past its
    own first day where it begins later.

    A stay away with a last day needs no change of the line.
    """
    over = Greatest(F("start"), F("line__start"))
    return standing().filter(case=case_id, end=None).filter(Q(line__end=None) | Q(line__end__gt=over))
