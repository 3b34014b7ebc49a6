"""The people, teams, providers and clients as a Django app."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Tables of who acts, who holds work, and who it is about."""

    name = "workflows.parties"
    label = "parties"
