"""What every page shows around its content (a context processor)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from workflows.council.pages import Helpdesk
from workflows.council.profile import current
from workflows.council.schema import Council
from workflows.lists import reading
from workflows.lists.models import Notice
from workflows.parties.actor import Actor

from . import brand, chapters, drafts, search, top
from .chapters import HelpLine
from .models import Draft
from .navigation import navigation
from .pieces import NavigationItem
from .words import capped_count

MOST_UNREAD = 99


@dataclass
class Page:
    """The frame of one page; what costs a query is asked only when the template uses it."""

    request: HttpRequest

    @property
    def actor(self) -> Actor | None:
        """Who is signed in; None before that, and on a page that failed before it was known."""
        return getattr(self.request, "actor", None)

    @property
    def council(self) -> Council:
        """The council's profile."""
        return current()

    @property
    def service(self) -> str:
        """The name of the service: staff and providers call it differently."""
        return self.council.staff_title if self.actor and self.actor.is_staff else self.council.portal_title

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration, which every page then says."""
        return bool(settings.DEMO)

    @property
    def team(self) -> str:
        """The first of a member of staff's teams, in the profile's order."""
        names = [team.name for team in self.council.teams if self.actor and team.key in self.actor.teams]
        return names[0] if names else ""

    @cached_property
    def unread(self) -> str:
        """How much the person was told and has not read; empty when nothing."""
        count = top.counts(self.request, self.actor)["unread"] if self.actor else 0
        return capped_count(count, MOST_UNREAD) if count else ""

    @property
    def account(self) -> list[tuple[str, str]]:
        """(text, address) of what the menu of one's account has for one side only."""
        kind = self.actor.kind if self.actor else ""
        return [(text, reverse(page)) for text, page in settings.ACCOUNT_MENU.get(kind, ())]

    @property
    def several(self) -> bool:
        """Whether the person may change to another provider."""
        return bool(self.request.session.get("several_providers"))

    @property
    def now(self) -> datetime:
        """The moment of this page, for the foot of a printed page."""
        return timezone.now()

    @property
    def brand_css(self) -> str:
        """The address of the council's colours."""
        return brand.address()

    @property
    def notices(self) -> list[Notice]:
        """What administrators have to say on the pages of this audience now; read from memory."""
        return reading.notices(self.actor.kind if self.actor else "")

    @property
    def help_here(self) -> HelpLine | None:
        """The help of the chapter that this page belongs to."""
        return chapters.of_page(self.request.path, self.council)

    @property
    def helpline(self) -> str:
        """`Provider Portal Helpdesk: 01603 495702, option 1. adults.providerportal@norfolk.gov.uk`."""
        return helpline_words(self.council.helpdesk)

    @cached_property
    def navigation(self) -> list[tuple[NavigationItem, str]]:
        """The service navigation of this person."""
        return navigation(self.request, self.actor) if self.actor else []

    @property
    def search(self) -> str:
        """The address that the search box is sent to; empty: this page has none."""
        return search.box(self.actor)

    @property
    def sought(self) -> str:
        """What was typed into the box when its sender turned out to be signed out."""
        typed = drafts.typed_here(self.request, {"sought"}) if self.actor else None
        return str(typed.get("sought", "")) if typed else ""

    @property
    def draft(self) -> Draft | None:
        """The kept draft that this page was opened with."""
        return drafts.asked_for(self.request) if self.actor else None


def page(request: HttpRequest) -> dict[str, Any]:
    """Give every template `page`."""
    return {"page": Page(request)}


def helpline_words(desk: Helpdesk) -> str:
    """Who to ask, in one line; a helpdesk without a telephone has its address only."""
    telephone = ", ".join(part for part in (desk.telephone, desk.option) if part)
    return f"{desk.name}: {telephone}. {desk.email}" if telephone else f"{desk.name}: {desk.email}"
