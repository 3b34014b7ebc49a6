"""Columns that name a flow or a node by its own words: `contract_document@1`, `contract_document@1.respond`.

Viewflow's own fields store module and class names; ours survive a move of the code, and let two versions of a flow
run side by side.
"""

from typing import Any

from django.db import models
from viewflow.workflow.base import Flow, Node

from . import registry


class FlowField(models.CharField):
    """Stores a flow class as `kind@version`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> type[Flow] | None:
        return None if value is None else registry.flow(value)

    def to_python(self, value: Any) -> Any:
        return registry.flow(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else registry.flow_name(value)


class NodeField(models.CharField):
    """Stores a node as `kind@version.node`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> Node | None:
        return None if value is None else registry.node(value)

    def to_python(self, value: Any) -> Any:
        return registry.node(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else registry.node_name(value)
