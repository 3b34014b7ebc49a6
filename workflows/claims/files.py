"""Who may take the evidence of a claim: whoever may read the claim."""

from workflows.engine import files
from workflows.engine import selectors as engine
from workflows.engine.models import Attachment
from workflows.parties.actor import Actor

from .flow import ClaimFlow

#: The kind under which files belong to claims (engine.files).
EVIDENCE = "claim.evidence"


@files.owned_by(EVIDENCE)
def owner_of(actor: Actor, attachment: Attachment) -> files.Owner:
    """The claim that a file belongs to, if the person may read it; NotFound."""
    case = engine.case(actor, attachment.owner_id or 0, ClaimFlow.function)
    return files.Owner(reference=case.reference, client_id=case.client_id)
