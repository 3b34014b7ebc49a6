"""What reports hold of a client: that somebody chose them."""

from datetime import datetime

from workflows.engine.bundles import silent
from workflows.engine.erase import with_client
from workflows.engine.storage import drop_unnamed
from workflows.parties.models import Client

from .models import KeptQuestion, MadeFile


@with_client
def erase_questions(client: Client, _now: datetime) -> None:
    """Forget the choices of this client, and every file, as each may name them: all would be gone within the day."""
    names = list(MadeFile.objects.exclude(file="").values_list("file", flat=True))
    MadeFile.objects.all().delete()
    KeptQuestion.objects.filter(chosen__client_id=client.pk).delete()
    drop_unnamed(names)


silent("A report that somebody has asked for, forgotten within the day.", KeptQuestion, MadeFile)
