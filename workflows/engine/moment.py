"""What time it is: the one place that commands ask.

`at` sets another time for what runs inside it: the demo writes a past with it, and tests let time pass. No page and
no worker uses it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

from .calendar import LONDON

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment, aware."""
    return _moment.get() or timezone.now()


def today() -> date:
    """The present day in London."""
    return now().astimezone(LONDON).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be another moment for what runs inside."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
