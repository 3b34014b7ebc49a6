"""Where payments, runs, stops and debts can stand: the tables that their workflows are held to (design, §5)."""

from enum import StrEnum

from workflows.engine.table import Transition


class State(StrEnum):
    """Where a scheduled payment stands (norfolk-handbook §10 "CURRENT"; suffolk-user-guide §3 "current", "finalised").

    `partly`: finalised without some line that was held out (norfolk-handbook §8 "* Partially finalised").
    """

    CURRENT = "current"
    PARTLY = "partly_finalised"
    FINALISED = "finalised"
    PAID = "paid"


class RunState(StrEnum):
    """Where a run stands."""

    PREPARED = "prepared"
    PROPOSED = "proposed"
    FINALISING = "finalising"
    FINALISED = "finalised"
    SENT = "sent"
    PAID = "paid"
    CANCELLED = "cancelled"


class StopState(StrEnum):
    """Where a stop stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"


class DebtState(StrEnum):
    """Where a debt stands; `planned`: periods to come take it back by agreed instalments."""

    OWED = "owed"
    PLANNED = "planned"
    RECOVERED = "recovered"


S = State
_BOTH = tuple(
    Transition(S.CURRENT, node, verb, by, S.CURRENT, node)
    for node in ("current", "answer")
    for verb, by in (
        ("recalculate", "system"),
        ("recalculate", "payments"),
        ("adjust", "payments"),
        ("approve_adjustment", "payments"),
        ("refuse_adjustment", "payments"),
        ("hold_out", "payments"),
        ("put_back", "payments"),
        ("credit", "system"),
    )
)
TRANSITIONS = (
    Transition("", "begin", "generate", "system", S.CURRENT, "current"),
    *_BOTH,
    Transition(S.CURRENT, "current", "freeze", "system", S.CURRENT, "current"),
    Transition(S.CURRENT, "current", "thaw", "system", S.CURRENT, "current"),
    Transition(S.CURRENT, "current", "release", "system", S.CURRENT, "current"),
    Transition(S.CURRENT, "current", "confirm", "provider", S.CURRENT, "current"),
    Transition(S.CURRENT, "current", "reject", "provider", S.CURRENT, "answer"),
    Transition(S.CURRENT, "answer", "reject", "provider", S.CURRENT, "answer"),
    Transition(S.CURRENT, "answer", "confirm", "provider", S.CURRENT, "current"),
    Transition(S.CURRENT, "answer", "amend", "payments", S.CURRENT, "current"),
    Transition(S.CURRENT, "answer", "leave", "payments", S.CURRENT, "current"),
    Transition(S.CURRENT, "current", "finalise", "system", S.FINALISED, "finalised"),
    Transition(S.CURRENT, "answer", "finalise", "system", S.FINALISED, "finalised"),
    Transition(S.PARTLY, "finalised", "put_back", "payments", S.PARTLY, "finalised"),
    Transition(S.PARTLY, "finalised", "remit_partly", "system", S.PARTLY, "finalised"),
    Transition(S.PARTLY, "finalised", "remit_partly", "payments", S.PARTLY, "finalised"),
    Transition(S.PARTLY, "finalised", "put_back_last", "payments", S.PAID, "end"),
    Transition(S.FINALISED, "finalised", "remit", "system", S.PAID, "end"),
    Transition(S.FINALISED, "finalised", "remit", "payments", S.PAID, "end"),
)
R = RunState
RUNS = (
    Transition("", "begin", "prepare", "payments", R.PREPARED, "prepare"),
    Transition("", "begin", "prepare", "system", R.PREPARED, "prepare"),
    Transition(R.PREPARED, "prepare", "recount", "payments", R.PREPARED, "prepare"),
    Transition(R.PREPARED, "prepare", "recount", "system", R.PREPARED, "prepare"),
    Transition(R.PREPARED, "prepare", "propose", "payments", R.PROPOSED, "approve"),
    Transition(R.PREPARED, "prepare", "finalise", "payments", R.FINALISING, "finalising"),
    Transition(R.PREPARED, "prepare", "cancel", "payments", R.CANCELLED, "end"),
    Transition(R.PROPOSED, "approve", "approve", "payments", R.FINALISING, "finalising"),
    Transition(R.PROPOSED, "approve", "send_back", "payments", R.PREPARED, "prepare"),
    Transition(R.FINALISING, "finalising", "finished", "system", R.FINALISED, "send"),
    Transition(R.FINALISED, "send", "make_file", "payments", R.FINALISED, "send"),
    Transition(R.FINALISED, "send", "sent", "payments", R.SENT, "returned"),
    Transition(R.SENT, "returned", "make_file", "payments", R.SENT, "returned"),
    Transition(R.SENT, "returned", "mark_paid", "payments", R.SENT, "returned"),
    Transition(R.SENT, "returned", "mark_paid", "system", R.SENT, "returned"),
    Transition(R.SENT, "returned", "all_paid", "payments", R.PAID, "end"),
    Transition(R.SENT, "returned", "all_paid", "system", R.PAID, "end"),
)
T = StopState
STOPS = (
    Transition("", "begin", "stop", "system", T.OPEN, "check"),
    Transition(T.OPEN, "check", "confirm", "payments", T.CONFIRMED, "end"),
    Transition(T.OPEN, "check", "lift", "payments", T.LIFTED, "end"),
    Transition(T.OPEN, "check", "lift", "system", T.LIFTED, "end"),
)
D = DebtState
DEBTS = (
    Transition("", "begin", "owe", "system", D.OWED, "recover"),
    Transition("", "begin", "owe", "payments", D.OWED, "recover"),
    Transition(D.OWED, "recover", "record", "payments", D.OWED, "recover"),
    Transition(D.OWED, "recover", "record_last", "payments", D.RECOVERED, "end"),
    Transition(D.OWED, "recover", "agree", "payments", D.PLANNED, "planned"),
    Transition(D.PLANNED, "planned", "agree", "payments", D.PLANNED, "planned"),
    Transition(D.PLANNED, "planned", "give_up", "payments", D.OWED, "recover"),
    Transition(D.PLANNED, "planned", "take_back", "system", D.PLANNED, "planned"),
    Transition(D.PLANNED, "planned", "take_back_last", "system", D.RECOVERED, "end"),
)
