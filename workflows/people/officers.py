"""Who of the council looks after a provider (Bradford, "Shared Support": "their Business Relationship Officer in the
Contracts Team"). One a provider, by name and how to reach them; where the profile has no word for it there is nobody.
"""

from workflows.council.profile import current
from workflows.engine.atomic import command
from workflows.engine.errors import NotFound
from workflows.engine.records import changes, checked_name, checked_words, found, refuse, require_changes, tell
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation

from .locking import require_helpline
from .models import Officer
from .rules import refusal_of_address, tidy_address


@command
def set_officer(*, actor: Actor, organisation_id: int, name: str, email: str, telephone: str, reason: str) -> Officer:
    """Say who looks after a provider, in place of whoever did; NotFound where the council has no such person."""
    require_helpline(actor)
    if current().helpdesk.officer is None:
        raise NotFound
    words = checked_words("reason", reason, required=True)
    address = tidy_address(email)
    refuse(refusal_of_address(address))
    organisation = found(Organisation, organisation_id)
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    officer = Officer.objects.filter(organisation=organisation).first() or Officer(organisation=organisation)
    values = {
        "name": checked_name("name", name, most=200),
        "email": address,
        "telephone": checked_name("telephone", telephone, most=30) if telephone.strip() else "",
    }
    require_changes(changes(officer, values))
    officer.save()
    tell(f"organisation:{organisation.pk}", "organisation.officer_set", actor, {}, {**values, "reason": words})
    return officer


def of(organisation_id: int | None) -> Officer | None:
    """Who looks after a provider; None while nobody was named, and where the council has no such person."""
    if current().helpdesk.officer is None:
        return None
    return Officer.objects.filter(organisation=organisation_id).first()
