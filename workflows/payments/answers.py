"""What the provider says of a scheduled payment, and what Payments makes of it (norfolk-handbook §10)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from workflows.engine import door
from workflows.engine.calendar import LONDON, council_calendar
from workflows.engine.errors import Busy, Forbidden, Invalid, NotFound, Refused, Stale
from workflows.engine.records import MOST_WORDS
from workflows.engine.typed import TEXT_LIMIT, faults_of_text
from workflows.parties.actor import Actor
from workflows.register.commands import change_line
from workflows.register.models import CarePackageLine
from workflows.register.rules import rounded

from . import generating, notices
from .acting import open_payment, profile, stakes, tell_total
from .flow import ScheduledPaymentFlow
from .models import Confirmation, Rejected, ScheduledPayment

_run = partial(door.run, ScheduledPaymentFlow)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that a provider says is wrong: since when, whether the client has died, and in their words why."""

    line_id: int
    since: date | None
    died: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a line of the payment is to say: the words of register's change_line, and the line as the person saw it."""

    line_id: int
    version: int | None
    terms: Mapping[str, Any] = field(default_factory=dict)
    publish: bool = False


def confirm(*, actor: Actor, case_id: int, task_id: int, comments: str = "", seen: str = "", key: str) -> door.Outcome:
    """The provider confirms the payment (norfolk-handbook §10); lines that were rejected count as taken back.

    `seen` is what the payment paid when it was looked at: Invalid when it was worked out anew since.
    """
    if len(comments) > TEXT_LIMIT:
        raise Invalid({"comments": f"Use {TEXT_LIMIT:,} characters or fewer"})

    def act(turn: door.Turn) -> None:
        _answers(turn.actor)
        payment = _asked(case_id)
        if seen and seen != str(payment.payable):
            now = f"it pays £{payment.payable:,.2f} now. Look at its lines, then send your answer again"
            raise Invalid({"answer": f"This payment was worked out again since you opened it: {now}"})
        turn.facts["payable"] = payment.payable
        open_ = Rejected.objects.filter(payment=payment, answer="")
        open_.update(answer=Rejected.Answer.WITHDRAWN, answered_at=turn.now)
        _say(turn, payment, Confirmation.CONFIRMED, comments)

    said = {"comments": comments}
    return _run(verb="confirm", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def reject(
    *, actor: Actor, case_id: int, task_id: int, wrong: Sequence[Wrong], comments: str = "", key: str
) -> door.Outcome:
    """The provider says what is wrong: which lines, since when and why. It does not stop the payment (§10)."""
    faults = _faults(wrong, comments)
    if faults:
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        _answers(turn.actor)
        payment = _asked(case_id)
        amounts = dict(payment.lines.filter(kind="scheduled").values_list("line_id", "total"))
        if unknown := {each.line_id for each in wrong} - amounts.keys():
            raise Invalid({f"line-{min(unknown)}": "Choose a line of this payment"})
        for each in wrong:
            Rejected.objects.create(
                payment=payment,
                line_id=each.line_id,
                since=each.since,
                died=each.died,
                why_id=turn.event.write_down(f"why-{each.line_id}", each.text.strip()),
                at_stake=_at_stake(payment, amounts[each.line_id], each.since),
                at=turn.now,
                by_id=actor.user_id,
            )
        if not wrong:
            Rejected.objects.create(payment=payment, at_stake=payment.total, at=turn.now, by_id=actor.user_id)
        turn.case.amount = stakes(payment.pk)
        turn.work.by = _answer_by(turn.now, payment)
        turn.facts["lines"] = len(wrong)
        _say(turn, payment, Confirmation.REJECTED, comments)
        turn.notify(notices.REJECTED, turn.desk("payments"))

    said = {"wrong": [repr(each) for each in wrong], "comments": comments}
    return _run(verb="reject", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def amend(
    *,
    actor: Actor,
    case_id: int,
    task_id: int,
    text: str,
    key: str,
    changed: Sequence[Change] = (),
    left: Collection[int] = (),
) -> door.Outcome:
    """Payments has put right what was rejected: it is worked out again by what is known now, and the provider is told.

    `changed` are the lines of the payment that are changed with it, in the same transaction; nothing is changed here
    where a line, or what is known of the client, was put right already. `left` are the rejections that stay as they
    are. Raises Invalid, and what register's change_line refuses.
    """
    said = {"text": text, "changed": [repr(each) for each in changed], "left": sorted(left)}
    first = partial(change_lines, actor, case_id, task_id, changed, text) if changed else None
    return _answer("amend", actor, case_id, task_id, text, key, said, left=left, first=first)


def leave(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Payments leaves the payment as it is, for a reason."""
    return _answer("leave", actor, case_id, task_id, text, key, {"text": text}, left=None)


def change_lines(actor: Actor, case_id: int, task_id: int, changed: Sequence[Change], text: str) -> None:
    """Change lines of a payment's contract, in the order of the lines: a line is locked before a case is.

    Invalid says of which line a rule refused what, at `line-<id>`.
    """
    payment = ScheduledPayment.objects.filter(pk=case_id)
    own = set(CarePackageLine.objects.filter(contract__in=payment.values("contract")).values_list("pk", flat=True))
    for each in sorted(changed, key=lambda one: one.line_id):
        if each.line_id not in own:
            raise Invalid({f"line-{each.line_id}": "Choose a line of this payment"})
        reason = text.strip()[:MOST_WORDS]
        try:
            change_line(
                actor=actor,
                line_id=each.line_id,
                version=each.version,
                turn_id=task_id,
                reason=reason,
                publish=each.publish,
                **each.terms,
            )
        except (Stale, Busy, Forbidden, NotFound):
            raise
        except Refused as refusal:
            raise Invalid({f"line-{each.line_id}": refusal.reason}) from refusal


def _answers(actor: Actor) -> None:
    """Only whoever acts for the whole provider answers for a contract; and only where the council asks for it."""
    if profile().review != "confirm":
        raise Forbidden("Payments are shown here. The council does not ask you to confirm them.")
    if actor.services_for(ScheduledPaymentFlow.function, "edit") is not None:
        raise Forbidden("Your role is for some services only. Ask whoever answers for the whole contract.")


def _asked(case_id: int) -> ScheduledPayment:
    """The payment that a provider confirms or rejects; of an invoiced one the invoice says what they claim."""
    payment = open_payment(case_id)
    if payment.invoiced:
        raise Refused("This contract is paid by invoices: its invoice is created and submitted instead.", "invoiced")
    return payment


def _say(turn: door.Turn, payment: ScheduledPayment, confirmation: Confirmation, comments: str) -> None:
    own: dict[str, Any] = {
        "confirmation": confirmation,
        "confirmed_by": turn.actor.user_id,
        "confirmed_at": turn.now,
        "comments": turn.event.write_down("comments", comments.strip()),
    }
    ScheduledPayment.objects.filter(pk=payment.pk).update(**own)


def _answer(
    verb: str,
    actor: Actor,
    case_id: int,
    task_id: int,
    text: str,
    key: str,
    said: Mapping[str, Any],
    *,
    left: Collection[int] | None,
    first: Callable[[], None] | None = None,
) -> door.Outcome:
    """Answer what is rejected; `left` says which stays as it is (None: all of it)."""
    if faults := faults_of_text(text, "Say what you did: the provider reads this"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        payment = open_payment(case_id)
        turn.event.write_down("answer", text.strip())
        open_ = Rejected.objects.filter(payment=payment, answer="")
        staying = open_ if left is None else open_.filter(pk__in=left)
        turn.facts["left"] = staying.update(answer=Rejected.Answer.LEFT, answered_at=turn.now)
        turn.facts["amended"] = open_.update(answer=Rejected.Answer.AMENDED, answered_at=turn.now)
        before = payment.total
        generating.fill([payment], profile(), now=turn.now)
        tell_total(turn, before)
        turn.notify(notices.ANSWERED, turn.provider())

    return _run(verb=verb, actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act, first=first)


def _faults(wrong: Sequence[Wrong], comments: str) -> dict[str, str]:
    found = {}
    for each in wrong:
        if each.died and each.since is None:
            found[f"line-{each.line_id}"] = "Enter the date of death"
        if len(each.text) > TEXT_LIMIT:
            found[f"line-{each.line_id}"] = f"Use {TEXT_LIMIT:,} characters or fewer"
    if not wrong and not comments.strip():
        found["comments"] = "Say what is wrong, or choose the lines that are"
    if len(comments) > TEXT_LIMIT:
        found["comments"] = f"Use {TEXT_LIMIT:,} characters or fewer"
    return found


def _at_stake(payment: ScheduledPayment, amount: Decimal, since: date | None) -> Decimal:
    """The money that a rejected line is about: from the day on that was named, else all of it."""
    if since is None or since <= payment.first:
        return amount
    days = max((payment.last - since).days + 1, 0)
    return rounded(amount * days / ((payment.last - payment.first).days + 1))


def _answer_by(now: datetime, payment: ScheduledPayment) -> datetime:
    """Until when a rejection is answered: by the promise, never past finalisation (design, workflows §5)."""
    within = profile().answer_within
    end = datetime.combine(payment.finalise_on, time(), LONDON)
    due = council_calendar().due(within, now) if within is not None else end
    return max(min(due, end), now + timedelta(minutes=1))
