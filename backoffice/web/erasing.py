"""What kept forms hold of a client or of a person: somebody may have typed about them just before being signed out."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import TextField
from django.db.models.functions import Cast

from workflows.engine.erase import with_client
from workflows.parties.models import Client
from workflows.people.erasing import Person, with_person

from .models import Draft


@with_client
def erase_drafts(client: Client, _now: datetime) -> Iterable[str]:
    """Forget the forms that name a client; each would be forgotten within the day anyway."""
    return _forget({client.ss_ref, client.surname})


@with_person
def erase_drafts_about(person: Person, _now: datetime) -> Iterable[str]:
    """Forget the forms that a person typed, and those that name them."""
    if person.user is not None:
        Draft.objects.filter(user=person.user).delete()
    parts = {each.surname for each in person.contacts}
    return _forget(person.sayings | parts)


def _forget(sayings: Iterable[str]) -> Iterable[str]:
    for saying in filter(None, sayings):
        Draft.objects.annotate(said=Cast("fields", TextField())).filter(said__icontains=saying).delete()
    return ()
