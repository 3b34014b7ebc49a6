"""The topic "report.make": a long report is made as a file, for whoever asked."""

from collections.abc import Mapping
from typing import Any

from backoffice.web.reports import making
from tasks.handlers import handles
from workflows.reports import files


@handles("report.make")
def make(payload: Mapping[str, Any], _key: str) -> None:
    """Make the file; making it again changes nothing."""
    files.make(payload["file"], making.write)
