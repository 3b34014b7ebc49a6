"""The verbs on what lines refer to: clients, contracts, service levels and their rates.

Clients, service levels and rates are brokerage's; contracts are procurement's too, who issue them (norfolk-handbook
§11).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from workflows.council.profile import current
from workflows.engine import outbox
from workflows.engine.atomic import command
from workflows.engine.duties import require_desk
from workflows.engine.errors import NotFound, Refused
from workflows.engine.records import changes, checked_name, found, insert, refuse, require_changes, tell
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation

from .models import Contract, Rate, ServiceLevel
from .rules import Span, UpliftPreview, day_before, refusal_of_amount, refusal_of_span, room_for
from .selectors import uplift_preview

#: Follows when a level has another price from some day on, in whatever scope: {"level": id, "start": day}.
RATES_CHANGED = "rates.changed"


@command
def add_client(*, actor: Actor, ss_ref: str, surname: str, forename: str) -> Client:
    """Record a person who receives care; Refused when the SSRef is taken."""
    require_desk(actor, None, "brokerage")
    client = Client(
        ss_ref=checked_name("SSRef", ss_ref, most=20),
        surname=checked_name("surname", surname, most=100),
        forename=checked_name("forename", forename, most=100),
    )
    insert(client, f"There is already a client with the SSRef {client.ss_ref}.")
    tell(f"client:{client.pk}", "client.added", actor, {}, {"ss_ref": client.ss_ref, "name": str(client)})
    return client


@command
def change_client(*, actor: Actor, client_id: int, surname: str, forename: str) -> Client:
    """Correct a client's name."""
    require_desk(actor, None, "brokerage")
    client = Client.objects.select_for_update(no_key=True).filter(pk=client_id, erased_at__isnull=True).first()
    if client is None:
        raise NotFound
    given = {
        "surname": checked_name("surname", surname, most=100),
        "forename": checked_name("forename", forename, most=100),
    }
    differing = changes(client, given)
    require_changes(differing)
    client.save(update_fields=[*differing])
    tell(f"client:{client.pk}", "client.changed", actor, {"changed": sorted(differing)}, {"name": str(client)})
    return client


@command
def add_contract(*, actor: Actor, reference: str, organisation_id: int, title: str, text: str = "") -> Contract:
    """Record a contract with an organisation; Refused when the reference is taken."""
    require_desk(actor, None, "procurement", "brokerage")
    contract = Contract(
        reference=checked_name("reference", reference, most=40),
        organisation=found(Organisation, organisation_id),
        title=checked_name("title", title, most=200),
        text=text.strip(),
    )
    insert(contract, f"There is already a contract with the reference {contract.reference}.")
    facts = {"reference": contract.reference, "organisation": contract.organisation_id, "title": contract.title}
    tell(f"contract:{contract.pk}", "contract.added", actor, facts, {"text": contract.text})
    return contract


@command
def change_contract(*, actor: Actor, contract_id: int, title: str, text: str) -> Contract:
    """Change a contract's title and text; reference and organisation stay, lines stand on them."""
    require_desk(actor, None, "procurement", "brokerage")
    contract = Contract.objects.select_for_update(no_key=True).filter(pk=contract_id).first()
    if contract is None:
        raise NotFound
    differing = changes(contract, {"title": checked_name("title", title, most=200), "text": text.strip()})
    require_changes(differing)
    contract.save(update_fields=[*differing])
    words = {"text": contract.text} if "text" in differing else {}
    facts = {"changes": {name: values for name, values in differing.items() if name != "text"}}
    tell(f"contract:{contract.pk}", "contract.changed", actor, facts, words)
    return contract


@command
def add_service_level(
    *, actor: Actor, key: str, name: str, service_group: str, unit: str, contract_type: str
) -> ServiceLevel:
    """Record a service level for a service group of the profile; its rate is set by `set_rate`."""
    require_desk(actor, service_group, "brokerage")
    if service_group not in {group.key for group in current().service_groups}:
        raise Refused(f"The profile has no service group {service_group}.", "service_group")
    level = ServiceLevel(
        key=checked_name("key", key, most=60),
        name=checked_name("name", name, most=200),
        service_group=service_group,
        unit=checked_name("unit", unit, most=40),
        contract_type=checked_name("contract type", contract_type, most=40),
    )
    insert(level, f"There is already a service level with the key {level.key} or the name {level.name}.")
    facts = {each: getattr(level, each) for each in ("key", "name", "service_group", "unit", "contract_type")}
    tell(f"level:{level.pk}", "level.added", actor, facts)
    return level


@command
def set_rate(
    *,
    actor: Actor,
    service_level_id: int,
    amount: Decimal,
    start: date,
    end: date | None = None,
    organisation_id: int | None = None,
    contract_id: int | None = None,
) -> Rate:
    """Set what a unit of a level costs a week from a day on, for all, one organisation or one contract.

    The rate before it ends the day before; one that begins the same day is replaced. Refused when a later one is in
    the way.
    """
    level = _locked_level(actor, service_level_id)
    if organisation_id is not None and contract_id is not None:
        raise Refused("A rate is for an organisation or for a contract, not for both.", "two_scopes")
    rate = _place(level, Span(start, end), amount, organisation_id, contract_id)
    facts = {
        "organisation": organisation_id,
        "contract": contract_id,
        "start": start,
        "end": end,
        "amount": amount,
    }
    _tell_rates(level, "level.rate_set", actor, facts)
    return rate


@command
def uplift(*, actor: Actor, service_level_id: int, start: date, amount: Decimal) -> UpliftPreview:
    """Give a service level a new general rate from a day on; returns what it moves, as the preview showed it.

    Lines priced by the level follow by themselves; prices of their own, of contracts and of organisations stay.
    """
    level = _locked_level(actor, service_level_id)
    preview = uplift_preview(service_level_id, start, amount)
    if preview.old_amount == amount:
        raise Refused("That is the rate already.", "unchanged")
    _place(level, Span(start), amount, None, None)
    facts = {
        "start": start,
        "amount": [preview.old_amount, amount],
        "lines": preview.lines,
        "yearly": [preview.before, preview.after],
    }
    _tell_rates(level, "level.uplifted", actor, facts)
    return preview


def _tell_rates(level: ServiceLevel, kind: str, actor: Actor, facts: Mapping[str, Any]) -> None:
    """Record what happened to the prices of a level, and let the other rooms know."""
    event = tell(f"level:{level.pk}", kind, actor, facts)
    payload = {"level": level.pk, "start": facts["start"].isoformat()}
    outbox.put(RATES_CHANGED, f"level:{level.pk}:{event.seq}", payload)


def _locked_level(actor: Actor, service_level_id: int) -> ServiceLevel:
    level = ServiceLevel.objects.select_for_update(no_key=True).filter(pk=service_level_id).first()
    if level is None:
        raise NotFound
    require_desk(actor, level.service_group, "brokerage")
    return level


def _place(
    level: ServiceLevel, span: Span, amount: Decimal, organisation_id: int | None, contract_id: int | None
) -> Rate:
    refuse(refusal_of_span(span.start, span.end) or refusal_of_amount(amount))
    scope = Q(organisation=organisation_id, contract=contract_id)
    standing = list(level.rates.filter(scope).order_by("start"))
    room = room_for(span, [Span(each.start, each.end) for each in standing])
    refuse(room.refusal)
    if room.shorten is not None:
        standing[room.shorten].end = day_before(span.start)
        standing[room.shorten].save(update_fields=["end"])
    rate = Rate(service_level=level, start=span.start) if room.replace is None else standing[room.replace]
    rate.organisation_id, rate.contract_id = organisation_id, contract_id
    rate.end, rate.amount = span.end, amount
    rate.save()
    return rate
