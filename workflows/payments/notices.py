"""What people are told about scheduled payments: references and counts only."""

from workflows.engine.notices import declare

GENERATED = "scheduled_payment.generated"
REJECTED = "scheduled_payment.rejected"
ANSWERED = "scheduled_payment.answered"
FINALISED = "scheduled_payment.finalised"
PAID = "scheduled_payment.paid"
STOPPED = "payment_stop.opened"
TO_APPROVE = "payment_run.to_approve"
ADJUSTED = "scheduled_payment.adjusted"
OWED = "scheduled_payment.owed"
GROUP = "Scheduled payments"
STAFF, PROVIDER = frozenset({"staff"}), frozenset({"provider"})

declare(
    GENERATED,
    one="Scheduled payment {reference} can be looked at",
    many="{count} scheduled payments can be looked at",
    name="A scheduled payment can be looked at",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    REJECTED,
    one="Scheduled payment {reference} was rejected by the provider",
    many="{count} scheduled payments were rejected by providers",
    name="A provider rejects a scheduled payment",
    group=GROUP,
    sides=STAFF,
)
declare(
    ANSWERED,
    one="The council has answered what you rejected in scheduled payment {reference}",
    many="The council has answered what you rejected in {count} scheduled payments",
    name="The council answers a rejected payment",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    FINALISED,
    one="Scheduled payment {reference} was finalised",
    many="{count} scheduled payments were finalised",
    name="A scheduled payment is finalised",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    PAID,
    one="Scheduled payment {reference} was paid",
    many="{count} scheduled payments were paid",
    name="A scheduled payment is paid",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    STOPPED,
    one="{reference}: a notice stops payments, and is to be checked",
    many="{count} notices stop payments, and are to be checked",
    name="A notice stops payments",
    group=GROUP,
    sides=STAFF,
)
declare(
    TO_APPROVE,
    one="Payment run {reference} is to be approved by a second person",
    many="{count} payment runs are to be approved by a second person",
    name="A payment run is to be approved",
    group=GROUP,
    sides=STAFF,
)
declare(
    ADJUSTED,
    one="An adjustment by hand in scheduled payment {reference} is to be approved by a second person",
    many="{count} adjustments by hand are to be approved by a second person",
    name="An adjustment by hand is to be approved",
    group=GROUP,
    sides=STAFF,
)
declare(
    OWED,
    one="{reference}: a payment was below zero and no later one takes that up; agree how it is recovered",
    many="{count} debts are to be recovered; agree how",
    name="An overpayment is to be recovered",
    group=GROUP,
    sides=STAFF,
)
