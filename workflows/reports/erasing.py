"""What reports hold of a client: that somebody chose them."""

from collections.abc import Iterable
from datetime import datetime

from workflows.engine.erase import with_client
from workflows.parties.models import Client

from .models import KeptQuestion


@with_client
def erase_questions(client: Client, _now: datetime) -> Iterable[str]:
    """Forget the choices of this client; each would be forgotten within the day anyway."""
    KeptQuestion.objects.filter(chosen__client_id=client.pk).delete()
    return ()
