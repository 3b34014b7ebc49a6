"""Scheduled payments, runs, stops and debts as their model tests see them: tables written by hand from design, §5.

The handbook's home in April 2018, with two people instead of five.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from tests import factories as make
from tests.councils import another_council, usual_council
from tests.model.process import Call, Everybody, Page, Process, Roles, Somebody, page_of
from workflows.actions.commands import open_action
from workflows.actions.rules import Asked, Related
from workflows.engine import batches, moment, reactions
from workflows.engine.calendar import LONDON
from workflows.engine.errors import Refused
from workflows.engine.models import Batch, Outbox
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.payments import commands, methods, opening, recovering, running, stopping
from workflows.payments.commands import Wrong
from workflows.payments.models import (
    Debt,
    PaymentLine,
    PaymentRun,
    PaymentStop,
    Rejected,
    ReturnedFile,
    ScheduledPayment,
    Transfer,
)
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, Contract, PaymentHold

LINES = 2
FIRST = date(2018, 4, 9)
WITHIN = datetime(2018, 4, 18, 10, tzinfo=LONDON)
TABLES = (ScheduledPayment, PaymentLine, PaymentRun, PaymentStop, Rejected, Debt, ReturnedFile, Transfer)
ROLES = Roles(
    answering=("super_user_scheduled",),
    blind=("super_user_actuals", "payments", "administration", "reports", "invoice_only"),
    teams={"payments_residential": "payments"},
)
PROVIDER, PAYMENTS, SYSTEM = frozenset({"answerer"}), frozenset({"payments"}), frozenset({"system"})
EITHER = PAYMENTS | SYSTEM
Table = Mapping[tuple[str, str], tuple[frozenset[str], str]]


@dataclass
class Payers(Everybody):
    """Everybody, with two people of Payments: one approves what the other has written."""

    provider_sees: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        second = Somebody("second", make.actor(make.staff_user("payments_residential")), "payments")
        self.everybody = [self._as_seen(each) for each in [*self.everybody, second]]

    def _as_seen(self, who: Somebody) -> Somebody:
        if who.group == "system":
            return who
        if who.actor.is_staff:
            return replace(who, sees=who.group == "payments" or who.name == "auditor")
        return replace(who, sees=self.provider_sees and who.sees and who.name != "at_this_service")


@contextmanager
def council() -> Iterator[None]:
    """Norfolk in April 2018: the periods of the handbook are paid."""
    try:
        with pytest.MonkeyPatch.context() as patch, moment.at(WITHIN):
            another_council(patch, {"payments": {"go_live": None, "second_person_above": Decimal(1_000_000)}})
            yield
    finally:
        usual_council()


def contract_of(people: Everybody) -> Contract:
    """A contract of two lines, paid by four weeks."""
    lines = [make.line(people.home)]
    contract = lines[0].contract
    second = make.line(people.home, service_level=lines[0].service_level)
    CarePackageLine.objects.filter(pk=second.pk).update(contract=contract)
    methods.set_method(
        actor=system_actor(), contract_id=contract.pk, start=FIRST, calendar="four_weekly", net=False, on_actuals=False
    )
    return contract


def opened(contract: Contract) -> ScheduledPayment:
    """The contract's first payment, worked out."""
    opening.open_due()
    return ScheduledPayment.objects.filter(contract=contract).order_by("first")[0]


def officer() -> Actor:
    """Somebody of Payments who is nobody of `Everybody`."""
    return make.actor(make.staff_user("payments_residential"))


def on(case_id: int) -> dict[str, Any]:
    """The open turn of a case, and a new key."""
    return {"case_id": case_id, "task_id": page_of(case_id).task_id or 0, "key": make.key()}


def prepared(payment: ScheduledPayment) -> int:
    """A run that the payment is in."""
    who = officer()
    return running.prepare(actor=who, calendar="four_weekly", pay_on=payment.pay_on, key=make.key()).case_id


def call(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """The call of a verb of a payment, on its lines as they stand when the page is opened."""
    case: dict[str, Any] = {"actor": actor, "case_id": page.case_id, "task_id": page.task_id or 0, "key": key}
    rows = PaymentLine.objects.filter(payment=page.case_id).order_by("pk")
    waiting = rows.filter(kind="manual", approved_by=None).values_list("pk", flat=True).first() or 0
    paid = list(rows.filter(kind="scheduled"))
    free = [each.pk for each in paid if each.held_out_at is None]
    out = [each.pk for each in paid if each.held_out_at is not None and each.put_back_at is None]
    run = ScheduledPayment.objects.values_list("run_id", flat=True).get(pk=page.case_id) or 0
    calls: dict[str, Callable[[], Any]] = {
        "recalculate": lambda: commands.recalculate(**case),
        "confirm": lambda: commands.confirm(**case, comments=words),
        "reject": lambda: commands.reject(**case, wrong=[Wrong(paid[0].line_id, None, text=words)], comments=words),
        "amend": lambda: commands.amend(**case, text=words),
        "leave": lambda: commands.leave(**case, text=words),
        "adjust": lambda: commands.adjust(
            **case, line_id=paid[0].line_id, excl=Decimal("-1500.25"), vat=Decimal(0), text=words
        ),
        "approve_adjustment": lambda: commands.approve_adjustment(**case, adjustment_id=waiting),
        "refuse_adjustment": lambda: commands.refuse_adjustment(**case, adjustment_id=waiting, text=words),
        "hold_out": lambda: commands.hold_out(**case, lines=free[:1] or [paid[0].pk], text=words),
        "put_back": lambda: commands.put_back(**case, lines=out[:1] or [paid[0].pk]),
        "finalise": lambda: commands.finalise(**case, run_id=run),
        "remit": lambda: commands.remit(**case, reference="BACS 77"),
    }
    return calls[verb]


def payment_in(state: str, people: Everybody) -> int:
    """A payment in a prepared run, with a line held out and an amount that waits, as it came to a state."""
    payment = opened(contract_of(people))
    pk, who = payment.pk, officer()
    call("hold_out", who, page_of(pk), make.key(), "Words.")()
    call("adjust", who, page_of(pk), make.key(), "Words.")()
    if state in {"finalised", "paid"}:
        call("put_back", who, page_of(pk), make.key(), "")()
    prepared(payment)
    steps = {"current": (), "answering": ("reject",), "paid": ("finalise", "remit")}
    for verb in steps.get(state, ("finalise",)):
        actor = people.named("super_user_scheduled") if verb == "reject" else system_actor()
        call(verb, actor, page_of(pk), make.key(), "Words.")()
    return pk


def _both(state: str) -> Table:
    """What can be done whether or not the provider has rejected it."""
    return {
        (state, "recalculate"): (EITHER, state),
        (state, "confirm"): (PROVIDER, "current"),
        (state, "reject"): (PROVIDER, "answering"),
        **{(state, verb): (PAYMENTS, state) for verb in (
            "adjust", "approve_adjustment", "refuse_adjustment", "hold_out", "put_back")},
        (state, "finalise"): (SYSTEM, "partly"),
    }  # fmt: skip


def _how_refused(state: str, verb: str, who: Somebody) -> type[Refused] | None:
    """A node has a verb that a state of it has not: what was finalised whole has nothing to put back, and what was
    finalised in part cannot be closed by its last line before it is paid."""
    return Refused if (state, verb) == ("finalised", "put_back") else None


TEAM = ("team", "payments_residential", 1)
PAYMENT = Process(
    allowed={
        **_both("current"),
        **_both("answering"),
        ("answering", "amend"): (PAYMENTS, "current"),
        ("answering", "leave"): (PAYMENTS, "current"),
        ("partly", "put_back"): (PAYMENTS, "finalised"),
        ("partly", "remit"): (EITHER, "partly"),
        ("finalised", "remit"): (EITHER, "paid"),
    },
    holders={
        "current": TEAM, "answering": TEAM, "partly": TEAM, "finalised": TEAM, "paid": ("nobody", None, 0),
    },
    verbs=(
        "recalculate", "confirm", "reject", "amend", "leave", "adjust", "approve_adjustment", "refuse_adjustment",
        "hold_out", "put_back", "finalise", "remit",
    ),
    tables=TABLES,
    call=call,
    in_state=payment_in,
    kept={"answering": "current", "partly": "partly_finalised"},
    needs_words=frozenset({"amend", "leave", "adjust", "refuse_adjustment", "hold_out"}),
    weights={"hold_out": 2, "put_back": 2, "reject": 2, "adjust": 2},
    expected=_how_refused,
)  # fmt: skip


def run_call(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """The call of a verb of a run, with the total that it shows."""
    case: dict[str, Any] = {"actor": actor, "case_id": page.case_id, "task_id": page.task_id or 0, "key": key}
    seen = running.totals(page.case_id).total
    paid = ScheduledPayment.objects.filter(run=page.case_id).values_list("case__reference", flat=True)
    references = dict.fromkeys(paid, "BACS 77")
    calls: dict[str, Callable[[], Any]] = {
        "propose": lambda: running.propose(**case, seen=seen),
        "finalise": lambda: running.finalise(**case, seen=seen),
        "approve": lambda: running.approve(**case, seen=seen),
        "send_back": lambda: running.send_back(**case, text=words),
        "cancel": lambda: running.cancel(**case, text=words),
        "mark_paid": lambda: running.mark_paid(**case, references=references),
    }
    return calls.get(verb) or (lambda: getattr(running, verb)(**case))


def run_in(state: str, people: Everybody) -> int:
    """A run as it came to a state."""
    run, who = prepared(opened(contract_of(people))), officer()
    goes = {
        "prepared": (), "cancelled": ("cancel",), "proposed": ("propose",), "finalising": ("finalise",),
        "finalised": ("finalise", "make_file"), "sent": ("finalise", "make_file", "sent"),
        "paid": ("finalise", "make_file", "sent", "mark_paid"),
    }  # fmt: skip
    for verb in goes[state]:
        run_call(verb, who, page_of(run), make.key(), "Words.")()
        if verb == "finalise" and state != "finalising":
            batches.run_slice(Batch.objects.latest("pk").pk, 0)
    return run


RUN = Process(
    allowed={
        ("prepared", "recount"): (EITHER, "prepared"),
        ("prepared", "propose"): (PAYMENTS, "proposed"),
        ("prepared", "finalise"): (PAYMENTS, "finalising"),
        ("prepared", "cancel"): (PAYMENTS, "cancelled"),
        ("proposed", "approve"): (PAYMENTS, "finalising"),
        ("proposed", "send_back"): (PAYMENTS, "prepared"),
        ("finalising", "finished"): (SYSTEM, "finalised"),
        ("finalised", "make_file"): (PAYMENTS, "finalised"),
        ("finalised", "sent"): (PAYMENTS, "sent"),
        ("sent", "make_file"): (PAYMENTS, "sent"),
        ("sent", "mark_paid"): (EITHER, "paid"),
    },
    holders={
        "prepared": TEAM, "proposed": TEAM, "finalising": TEAM, "finalised": TEAM, "sent": TEAM,
        "paid": ("nobody", None, 0), "cancelled": ("nobody", None, 0),
    },
    verbs=(
        "recount", "propose", "finalise", "cancel", "approve", "send_back", "finished", "make_file", "sent",
        "mark_paid",
    ),
    tables=TABLES,
    call=run_call,
    in_state=run_in,
)  # fmt: skip


def died(people: Everybody, line: CarePackageLine, day: date) -> int:
    """A provider tells of a death; returns the stop that follows."""
    asked = Asked(
        type="death", related=Related.CLIENT, entity=line.client_id, wanted_by=None, team="service_brokerage",
        title="Death notification", text="We are sorry to tell you.", since=day,
    )  # fmt: skip
    open_action(actor=people.named("super_user_scheduled"), asked=asked, key=make.key())
    hold = PaymentHold.objects.filter(line=line).latest("pk")
    follow("line.changed")
    return PaymentStop.objects.get(notice=hold.case_id).pk


def follow(*topics: str) -> None:
    """What follows what has happened, as a worker does it, once."""
    for row in Outbox.objects.filter(topic__in=topics, done_at=None).order_by("pk"):
        with transaction.atomic():
            for each in reactions.of(row.topic):
                each.function(row.payload, f"{row.key}:{each.name}")
            Outbox.objects.filter(pk=row.pk).update(done_at=moment.now())


def stop_call(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """The call of a verb of a stop."""
    case: dict[str, Any] = {"actor": actor, "case_id": page.case_id, "task_id": page.task_id or 0, "key": key}
    return lambda: getattr(stopping, verb)(**case, text=words)


def stop_in(state: str, people: Everybody) -> int:
    """A stop as it came to a state."""
    payment = opened(contract_of(people))
    line = PaymentLine.objects.filter(payment=payment).select_related("line").order_by("pk")[0].line
    stop = died(people, line, date(2018, 4, 16))
    if state != "open":
        verb = {"confirmed": "confirm", "lifted": "lift"}[state]
        stop_call(verb, officer(), page_of(stop), make.key(), "Words.")()
    return stop


STOP = Process(
    allowed={
        ("open", "confirm"): (PAYMENTS, "confirmed"),
        ("open", "lift"): (EITHER, "lifted"),
    },
    holders={"open": TEAM, "confirmed": ("nobody", None, 0), "lifted": ("nobody", None, 0)},
    verbs=("confirm", "lift"),
    tables=(*TABLES, PaymentHold, CarePackageLine),
    call=stop_call,
    in_state=stop_in,
)


MAY = datetime(2018, 5, 15, 10, tzinfo=LONDON)


def debt_call(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """The call of a verb of a debt: a penny or all of it, one instalment or none, out of the next period."""
    debt = Debt.objects.select_related("payment").get(case=page.case_id)
    left = (debt.amount - debt.recovered) or Decimal("0.01")  # as a page left open has it
    days = [each.first for each in recovering.periods_to_come(debt.payment, 1)]
    on: dict[str, Any] = {"actor": actor, "payment_id": debt.pk, "task_id": page.task_id, "text": words, "key": key}
    calls: dict[str, Callable[[], Any]] = {
        "record": lambda: recovering.recovered(**on, amount=Decimal("0.01")),
        "record_last": lambda: recovering.recovered(**on, amount=left),
        "agree": lambda: recovering.agree(**on, instalments=[(days[0], left)]),
        "give_up": lambda: recovering.agree(**on, instalments=[]),
    }
    return calls[verb]


def debt_in(state: str, people: Everybody) -> int:
    """A debt as it came to a state: both lines ended after the first period was paid."""
    contract = contract_of(people)
    run = run_of(opened(contract))
    for each in CarePackageLine.objects.filter(contract=contract):
        register.end_line(actor=system_actor(), line_id=each.pk, version=None, end=date(2018, 4, 20), reason="Moved")
    with moment.at(MAY):
        follow("line.changed")
        opening.open_due()
        run_of(ScheduledPayment.objects.exclude(run=run).get(contract=contract))
        follow(recovering.OWED)
    debt = Debt.objects.get(contract=contract).case_id or 0
    verbs = {"owed": (), "planned": ("agree",), "recovered": ("record_last",)}
    for verb in verbs[state]:
        debt_call(verb, officer(), page_of(debt), make.key(), "Words.")()
    return debt


def run_of(payment: ScheduledPayment) -> int:
    """The run in which a payment is finalised."""
    run, who = prepared(payment), officer()
    run_call("finalise", who, page_of(run), make.key(), "")()
    batches.run_slice(Batch.objects.latest("pk").pk, 0)
    return run


DEBT = Process(
    allowed={
        ("owed", "record"): (PAYMENTS, "owed"),
        ("owed", "record_last"): (PAYMENTS, "recovered"),
        ("owed", "agree"): (PAYMENTS, "planned"),
        ("planned", "agree"): (PAYMENTS, "planned"),
        ("planned", "give_up"): (PAYMENTS, "owed"),
    },
    holders={"owed": TEAM, "planned": TEAM, "recovered": ("nobody", None, 0)},
    verbs=("record", "record_last", "agree", "give_up"),
    tables=TABLES,
    call=debt_call,
    in_state=debt_in,
)
