"""Locking after wrong tries, by django-axes. Wrong passwords and wrong passcodes count together.

They count by address, and apart from that for each device that its owner has signed in with before: who guesses from
elsewhere gets the profile's number of tries in all, from however many devices, and locks nobody out of their own.

axes writes what was posted into its table. A post may hold what somebody wrote about a client, so axes is always
given a bare request that has the sender's address and nothing of the form.
"""

# ruff: noqa: ARG001 - django-axes fixes these signatures.

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.db import connection, transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workflows.council.profile import current
from workflows.parties.models import User

from . import devices

SENDER = ("REMOTE_ADDR", "HTTP_USER_AGENT", "HTTP_ACCEPT", "HTTP_X_FORWARDED_FOR")


def failure_limit(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> int:
    """How many wrong tries lock an account: the profile's number."""
    return current().sign_in.lock_after


def username(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str | None:
    """What tries are counted under: as `Tries` says; otherwise the address, however it was typed."""
    key = getattr(request, "counted_under", None)
    typed = key or (credentials or {}).get("username")
    return str(typed).strip().lower() if typed else None


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page that says an account is locked and whom to call: the same whether or not there is such an account."""
    return render(request, "access/locked.html", {"kept": getattr(request, "kept_draft", None)}, status=403)


@dataclass(frozen=True, slots=True)
class Tries:
    """The wrong tries of one address from where this request comes from: `key` is what they are counted under."""

    request: HttpRequest
    key: str

    def locked(self) -> bool:
        """Whether there are none left."""
        return not AxesProxyHandler.is_allowed(self.sender(), {"username": self.key})

    def count_wrong(self) -> int:
        """Record a wrong try; returns how many are left."""
        AxesProxyHandler.user_login_failed("concord", {"username": self.key}, self.sender())
        return self.left()

    def left(self) -> int:
        """How many wrong tries are left before the lock."""
        had: int = AxesProxyHandler.get_failures(self.sender(), {"username": self.key})
        return max(0, failure_limit(None, None) - had)

    def forget(self) -> None:
        """What a right sign-in does to the wrong tries before it, and to no others."""
        AccessAttempt.objects.filter(username=self.key).delete()

    def sender(self) -> HttpRequest:
        """The sender of the request without anything that was sent."""
        plain = HttpRequest()
        plain.method = "POST"
        plain.META = {key: self.request.META[key] for key in SENDER if key in self.request.META}
        plain.path = plain.path_info = self.request.path
        plain.session = self.request.session
        plain.counted_under = self.key  # type: ignore[attr-defined]
        return plain


def tries_of(request: HttpRequest, email: str) -> Tries:
    """The tries that a request for this address counts with."""
    device = devices.known(request, email)
    return Tries(request, devices.counted_under(device.pk) if device else email.strip().lower())


def tries_with_link(request: HttpRequest, link_id: int) -> Tries:
    """The tries of whoever follows a link that a mail brought: theirs alone."""
    return Tries(request, f"link {link_id}")


def is_locked_for(email: str) -> bool:
    """Whether an address is locked, anywhere."""
    address = email.strip().lower()
    attempts = AccessAttempt.objects.filter(username__in=[address, *devices.keys_of(address)])
    had = attempts.values("username").annotate(had=Sum("failures_since_start"))
    return bool(had.filter(had__gte=current().sign_in.lock_after).exists())


def locked_among(people: Iterable[User]) -> frozenset[int]:
    """Who of these is locked, anywhere; two queries, however many they are."""
    keys = {each.email: each.pk for each in people}
    keys |= devices.keys_of_people(keys.values())
    had = AccessAttempt.objects.filter(username__in=list(keys)).values("username")
    locked = had.annotate(had=Sum("failures_since_start")).filter(had__gte=current().sign_in.lock_after)
    return frozenset(keys[username] for username in locked.values_list("username", flat=True))


def unlock(email: str) -> None:
    """Forget the wrong tries of an address wherever they were made (the helpline's verb, and what a reset does)."""
    address = email.strip().lower()
    AccessAttempt.objects.filter(username__in=[address, *devices.keys_of(address)]).delete()


@contextmanager
def one_at_a_time(key: str) -> Iterator[None]:
    """Let tries that count together wait for each other, so that many at once get no more than their number."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [key])
        yield
