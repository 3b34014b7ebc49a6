"""The `backoffice` folder as a Django app."""

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """Registers templates, template tags and management commands."""

    name = "backoffice"
    label = "backoffice"
