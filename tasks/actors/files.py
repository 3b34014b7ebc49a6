"""The topic "file.scan": asks the virus scanner about a file that somebody sent."""

from collections.abc import Mapping
from typing import Any

from tasks.handlers import handles
from workflows.engine.files import scanning, staging


@handles(staging.SCAN)
def scan(payload: Mapping[str, Any], _key: str) -> None:
    """Scan it; scanning it again changes nothing. A scanner that is away is a failure, and tried again."""
    scanning.scan(payload["file"])
