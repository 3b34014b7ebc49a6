"""The month end as a Django app."""

from django.apps import AppConfig


class MonthEndConfig(AppConfig):
    """Registers the words of reminders."""

    name = "workflows.month_end"
    label = "month_end"

    def ready(self) -> None:
        from . import notices  # noqa: F401 (it registers itself)
