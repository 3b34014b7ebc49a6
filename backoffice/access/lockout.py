"""Locking after wrong tries, by django-axes. Wrong passwords and wrong passcodes count together, by address only.

axes writes what was posted into its table. A post may hold what somebody wrote about a client, so axes is always
given a bare request that has the sender's address and nothing of the form.
"""

# ruff: noqa: ARG001 - django-axes fixes these signatures.

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workflows.council.profile import current

SENDER = ("REMOTE_ADDR", "HTTP_USER_AGENT", "HTTP_ACCEPT", "HTTP_X_FORWARDED_FOR")


def failure_limit(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> int:
    """How many wrong tries lock an account: the profile's number."""
    return current().sign_in.lock_after


def username(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str | None:
    """The address that tries are counted under, however it was typed."""
    typed = (credentials or {}).get("username")
    return str(typed).strip().lower() if typed else None


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page that says an account is locked and whom to call: the same whether or not there is such an account."""
    return render(request, "access/locked.html", {"kept": getattr(request, "kept_draft", None)}, status=403)


def bare(request: HttpRequest) -> HttpRequest:
    """The sender of a request without anything that was sent."""
    plain = HttpRequest()
    plain.method = "POST"
    plain.META = {key: request.META[key] for key in SENDER if key in request.META}
    plain.path = plain.path_info = request.path
    plain.session = request.session
    return plain


def is_locked(request: HttpRequest, email: str) -> bool:
    """Whether this address has had its tries."""
    return not AxesProxyHandler.is_allowed(bare(request), {"username": email})


def count_wrong(request: HttpRequest, email: str) -> int:
    """Record a wrong try; returns how many are left."""
    AxesProxyHandler.user_login_failed("concord", {"username": email}, bare(request))
    return tries_left(request, email)


def tries_left(request: HttpRequest, email: str) -> int:
    """How many wrong tries are left before the lock."""
    credentials = {"username": email}
    had: int = AxesProxyHandler.get_failures(bare(request), credentials)
    return max(0, failure_limit(None, None) - had)


def unlock(email: str) -> None:
    """Forget the wrong tries of an address (the helpdesk's verb, and a right sign-in)."""
    reset(username=email.strip().lower())


@contextmanager
def one_at_a_time(email: str) -> Iterator[None]:
    """Let tries of one address wait for each other, so that many at once get no more than their number."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [email.strip().lower()])
        yield
