"""One command, one transaction: how a verb on a record that is no case runs."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, transaction
from psycopg.errors import LockNotAvailable

from workflows.parties.actor import Actor

from .errors import Busy, Refused
from .models import Access

P = ParamSpec("P")
T = TypeVar("T")


def command(verb: Callable[P, T]) -> Callable[P, T]:
    """Run a verb in one transaction; a lock that is not had in time is answered with Busy, and nothing is written.

    A refusal of what somebody asked for leaves its note behind, and nothing else.
    """

    @wraps(verb)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with transaction.atomic():
                return verb(*args, **kwargs)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise Busy from error
            raise
        except Refused as refusal:
            actor = kwargs.get("actor")
            if isinstance(actor, Actor):
                note_refusal(refusal, actor, verb.__name__, _about(kwargs))
            raise

    return in_one_transaction


def note_refusal(refusal: Refused, actor: Actor, verb: str, object_id: int | None) -> None:
    """Who was refused what: all that a refused command leaves behind."""
    Access.objects.create(
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        what=f"refused:{verb}:{refusal.code}",
        object_id=object_id,
    )


def _about(said: Mapping[str, Any]) -> int | None:
    """The record that a verb was about: the first id that it was given."""
    ids = (value for name, value in said.items() if name.endswith("_id") and isinstance(value, int))
    return next(ids, None)
