"""The `register` room as a Django app."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Registers the room's tables and start-up checks."""

    name = "workflows.register"
    label = "register"

    def ready(self) -> None:
        """Declare what the register erases of a client."""
        from . import erasing  # noqa: F401 (it registers itself)
