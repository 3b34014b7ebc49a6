"""The `backoffice` folder as a Django app."""

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """Registers templates, template tags and management commands."""

    name = "backoffice"
    label = "backoffice"

    def ready(self) -> None:
        """Register the check that every address says who may open it."""
        from backoffice.web import checks  # noqa: F401
