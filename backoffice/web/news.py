"""Where a notice leads: to its case by reference, when that kind of case has a page on the reader's side (CASE_PAGES),
or to the page of the reader's side that settings name for the notice's kind.

    NOTICE_PAGES = {"staff": {"import.read": "council:import"}, "provider": {"import.read": "portal:actuals_import"}}

Such a notice is told under the key `import:12:…`: the second part is the id of what it is about.
"""

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from workflows.engine import seen, selectors
from workflows.engine.models import Notice
from workflows.parties.actor import Actor

ON_HOME = 8  # so that news never is longer than the work beside it


def href(notice: Notice, side: str) -> str:
    """The address; empty when the notice is about nothing that has a page."""
    if notice.case is not None:
        has_page = notice.case.kind in settings.CASE_PAGES.get(side, {})
        return reverse("account:case", args=[notice.case.reference]) if has_page else ""
    page = settings.NOTICE_PAGES.get(side, {}).get(notice.kind)
    number = notice.key.split(":")[1] if notice.key.count(":") else ""
    return reverse(page, args=[int(number)]) if page and number.isdigit() else ""


def on_home(actor: Actor) -> list[Notice]:
    """The newest unread notices, as both home pages show them."""
    return selectors.unread(actor.user_id, ON_HOME)


def mark_read(request: HttpRequest, actor: Actor) -> None:
    """Mark as read what was on the page: its `oldest` notice to its `newest`; what is no number marks nothing."""
    newest, oldest = (_number(request.POST, name) for name in ("newest", "oldest"))
    if newest and oldest:
        seen.notices_seen(actor, newest, oldest)


def _number(sent: QueryDict, name: str) -> int:
    typed = sent.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
