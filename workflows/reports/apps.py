"""Reports as a Django app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Registers what is erased with a client."""

    name = "workflows.reports"
    label = "reports"

    def ready(self) -> None:
        from . import erasing  # noqa: F401 (it registers itself)
