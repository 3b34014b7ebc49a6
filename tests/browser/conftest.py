"""The browser tests' ground: a Chromium, a live server on real PostgreSQL, and tabs that notice every fault."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.tab import Tab
from workflows.parties.models import User
from workflows.parties.selectors import organisations_of

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
#: A wait that is longer than this has something to say.
PATIENCE_MS = 10_000

Open = Callable[..., Tab]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser, and a database that a server in another thread sees."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, started once."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; the ORM is only used between its calls.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        program = os.environ.get("CONCORD_CHROMIUM", "/usr/bin/chromium")
        reverse("web:help")  # reads every module of pages now, and not while the first test waits for the first answer
        expect.set_options(timeout=PATIENCE_MS)  # its own patience is half of what actions are given
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's own source."""
    modules = os.environ.get("CONCORD_NODE_MODULES", str(settings.ROOT / "node_modules"))
    return (Path(modules) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """Where this test's pictures go, emptied."""
    name = re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")
    folder = Path(settings.HOME) / "pictures" / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    return folder


@pytest.fixture
def open_tab(chromium: Browser, live_server: Any, axe: str, pictures: Path) -> Iterator[Open]:
    """Open a browser of its own for somebody: `open_tab("James")`, signed in when `user` is given.

    Without `script` the browser runs none. All tabs are looked at once more in the end.
    """
    tabs: list[Tab] = []

    def make(who: str, *, user: User | None = None, script: bool = True) -> Tab:
        context = chromium.new_context(
            base_url=live_server.url, java_script_enabled=script, locale="en-GB", timezone_id="Europe/London"
        )
        context.set_default_timeout(PATIENCE_MS)
        if user is not None:
            sign_in(context, user, live_server.url)
        tabs.append(Tab(context, axe, pictures, who, script=script))
        return tabs[-1]

    yield make
    for tab in tabs:
        tab.close()
        tab.context.close()


def sign_in(context: BrowserContext, user: User, address: str) -> str:
    """Put a session of this person into a browser, at their first provider; returns the session's key."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    first = organisations_of(user).first()
    if first is not None:
        session["organisation"] = first.pk
    session.save()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": address}])
    return str(session.session_key)
