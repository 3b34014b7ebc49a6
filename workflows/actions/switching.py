"""Types of action that are switched on for single providers (gloucestershire-faq 15: "you will be advised whether
this applies to you")."""

from typing import Any

from django.db.models import F

from workflows.council.profile import current
from workflows.engine.atomic import command
from workflows.engine.duties import require_administrator
from workflows.engine.errors import Refused
from workflows.engine.records import found, tell
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation

from .models import TypeForProvider


def switched(organisation_id: int | None) -> frozenset[str]:
    """The types that are on for a provider; asks nothing where the profile switches none."""
    if not any(each.per_provider for each in current().actions.types):
        return frozenset()
    rows = TypeForProvider.objects.filter(organisation=organisation_id)
    return frozenset(rows.values_list("type", flat=True))


def on_for() -> list[Any]:
    """Which types are on for which providers, by the provider's name."""
    rows = TypeForProvider.objects.order_by("organisation__name", "type")
    return list(rows.values("type", provider=F("organisation__name")))


@command
def switch(*, actor: Actor, organisation_id: int, type_key: str, on: bool) -> None:
    """Switch a type on or off for a provider: administrators', and the payments desk's."""
    require_administrator(actor, "payments")
    if type_key not in {each.key for each in current().actions.types if each.per_provider}:
        raise Refused("This type is not switched for single providers.", "type")
    organisation = found(Organisation, organisation_id)
    rows = TypeForProvider.objects.filter(organisation=organisation, type=type_key)
    if rows.exists() == on:
        raise Refused(f"It is {'on' if on else 'off'} for {organisation.name} already.", "unchanged")
    if on:
        TypeForProvider.objects.create(organisation=organisation, type=type_key)
    else:
        rows.delete()
    tell(f"organisation:{organisation.pk}", "organisation.action_type", actor, {"type": type_key, "on": on})
