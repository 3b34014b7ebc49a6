"""What retention is told of the layout's own records: forms that were kept for somebody who was signed out."""

from workflows.engine.bundles import silent
from workflows.retention.kinds import declare
from workflows.retention.monthly import PERSON, Monthly, held

from .models import Draft

DRAFTS = Monthly(
    noun="draft",
    rows="backoffice_draft d",
    at="d.created_at",
    held=held(PERSON.format("d.user_id")),
    act="DELETE FROM backoffice_draft r",
)


def declare_all() -> None:
    """Declare it."""
    declare("drafts", DRAFTS)
    silent("A form kept over a sign-in, forgotten within the day, and nobody else's than its sender's.", Draft)
