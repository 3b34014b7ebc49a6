"""Stops the start when an address leads to a view that does not say who may open it."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from .gate import UndeclaredAccess, access_of


@register()
def every_view_declares_its_access(**_: Any) -> list[CheckMessage]:
    """One error for each undeclared view of the project."""
    return [Error(str(problem), id="concord.E001") for problem in undeclared()]


def undeclared() -> Iterator[UndeclaredAccess]:
    """The views that say nothing."""
    for view in views_of(get_resolver()):
        try:
            access_of(view)
        except UndeclaredAccess as problem:
            yield problem


def views_of(resolver: URLResolver) -> Iterator[Any]:
    """Every view below a resolver."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.callback
        else:
            yield from views_of(entry)
