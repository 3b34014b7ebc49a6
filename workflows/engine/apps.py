"""The `engine` room as a Django app."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """Registers the room's tables and start-up checks."""

    name = "workflows.engine"
    label = "engine"

    def ready(self) -> None:
        """Declare what turns tell people, and what may be done to many of them."""
        from . import turns  # noqa: F401
        from .files import scanning  # noqa: F401
