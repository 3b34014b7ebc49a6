"""Disputes as a Django app."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    """Stops the start when the workflow's picture and its table of rules say different things."""

    name = "workflows.disputes"
    label = "disputes"

    def ready(self) -> None:
        from workflows.engine.checks import compare
        from workflows.engine.table import moves

        from . import batches, erasing, files, notices, reactions  # noqa: F401 (they declare themselves)
        from .flow import DisputeFlow
        from .rules import TRANSITIONS

        compare(DisputeFlow, moves(TRANSITIONS))
