"""The topic "figures.recount": managers' figures are made again from turns, events and spans, once after a migration
that adds to them."""

from collections.abc import Mapping
from typing import Any

from tasks.handlers import handles
from workflows.engine import recounting


@handles("figures.recount", database=True)
def recount(_payload: Mapping[str, Any], _key: str) -> None:
    """Recount them all."""
    recounting.rebuild()
