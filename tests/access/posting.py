"""Forms as whoever may send them would, sent by somebody who may not: no row changes, and by who may, rows do."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.db import models, transaction
from django.test import Client

from tests.files import upload

INPUT = re.compile(r"<(?:input|textarea|button)\b[^>]*>")
SELECT = re.compile(r'<select[^>]* name="([^"]+)".*?</select>', re.S)
#: What is kept of asking and of looking, which is no change of a record: who looked, and sessions, in which the first
#: request after signing in, and one every so often, notes when that was.
LOOKING = frozenset({"engine.access", "people.opensession"})


def form(browser: Client, path: str, **changes: Any) -> dict[str, Any]:
    """All that a page's forms would send, untouched, with these changes."""
    body = browser.get(path).content.decode().partition("<main")[2]
    found: dict[str, Any] = {}
    for tag in INPUT.findall(body):
        name, value = (attribute(tag, each) for each in ("name", "value"))
        chosen = not re.search(r'type="(?:checkbox|radio|submit|file)"', tag) or " checked" in tag
        if name and chosen and not tag.startswith("<button"):
            found[name] = value
    for each in SELECT.finditer(body):
        option = re.search(r'<option value="([^"]*)" selected', each[0])
        found[each[1]] = unescape(option[1]) if option else ""
    return found | changes


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the product's own tables."""
    own = [each for each in apps.get_models() if each.__module__.startswith("workflows.")]
    return {each._meta.label_lower: _rows(each) for each in own if each._meta.label_lower not in LOOKING}


def _rows(model: type[models.Model]) -> list[tuple[Any, ...]]:
    found = model._default_manager.order_by("pk").values_list()
    return [tuple(bytes(part) if isinstance(part, memoryview) else part for part in row) for row in found]


class _Undone(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside leaves nothing behind."""
    try:
        with transaction.atomic():
            yield
            raise _Undone
    except _Undone:
        pass


@dataclass(frozen=True)
class Post:
    """A form as whoever may send it would: its address, its body, and whether sending it writes."""

    path: str
    body: dict[str, Any]
    writes: bool = True

    def send(self, browser: Client) -> Any:
        """Send it, with a key of its own and a file that is not read yet."""
        again = {"file": upload("actuals.csv", self.body["file"])} if "file" in self.body else {}
        return browser.post(self.path, self.body | again)


def changes_nothing(posts: list[Post], browsers: dict[str, Client]) -> None:
    """None of these people changes a row by any of these forms, or is told what they may not know."""
    before = snapshot()
    for name, browser in browsers.items():
        for post in posts:
            sent = post.send(browser)
            assert sent.status_code in {302, 403, 404}, (name, post.path, sent.status_code)
            if sent.status_code == 302:  # only to where one signs in, or to say that there is nothing to do
                assert urlsplit(sent["Location"]).path != post.path.partition("?")[0], (name, post.path)
        after = snapshot()
        assert [table for table in before if before[table] != after[table]] == [], name


def each_has_its_effect(posts: list[Post], who: Callable[[Post], Client]) -> None:
    """The control: by whoever may, each of these forms changes rows."""
    before = snapshot()
    for post in posts:
        with undone():
            sent = post.send(who(post))
            assert sent.status_code in {200, 302} or not post.writes, (post.path, sent.status_code)
            after = snapshot()
            assert (before != after) is post.writes, post.path
