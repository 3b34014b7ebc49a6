"""The topics "retention.prepare" (a list of what is due; nothing is erased by it) and "bundle.make"."""

from collections.abc import Mapping
from typing import Any

from tasks.handlers import handles
from workflows.retention import asking, listing, packing


@handles(listing.TOPIC, database=True)
def prepare(payload: Mapping[str, Any], _key: str) -> None:
    """Prepare the list; it comes again without effect."""
    listing.prepare(payload["list"])


@handles(asking.TOPIC)
def make(payload: Mapping[str, Any], _key: str) -> None:
    """Put together what is held about a client; it comes again without effect."""
    packing.make(payload["bundle"])
