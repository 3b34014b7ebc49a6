"""The menu of the provider's pages: only chapters that exist and that the person's role has."""

from django.http import HttpRequest
from django.urls import reverse

from backoffice.web.pieces import NavigationItem

from .asking import FUNCTION, actor_of, awaiting


def entries(request: HttpRequest) -> list[NavigationItem]:
    """The entries, with what needs the person."""
    found = [NavigationItem("Home", reverse("portal:home"))]
    if actor_of(request).may(FUNCTION):
        count = awaiting(request).count
        found.append(NavigationItem("Contract documents", reverse("portal:documents"), str(count) if count else ""))
    return found
