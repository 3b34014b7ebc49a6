"""What contract documents hold of a client, and how it goes: the figures that name them, the PDF, the signed copy.

Number, hash, money, dates and answers stay: they are evidence and name nobody.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.files.storage import default_storage

from workflows.engine.erase import with_client
from workflows.parties.models import Client

from .models import DocumentVersion

ERASED = "(erased)"
NAMING = {"client", "care_package_ref"}


@with_client
def erase_documents(client: Client, now: datetime) -> Iterable[str]:
    """Erase a client from every version of their documents; their words lie on the cases' own streams."""
    versions = DocumentVersion.objects.filter(document__case__client=client, erased_at=None)
    for version in versions:
        files = [file.name for file in (version.pdf, version.signed_copy) if file.name]
        figures = [[key, label, ERASED if key in NAMING else text] for key, label, text in version.figures]
        DocumentVersion.objects.filter(pk=version.pk).update(
            figures=figures, pdf="", signed_copy="", signed_copy_name="", erased_at=now
        )
        for name in files:
            _drop(name)
    return ()


def _drop(name: str) -> None:
    """Delete a file that no other version names (the storage keeps the same bytes once)."""
    named = DocumentVersion.objects.filter(pdf=name) | DocumentVersion.objects.filter(signed_copy=name)
    if not named.exists():
        default_storage.delete(name)
