"""Change requests as a Django app."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    """Stops the start when the workflow's picture and its table of rules say different things."""

    name = "workflows.changes"
    label = "changes"

    def ready(self) -> None:
        from workflows.engine.checks import compare
        from workflows.engine.table import moves
        from workflows.register.imports.rooms import declare

        from . import erasing  # noqa: F401 (it declares itself)
        from .flow import ChangeRequestFlow
        from .rules import TRANSITIONS
        from .users.importing import Enrolling

        declare(Enrolling())
        compare(ChangeRequestFlow, moves(TRANSITIONS))
