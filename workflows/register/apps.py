"""The `register` room as a Django app."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Registers the room's tables and start-up checks."""

    name = "workflows.register"
    label = "register"
