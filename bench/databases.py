"""A database for each size, copied from one that is migrated and peopled; the product's code is pointed at each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO

from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from bench import data
from bench.table import say


class Databases:
    """The databases of one run, by size. They are removed with the server that holds them."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._empty = connections["default"]
        self._by_size: dict[int, BaseDatabaseWrapper] = {}
        call_command("migrate", verbosity=0)
        call_command("load_council", stdout=StringIO())
        data.people()
        for size in sizes:
            self._by_size[size] = self._copy(size)

    def _copy(self, size: int) -> BaseDatabaseWrapper:
        name = f"{self._empty.settings_dict['NAME']}_{size}"
        source = self._empty.settings_dict["NAME"]
        self._empty.close()  # a database that is in use cannot be copied
        with self._empty._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        wrapper = self._empty.copy()
        wrapper.settings_dict = {**self._empty.settings_dict, "NAME": name}
        with _pointed_at(wrapper):
            seconds = data.load(size)
        say(f"{size:,} open tasks loaded in {seconds:.0f} s")
        return wrapper

    @contextmanager
    def of(self, size: int) -> Iterator[None]:
        """Let `connection` be the database of that size."""
        with _pointed_at(self._by_size[size]):
            yield


@contextmanager
def _pointed_at(wrapper: BaseDatabaseWrapper) -> Iterator[None]:
    """For this thread, and for threads that are begun meanwhile."""
    before, known = connections["default"], connections.settings["default"]
    connections["default"] = wrapper
    connections.settings["default"] = wrapper.settings_dict
    try:
        yield
    finally:
        connections["default"] = before
        connections.settings["default"] = known


def settings() -> list[str]:
    """What the server says of itself, for the head of the table."""
    names = ("server_version", "fsync", "full_page_writes", "synchronous_commit", "shared_buffers", "jit")
    found = []
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SHOW {name}")
            found.append(f"{name}={cursor.fetchone()[0]}")
    return found
