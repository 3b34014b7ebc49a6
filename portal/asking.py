"""Who asks, and what awaits them: read once a request, as the menu and the page both say it."""

from typing import Any, cast

from django.http import HttpRequest

from workflows.contracts import selectors
from workflows.parties.actor import Actor

FUNCTION = selectors.FUNCTION


def actor_of(request: HttpRequest) -> Actor:
    """Who asks. Every page of the portal is for signed-in people of a provider, so there is somebody."""
    return cast("Actor", cast("Any", request).actor)


def awaiting(request: HttpRequest) -> selectors.Summary:
    """The contract documents that await this person's answer."""
    kept = cast("Any", request)
    if not hasattr(kept, "_awaiting"):
        kept._awaiting = selectors.awaiting(actor_of(request))
    return cast("selectors.Summary", kept._awaiting)
