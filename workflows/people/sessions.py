"""Sessions that know whose they are, so that a person sees and ends their own, and whoever loses something is out at
once. Django's own table does not say whose a session is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import OpenSession


class SessionStore(DatabaseStore):
    """Django's store in the database, which notes the person (`SESSION_ENGINE` names this module)."""

    @classmethod
    def get_model_class(cls) -> type[OpenSession]:
        """The table."""
        return OpenSession

    def create_model_instance(self, data: dict[str, Any]) -> OpenSession:
        """A row of the table, with whose it is; None before somebody has signed in."""
        made: OpenSession = super().create_model_instance(data)  # type: ignore[assignment]
        made.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return made


def end(user_ids: Iterable[int]) -> int:
    """End every session of these people; returns how many."""
    return OpenSession.objects.filter(user_id__in=list(user_ids)).delete()[0]


def of(user_id: int, now: datetime | None = None) -> QuerySet[OpenSession]:
    """A person's sessions that have not run out."""
    return OpenSession.objects.filter(user_id=user_id, expire_date__gt=now or timezone.now())


def held(session: OpenSession) -> dict[str, Any]:
    """What is kept in a session."""
    return SessionStore().decode(session.session_data)


def mark(session_key: str) -> str:
    """What a page calls a session by: its key would let anybody in."""
    return salted_hmac("workflows.people.sessions", session_key, algorithm="sha256").hexdigest()[:24]


def end_one(user_id: int, marked: str) -> int:
    """End the session of a person that a page called so; returns how many (0: it is over already, or not theirs)."""
    keys = of(user_id).values_list("session_key", flat=True)
    ended = [key for key in keys if constant_time_compare(mark(key), marked)]
    return OpenSession.objects.filter(session_key__in=ended).delete()[0]


def end_others(user_id: int, kept: str) -> int:
    """End every session of a person but this one; returns how many."""
    return OpenSession.objects.filter(user_id=user_id).exclude(session_key=kept).delete()[0]
