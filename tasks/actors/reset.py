"""The topic "reset": somebody cannot sign in, and asked for a link or for a telephone call (norfolk-handbook §1).

The link is made when its mail is, so no queue ever holds it; the mail names nobody.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from tasks.handlers import handles
from workflows.council.profile import current
from workflows.parties.models import User
from workflows.people import links, resets

from .mail import message_id

SUBJECT = "Choose a new {called} for the {service}"
BODY = """{service}
{council}

Somebody asked for a new {called} for this e-mail address. To choose one, open this link. It works once, for {minutes}
minutes:
  {link}

You also need {other}. If you do not have that either, ask the helpdesk.

If that was not you, do nothing: nothing has changed. If it happens again, tell the helpdesk.

Please do not reply to this mail.
Help: {helpdesk}
"""


@handles(resets.TOPIC)
def reset(payload: Mapping[str, Any], key: str) -> None:
    """Send the link, or put the person into the helpline's queue; nothing for whoever does not exist."""
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is None:
        return
    if payload["how"] == "helpline":
        resets.wait_for_call(user=user, what=payload["what"])
        return
    message(user, payload["what"], key).send()
    resets.note_link(user=user, what=payload["what"], by=payload.get("by"))


def message(user: User, what: str, key: str) -> EmailMessage:
    """Put the mail together; the link in it is a new one each time."""
    council, passcode = current(), current().sign_in.passcode.name
    minutes = council.sign_in.resets.link_minutes
    token = links.issue(user, timedelta(minutes=minutes), what)
    called = "password" if what == "password" else passcode
    text = BODY.format(
        service=council.portal_title if user.kind == User.Kind.PROVIDER else council.staff_title,
        council=council.name,
        called=called,
        minutes=minutes,
        link=f"{settings.BASE_URL}{reverse('access:reset', args=[token])}",
        other=f"your {passcode}" if what == "password" else "your password",
        helpdesk=f"{council.helpdesk.name}, {council.helpdesk.email}",
    )
    headers = {"Message-ID": message_id(f"{key}:{token[:8]}"), "Auto-Submitted": "auto-generated"}
    return EmailMessage(
        SUBJECT.format(called=called, service=council.portal_title), text, to=[user.email], headers=headers
    )
