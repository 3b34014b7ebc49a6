"""Contract documents as a Django app."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """Stops the start when the workflow's picture and its table of rules say different things."""

    name = "workflows.contracts"
    label = "contracts"

    def ready(self) -> None:
        from workflows.engine.checks import compare
        from workflows.engine.table import moves

        from . import batches, erasing, files, reactions  # noqa: F401 (they declare themselves)
        from .flow import ContractDocumentFlow
        from .rules import TRANSITIONS

        compare(ContractDocumentFlow, moves(TRANSITIONS))
