"""The verbs of one-off claims: the only writers of their table (design, workflows §7).

What is accepted becomes an amount of the payments' own (payments.one_offs) in the acceptance's own transaction: the
claim's case is locked first, then rows of payments; nobody locks a claim from a payment.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from workflows.council.claims import Claims
from workflows.council.profile import current
from workflows.engine import door, files, moment
from workflows.engine.errors import Forbidden, Invalid, NotFound, Refused
from workflows.engine.models import Case
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.payments import one_offs

from . import about, notices, rules
from .files import EVIDENCE
from .flow import ClaimFlow
from .models import Claim
from .rules import Asked, State

_run = partial(door.run, ClaimFlow)


def module() -> Claims:
    """The council's module; NotFound where it has none: what is not there does not exist."""
    found = current().claims
    if found is None:
        raise NotFound
    return found


def submit(*, actor: Actor, asked: Asked, file_ids: Sequence[int] = (), key: str) -> door.Outcome:
    """A provider claims an amount for a line or a service of its own; Invalid with the faults by field."""
    claims = module()
    if faults := rules.faults(asked, claims, moment.today(), files=len(file_ids)):
        raise Invalid(faults)
    chosen = about.chosen(actor, asked.line_id, asked.service_id)
    if not actor.may(ClaimFlow.function, "edit", chosen.service.pk):
        raise Forbidden("Your role lets you read claims, not send them.")
    case = Case(
        organisation_id=chosen.service.organisation_id,
        service_id=chosen.service.pk,
        client_id=chosen.line.client_id if chosen.line else None,
        state=State.SUBMITTED,
    )
    amount, on = asked.amount or Decimal(0), asked.on or moment.today()  # neither is left out: there is no fault

    def act(turn: door.Turn) -> None:
        turn.case.amount = amount
        claim = Claim(case=turn.case, line=chosen.line, kind=asked.kind, on=on, amount=amount)
        claim.text_id = turn.event.write_down("claim", asked.text.strip())
        claim.save(force_insert=True)
        _attach(turn, file_ids)
        turn.facts.update({"kind": asked.kind, "on": on, "amount": amount, "about": asked.about})
        turn.notify(notices.SUBMITTED, turn.desk("payments"))

    said = {"kind": asked.kind, "on": _day(asked.on), "amount": str(amount), "text": asked.text,
            "line": asked.line_id, "service": asked.service_id}  # fmt: skip
    return door.begin(
        ClaimFlow, actor=actor, verb="submit", case=case, key=key, act=act, service_group=chosen.service.group,
        body={"verb": "submit", **said, **_files_of(actor, file_ids)},
    )  # fmt: skip


def answer(
    *, actor: Actor, case_id: int, task_id: int, text: str, amount: Decimal | None, file_ids: Sequence[int] = (),
    key: str,
) -> door.Outcome:  # fmt: skip
    """The provider answers a query, with files if it likes, and puts the amount right where it was wrong."""
    module()
    if faults := rules.faults_of_answer(text, amount, files=len(file_ids)):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        claim = Claim.objects.get(pk=case_id)
        if amount != claim.amount:
            turn.facts["amount"] = [claim.amount, amount]
            Claim.objects.filter(pk=case_id).update(amount=amount)
            turn.case.amount = amount
        turn.event.write_down("answer", text.strip())
        _attach(turn, file_ids)
        turn.state(State.SUBMITTED)
        turn.notify(notices.ANSWERED, turn.desk("payments"))

    said = {"text": text, "amount": str(amount), **_files_of(actor, file_ids)}
    return _run(verb="answer", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def query(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Payments asks the provider about the claim."""
    module()
    if faults := faults_of_text(text, "Say what you want to know: the provider reads this"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        turn.event.write_down("query", text.strip())
        turn.state(State.QUERIED)
        turn.notify(notices.QUERIED, turn.provider())

    return _run(verb="query", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"text": text}, act=act)


def take(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """The provider's time to answer is over: Payments goes on without."""

    def act(turn: door.Turn) -> None:
        due = turn.task.due_at if turn.task else None
        if due is not None and turn.now < due:
            raise Refused("The provider still has time to answer.", "in_time")
        turn.state(State.SUBMITTED)
        turn.notify(notices.TAKEN, turn.provider())

    return _run(verb="take", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


def accept(
    *, actor: Actor, case_id: int, task_id: int, seen: Decimal, line_id: int | None = None, text: str = "", key: str
) -> door.Outcome:
    """Payments accepts the amount that it has seen: the next payment of the contract pays it, once.

    A claim about a service names the care package line whose contract, and purchase order, it is paid under
    (`line_id`): finance pays nothing else (design, domain §7).
    """
    claims = module()
    if text.strip() and (faults := faults_of_text(text, "")):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        claim = Claim.objects.get(pk=case_id)
        if claim.amount != seen:
            raise Refused(f"It is a claim of £{claim.amount:,.2f} now, not of £{seen:,.2f}.", "changed")
        line = claim.line_id or about.line_of_service(turn.case.service_id, line_id)
        kind = claims.kind(claim.kind)
        label = kind.label if kind else claim.kind
        one_offs.add(
            turn, line_id=line, first=claim.on, last=claim.on, excl=claim.amount,
            words=rules.words(turn.case.reference, label, claim.on),
        )  # fmt: skip
        turn.event.write_down("accepted", text.strip())
        turn.state(State.ACCEPTED)
        turn.notify(notices.DECIDED, turn.provider())

    said = {"seen": str(seen), "line": line_id, "text": text}
    return _run(verb="accept", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def reject(*, actor: Actor, case_id: int, task_id: int, reason: str, text: str = "", key: str) -> door.Outcome:
    """Payments rejects the claim, for a reason of the profile, with words that the provider reads."""
    claims = module()
    if faults := rules.faults_of_rejection(reason, text, claims):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        Claim.objects.filter(pk=case_id).update(reason=reason)
        turn.event.write_down("rejected", text.strip())
        turn.facts["reason"] = reason
        turn.state(State.REJECTED)
        turn.notify(notices.DECIDED, turn.provider())

    said = {"reason": reason, "text": text}
    return _run(verb="reject", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def _attach(turn: door.Turn, file_ids: Sequence[int]) -> None:
    if file_ids:
        files.attach(turn, file_ids, kind=EVIDENCE, owner_id=turn.case.pk)


def _files_of(actor: Actor, file_ids: Sequence[int]) -> dict[str, Any]:
    return {"files": files.body_of(actor, file_ids)} if file_ids else {}


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""
