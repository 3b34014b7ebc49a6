"""`./concord test` and `./concord soak`: pytest on a real PostgreSQL and a real Valkey of its own."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from launcher import browser, databases, demo, frontend, home, product, python_env, runs, servers
from launcher.home import TREE, Home
from launcher.say import say, step
from launcher.stamps import digest
from launcher.supervisor import Supervisor

NO_BROWSER = "--no-browser"
#: A file's tests stay together, because they share what their module has made. tests/conftest.py says which come first.
AT_ONCE = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
#: How a test says that it needs PostgreSQL to itself.
ALONE = "mark.alone"
#: pytest's exit code when the chosen tests are none.
NOTHING_CHOSEN = 5
#: A database with every table and no work in it. Each runner's own is a copy: migrating takes ten times as long.
TEMPLATE = "concord_template"


def test(words: Sequence[str]) -> int:
    """Run pytest with `words`; return its exit code. Several runs at once each have servers of their own."""
    return _test(words, "not soak", {})


def soak(words: Sequence[str]) -> int:
    """Run the long tests, at full length."""
    return _test(words, "soak", {"CONCORD_SOAK": "1"})


def _test(words: Sequence[str], marked: str, extra: Mapping[str, str]) -> int:
    began = time.monotonic()
    servers.refuse_without_wheels(os.environ)
    place = home.choose(os.environ)
    python = python_env.ready(place, "test")
    front = frontend.ready(place)
    chromium = "" if NO_BROWSER in words else browser.find(place, python)
    if not chromium and NO_BROWSER not in words and os.environ.get("CI", "").lower() == "true":
        raise browser.missing(place)
    mine, lock = runs.slot(place)
    council = product.council(None)
    with lock:
        found = servers.choose(mine, database="concord", queue=mine.root / "valkey", tools=place)
        with Supervisor(runs.record(mine), {"verb": "test"}) as watcher:
            servers.start(watcher, found, for_tests=True)
            environ = {**_environment(place, mine, found, council, chromium), **extra}
            demo.collect_static(watcher, place, python, environ, front)
            environ |= _template(watcher, python, found, environ)
            code = _passes(watcher, python, place, words, marked if chromium else f"{marked} and not browser", environ)
    say(last_line(code, chromium, words, time.monotonic() - began))
    return code


def _template(watcher: Supervisor, python: Path, found: servers.Servers, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the word that tells the settings which database to copy, made anew when a migration has changed.

    A server of the person's own has none: there the tests migrate as they always did.
    """
    if found.cluster is None:
        return {}
    value = digest(*_migrations(), TREE / "requirements" / "test.txt")
    if databases.stamp(found.cluster, TEMPLATE) != value:
        step("Making the tables that the tests start from.")
        databases.drop_database(found.cluster, TEMPLATE)
        databases.ensure_database(found.cluster, TEMPLATE)
        its_own = {**environ, **replace(found, database=TEMPLATE).addresses}
        demo.must(watcher, product.manage(python, "migrate", "--noinput", "-v0"), its_own)
        databases.put_stamp(found.cluster, TEMPLATE, value)
    return {"CONCORD_TEST_TEMPLATE": TEMPLATE}


def _migrations() -> list[str | Path]:
    """The names and contents of all migrations: they import nothing of ours, so they alone decide the tables."""
    rooms = ("backoffice", "portal", "workflows")
    found = sorted(path for room in rooms for path in (TREE / room).rglob("migrations/*.py"))
    return [part for path in found for part in (str(path.relative_to(TREE)), path)]


def _passes(
    watcher: Supervisor, python: Path, place: Home, words: Sequence[str], marked: str, environ: Mapping[str, str]
) -> int:
    """Run pytest twice: first what may share PostgreSQL, side by side; then what needs it `alone`.

    A person who says how many at once (`-n`) is taken at their word, in the first pass.
    """
    side_by_side = [] if any(word.startswith("-n") for word in words) else AT_ONCE
    first = pytest(python, place, [*side_by_side, *words], f"({marked}) and not alone")
    second = pytest(python, place, ["-p", "no:xdist", *_without_n(words), *_alone(words)], f"({marked}) and alone")
    codes = [watcher.run(each, env=environ, cwd=TREE) for each in (first, second)]
    ran = [code for code in codes if code != NOTHING_CHOSEN]
    return next((code for code in ran if code), 0) if ran else NOTHING_CHOSEN


def _alone(words: Sequence[str]) -> list[str]:
    """The files that have such tests, unless the person has named some: reading all others again takes a while."""
    if any(not word.startswith("-") and Path(word.partition("::")[0]).exists() for word in words):
        return []
    files = sorted((TREE / "tests").rglob("test_*.py"))
    return [str(each) for each in files if ALONE in each.read_text(encoding="utf-8")]


def _without_n(words: Sequence[str]) -> list[str]:
    """Leave out what only the side-by-side runner understands."""
    kept: list[str] = []
    skip = False
    for word in words:
        if not skip and not word.startswith(("-n", "--dist", "--maxprocesses")):
            kept.append(word)
        skip = word in {"-n", "--dist", "--maxprocesses"}
    return kept


def pytest(python: Path, place: Home, words: Sequence[str], marked: str) -> list[str]:
    """Return pytest's command line; paths that the person named from where they stand become whole ones."""
    chosen = [_whole(word) for word in words if word != NO_BROWSER]
    return [str(python), "-m", "pytest", "-o", f"cache_dir={place.cache / 'pytest'}", "-m", marked, *chosen]


def _whole(word: str) -> str:
    path, mark, rest = word.partition("::")
    return f"{Path(path).absolute()}{mark}{rest}" if not word.startswith("-") and Path(path).exists() else word


def _environment(place: Home, mine: Home, found: servers.Servers, council: str, chromium: str) -> dict[str, str]:
    environ = product.environment(mine, found, council, demo=False)
    environ |= {
        # Built once for everybody, not for each run of the tests.
        "CONCORD_BUILD_DIR": str(place.build),
        "CONCORD_STATIC_ROOT": str(place.static),
        "CONCORD_RATE_PERSON": "0",  # one browser asks for more than a hundred people do
        "CONCORD_RATE_STRANGER": "0",
        "CONCORD_NODE_MODULES": str(place.frontend / "node_modules"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(place.cache / "hypothesis"),
        **({"CONCORD_CHROMIUM": chromium} if chromium else {"CONCORD_NO_BROWSER": "1"}),
    }
    product.folders(environ)
    return environ


def last_line(code: int, chromium: str, words: Sequence[str], seconds: float) -> str:
    """Return what is said at the end; tests that were silently left out would be worse than none."""
    result = "passed" if code == 0 else f"did not pass (pytest's exit code {code})"
    left_out = "" if chromium or NO_BROWSER in words else "; browser tests: not run (there is no Chromium that works)"
    return f"concord: the tests {result} in {seconds:.0f} s{left_out}"
