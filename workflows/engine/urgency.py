"""What it costs to leave a turn: one figure, so that the most costly comes first from an index.

Breached first, then by priority, then by the money a week that hangs on it. The same in Python, for commands, and in
SQL, for the sweep; a test compares them.
"""

from decimal import Decimal

from .models import Task

BREACH = Decimal(10) ** 11
LEVEL = Decimal(10) ** 10  # of priority
MOST = LEVEL - Decimal("0.01")  # money counts below any level
WORDS = "What is past target comes first, then what somebody has given priority, then what most money hangs on."

#: The same, of a row of engine_task called `t`; `{breached}` says whether it is past target.
SQL = (
    f"(CASE WHEN {{breached}} THEN {BREACH} ELSE 0 END + t.priority * {LEVEL}"
    f" + least(greatest(coalesce(t.amount, 0), 0), {MOST}))"
)
IF_BREACHED = SQL.format(breached="true")


def of(task: Task) -> Decimal:
    """The urgency of a turn as it stands."""
    money = min(max(task.amount or Decimal(0), Decimal(0)), MOST)
    return (BREACH if task.breached_at is not None else Decimal(0)) + task.priority * LEVEL + money


def why(task: Task) -> list[str]:
    """What puts a turn where it is, in words, most weighty first."""
    reasons = ["it is past target"] if task.breached_at is not None else []
    reasons += {1: ["it has high priority"], 2: ["it is to be done at once"]}.get(task.priority, [])
    return [*reasons, f"£{task.amount:,.2f} hangs on it"] if task.amount else reasons
