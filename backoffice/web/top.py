"""The counts that stand at the top of every page, asked together: one query a page."""

from collections.abc import Mapping

from django.http import HttpRequest

from workflows.engine import selectors
from workflows.parties.actor import Actor

KEPT = "counts_at_the_top"


def counts(request: HttpRequest, actor: Actor) -> Mapping[str, int]:
    """How much is unread, and how many open tasks the person's teams have, each counted up to 999."""
    found: Mapping[str, int] | None = getattr(request, KEPT, None)
    if found is None:
        found = selectors.at_the_top(actor)
        setattr(request, KEPT, found)
    return found
