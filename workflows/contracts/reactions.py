"""What contract documents do when the register changes (norfolk-handbook §4: "published to the Portal when they start
and when an end date is recorded")."""

from collections.abc import Mapping
from typing import Any

from workflows.engine.errors import Refused
from workflows.engine.reactions import reacts_to
from workflows.parties.selectors import system_actor

from .commands import publish_line

#: Refusals that mean that there is nothing to do, not that something went wrong.
NOTHING_TO_DO = {"current"}


@reacts_to("line.changed", name="contracts.publish_document")
def publish_document(payload: Mapping[str, Any], key: str) -> None:
    """Publish the document of a line that has ended, or that an import was told to publish."""
    if payload["what"] != "ended" and not payload.get("publish"):
        return
    try:
        publish_line(actor=system_actor(), line_id=payload["line"], key=key)
    except Refused as refusal:
        if refusal.code not in NOTHING_TO_DO:
            raise
