"""The service navigation. Each side gives its entries by a function that settings name, as this layer knows neither.

    NAVIGATION = {"provider": "portal.navigation.entries", "staff": "backoffice.queues.navigation.entries"}

A function takes the request and returns at most seven `NavigationItem`, so that the bar never wraps.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from workflows.parties.actor import Actor

from .pieces import NavigationItem

Entries = Callable[[HttpRequest], Sequence[NavigationItem]]


def navigation(request: HttpRequest, actor: Actor) -> list[tuple[NavigationItem, str]]:
    """The entries with their state: "page" for the page itself, "true" for its chapter, else empty."""
    source = getattr(settings, "NAVIGATION", {}).get(actor.kind)
    if not source:
        return []
    items = _function(source)(request)
    current = _current(request.path, items)
    return [(item, _state(request.path, item) if item is current else "") for item in items]


@lru_cache(maxsize=4)
def _function(path: str) -> Entries:
    found: Entries = import_string(path)
    return found


def _current(path: str, items: Sequence[NavigationItem]) -> NavigationItem | None:
    """The entry whose address, or an address under it, is the longest beginning of this page's."""
    best: tuple[int, NavigationItem | None] = (0, None)
    for item in items:
        for prefix in (item.href, *item.under):
            fits = path == prefix if prefix == "/" else path.startswith(prefix)
            if fits and len(prefix) > best[0]:
                best = (len(prefix), item)
    return best[1]


def _state(path: str, item: NavigationItem) -> str:
    return "page" if path == item.href else "true"
