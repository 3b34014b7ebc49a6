"""Small readers of a request, so that views stay short and typed."""

from datetime import date
from typing import Any, cast
from uuid import uuid4

from django.http import HttpRequest

from workflows.engine import door
from workflows.engine.models import Task
from workflows.parties.actor import Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who asks. Every page of these rooms is for signed-in staff, so there is somebody."""
    return cast("Actor", cast("Any", request).actor)


def works_for(actor: Actor, desk: str, service_group: str | None, task: Task | None = None) -> bool:
    """Whether the person is in the team that does a desk's work: of a turn that was handed over, the team that has it.

    What they may do with a case is asked of `engine.door.may`, verb by verb.
    """
    return actor.is_staff and bool(door.teams_that_may([desk], service_group, task) & set(actor.teams))


def number_in(request: HttpRequest, name: str) -> int | None:
    """An id in the address; None when it is missing or no number (an old or broken link shows the whole list)."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def day_in(request: HttpRequest, name: str) -> date | None:
    """A day in the address, such as `end=2018-04-20`; None when it is missing or no day."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def key_of(request: HttpRequest) -> str:
    """The key of a small post (claim, try again): the form's own, else a new one."""
    return request.POST.get("client_key") or request.GET.get("key") or str(uuid4())
