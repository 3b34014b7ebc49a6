"""What searches hold of a client: somebody may have typed the name or the reference."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from workflows.engine.erase import with_client
from workflows.parties.models import Client

from .models import KeptSearch


@with_client
def erase_searches(client: Client, _now: datetime) -> Iterable[str]:
    """Forget the searches that name the client; each would be forgotten within the hour anyway."""
    named = Q(text__icontains=client.ss_ref)
    if client.surname:
        named |= Q(text__icontains=client.surname)
    KeptSearch.objects.filter(named).delete()
    return ()
