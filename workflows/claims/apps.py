"""One-off claims as a Django app."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """Stops the start when the workflow's picture and its table of rules say different things."""

    name = "workflows.claims"
    label = "claims"

    def ready(self) -> None:
        from workflows.engine.checks import compare
        from workflows.engine.table import moves

        from . import erasing, files, notices  # noqa: F401 (they declare themselves)
        from .flow import ClaimFlow
        from .rules import TRANSITIONS

        compare(ClaimFlow, moves(TRANSITIONS))
