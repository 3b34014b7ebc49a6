"""Links that a mail brings and that work once: for the first password, a new one, or a new passcode.

gloucestershire-faq 3: an e-mail with the address, a username and a way to begin. A password is never mailed, and a
link's token is kept as a hash only. Only the newest link of a kind works.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from workflows.engine import moment
from workflows.parties.models import User

from .models import SignInLink

Opens = SignInLink.Opens


@transaction.atomic
def issue(user: User, life: timedelta, opens: str = Opens.FIRST) -> str:
    """Make a link's token; whoever is to sign in with it for the first time must choose a password."""
    if opens == Opens.FIRST:
        User.objects.filter(pk=user.pk).update(must_change_password=True)
    now = moment.now()
    SignInLink.objects.filter(user=user, opens=opens, used_at=None).update(used_at=now)
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, opens=opens, token_hash=_hashed(token), expires_at=now + life)
    return token


def found(token: str) -> SignInLink | None:
    """The link of a token, with whose it is; None when it was used, is too old, or never was one."""
    return _valid(token).select_related("user").first()


def redeem(token: str) -> SignInLink | None:
    """Use the link up: of two who use it at once, one is let in."""
    link = found(token)
    if link is None or not _valid(token).update(used_at=moment.now()):
        return None
    return link


def _valid(token: str) -> QuerySet[SignInLink]:
    links = SignInLink.objects.filter(token_hash=_hashed(token), used_at=None, expires_at__gt=moment.now())
    return links.filter(~Q(opens=Opens.FIRST) | Q(user__password_set_at=None), user__is_active=True)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
