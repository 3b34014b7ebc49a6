"""The `tasks` folder as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TasksConfig(AppConfig):
    """Collects what the rooms declare, and lets a commit wake the relay."""

    name = "tasks"
    label = "tasks"

    def ready(self) -> None:
        from tasks.wake import Waker
        from workflows.engine import outbox

        autodiscover_modules("notices", "reactions", "batches")
        outbox.on_put(Waker())
