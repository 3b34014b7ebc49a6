"""One-off claims as tests need them: of the handbook's home, which is paid by a calendar (tests.paying)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tests import factories as make
from tests.files import staged
from workflows.claims import commands
from workflows.claims.rules import Asked
from workflows.engine import door
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine

D = Decimal
WHY = "A taxi to the hospital and back, as agreed."


def asked(line: CarePackageLine | None, on: date, amount: str = "24.50", **words: object) -> Asked:
    """A claim for transport about a line (or, `service_id`, for equipment about a service)."""
    kind = "transport" if line is not None else "equipment"
    said: dict[str, object] = {"kind": kind, "text": WHY, "line_id": line.pk if line else None} | words
    return Asked(on=on, amount=D(amount), **said)  # type: ignore[arg-type]


def sent(by: Actor, what: Asked, *, files: Sequence[int] | None = None, key: str = "") -> int:
    """A claim with its receipt; returns its case."""
    own = [staged(by, "receipt.pdf").pk] if files is None else files
    return commands.submit(actor=by, asked=what, file_ids=own, key=key or make.key()).case_id


def turn(case_id: int) -> dict[str, object]:
    """What every command of a claim is given."""
    return {
        "case_id": case_id, "task_id": Task.objects.get(process=case_id, finished=None).pk, "key": make.key()
    }  # fmt: skip


def accepted(by: Actor, case_id: int, seen: str = "24.50", line_id: int | None = None) -> door.Outcome:
    """Payments accepts it."""
    return commands.accept(actor=by, seen=D(seen), line_id=line_id, **turn(case_id))  # type: ignore[arg-type]
