"""The workflows of scheduled payments, of the runs that finalise them, of stops and of debts (design, workflows §5)."""

from typing import ClassVar

from viewflow.this_object import this

from workflows.engine.flow import CaseFlow
from workflows.engine.nodes import Begin, End, Kept, TeamTask


class ScheduledPaymentFlow(CaseFlow):
    """Scheduled payment"""

    kind = "scheduled_payment"
    amount_is = "in one period"
    version = 1
    prefix = "PAY"
    function = "scheduled_payments"

    begin = Begin().On("generate", this.current, by="system")

    current = (
        Kept("Waits for its finalisation", desk="payments")
        .Stay("recalculate", by="system|payments")
        .Stay("confirm", by="provider")
        .On("reject", this.answer, by="provider")
        .Stay("adjust", by="payments")
        .Stay("approve_adjustment", by="payments")
        .Stay("refuse_adjustment", by="payments")
        .Stay("hold_out", by="payments")
        .Stay("put_back", by="payments")
        .Stay("credit", by="system")
        .Stay("freeze", by="system")
        .Stay("thaw", by="system")
        .Stay("release", by="system")
        .On("finalise", this.finalised, by="system")
    )

    answer = (
        TeamTask("Answer the rejection", desk="payments", clock="payments.answer_by")
        .Stay("recalculate", by="system|payments")
        .Stay("reject", by="provider")
        .On("confirm", this.current, by="provider")
        .On("amend", this.current, by="payments")
        .On("leave", this.current, by="payments")
        .Stay("adjust", by="payments")
        .Stay("approve_adjustment", by="payments")
        .Stay("refuse_adjustment", by="payments")
        .Stay("hold_out", by="payments")
        .Stay("put_back", by="payments")
        .Stay("credit", by="system")
        .On("finalise", this.finalised, by="system")
    )

    finalised = (
        Kept("Waits for the payment", desk="payments")
        .Stay("put_back", by="payments")
        .Stay("remit_partly", by="system|payments")
        .On("put_back_last", this.end, by="payments")
        .On("remit", this.end, by="system|payments")
    )

    end = End()

    said: ClassVar = {
        "generate": "generated it",
        "recalculate": "calculated it again",
        "confirm": "confirmed it",
        "reject": "rejected it",
        "amend": "amended it",
        "leave": "left it as it is",
        "adjust": "adjusted it by hand",
        "approve_adjustment": "approved an adjustment",
        "refuse_adjustment": "did not approve an adjustment",
        "hold_out": "held a line out",
        "put_back": "put a line back",
        "credit": "took a credit note off it",
        "freeze": "kept it as it is: its invoice was submitted",
        "thaw": "opened it again: its invoice is with the provider",
        "release": "released it: its invoice was accepted",
        "finalise": "finalised it",
        "remit": "marked it as paid",
        "remit_partly": "marked it as paid, without what is held out",
        "put_back_last": "put the last line back",
        "agree_instalments": "agreed instalments",
        "recover": "recorded what was recovered",
    }


class PaymentRunFlow(CaseFlow):
    """Payment run"""

    kind = "payment_run"
    amount_is = "in all"
    version = 1
    prefix = "RUN"
    function = "payment_runs"  # of no role: providers do not know that there are runs

    begin = Begin().On("prepare", this.prepare, by="payments|system")

    prepare = (
        TeamTask("Check the run and finalise it", desk="payments", clock="payments.run_within")
        .Stay("recount", by="payments|system")
        .On("propose", this.approve, by="payments")
        .On("finalise", this.finalising, by="payments")
        .On("cancel", this.end, by="payments")
    )

    approve = (
        TeamTask("Approve the run as a second person", desk="payments", clock="payments.run_within")
        .On("approve", this.finalising, by="payments")
        .On("send_back", this.prepare, by="payments")
    )

    finalising = Kept("Is being finalised", desk="payments").On("finished", this.send, by="system")

    send = (
        TeamTask("Send the payment file", desk="payments", clock="payments.run_within")
        .Stay("make_file", by="payments")
        .On("sent", this.returned, by="payments")
    )

    returned = (
        TeamTask("Bring in what was paid", desk="payments")
        .Stay("make_file", by="payments")
        .Stay("mark_paid", by="payments|system")
        .On("all_paid", this.end, by="payments|system")
    )

    end = End()

    said: ClassVar = {
        "prepare": "prepared it",
        "recount": "counted it again",
        "propose": "proposed it for approval",
        "finalise": "finalised it",
        "cancel": "cancelled it",
        "approve": "approved it",
        "send_back": "sent it back",
        "finished": "finished finalising it",
        "make_file": "made the payment file",
        "sent": "sent the payment file",
        "mark_paid": "marked payments as paid",
        "all_paid": "marked the last payments as paid",
    }


class PaymentStopFlow(CaseFlow):
    """Payment stop"""

    kind = "payment_stop"
    amount_is = "in all"
    version = 1
    prefix = "STP"
    function = "scheduled_payments"

    begin = Begin().On("stop", this.check, by="system")

    check = (
        TeamTask("Check what the notice stops and takes back", desk="payments", clock="payments.answer_within")
        .On("confirm", this.end, by="payments")
        .On("lift", this.end, by="payments|system")
    )

    end = End()

    said: ClassVar = {
        "stop": "stopped the payments",
        "confirm": "confirmed it",
        "lift": "lifted it",
    }


class PaymentDebtFlow(CaseFlow):
    """Debt"""

    kind = "payment_debt"
    amount_is = "in all"
    version = 1
    prefix = "DBT"
    function = "scheduled_payments"

    begin = Begin().On("owe", this.recover, by="system|payments")

    recover = (
        TeamTask("Agree how it is recovered", desk="payments", clock="payments.answer_within")
        .Stay("record", by="payments")
        .On("record_last", this.end, by="payments")
        .On("agree", this.planned, by="payments")
    )

    planned = (
        Kept("Is taken back by instalments", desk="payments")
        .Stay("agree", by="payments")
        .Stay("take_back", by="system")
        .On("give_up", this.recover, by="payments")
        .On("take_back_last", this.end, by="system")
    )

    end = End()

    said: ClassVar = {
        "owe": "found that it is to be recovered",
        "agree": "agreed instalments",
        "give_up": "agreed on no more instalments",
        "record": "recorded what was recovered",
        "record_last": "recorded what was recovered, and it was the last",
        "take_back": "took an instalment back",
        "take_back_last": "took the last instalment back",
    }
