"""The `lists` room as a Django app."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """Registers the tables of running lists and of notices."""

    name = "workflows.lists"
    label = "lists"

    def ready(self) -> None:
        """Say what the tables tell of clients."""
        from . import erasing  # noqa: F401 (it declares itself)
