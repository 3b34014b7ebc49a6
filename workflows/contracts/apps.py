"""The `contracts` room as a Django app."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """Registers the room's tables and start-up checks."""

    name = "workflows.contracts"
    label = "contracts"
