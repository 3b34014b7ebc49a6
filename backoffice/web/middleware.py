"""What every answer carries, and what a refusal looks like."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from workflows.engine.errors import Busy, Refused
from workflows.lists import reading

from . import refusals

Answer = Callable[[HttpRequest], HttpResponse]
LOCK_NOT_AVAILABLE = "55P03"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class SecurityHeaders:
    """Sets the content security policy and its companions; pages are not kept by browsers, built files are."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to whatever the inner layers answer."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}"):
            # After signing out, Back must not show the last page.
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class RunningLists:
    """Lets a page be made with the lists and notices that hold now; asks nothing when it has just been asked."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do for a file."""
        return self.get_response(request)

    def process_view(self, _request: HttpRequest, *_view: Any) -> None:
        """Before whoever asks is known: what a team reads may hang on it."""
        reading.refresh()


class Refusals:
    """Turns a refusal that a command or a selector raised into a page; any other exception is passed on."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do unless a view raises."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal in words; a lock that was not had in time is "busy", wherever it was waited for."""
        if isinstance(exception, OperationalError) and _waited_too_long(exception):
            exception = Busy()
        return refusals.page_for(exception, request) if isinstance(exception, Refused) else None


def _waited_too_long(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE
