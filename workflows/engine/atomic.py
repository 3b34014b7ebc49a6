"""One command, one transaction: how a verb on a record that is no case runs."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction
from psycopg.errors import LockNotAvailable

from .errors import Busy

P = ParamSpec("P")
T = TypeVar("T")


def command(verb: Callable[P, T]) -> Callable[P, T]:
    """Run a verb in one transaction; a lock that is not had in time is answered with Busy, and nothing is written."""

    @wraps(verb)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with transaction.atomic():
                return verb(*args, **kwargs)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise Busy from error
            raise

    return in_one_transaction
