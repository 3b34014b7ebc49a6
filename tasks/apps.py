"""The `tasks` folder as a Django app."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Registers templates, template tags and management commands."""

    name = "tasks"
    label = "tasks"
