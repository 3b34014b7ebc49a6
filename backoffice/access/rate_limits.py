"""How much one person, or one stranger's address, may ask for in a minute: by `limits`, counted in Valkey.

It keeps a script that has gone wrong, or somebody who copies everything, from taking the service from others; wrong
passwords have a lock of their own (`lockout`). A page costs 1, a file that is handed out 10. Of those who are not
signed in only what they send is counted: reading the few public pages is cheap, trying passwords is not.

A counter that cannot be reached stops nobody: work goes on, and the log says so.
"""

import logging
from collections.abc import Callable
from functools import cache
from math import ceil
from time import monotonic, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from backoffice.web import refusals

Answer = Callable[[HttpRequest], HttpResponse]
FILE = 10
PREFIX = "rate"
PAUSE = 5.0  # seconds for which a counter that did not answer is not asked again
WAIT = 0.25  # seconds that an answer may take: a page is not held up by its counter
log = logging.getLogger(__name__)


class RateLimits:
    """Answers 429 to whoever has asked for too much, and when to go on; what was typed stays on that page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.silent_until = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Count what turns out to be a file."""
        response = self.get_response(request)
        person = getattr(request, "counted_as", None)
        if person is not None and response.headers.get("Content-Disposition", "").startswith("attachment"):
            self._seconds_to_wait(person, FILE - 1)
        return response

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let the view run, or say when it may be asked for again."""
        counted = _counted(request)
        if counted is None:
            return None
        request.counted_as = counted  # type: ignore[attr-defined]
        wait = self._seconds_to_wait(counted, 1)
        if wait is None:
            return None
        log.warning("Too many requests: %s", counted[0])
        return refusals.too_many(request, wait)

    def _seconds_to_wait(self, counted: tuple[str, int], cost: int) -> int | None:
        """Count `cost`; None while there is enough left, else the seconds until there is again."""
        if monotonic() < self.silent_until:
            return None
        name, most = counted
        item = RateLimitItemPerMinute(most)
        try:
            limiter = _limiter(settings.REDIS_URL, PREFIX)
            if limiter.hit(item, name, cost=cost):
                return None
            return max(1, ceil(limiter.get_window_stats(item, name).reset_time - time()))
        except RedisError:
            self.silent_until = monotonic() + PAUSE
            log.warning("Requests are not counted: Valkey does not answer.", exc_info=True)
            return None


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: as the outermost proxy of ours saw it (`CONCORD_PROXIES` of them stand before us).

    What a sender writes into the header itself stands further left and is not believed.
    """
    passed = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
    ours: int = settings.PROXIES
    return passed[-ours] if 0 < ours <= len(passed) else str(request.META.get("REMOTE_ADDR", ""))


def _counted(request: HttpRequest) -> tuple[str, int] | None:
    """Under which name a request counts, and how much is allowed; None: it is not counted."""
    if request.user.is_authenticated:
        name, most = f"person {request.user.pk}", settings.RATE_PERSON
    elif request.method == "POST":
        name, most = f"address {address_of(request)}", settings.RATE_STRANGER
    else:
        return None
    return (name, most) if most else None


@cache
def _limiter(url: str, prefix: str) -> FixedWindowRateLimiter:
    address = f"redis+{url}" if url.startswith("unix:") else url
    storage = RedisStorage(address, key_prefix=prefix, socket_timeout=WAIT, socket_connect_timeout=WAIT)
    return FixedWindowRateLimiter(storage)
