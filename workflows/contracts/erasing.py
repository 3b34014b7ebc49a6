"""What contract documents hold of a client, and how it goes: the figures that name them, and the PDF.

Number, hash, money, dates and answers stay: they are evidence and name nobody.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from workflows.engine import storage
from workflows.engine.bundles import tells
from workflows.engine.erase import with_cases, with_client
from workflows.parties.models import Client

from .models import (
    ContractDocument,
    DocumentVersion,
)

ERASED = "(erased)"
NAMING = {"client", "care_package_ref"}


@with_client
def erase_documents(client: Client, now: datetime) -> None:
    """Erase a client from every version of their documents; their words and signed copies lie on the
    cases' own streams."""
    _erase(DocumentVersion.objects.filter(document__case__client=client), now)


@with_cases
def erase_documents_of(ids: Collection[int], now: datetime) -> None:
    """Erase clients from the documents of some cases."""
    _erase(DocumentVersion.objects.filter(document__case__in=ids), now)


def _erase(versions: QuerySet[DocumentVersion], now: datetime) -> None:
    for version in versions.filter(erased_at=None):
        pdf = str(version.pdf.name)
        figures = [[key, label, ERASED if key in NAMING else text] for key, label, text in version.figures]
        DocumentVersion.objects.filter(pk=version.pk).update(figures=figures, pdf="", erased_at=now)
        storage.drop_unnamed([pdf])


tells(ContractDocument, "case__client", "contract-documents")
tells(DocumentVersion, "document__case__client", "contract-document-versions")
