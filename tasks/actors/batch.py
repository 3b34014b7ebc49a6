"""The topic "batch": works on a bulk change for a few seconds, and writes down the next slice."""

from collections.abc import Mapping
from typing import Any

from tasks.handlers import handles
from workflows.engine import batches


@handles("batch")
def batch(payload: Mapping[str, Any], _key: str) -> None:
    """Do the next items; each is a commit of its own, so nothing done is done again."""
    batches.run_slice(payload["batch"], payload["slice"])
