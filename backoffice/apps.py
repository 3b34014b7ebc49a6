"""The `backoffice` folder as a Django app."""

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """Registers templates, template tags and management commands."""

    name = "backoffice"
    label = "backoffice"

    def ready(self) -> None:
        """Register the check that every address says who may open it, and what is erased of people."""
        from backoffice.access import erasing as of_access  # noqa: F401
        from backoffice.web import checks, erasing, retained  # noqa: F401

        retained.declare_all()
