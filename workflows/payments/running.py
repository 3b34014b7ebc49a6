"""The verbs of a payment run: control totals, a second person above a threshold, a file that finance pays from, and
what came back (design, workflows §5). Payments are finalised one by one in a worker, each through its own door.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum

from workflows.engine import batches, door
from workflows.engine.atomic import command
from workflows.engine.errors import Forbidden, Invalid, NotFound, Refused
from workflows.engine.models import Batch, Case, Task
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor, the_council

from . import commands, notices, paying
from .acting import profile
from .flow import PaymentRunFlow
from .models import PaymentRun, ReturnedFile, ScheduledPayment, Transfer
from .rules import RunState, State

FINALISE = "payments.finalise"
PAID = "payments.paid"
#: Up to so many payments are marked as paid at once; a worker takes more.
FEW = 25
#: What a run may take: an invoiced payment once its invoice was accepted (database: payment_waits_for_its_invoice).
TAKEN = Q(invoiced=False) | Q(released_at__isnull=False)
_run = partial(door.run, PaymentRunFlow)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a run comes to: of what is paid, lines that are held out left aside."""

    payments: int
    lines: int
    excl: Decimal
    vat: Decimal

    @property
    def total(self) -> Decimal:
        """With VAT."""
        return self.excl + self.vat


def prepare(*, actor: Actor, calendar: str, pay_on: date, key: str) -> door.Outcome:
    """Gather the payments of a calendar that are due on a pay day and in no run yet; Refused when there are none."""
    profile().calendar(calendar)
    due = ScheduledPayment.objects.filter(TAKEN, calendar=calendar, pay_on=pay_on, finalised_at=None, run=None)
    if door.answered(actor, key) is None and not due.exists():
        raise Refused("No payment of this calendar is waiting for this pay day.", "none")
    case = Case(organisation=the_council(), state=RunState.PREPARED)

    def act(turn: door.Turn) -> None:
        _one_at_a_time()
        if not _locked(due):
            raise Refused("Somebody else has just prepared this run.", "none")
        number = (PaymentRun.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        run = PaymentRun(case=turn.case, number=number, calendar=calendar, pay_on=pay_on)
        run.save(force_insert=True)
        due.update(run=run)
        _count(turn)

    said = {"verb": "prepare", "calendar": calendar, "pay_on": pay_on.isoformat()}
    return door.begin(
        PaymentRunFlow, actor=actor, verb="prepare", case=case, key=key, body=said, act=act, service_group=None
    )


def recount(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Count the run again, after payments in it were worked out again, or lines of it held out."""
    return _run(verb="recount", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=_count)


def hold_out(
    *, actor: Actor, case_id: int, task_id: int, payment_id: int, lines: Collection[int], text: str, key: str
) -> door.Outcome:
    """Hold lines of one of the run's payments out, for a reason, and count the run again: both or neither."""
    if faults := faults_of_text(text, "Say why these lines are held out"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        own = _of_run(turn, payment_id)
        commands.hold_out(actor=actor, lines=lines, text=text, key=f"{key}:{payment_id}", **own)
        _count(turn)

    said = {"payment": payment_id, "lines": sorted(lines), "text": text}
    return _run(verb="recount", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def put_back(
    *, actor: Actor, case_id: int, task_id: int, payment_id: int, lines: Collection[int], key: str
) -> door.Outcome:
    """Put lines back that were held out, and count the run again: both or neither."""

    def act(turn: door.Turn) -> None:
        own = _of_run(turn, payment_id)
        commands.put_back(actor=actor, lines=lines, key=f"{key}:{payment_id}", **own)
        _count(turn)

    said = {"payment": payment_id, "lines": sorted(lines)}
    return _run(verb="recount", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def propose(*, actor: Actor, case_id: int, task_id: int, seen: Decimal, key: str) -> door.Outcome:
    """Ask a second person to approve the run with the total that this one has seen."""

    def act(turn: door.Turn) -> None:
        _as_seen(turn, seen)
        PaymentRun.objects.filter(pk=case_id).update(proposed_by=actor.user_id)
        turn.state(RunState.PROPOSED)
        turn.notify(notices.TO_APPROVE, turn.desk("payments"))

    said = {"seen": str(seen)}
    return _run(verb="propose", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def finalise(*, actor: Actor, case_id: int, task_id: int, seen: Decimal, key: str) -> door.Outcome:
    """Finalise the run with the total that was seen; Refused above the council's threshold: that takes two people."""

    def act(turn: door.Turn) -> None:
        total = _as_seen(turn, seen)
        if total > profile().second_person_above:
            raise Refused("A second person must approve a run of this size. Propose it for approval.", "threshold")
        PaymentRun.objects.filter(pk=case_id).update(proposed_by=actor.user_id)
        _begin(turn)

    said = {"seen": str(seen)}
    return _run(verb="finalise", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def approve(*, actor: Actor, case_id: int, task_id: int, seen: Decimal, key: str) -> door.Outcome:
    """Approve the run as a second person, with the total that was seen; it is finalised in a worker."""

    def act(turn: door.Turn) -> None:
        _as_seen(turn, seen)
        run = PaymentRun.objects.get(pk=case_id)
        if run.proposed_by_id == actor.user_id:
            raise Forbidden("Somebody else must approve a run that you have proposed.")
        PaymentRun.objects.filter(pk=case_id).update(approved_by=actor.user_id)
        _begin(turn)

    said = {"seen": str(seen)}
    return _run(verb="approve", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def send_back(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """The second person does not approve, for a reason."""
    if faults := faults_of_text(text, "Say why the run is not approved"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        turn.event.write_down("reason", text.strip())
        PaymentRun.objects.filter(pk=case_id).update(proposed_by=None)
        turn.state(RunState.PREPARED)

    return _run(verb="send_back", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"text": text}, act=act)


def cancel(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Take the run apart: its payments wait for another one."""
    if faults := faults_of_text(text, "Say why the run is cancelled"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        turn.event.write_down("reason", text.strip())
        ScheduledPayment.objects.filter(run=case_id, finalised_at=None).update(run=None)
        turn.state(RunState.CANCELLED)

    return _run(verb="cancel", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"text": text}, act=act)


def finished(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Every payment of the run is finalised; what could not be is in no run any more, and its reason stands in the
    batch. The totals are those of what was finalised."""

    def act(turn: door.Turn) -> None:
        ScheduledPayment.objects.filter(run=case_id, finalised_at=None).update(run=None)
        _count(turn)
        PaymentRun.objects.filter(pk=case_id).update(finalised_at=turn.now)
        if profile().file is not None:  # made of what is known now, so that nothing later can change it
            paying.keep(PaymentRun.objects.get(pk=case_id), profile(), turn.now)
        turn.state(RunState.FINALISED)

    return _run(verb="finished", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


def make_file(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Make the payment file, or the one that was made again: always the same bytes. Refused when they are not."""

    def act(turn: door.Turn) -> None:
        run = PaymentRun.objects.get(pk=case_id)
        if not run.file:  # finalised before the profile said how the file looks
            paying.keep(run, profile(), turn.now)
        paying.file_of(run)
        turn.facts["sha256"] = run.file_sha256

    return _run(verb="make_file", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


@command
def sent(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """The file went to finance. What comes to nothing has no transfer to wait for: a run of nothing else is closed with
    it, in one transaction."""

    def act(turn: door.Turn) -> None:
        if not PaymentRun.objects.get(pk=case_id).file:
            raise Refused("Make the payment file first.", "no_file")
        turn.state(RunState.SENT)
        for payment in ScheduledPayment.objects.filter(run=case_id, paid_at=None, payable=0).order_by("pk"):
            _mark(payment.pk, "", None, f"{key}:{payment.pk}")

    outcome = _run(verb="sent", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)
    _close(case_id, key)
    return outcome


@command
def mark_paid(
    *, actor: Actor, case_id: int, task_id: int, references: Mapping[str, str], key: str,
    paid_on: Mapping[str, date] | None = None, file: ReturnedFile | None = None,
) -> door.Outcome:  # fmt: skip
    """What finance says was paid: its reference, and its day, by the reference of the payment. Refused whole when it
    names a payment that is not in the run. A few are marked at once, more by a worker; whatever marks the last one
    closes the run in the same transaction, so that none stays open whose payments are all paid."""
    rows = ScheduledPayment.objects.filter(run=case_id)
    known = dict(rows.values_list("case__reference", "pk"))
    days = paid_on or {}

    def act(turn: door.Turn) -> None:
        if unknown := references.keys() - known.keys():
            raise Refused(f"{min(unknown)} is not a payment of this run. Nothing was taken over.", "unknown")
        open_ = set(rows.filter(paid_at=None, transfer=None).values_list("case__reference", flat=True))
        new = sorted(references.keys() & open_)
        turn.facts["paid"] = len(new)
        if file is not None:
            file.save(force_insert=True)
            turn.facts["sha256"] = file.sha256
        Transfer.objects.bulk_create(
            Transfer(payment_id=known[each], returned=file, reference=references[each][:60], paid_on=days.get(each))
            for each in new
        )
        targets = [known[each] for each in new]
        if len(targets) > FEW:
            turn.facts["batch"] = batches.create(PAID, turn.actor, targets, {"run": case_id}).pk
            return
        for each in targets:
            _mark(each, references[turn_reference[each]], days.get(turn_reference[each]), f"{key}:{each}")

    turn_reference = {pk: reference for reference, pk in known.items()}
    said = {"references": dict(references)}
    outcome = _run(verb="mark_paid", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)
    _close(case_id, key)
    return outcome


def _one_at_a_time() -> None:
    """Runs are prepared one after the other, so that each has its number and its payments."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payments.prepare'))")


def _locked(due: QuerySet[ScheduledPayment]) -> list[int]:
    """Lock payments that are to be in a run; what another run has taken meanwhile is not among them."""
    return list(due.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def totals(run_id: int) -> Totals:
    """What a run comes to, in one query for its payments and one for its lines."""
    found = ScheduledPayment.objects.filter(run=run_id).aggregate(
        payments=Count("pk"), total=Sum("payable"), vat=Sum("payable_vat")
    )
    counted = paying.paid_lines(ScheduledPayment.objects.filter(run=run_id).values("pk")).count()
    total, vat = found["total"] or Decimal(0), found["vat"] or Decimal(0)
    return Totals(found["payments"], counted, total - vat, vat)


def _count(turn: door.Turn) -> None:
    now = totals(turn.case.pk)
    PaymentRun.objects.filter(pk=turn.case.pk).update(
        payments_count=now.payments, lines_count=now.lines, excl=now.excl, vat=now.vat, total=now.total
    )
    turn.case.amount = now.total
    turn.facts["totals"] = {"payments": now.payments, "lines": now.lines, "excl": now.excl, "vat": now.vat}


def _as_seen(turn: door.Turn, seen: Decimal) -> Decimal:
    """The run's total, which is what the person has seen and what its payments come to now; else Refused."""
    now = totals(turn.case.pk)
    if now.total != seen:
        raise Refused(f"The run now comes to £{now.total:,.2f}, not £{seen:,.2f}. Count it again.", "changed")
    if ScheduledPayment.objects.filter(run=turn.case.pk, changed=True).exists():
        raise Refused("Something of the run has changed and is being worked out again. Count it again soon.", "changed")
    _count(turn)
    return now.total


def _of_run(turn: door.Turn, payment_id: int) -> dict[str, int]:
    """A payment of the run and its turn, as a command asks for them; NotFound."""
    there = ScheduledPayment.objects.filter(pk=payment_id, run=turn.case.pk).exists()
    task = Task.objects.filter(process=payment_id, finished=None).first() if there else None
    if task is None:
        raise NotFound
    turn.facts["payment"] = payment_id
    return {"case_id": payment_id, "task_id": task.pk}


def _begin(turn: door.Turn) -> None:
    turn.state(RunState.FINALISING)
    targets = ScheduledPayment.objects.filter(run=turn.case.pk, finalised_at=None).order_by("first", "pk")
    seen = dict(targets.values_list("pk", "payable"))
    told = {str(pk): str(payable) for pk, payable in seen.items()}
    batch = batches.create(FINALISE, turn.actor, seen, {"run": turn.case.pk, "seen": told})
    turn.facts["batch"] = batch.pk


def _finish(batch: Batch) -> None:
    run = batch.parameters["run"]
    task = Task.objects.get(process=run, finished=None)
    finished(actor=system_actor(), case_id=run, task_id=task.pk, key=f"finished:{batch.pk}")


@batches.runs_batch(FINALISE, at_end=_finish)
def _finalise_one(_actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> batches.Item:
    """Finalise one payment of a run; what is refused is kept with its reason and leaves the run."""
    task = Task.objects.get(process=target, finished=None)
    done = commands.finalise(
        actor=system_actor(), case_id=target, task_id=task.pk, run_id=parameters["run"],
        seen=Decimal(parameters["seen"][str(target)]), key=key,
    )  # fmt: skip
    return batches.Item("Finalised" if done.state == State.FINALISED else "Partly finalised", target)


def _mark(payment: int, reference: str, paid_on: date | None, key: str) -> None:
    """Mark one payment as paid, through its own door; one that is marked already stays as it is."""
    turn = Task.objects.filter(process=payment, finished=None).first()
    if turn is None:
        return
    commands.remit(
        actor=system_actor(), case_id=payment, task_id=turn.pk, reference=reference, paid_on=paid_on, key=key
    )


def _close(run: int, key: str) -> None:
    """Close a run of which every payment is paid."""
    turn = Task.objects.filter(process=run, finished=None, node="returned").first()
    if turn is None or ScheduledPayment.objects.filter(run=run, paid_at=None).exists():
        return
    _run(
        verb="all_paid", actor=system_actor(), case_id=run, task_id=turn.pk, key=f"{key}:closed", body={},
        act=lambda turn: turn.state(RunState.PAID),
    )  # fmt: skip


def _paid(batch: Batch) -> None:
    _close(batch.parameters["run"], f"paid:{batch.pk}")


@batches.runs_batch(PAID, at_end=_paid)
def _mark_one(_actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> batches.Item:  # noqa: ARG001
    """Mark one payment as paid by what finance said of it."""
    transfer = Transfer.objects.get(payment=target)
    _mark(target, transfer.reference, transfer.paid_on, key)
    return batches.Item("Paid", target)
