"""What is checked before anything starts: each flow against its rules, and open tasks against the flows."""

from typing import Any

from django.core.checks import Error, Tags, register
from django.db import connection

from . import registry
from .flow import CaseFlow, Move


class FlowMismatch(Exception):
    """A workflow declaration and the transition table of its rules say different things."""


def compare(flow: type[CaseFlow], table: set[tuple[str | None, str, str, str | None]]) -> None:
    """Compare the moves of a declaration with the table of `rules.py`; FlowMismatch names every difference."""
    declared: set[Move] = flow.moves()
    differences = [f"only in {flow.__name__}: {move}" for move in sorted(declared - table, key=str)]
    differences += [f"only in its rules: {move}" for move in sorted(table - declared, key=str)]
    if differences:
        raise FlowMismatch("\n".join(differences))


@register(Tags.database)
def open_tasks_have_their_nodes(databases: Any = None, **_kwargs: Any) -> list[Error]:
    """Refuse to run when an open task stands at a node that this code does not have.

    Compares text with text: reading the tasks through their model would fail at the first one.
    """
    if not databases or "engine_task" not in connection.introspection.table_names():
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT flow_task FROM engine_task WHERE finished IS NULL")
        lost = sorted({row[0] for row in cursor.fetchall()} - registry.names())
    return [
        Error(
            f"Open tasks stand at {name}, which this version does not have.",
            hint="Bring the node back, or name its successor in the flow's `renamed`.",
            id="concord.E010",
        )
        for name in lost
    ]
