"""An entitlement as plain data, for the row that keeps what was finalised, and back. Pure.

`read(written(worth)) == worth`: exact fractions are kept as text, nothing is rounded on the way.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from workflows.register.rules import Span

from .entitlement import Entitlement, Part
from .facts import Actual, Cause, Wait

Data = dict[str, Any]


def written(worth: Entitlement) -> Data:
    """An entitlement as what JSON can hold; what a part does not have is left out."""
    return {"line": worth.line_id, "parts": [_part(each) for each in worth.parts]}


def read(data: Mapping[str, Any]) -> Entitlement:
    """The entitlement that was written; KeyError or ValueError for anything else."""
    return Entitlement(data["line"], tuple(_read_part(each) for each in data["parts"]))


def _part(part: Part) -> Data:
    return _without_gaps(
        first=part.first.isoformat(),
        last=part.last.isoformat(),
        unit_cost=None if part.unit_cost is None else str(part.unit_cost),
        quantity=str(part.quantity) if part.quantity else None,
        contribution=str(part.contribution) if part.contribution else None,
        net=part.net or None,
        vat=str(part.vat) if part.vat else None,
        actual=part.actual and _actual(part.actual),
        cause=part.cause and part.cause.value,
        wait=part.wait and _wait(part.wait),
    )


def _read_part(data: Mapping[str, Any]) -> Part:
    return Part(
        first=date.fromisoformat(data["first"]),
        last=date.fromisoformat(data["last"]),
        unit_cost=Decimal(data["unit_cost"]) if "unit_cost" in data else None,
        quantity=Fraction(data.get("quantity", 0)),
        contribution=Decimal(data.get("contribution", 0)),
        net=data.get("net", False),
        vat=Decimal(data.get("vat", 0)),
        actual=_read_actual(data["actual"]) if "actual" in data else None,
        cause=Cause(data["cause"]) if "cause" in data else None,
        wait=_read_wait(data["wait"]) if "wait" in data else None,
    )


def _actual(row: Actual) -> Data:
    return _without_gaps(
        first=row.first.isoformat(),
        last=row.last.isoformat(),
        payable=str(row.payable),
        disputed=str(row.disputed) if row.disputed else None,
        wait=row.wait and _wait(row.wait),
        cost=None if row.cost is None else str(row.cost),
    )


def _read_actual(data: Mapping[str, Any]) -> Actual:
    return Actual(
        first=date.fromisoformat(data["first"]),
        last=date.fromisoformat(data["last"]),
        payable=Decimal(data["payable"]),
        disputed=Decimal(data.get("disputed", 0)),
        wait=_read_wait(data["wait"]) if "wait" in data else None,
        cost=Decimal(data["cost"]) if "cost" in data else None,
    )


def _wait(wait: Wait) -> Data:
    return _without_gaps(
        start=wait.span.start.isoformat(),
        end=wait.span.end and wait.span.end.isoformat(),
        cause=wait.cause.value,
        what=wait.what,
        holder=wait.holder,
        since=wait.since.isoformat(),
        reference=wait.reference,
    )


def _read_wait(data: Mapping[str, Any]) -> Wait:
    end = date.fromisoformat(data["end"]) if "end" in data else None
    return Wait(
        span=Span(date.fromisoformat(data["start"]), end),
        cause=Cause(data["cause"]),  # type: ignore[arg-type]
        what=data["what"],
        holder=data["holder"],
        since=date.fromisoformat(data["since"]),
        reference=data["reference"],
    )


def _without_gaps(**values: Any) -> Data:
    return {name: value for name, value in values.items() if value is not None}
