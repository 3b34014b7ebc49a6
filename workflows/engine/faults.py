"""Puts an error into words that may be kept: its type and its place, never a person's data."""

import traceback
from smtplib import SMTPException
from types import TracebackType

from django.db import Error as DatabaseError

from .errors import Busy, Refused, Stale

LONGEST = 500


def describe(error: BaseException) -> str:
    """One line for the page of parked messages.

    A message is kept only where we know who wrote it: our own refusals, PostgreSQL's primary message (its detail
    quotes values), the operating system's words. Of any other error only the type and the place are told.
    """
    return f"{type(error).__name__}: {_told(error)} {_place(error.__traceback__)}".strip()[:LONGEST]


def trail(error: BaseException) -> str:
    """The stack for the log, without the message."""
    return "".join(traceback.format_tb(error.__traceback__))


def is_final(error: BaseException) -> bool:
    """Whether trying again cannot help: a rule said no, for a reason that time does not change."""
    return isinstance(error, Refused) and not isinstance(error, (Busy, Stale))


def _told(error: BaseException) -> str:
    if isinstance(error, Refused):
        return error.reason
    if isinstance(error, DatabaseError):
        diag = getattr(error.__cause__, "diag", None)
        return (getattr(diag, "message_primary", None) or "the connection failed") if diag else "the connection failed"
    if isinstance(error, SMTPException):
        return f"the mail server answered {getattr(error, 'smtp_code', 'unexpectedly')}"
    if isinstance(error, OSError):
        return error.strerror or "an operation of the system failed"
    return ""


def _place(trace: TracebackType | None) -> str:
    """The innermost place in our own code."""
    ours = [frame for frame in traceback.extract_tb(trace) if _is_ours(frame.filename)]
    if not ours:
        return ""
    return f"({_short(ours[-1].filename)}:{ours[-1].lineno})"


ROOMS = ("/tasks/", "/workflows/", "/portal/", "/backoffice/")


def _is_ours(path: str) -> bool:
    return "site-packages" not in path and any(room in path for room in ROOMS)


def _short(path: str) -> str:
    return path[max(path.find(room) for room in ROOMS) + 1 :]
