"""Stops: what Payments makes of a notice of a death, a stay away or a move (design, workflows §3, "One notice").

The notice holds payments at once; the stop is the turn of Payments to check what that takes back. Confirmed, the notice
is a fact: days after a death, of a stay or after a move are not paid, and what was finalised is put right by itself.
"""

from functools import partial

from workflows.engine import door
from workflows.engine.errors import Invalid
from workflows.engine.models import Case
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.register import holds
from workflows.register.models import PaymentHold

from . import notices
from .acting import mark_changed, profile
from .flow import PaymentStopFlow
from .models import PaymentStop
from .rules import StopState

_run = partial(door.run, PaymentStopFlow)


def stop(*, actor: Actor, notice_id: int, key: str) -> door.Outcome | None:
    """Begin the stop of a notice's holds, once; None when there is one, or when nothing is held any more."""
    profile()
    held = list(PaymentHold.objects.filter(case=notice_id, lifted_at=None).select_related("case", "line"))
    if not held or PaymentStop.objects.filter(notice=notice_id).exists():
        return None
    first = held[0]
    told = first.case
    case = Case(
        organisation_id=told.organisation_id,
        service_id=told.service_id,
        client_id=told.client_id,
        sensitivity="finance",
        state=StopState.OPEN,
    )

    def act(turn: door.Turn) -> None:
        row = PaymentStop(case=turn.case, notice_id=notice_id, cause=first.cause, start=first.start)
        row.save(force_insert=True)
        mark_changed({each.line.contract_id for each in held})
        turn.facts.update({"notice": notice_id, "cause": first.cause, "since": first.start, "lines": len(held)})
        turn.notify(notices.STOPPED, turn.desk("payments"))

    said = {"verb": "stop", "notice": notice_id}
    return door.begin(
        PaymentStopFlow, actor=actor, verb="stop", case=case, key=key, body=said, act=act, service_group=None
    )


def confirm(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Payments has checked the notice: it is a fact from now on."""
    if faults := faults_of_text(text, "Say how you checked it"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        turn.event.write_down("reason", text.strip())
        PaymentStop.objects.filter(pk=case_id).update(confirmed=True)
        turn.state(StopState.CONFIRMED)
        mark_changed(_contracts(case_id))

    return _run(verb="confirm", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"text": text}, act=act)


def lift(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """The notice was a mistake (or was taken back): nothing is stopped because of it, and its holds are lifted."""
    if faults := faults_of_text(text, "Say why it is lifted"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        turn.event.write_down("reason", text.strip())
        turn.state(StopState.LIFTED)
        mark_changed(_contracts(case_id))

    first = partial(_lift_holds, case_id, actor)  # a line is locked before a case is
    return _run(
        verb="lift", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"text": text}, act=act, first=first
    )


def write(case_id: int, verb: str, actor: Actor) -> None:
    """What a verb makes of a stop, without its story: what a page tries to see the money (trying.py takes it back)."""
    if verb == "lift":
        _lift_holds(case_id, actor)
    else:
        PaymentStop.objects.filter(pk=case_id).update(confirmed=True)
        Case.objects.filter(pk=case_id).update(state=StopState.CONFIRMED)


def _lift_holds(case_id: int, actor: Actor) -> None:
    notice = PaymentStop.objects.filter(pk=case_id).values_list("notice_id", flat=True).first()
    if notice is not None:
        holds.lift(notice, actor)


def _contracts(case_id: int) -> set[int]:
    notice = PaymentStop.objects.values_list("notice_id", flat=True).get(pk=case_id)
    return set(PaymentHold.objects.filter(case=notice).values_list("line__contract_id", flat=True))
