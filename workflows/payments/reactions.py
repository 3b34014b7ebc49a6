"""What payments do when something else happens: a change of a line or of its weeks is worked out again, a notice that
holds payments gives Payments its turn."""

from collections.abc import Mapping
from typing import Any

from workflows.actuals.models import LineWeek
from workflows.actuals.topics import PAYABLE
from workflows.contracts.commands import STANDS
from workflows.council.profile import current
from workflows.engine.errors import Stale
from workflows.engine.models import Task
from workflows.engine.reactions import reacts_to
from workflows.parties.selectors import system_actor
from workflows.register.catalogue import RATES_CHANGED
from workflows.register.models import CarePackageLine, PaymentHold

from . import recovering, stopping
from .acting import mark_changed
from .models import PaymentStop
from .rules import StopState


@reacts_to("line.changed", name="payments.work_out_again")
def work_out_again(payload: Mapping[str, Any], key: str) -> None:  # noqa: ARG001 (every reaction has one)
    """What is not finalised of the line's contract is worked out again (opening.work_out_changed)."""
    if current().payments is None:
        return
    contract = CarePackageLine.objects.values_list("contract_id", flat=True).get(pk=payload["line"])
    mark_changed([contract])


@reacts_to(RATES_CHANGED, name="payments.rates_again")
def rates_again(payload: Mapping[str, Any], key: str) -> None:  # noqa: ARG001 (every reaction has one)
    """Another price of a service level: what is not finalised of the contracts with lines of it is worked out again."""
    if current().payments is not None:
        lines = CarePackageLine.objects.filter(service_level=payload["level"])
        mark_changed(set(lines.values_list("contract_id", flat=True)))


@reacts_to(STANDS, name="payments.documents_again")
def documents_again(payload: Mapping[str, Any], key: str) -> None:  # noqa: ARG001 (every reaction has one)
    """A contract document was published or answered, where days wait for that: they are worked out again."""
    if current().payments is not None:
        rows = CarePackageLine.objects.filter(documents=payload["document"])
        mark_changed(set(rows.values_list("contract_id", flat=True)))


@reacts_to(PAYABLE, name="payments.weeks_again")
def weeks_again(payload: Mapping[str, Any], key: str) -> None:  # noqa: ARG001 (every reaction has one)
    """What is payable of a week has changed: contracts that pay on actuals are worked out again."""
    if current().payments is None:
        return
    weeks = LineWeek.objects.filter(case=payload["case"], line__contract__payment_methods__on_actuals=True)
    mark_changed(set(weeks.values_list("line__contract_id", flat=True)))


@reacts_to("line.changed", name="payments.stop")
def stop(payload: Mapping[str, Any], key: str) -> None:
    """A notice holds the line's payments, or no longer does."""
    if current().payments is None or payload["what"] not in {"held", "released"}:
        return
    if payload["what"] == "held":
        for notice in _holding(payload["line"]):
            stopping.stop(actor=system_actor(), notice_id=notice, key=f"{key}:{notice}")
        return
    for each in PaymentStop.objects.filter(case__state=StopState.OPEN, notice__in=_lifted(payload["line"])):
        turn = Task.objects.filter(process=each.pk, finished=None).first()
        if turn is None:
            continue
        try:
            stopping.lift(
                actor=system_actor(), case_id=each.pk, task_id=turn.pk, text="The notice was taken back.",
                key=f"{key}:{each.pk}",
            )  # fmt: skip
        except Stale:
            continue


@reacts_to(recovering.OWED, name="payments.owed")
def owed(payload: Mapping[str, Any], key: str) -> None:
    """A payment was finalised below zero, and no later one takes that up: Payments has to agree how it is recovered."""
    recovering.owe(actor=system_actor(), payment_id=payload["payment"], key=key)


def _holding(line: int) -> list[int]:
    rows = PaymentHold.objects.filter(line=line, lifted_at=None).order_by("pk")
    return list(rows.values_list("case_id", flat=True).distinct())


def _lifted(line: int) -> list[int]:
    rows = PaymentHold.objects.filter(line=line, lifted_at__isnull=False)
    return list(rows.values_list("case_id", flat=True))
