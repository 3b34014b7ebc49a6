"""The tables of the council's app; each part keeps its own file."""

from backoffice.queues.models import SavedView
from backoffice.web.models import Draft

__all__ = ["Draft", "SavedView"]
