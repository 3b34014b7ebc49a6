"""Runs the same thing in several threads at once, each with its own connection."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def race(attempts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all attempts at the same moment; returns what each returned or raised, in order."""
    barrier = Barrier(len(attempts), timeout=20)

    def run(attempt: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        barrier.wait()
        try:
            return attempt()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))
