"""Search as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SearchConfig(AppConfig):
    """Collects what the rooms declare as searchable."""

    name = "workflows.search"
    label = "search"

    def ready(self) -> None:
        from . import erasing  # noqa: F401 (it registers itself)

        autodiscover_modules("searching")
