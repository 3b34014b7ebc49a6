"""The first way in: a link that works once, or a password that the helpline gives by telephone.

gloucestershire-faq 3: an e-mail with the address, a username and a way to begin; norfolk-handbook §1: the password by
telephone. A password is never mailed, and a link's token is kept as a hash only.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import QuerySet

from workflows.engine import moment
from workflows.engine.errors import Refused
from workflows.engine.records import tell
from workflows.parties.actor import Actor
from workflows.parties.models import User

from .models import FirstAccess

#: Letters and figures that are not taken for each other on the telephone.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
FIGURES = "23456789"


def first_password() -> str:
    """A password to read out: three groups of four, more than any profile asks for."""
    groups = [_group(CAPITALS, LETTERS, FIGURES) for _ in range(3)]
    return "-".join(groups)


def give_password(actor: Actor, user: User, password: str) -> None:
    """Give somebody new a first password, which they must change; Refused once they have chosen one of their own."""
    refuse_if_begun(user)
    user.set_password(password)
    user.must_change_password = True
    user.passcode = user.passcode_asked = ""
    user.save(update_fields=["password", "must_change_password", "passcode", "passcode_asked"])
    tell(f"user:{user.pk}", "user.password_issued", actor, {})


def refuse_if_begun(user: User) -> None:
    """Refuse for whoever has signed in already: they have a password of their own, and the helpdesk resets those."""
    if user.password_set_at is not None:
        raise Refused(f"{user.name} has chosen a password already.", "signed_in")


def issue(user: User, hours: int) -> str:
    """Make a link's token; whoever was to sign in with it must choose a password first."""
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    token = secrets.token_urlsafe(32)
    expires_at = moment.now() + timedelta(hours=hours)
    FirstAccess.objects.create(user=user, token_hash=_hashed(token), expires_at=expires_at)
    return token


def whose(token: str) -> User | None:
    """Whose link this is; None when it was used, is too old, or never was one."""
    found = _valid(token).select_related("user").first()
    return found.user if found else None


def redeem(token: str) -> User | None:
    """Use the link up: of two who use it at once, one is let in."""
    found = _valid(token).select_related("user").first()
    if found is None or not _valid(token).update(used_at=moment.now()):
        return None
    return found.user


def _valid(token: str) -> QuerySet[FirstAccess]:
    links = FirstAccess.objects.filter(token_hash=_hashed(token), used_at=None, expires_at__gt=moment.now())
    return links.filter(user__is_active=True, user__password_set_at=None)


def _group(*alphabets: str) -> str:
    letters = [secrets.choice(each) for each in alphabets] + [secrets.choice(FIGURES)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
