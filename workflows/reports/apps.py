"""Reports as a Django app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Registers what is erased with a client."""

    name = "workflows.reports"
    label = "reports"

    def ready(self) -> None:
        from . import erasing, notices  # noqa: F401 (they register themselves)
