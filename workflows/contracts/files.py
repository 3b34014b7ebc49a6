"""Files of contract documents: the signed copy that a provider may attach to a version."""

from collections.abc import Iterable

from workflows.engine import files
from workflows.engine.errors import NotFound
from workflows.engine.models import Attachment
from workflows.engine.selectors import case
from workflows.parties.actor import Actor

from .flow import ContractDocumentFlow
from .models import DocumentVersion

SIGNED_COPY = "contract_document.signed_copy"


@files.owned_by(SIGNED_COPY)
def signed_copy(actor: Actor, attachment: Attachment) -> files.Owner:
    """Who may read the document may read its signed copies."""
    version = DocumentVersion.objects.filter(pk=attachment.owner_id or 0).first()
    if version is None:
        raise NotFound
    found = case(actor, version.document_id, ContractDocumentFlow.function)
    return files.Owner(f"{found.reference}-v{version.number}-signed", found.client_id)


def signed_copies(versions: Iterable[DocumentVersion]) -> dict[int, Attachment]:
    """The signed copy of each version that has one, by the version's id: the last, if it was attached again."""
    return {pk: rows[-1] for pk, rows in files.of(SIGNED_COPY, [each.pk for each in versions]).items()}
