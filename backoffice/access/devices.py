"""The devices that a person has signed in with: wrong tries made elsewhere do not lock them.

A device is a browser with a long-lived cookie. The cookie lets nobody in: it only says with which tries a try counts.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from workflows.engine import moment
from workflows.parties.models import User
from workflows.people.models import KnownDevice

COOKIE = "concord_device"
KEPT = timedelta(days=365)


def known(request: HttpRequest, email: str) -> KnownDevice | None:
    """The device of this request, if the person of this address has signed in with it."""
    token = request.COOKIES.get(COOKIE, "")
    if not token:
        return None
    return KnownDevice.objects.filter(token_hash=_hashed(token), user__email=email.strip().lower()).first()


def counted_under(device_id: int) -> str:
    """What wrong tries from a device are counted under; no address looks like it."""
    return f"device {device_id}"


def keys_of(email: str) -> Iterable[str]:
    """What the tries from a person's devices are counted under."""
    return [counted_under(pk) for pk in KnownDevice.objects.filter(user__email=email).values_list("pk", flat=True)]


def keys_of_people(user_ids: Iterable[int]) -> dict[str, int]:
    """The same for several people: what is counted under, and whose it is."""
    rows = KnownDevice.objects.filter(user__in=list(user_ids)).values_list("pk", "user_id")
    return {counted_under(pk): user_id for pk, user_id in rows}


def remember(request: HttpRequest, user: User) -> None:
    """This device is the person's from now on; `set_cookie` tells it so.

    A cookie that was never given out is not taken: somebody else may have put it there.
    """
    token = request.COOKIES.get(COOKIE, "")
    if not KnownDevice.objects.filter(token_hash=_hashed(token)).exists():
        token = secrets.token_urlsafe(32)
    KnownDevice.objects.update_or_create(user=user, token_hash=_hashed(token), defaults={"used_at": moment.now()})
    request.device_token = token  # type: ignore[attr-defined]


def forget(user: User) -> None:
    """None is known any more: the person has a new password, so whoever had the old one begins anew."""
    KnownDevice.objects.filter(user=user).delete()


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give a device that was remembered in this request its cookie."""
    token = getattr(request, "device_token", "")
    if token:
        response.set_cookie(
            COOKIE, token, max_age=KEPT, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
