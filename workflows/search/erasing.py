"""What searches hold of a client or of a person: somebody may have typed the name or the reference."""

from datetime import datetime

from django.db.models import Q

from workflows.engine.bundles import silent
from workflows.engine.erase import with_client
from workflows.parties.models import Client
from workflows.people.erasing import Person, with_person

from .models import KeptSearch


@with_client
def erase_searches(client: Client, _now: datetime) -> None:
    """Forget the searches that name the client; each would be forgotten within the hour anyway."""
    named = Q(text__icontains=client.ss_ref)
    if client.surname:
        named |= Q(text__icontains=client.surname)
    KeptSearch.objects.filter(named).delete()


@with_person
def erase_searches_for(person: Person, _now: datetime) -> None:
    """Forget the searches that name a person, also by one of their names alone."""
    for part in {word for saying in person.sayings for word in (saying, *saying.split()) if len(word) > 1}:
        KeptSearch.objects.filter(text__icontains=part).delete()


silent("What somebody typed to search, forgotten within the hour.", KeptSearch)
