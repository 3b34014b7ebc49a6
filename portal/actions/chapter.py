"""The chapter "Actions and change requests": its name and its two lists."""

from django.urls import reverse

from backoffice.web.pieces import Tab
from workflows.council.profile import current


def name() -> str:
    """`Actions and change requests`, from the council's names of both (norfolk-handbook §9)."""
    profile = current()
    return f"{profile.actions.name} and {profile.change_requests.name}".capitalize()


def tabs(here: str) -> list[Tab]:
    """Both lists of the chapter, on the page of either: `here` is "actions" or "changes"."""
    profile = current()
    return [
        Tab(profile.actions.name, reverse("portal:actions"), current=here == "actions"),
        Tab(profile.change_requests.name, reverse("portal:change_requests"), current=here == "changes"),
    ]
