"""The topic "first_access": tells somebody new where to sign in, and as whom.

Source: norfolk-handbook §1 "an email with the Provider Portal Website Address", gloucestershire-faq 3.
Where the profile says so the mail brings a link that works once; a password is in no mail. The link is made when the
mail is, so no queue ever holds it.
"""

from collections.abc import Mapping
from datetime import timedelta
from textwrap import fill
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from tasks.handlers import handles
from workflows.council.profile import current
from workflows.parties.models import User
from workflows.people import links
from workflows.people.first_access import by_link

from .mail import message_id

BODY = """{service}
{council}

You can use the {service}: {address}
Your username is this e-mail address.

{way}
{guides}
Please do not reply to this mail.
Help: {helpdesk}
"""
BY_LINK = """To choose your password, open this link. It works once, until {hours} hours from now:
  {link}"""
BY_TELEPHONE = "{helpdesk} will telephone you with your first password. You then choose your own."


@handles("first_access")
def tell(payload: Mapping[str, Any], key: str) -> None:
    """Send it, unless the person has signed in already or may not any more."""
    user = User.objects.get(pk=payload["user"])
    if user.is_active and user.password_set_at is None:
        message(user, key).send()


def message(user: User, key: str) -> EmailMessage:
    """Put the mail together; the link in it is a new one each time."""
    council = current()
    title = council.portal_title if user.kind == User.Kind.PROVIDER else council.staff_title
    text = BODY.format(
        service=title,
        council=council.name,
        address=settings.BASE_URL,
        way=_way(user),
        guides=_guides() if user.kind == User.Kind.PROVIDER else "",
        helpdesk=f"{council.helpdesk.name}, {council.helpdesk.email}",
    )
    headers = {"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"}
    return EmailMessage(f"Your access to the {title}", text, to=[user.email], headers=headers)


def _guides() -> str:
    """Handbooks and videos come with the invitation (gloucestershire-faq 10), what is needed (2), and further words of
    the council; nothing where the profile has none."""
    help_ = current().help
    links = [each for each in current().pages.help_links if each.address.startswith("https://")]
    parts = [fill(" ".join(help_.invitation.split()), 78)] if help_.invitation else []
    if help_.equipment:
        needed = (fill(each, 78, initial_indent="- ", subsequent_indent="  ") for each in help_.equipment)
        parts.append("\n".join(["You need:", *needed]))
    if links:
        parts.append("\n".join(["To read or watch:", *(f"  {each.text}: {each.address}" for each in links)]))
    return "".join(f"\n{part}\n" for part in parts)


def _way(user: User) -> str:
    profile = current().change_requests
    if not by_link(user):
        return BY_TELEPHONE.format(helpdesk=current().helpdesk.name)
    token = links.issue(user, timedelta(hours=profile.link_hours))
    link = f"{settings.BASE_URL}{reverse('access:first', args=[token])}"
    return BY_LINK.format(hours=profile.link_hours, link=link)
