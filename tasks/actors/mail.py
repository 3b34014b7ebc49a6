"""The topic "mail": one plain-text mail with all notices that joined it. References only, never a client's name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tasks.handlers import handles
from workflows.council.profile import current
from workflows.engine import notices
from workflows.engine.models import Notice
from workflows.parties.models import User

BODY = """{service}
{council}

{lines}

Sign in to see more: {address}

For privacy, this mail gives references only and names nobody. Please do not reply to it.
{helpdesk}
"""


@handles("mail")
def mail(payload: Mapping[str, Any], key: str) -> None:
    """Send the mail `key` to the payload's user, and mark its notices.

    When a worker dies between the two, the mail is sent again: the same words, under the same Message-ID.
    """
    user = User.objects.get(pk=payload["user"])
    unmailed = Notice.objects.filter(user=user, mail_key=key, mailed_at=None).order_by("pk")
    told = list(unmailed.select_related("case"))
    if not told or not user.is_active:
        return
    message(user, payload["kind"], told, key).send()
    unmailed.update(mailed_at=timezone.now())


def message(user: User, kind: str, told: Sequence[Notice], key: str) -> EmailMessage:
    """Put the mail together; what is about a case has that case's address, which holds its reference only."""
    council = current()
    text = BODY.format(
        service=council.portal_title if user.kind == User.Kind.PROVIDER else council.staff_title,
        council=council.name,
        lines="\n".join(_lines(user, told)),
        address=f"{settings.BASE_URL}{reverse('account:notices')}",
        helpdesk=_helpdesk(),
    )
    headers = {"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"}
    return EmailMessage(notices.headline(kind, [each.text for each in told]), text, to=[user.email], headers=headers)


def _lines(user: User, told: Sequence[Notice]) -> Iterator[str]:
    """Each notice, with where it leads and what to do about it."""
    for notice in told:
        yield f"- {notice.text}"
        if notice.case is not None and notice.case.kind in settings.CASE_PAGES.get(user.kind, {}):
            yield f"  {settings.BASE_URL}{reverse('account:case', args=[notice.case.reference])}"
        if advice := notices.note(notice.kind):
            yield f"  {advice}"


def message_id(key: str) -> str:
    """The same for the same mail, however often it is sent; it tells nothing about the person."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return f"<{salted_hmac('tasks.mail', key, algorithm='sha256').hexdigest()[:40]}@{domain}>"


def _helpdesk() -> str:
    desk = current().helpdesk
    ways = [desk.email, *([desk.telephone] if desk.telephone else [])]
    return f"Help: {desk.name}, {', '.join(ways)}"
