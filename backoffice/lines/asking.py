"""What the address of the council's list of lines asks for: opaque ids and two boxes, never a name or a reference.

What is not known, and a service that is another provider's than the chosen one, is left out: an old link shows a list.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict

from backoffice.queues.asking import number
from workflows.parties.actor import Actor
from workflows.parties.models import Client
from workflows.parties.selectors import organisation_names
from workflows.register import line_lists, selectors
from workflows.register.line_lists import Choices, Narrow

NAMES = ("provider", "service", "client", "level", "suspended", "historical")


class Asked:
    """What a list is narrowed by, what the filter offers, and the words of what was chosen."""

    def __init__(self, query: QueryDict, actor: Actor) -> None:
        self.query = query
        self.providers: Choices = organisation_names()
        self.levels: Choices = line_lists.levels(actor)
        service = number(query.get("service"))
        provider = _among(self.providers, query.get("provider"))
        if provider is None and service is not None:
            provider = line_lists.provider_of(service)
        self.services: Choices = line_lists.services_of(provider) if provider else []
        self.by = Narrow(
            organisation_id=provider,
            service_id=_among(self.services, query.get("service")),
            client_id=self.client.pk if self.client else None,
            level_id=_among(self.levels, query.get("level")),
            suspended=bool(query.get("suspended")),
            historical=bool(query.get("historical")),
        )

    @cached_property
    def client(self) -> Client | None:
        """The client whose lines are asked for."""
        client_id = number(self.query.get("client"))
        return selectors.client(client_id) if client_id else None

    @property
    def narrowed(self) -> bool:
        """Whether the list leaves out anything but lines that have ended."""
        return replace(self.by, historical=False) != Narrow()

    @property
    def kept(self) -> str:
        """The address of this list, with what was understood of it only."""
        return self._address("")

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Each chosen filter in words, with the address of the list without it."""
        return [(words, self._address(name)) for name, words in self._words()]

    def _words(self) -> Iterator[tuple[str, str]]:
        by = self.by
        if by.organisation_id:
            yield "provider", dict(self.providers)[by.organisation_id]
        if by.service_id:
            yield "service", dict(self.services)[by.service_id]
        if self.client:
            yield "client", f"{self.client} ({self.client.ss_ref})"
        if by.level_id:
            yield "level", dict(self.levels)[by.level_id]
        if by.suspended:
            yield "suspended", "Suspended now"
        if by.historical:
            yield "historical", "Include historical"

    def _address(self, name: str) -> str:
        """The address without one filter; a service goes with its provider."""
        by = self.by
        values = (by.organisation_id, by.service_id, by.client_id, by.level_id, by.suspended, by.historical)
        left = {name, "service"} if name == "provider" else {name}
        pairs = zip(NAMES, values, strict=True)
        return "?" + urlencode([(each, "on" if value is True else value) for each, value in pairs
                                if value and each not in left])  # fmt: skip


def _among(offered: Choices, text: str | None) -> int | None:
    asked = number(text)
    return asked if asked in dict(offered) else None
