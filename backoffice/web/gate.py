"""Who may open a view: every view says so, or the request fails (`backoffice.access.middleware.SignedIn` asks).

    @public                                     anybody
    @signed_in                                  anybody who has signed in
    @needs("contract_documents", "edit")        a provider's person whose role gives it; `@needs()` any of a provider
    @staff()                                    anybody of the council
    @staff(desk="brokerage")                    members of a team that does the desk's work
    @staff(reads="contract_document")           members of a team that reads the kind of case
    @staff(duty="administrator")                who has the duty

They decorate functions and class-based views alike. The other side's pages do not exist (404); a page of one's own
side that one's role does not give is refused in words (403). Which organisation's records a view shows is not decided
here but by the selectors, which take the actor.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from django.core.exceptions import ImproperlyConfigured

from workflows.council.profile import current
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor, Level

View = TypeVar("View", bound=Callable[..., Any])


class UndeclaredAccess(ImproperlyConfigured):
    """A view that does not say who may open it."""


@dataclass(frozen=True, slots=True)
class Access:
    """A view's declaration."""

    kind: Literal["public", "signed_in", "provider", "staff"]
    function: str = ""
    level: Level = "view"
    desk: str = ""
    reads: str = ""
    duty: str = ""
    module: str = ""

    def check(self, actor: Actor) -> None:
        """Return when this actor may open the view; NotFound for the other side, Forbidden for one's own."""
        if self.kind == "provider":
            if not actor.is_provider or not self._is_there():
                raise NotFound
            if self.function and not actor.may(self.function, self.level):
                raise Forbidden(f"Your role does not include this. {_ask()}")
        if self.kind == "staff":
            if not actor.is_staff:
                raise NotFound
            if not self._staff_may(actor):
                raise Forbidden(f"This page is for other teams. {_ask()}")

    def _is_there(self) -> bool:
        """Whether the council has the module: what a council does not have does not exist."""
        return not self.module or getattr(current(), self.module) is not None

    def _staff_may(self, actor: Actor) -> bool:
        if self.duty and self.duty not in actor.duties:
            return False
        if self.reads and self.reads not in actor.reads:
            return False
        return not self.desk or bool(teams_of_desk(self.desk) & set(actor.teams))


def public(view: View) -> View:
    """Anybody may open this view, signed in or not."""
    return _declare(view, Access("public"))


def signed_in(view: View) -> View:
    """Anybody who has signed in may open this view."""
    return _declare(view, Access("signed_in"))


def needs(function: str = "", level: Level = "view", *, module: str = "") -> Callable[[View], View]:
    """A provider's person may open this view when their role gives the function at that level, somewhere.

    Without a function: any person of a provider (the home page). `module`: a table of the profile that a council may
    not have; then the view does not exist (404).
    """
    return lambda view: _declare(view, Access("provider", function=function, level=level, module=module))


def staff(*, desk: str = "", reads: str = "", duty: str = "") -> Callable[[View], View]:
    """A member of the council's staff may open this view when all that is named holds."""
    return lambda view: _declare(view, Access("staff", desk=desk, reads=reads, duty=duty))


def access_of(view: Callable[..., Any]) -> Access:
    """What a view declares; UndeclaredAccess when it says nothing."""
    declared = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
    if not isinstance(declared, Access):
        raise UndeclaredAccess(
            f"{view.__module__}.{view.__qualname__} does not say who may open it (backoffice.web.gate)."
        )
    return declared


def teams_of_desk(desk: str) -> set[str]:
    """The teams that do a desk's work for any service group."""
    council = current()
    return {council.desks[desk]} | {route.team for route in council.routes if route.desk == desk}  # type: ignore[index]


def _declare(view: View, access: Access) -> View:
    cast("Any", view).access = access
    return view


def _ask() -> str:
    desk = current().helpdesk
    return f"If you need it, write to {desk.name}: {desk.email}."
