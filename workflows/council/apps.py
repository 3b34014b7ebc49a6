"""The council profile as a Django app."""

from django.apps import AppConfig


class CouncilConfig(AppConfig):
    """Stops the start when the profile is wrong: a half-read profile would route work to nobody."""

    name = "workflows.council"
    label = "council"

    def ready(self) -> None:
        from .profile import current

        current()
