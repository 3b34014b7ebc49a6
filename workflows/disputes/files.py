"""Who may take the evidence of a dispute: whoever may read the dispute."""

from workflows.engine import files
from workflows.engine import selectors as engine
from workflows.engine.models import Attachment
from workflows.parties.actor import Actor

from .flow import DisputeFlow

#: The kind under which files belong to disputes (engine.files).
EVIDENCE = "dispute.evidence"


@files.owned_by(EVIDENCE)
def owner_of(actor: Actor, attachment: Attachment) -> files.Owner:
    """The dispute that a file belongs to, if the person may read it; NotFound."""
    case = engine.case(actor, attachment.owner_id or 0, DisputeFlow.function)
    return files.Owner(reference=case.reference)
