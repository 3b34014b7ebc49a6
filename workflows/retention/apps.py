"""Retention as a Django app."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Declares the kinds of record, what erases them, and that every kind of the profile is declared."""

    name = "workflows.retention"
    label = "retention"

    def ready(self) -> None:
        from . import asking, batches, monthly, notices, single  # noqa: F401 (they declare themselves)

        single.declare_all()
        monthly.declare_all()
