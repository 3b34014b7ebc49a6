"""The topic "retention.prepare": a list of what is due is put together; nothing is erased by it."""

from collections.abc import Mapping
from typing import Any

from tasks.handlers import handles
from workflows.retention import listing


@handles(listing.TOPIC, database=True)
def prepare(payload: Mapping[str, Any], _key: str) -> None:
    """Prepare the list; it comes again without effect."""
    listing.prepare(payload["list"])
