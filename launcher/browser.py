"""The browser for the tests: one that really runs, found or fetched."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from launcher.home import Home
from launcher.say import Trouble, step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")


def find(home: Home, python: Path) -> str:
    """Return a Chromium that runs, fetched if this machine lets us; "" when there is none."""
    for program in (*_named(), *_fetched_before(home)):
        if runs(program, home):
            return program
    for program in itertools.chain(_by_apt(home), _by_playwright(home, python)):
        if runs(program, home):
            return program
    return ""


def _named() -> Iterator[str]:
    """Yield what the machine has; a name on the PATH may be a wrapper of something that is not there."""
    chosen = os.environ.get("CONCORD_CHROMIUM", "")
    if chosen:
        yield chosen
    for name in (*NAMES, MAC):
        found = shutil.which(name)
        if found:
            yield found


def runs(program: str, home: Home) -> bool:
    """Return whether `program` shows a page (tried by doing it, with a profile of its own)."""
    profile = home.cache / f"browser-{os.getpid()}"
    argv = [program, *FLAGS, *QUIET, f"--user-data-dir={profile}", "--dump-dom", "data:text/html,<p>here</p>"]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return False
    finally:
        shutil.rmtree(profile, ignore_errors=True)
    return done.returncode == 0 and "<p>here</p>" in done.stdout


def _by_apt(home: Home) -> Iterator[str]:
    """Install Debian's package; only root may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    step("Installing Chromium for the browser tests (apt-get).")
    script = "apt-get update -q && apt-get install -qy --no-install-recommends chromium"
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _logged(["/bin/sh", "-c", script], home, env)
    found = shutil.which("chromium")
    if found:
        yield found


def _by_playwright(home: Home, python: Path) -> Iterator[str]:
    """Fetch Playwright's own Chromium into the work folder."""
    step("Fetching Chromium for the browser tests (Playwright).")
    env = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(_browsers(home))}
    _logged([str(python), "-m", "playwright", "install", "chromium"], home, env)
    yield from _fetched_before(home)


def _browsers(home: Home) -> Path:
    return home.cache / "playwright"


def _fetched_before(home: Home) -> Iterator[str]:
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium"):
        yield from (str(path) for path in sorted(_browsers(home).glob(pattern), reverse=True))


def _logged(argv: list[str], home: Home, env: dict[str, str]) -> None:
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / "browser.log").open("ab") as log:
        subprocess.run(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env, check=False)


def missing(home: Home) -> Trouble:
    """Return the trouble of a machine without a browser where one is required."""
    return Trouble(
        "The browser tests cannot run: no Chromium that works was found, and none could be fetched.",
        why=f"With CI=true a missing browser is a failure; {home.logs / 'browser.log'} says what was tried.",
        do="Install Chromium (Debian: apt-get install chromium), or name one with CONCORD_CHROMIUM, or leave these"
        " tests out: ./concord test --no-browser",
    )
