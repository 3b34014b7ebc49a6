"""The verbs on organisations and their services (norfolk-handbook §7): procurement's, brokerage's, administrators'."""

from collections.abc import Mapping

from workflows.council.profile import current
from workflows.engine.atomic import command
from workflows.engine.duties import require_administrator
from workflows.engine.errors import NotFound, Refused
from workflows.engine.records import changes, checked_name, found, insert, refuse, require_changes, tell
from workflows.parties.actor import Actor
from workflows.parties.models import ContactDetails, Organisation, Service

from .rules import refusal_of_address

#: The address block: column -> its greatest length.
CONTACT: dict[str, int] = {str(field.name): int(field.max_length or 0) for field in ContactDetails._meta.fields}


@command
def add_organisation(
    *, actor: Actor, reference: str, name: str, contact: Mapping[str, str] | None = None
) -> Organisation:
    """Record the company that owns homes; `contact` gives columns of the address block."""
    _require(actor)
    organisation = Organisation(
        reference=checked_name("reference", reference, most=40),
        name=checked_name("name", name, most=200),
        **checked(contact or {}),
    )
    insert(organisation, f"There is already an organisation with the reference {organisation.reference}.")
    facts = {"reference": organisation.reference, "name": organisation.name, **checked(contact or {})}
    tell(f"organisation:{organisation.pk}", "organisation.added", actor, facts)
    return organisation


@command
def change_organisation(
    *, actor: Actor, organisation_id: int, name: str | None = None, contact: Mapping[str, str] | None = None
) -> Organisation:
    """Change an organisation's name or address; what is not given stays."""
    _require(actor)
    organisation = Organisation.objects.select_for_update(no_key=True).filter(pk=organisation_id).first()
    if organisation is None:
        raise NotFound
    write(actor, organisation, name, contact or {})
    return organisation


@command
def add_service(
    *,
    actor: Actor,
    reference: str,
    organisation_id: int,
    name: str,
    group: str,
    contact: Mapping[str, str] | None = None,
) -> Service:
    """Record a home or another service of an organisation; `group` is a service group of the profile."""
    _require(actor)
    if group not in {each.key for each in current().service_groups}:
        raise Refused(f"{current().name} has no service group {group}.", "service_group")
    service = Service(
        organisation=found(Organisation, organisation_id),
        reference=checked_name("reference", reference, most=40),
        name=checked_name("name", name, most=200),
        group=group,
        **checked(contact or {}),
    )
    insert(service, f"There is already a service with the reference {service.reference}.")
    facts = {"reference": service.reference, "organisation": organisation_id, "name": service.name, "group": group}
    tell(f"service:{service.pk}", "service.added", actor, {**facts, **checked(contact or {})})
    return service


@command
def change_service(
    *, actor: Actor, service_id: int, name: str | None = None, contact: Mapping[str, str] | None = None
) -> Service:
    """Change a service's name or address; what is not given stays. Lines stand on its organisation and group."""
    _require(actor)
    service = Service.objects.select_for_update(no_key=True).filter(pk=service_id).first()
    if service is None:
        raise NotFound
    write(actor, service, name, contact or {})
    return service


def _require(actor: Actor) -> None:
    require_administrator(actor, "procurement", "brokerage")


def write(actor: Actor, record: Organisation | Service, name: str | None, contact: Mapping[str, str]) -> None:
    """Write the new name and address block of a record whose row the caller holds; no duty is asked here.

    Refused when nothing differs, or when a value cannot be.
    """
    given = checked(contact) | ({} if name is None else {"name": checked_name("name", name, most=200)})
    differing = changes(record, given)
    require_changes(differing)
    record.save(update_fields=[*differing])
    stream = record._meta.model_name
    tell(f"{stream}:{record.pk}", f"{stream}.changed", actor, {"changes": differing})


def checked(contact: Mapping[str, str]) -> dict[str, str]:
    """The columns of the address block, tidied; Refused when one is too long or the address is none."""
    tidy = {name: " ".join(text.split()) for name, text in contact.items()}
    for name, text in tidy.items():
        if name not in CONTACT:
            raise Refused(f"There is no field {name}.", "contact")
        if len(text) > CONTACT[name]:
            label = name.replace("_", " ").capitalize()
            raise Refused(f"{label} can have {CONTACT[name]} characters at most.", "too_long")
    if tidy.get("email"):
        refuse(refusal_of_address(tidy["email"]))
    return tidy
