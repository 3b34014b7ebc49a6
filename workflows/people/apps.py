"""The `people` room as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PeopleConfig(AppConfig):
    """Registers the room's tables and start-up checks."""

    name = "workflows.people"
    label = "people"

    def ready(self) -> None:
        """Let every room say what a changed profile would strand; it is asked when a profile is loaded."""
        from . import erasing  # noqa: F401 (it declares itself)

        autodiscover_modules("stranding")
