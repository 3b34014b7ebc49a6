"""The topics "import.read" and "import.apply": a file is read into staging, and then applied as a person wished."""

from collections.abc import Mapping
from typing import Any

from tasks.handlers import handles
from workflows.register.imports import commands


@handles("import.read")
def read(payload: Mapping[str, Any], _key: str) -> None:
    """Read the file of a run; reading it again changes nothing."""
    commands.read(payload["run"])


@handles("import.apply")
def apply(payload: Mapping[str, Any], _key: str) -> None:
    """Apply a run; applying it again changes nothing."""
    commands.apply(payload["run"])
