"""Who asks: every page of this room is for somebody who has signed in."""

from typing import Any, cast

from django.http import HttpRequest

from workflows.parties.actor import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The person, acting for the council or for a provider."""
    return cast("Actor", cast("Any", request).actor)
