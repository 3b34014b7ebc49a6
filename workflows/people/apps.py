"""The `people` room as a Django app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the room's tables and start-up checks."""

    name = "workflows.people"
    label = "people"
