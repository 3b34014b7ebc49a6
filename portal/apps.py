"""The `portal` folder as a Django app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers templates, template tags and management commands."""

    name = "portal"
    label = "portal"
