"""Who may take the files of posts: whoever may read the conversation."""

from workflows.engine import files
from workflows.engine.models import Attachment
from workflows.parties.actor import Actor

from . import selectors
from .posting import FILES


@files.owned_by(FILES)
def owner_of(actor: Actor, attachment: Attachment) -> files.Owner:
    """The post that a file belongs to, if the person may read it; NotFound."""
    case = selectors.case_of_post(actor, attachment.owner_id or 0)
    return files.Owner(reference=case.reference, client_id=case.client_id)
