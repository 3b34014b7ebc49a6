"""The month end as a Django app."""

from django.apps import AppConfig


class MonthEndConfig(AppConfig):
    """Registers the words of reminders, and that no client is in them."""

    name = "workflows.month_end"
    label = "month_end"

    def ready(self) -> None:
        from . import erasing, notices  # noqa: F401 (they register themselves)
