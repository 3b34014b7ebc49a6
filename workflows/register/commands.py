"""The verbs on a care package line. Each locks the line first, asks the rule, writes, and tells it once.

Brokerage's team for the line's service group may use them, and the system. `version` is the one that the person's
form was opened with: an older one is refused with who was faster (None, for the system, does not ask).
"""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from workflows.engine.atomic import command
from workflows.engine.duties import require_desk
from workflows.engine.errors import Refused
from workflows.engine.models import Task
from workflows.engine.records import changes, checked_name, checked_words, found, insert, refuse, require_changes
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Service

from .models import CarePackageLine, Contract, Contribution, LineRate, LineSuspension, ServiceLevel
from .recording import What, locked_line, tell_line
from .rules import (
    LineFacts,
    Span,
    day_before,
    refusal_of_amount,
    refusal_of_line,
    refusal_of_span,
    room_for,
)


class Keep(Enum):
    """Says of a value: leave it as it is."""

    IT = "keep"


KEEP = Keep.IT
MOST_LOT = 60


@command
def add_line(
    *,
    actor: Actor,
    reference: str,
    client_id: int,
    service_id: int,
    contract_id: int,
    service_level_id: int,
    quantity: Decimal,
    start: date,
    end: date | None = None,
    temporary: bool = False,
    review_date: date | None = None,
    unit_cost: Decimal | None = None,
    lot: str = "",
    publish: bool = False,
) -> CarePackageLine:
    """Record a new line; `unit_cost` is a price of its own from its first day.

    Refused: a taken or empty reference, facts that do not fit, contract and service of two organisations, no price.
    """
    service, level = found(Service, service_id), found(ServiceLevel, service_level_id)
    contract, client = found(Contract, contract_id), found(Client, client_id)
    require_desk(actor, service.group, "brokerage")
    _check(LineFacts(quantity, start, end, temporary, review_date), service, level, contract)
    line = CarePackageLine(
        reference=checked_name("CarePackageRef", reference, most=40),
        client=client,
        service=service,
        contract=contract,
        service_level=level,
        lot=checked_lot(lot),
        quantity=quantity,
        start=start,
        end=end,
        temporary=temporary,
        review_date=review_date,
    )
    insert(line, f"There is already a line with the CarePackageRef {line.reference}.")
    if unit_cost is not None:
        _set_own_price(line, start, unit_cost)
    _require_price(line)
    facts = {**_facts_of(line), "unit_cost": unit_cost, **({"lot": line.lot} if line.lot else {})}
    tell_line(line, "started", actor, facts, words={"reference": line.reference}, publish=publish)
    return line


@command
def change_line(
    *,
    actor: Actor,
    line_id: int,
    version: int | None,
    service_level_id: int | Keep = KEEP,
    quantity: Decimal | Keep = KEEP,
    start: date | Keep = KEEP,
    end: date | Keep | None = KEEP,
    temporary: bool | Keep = KEEP,
    review_date: date | Keep | None = KEEP,
    unit_cost: Decimal | Keep | None = KEEP,
    lot: str | Keep = KEEP,
    price_from: date | None = None,
    reason: str = "",
    publish: bool = False,
    turn_id: int | None = None,
) -> CarePackageLine:
    """Change what a line says; what is not given stays.

    `turn_id` is the turn in whose command this is done: the team that was handed it may change its line too.
    `unit_cost` sets a price of the line's own from `price_from` (else from its first day); None gives it the service
    level's rate again. Refused: facts that do not fit, no price, or nothing that differs.
    """
    line = locked_line(line_id, version)
    if not _has_turn(actor, turn_id, line):
        require_desk(actor, line.service.group, "brokerage")
    words = checked_words("reason", reason)
    given = {
        "service_level_id": service_level_id,
        "quantity": quantity,
        "start": start,
        "end": end,
        "temporary": temporary,
        "review_date": review_date,
        "lot": lot if lot is KEEP else checked_lot(lot),
    }
    differing = changes(line, {name: value for name, value in given.items() if value is not KEEP})
    if unit_cost is not KEEP:
        differing |= _set_own_price(line, price_from or line.start, unit_cost)
    require_changes(differing)
    _check(_line_facts(line), line.service, found(ServiceLevel, line.service_level_id), line.contract)
    _save(line, *set(differing) - {"unit_cost"})
    _require_price(line)
    told = {name.removesuffix("_id"): values for name, values in differing.items()}
    what: What = "ended" if "end" in differing and line.end is not None else "varied"
    tell_line(line, what, actor, {"changes": told}, words={"reason": words}, publish=publish)
    return line


@command
def end_line(
    *, actor: Actor, line_id: int, version: int | None, end: date, reason: str, publish: bool = False
) -> CarePackageLine:
    """Record the last day of a line, or correct it, with the reason."""
    line = locked_line(line_id, version)
    require_desk(actor, line.service.group, "brokerage")
    words = checked_words("reason", reason, required=True)
    differing = changes(line, {"end": end})
    require_changes(differing)
    refuse(refusal_of_span(line.start, end))
    _save(line, "end")
    tell_line(line, "ended", actor, {"changes": differing}, words={"reason": words}, publish=publish)
    return line


@command
def suspend_line(
    *, actor: Actor, line_id: int, version: int | None, start: date, end: date | None = None, reason: str
) -> CarePackageLine:
    """Stop a line for some days (to the last day given, or until it is resumed), with the reason."""
    line = locked_line(line_id, version)
    require_desk(actor, line.service.group, "brokerage")
    words = checked_words("reason", reason, required=True)
    refuse(refusal_of_span(start, end))
    if not Span(line.start, line.end).covers(start):
        raise Refused("The line is not provided on that day.", "outside")
    if any(Span(old.start, old.end).overlaps(Span(start, end)) for old in line.suspensions.all()):
        raise Refused("The line is suspended on some of these days already.", "suspended")
    LineSuspension.objects.create(line=line, start=start, end=end)
    _save(line)
    tell_line(line, "suspended", actor, {"start": start, "end": end}, words={"reason": words})
    return line


@command
def resume_line(*, actor: Actor, line_id: int, version: int | None, start: date, reason: str = "") -> CarePackageLine:
    """Provide a suspended line again from a day on; a suspension that began that very day never was."""
    line = locked_line(line_id, version)
    require_desk(actor, line.service.group, "brokerage")
    words = checked_words("reason", reason)
    standing = next((each for each in line.suspensions.all() if Span(each.start, each.end).covers(start)), None)
    if standing is None:
        raise Refused(f"The line is not suspended on {start:%d/%m/%Y}.", "not_suspended")
    if standing.start == start:
        standing.delete()
    else:
        standing.end = day_before(start)
        standing.save(update_fields=["end"])
    _save(line)
    tell_line(line, "resumed", actor, {"start": start, "suspended_from": standing.start}, words={"reason": words})
    return line


@command
def set_contribution(
    *, actor: Actor, line_id: int, version: int | None, amount: Decimal, start: date, end: date | None = None
) -> CarePackageLine:
    """Record what the client pays a week from a day on; the contribution before it ends the day before."""
    line = locked_line(line_id, version)
    require_desk(actor, line.service.group, "brokerage")
    refuse(refusal_of_span(start, end) or refusal_of_amount(amount))
    standing = list(line.contributions.order_by("start"))
    room = room_for(Span(start, end), [Span(each.start, each.end) for each in standing])
    refuse(room.refusal)
    if room.shorten is not None:
        standing[room.shorten].end = day_before(start)
        standing[room.shorten].save(update_fields=["end"])
    row = Contribution(line=line, start=start) if room.replace is None else standing[room.replace]
    row.amount, row.end = amount, end
    row.save()
    _save(line)
    tell_line(line, "contribution", actor, {"amount": amount, "start": start, "end": end})
    return line


def _has_turn(actor: Actor, turn_id: int | None, line: CarePackageLine) -> bool:
    """Whether a team of the actor has this open turn, by which it may change the line: of the brokerage desk, about
    the line's client and service; or of the payments desk, about all lines of its provider (a rejected payment).

    The door asks again with the case locked; whatever it refuses takes the change of the line back with it.
    """
    turn = Task.objects.filter(pk=turn_id, finished=None).select_related("process", "team").first() if turn_id else None
    if turn is None or turn.team is None or not actor.is_staff or turn.team.key not in actor.teams:
        return False
    case, desk = turn.process, getattr(turn.flow_task, "desk", "")
    if desk == "payments":
        return case.client_id is None and case.organisation_id == line.contract.organisation_id
    return desk == "brokerage" and (case.client_id, case.service_id) == (line.client_id, line.service_id)


def checked_lot(lot: str) -> str:
    """A lot as it is kept (suffolk-user-guide §2); empty where a contract has none."""
    found = " ".join(lot.split())
    if len(found) > MOST_LOT:
        raise Refused(f"The name of a lot can have {MOST_LOT} characters at most.", "lot")
    return found


def _check(facts: LineFacts, service: Service, level: ServiceLevel, contract: Contract) -> None:
    refuse(refusal_of_line(facts))
    if contract.organisation_id != service.organisation_id:
        raise Refused("The contract and the service belong to two different organisations.", "two_organisations")
    if level.service_group != service.group:
        raise Refused(f"{level.name} is not a service level for {service.name}.", "wrong_level")


def _line_facts(line: CarePackageLine) -> LineFacts:
    return LineFacts(line.quantity, line.start, line.end, line.temporary, line.review_date)


def _facts_of(line: CarePackageLine) -> dict[str, Any]:
    return {
        "client": line.client_id,
        "service": line.service_id,
        "contract": line.contract_id,
        "service_level": line.service_level_id,
        "quantity": line.quantity,
        "start": line.start,
        "end": line.end,
        "temporary": line.temporary,
        "review_date": line.review_date,
    }


def _set_own_price(line: CarePackageLine, start: date, amount: Decimal | None) -> dict[str, tuple[Any, Any]]:
    """Give the line a price of its own from a day on; returns what differs, as `changes` does."""
    if amount is not None:
        refuse(refusal_of_amount(amount))
    if start < line.start or (line.end is not None and start > line.end):
        raise Refused("The price must begin on a day of the line.", "price_outside")
    before = line.rates.filter(start__lte=start).order_by("-start").first()
    old = before.amount if before else None
    if old == amount:
        return {}
    LineRate.objects.update_or_create(line=line, start=start, defaults={"amount": amount})
    return {"unit_cost": (old, {"amount": amount, "from": start})}


def _require_price(line: CarePackageLine) -> None:
    priced = CarePackageLine.objects.priced(line.start).get(pk=line.pk)
    if priced.unit_cost is None:
        raise Refused(
            f"There is no rate for this service level on {line.start:%d/%m/%Y}. Set the rate first.", "no_rate"
        )


def _save(line: CarePackageLine, *columns: str) -> None:
    line.version += 1
    line.save(update_fields=[*columns, "version"])
