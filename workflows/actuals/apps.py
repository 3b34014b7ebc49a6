"""Actuals as a Django app."""

from django.apps import AppConfig


class ActualsConfig(AppConfig):
    """Stops the start when a workflow's picture and its table of rules say different things."""

    name = "workflows.actuals"
    label = "actuals"

    def ready(self) -> None:
        from workflows.engine.checks import compare
        from workflows.engine.table import moves
        from workflows.register.imports.rooms import declare

        from . import batches, erasing, notices, reactions, rejudging  # noqa: F401 (they declare themselves)
        from .files.importing import Importing
        from .flow import ActualsFlow, CareDecisionFlow
        from .rules import DECISIONS, TRANSITIONS
        from .visits.importing import Recording

        compare(ActualsFlow, moves(TRANSITIONS))
        compare(CareDecisionFlow, moves(DECISIONS))
        declare(Importing())
        declare(Recording())
