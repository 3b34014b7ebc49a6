"""`./concord check`: style, types, who may import whom, migrations and Django's own checks; all of them, always."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launcher import home, product, python_env, runs, servers
from launcher.home import TREE
from launcher.say import say
from launcher.supervisor import Supervisor


@dataclass(frozen=True)
class Check:
    """One check: what it is called, how it is run, and what it needs in its environment."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)


def checks(python: Path, cache: Path) -> list[Check]:
    """Return the checks, the quickest first; their caches are kept in the work folder."""
    run = [str(python), "-m"]
    ruff = {"RUFF_CACHE_DIR": str(cache / "ruff")}
    contracts = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return [
        Check("ruff check", [*run, "ruff", "check", "."], ruff),
        Check("ruff format", [*run, "ruff", "format", "--check", "."], ruff),
        Check("import contracts", [str(python), "-c", contracts, "--cache-dir", str(cache / "imports")]),
        Check("migrations", product.manage(python, "makemigrations", "--check", "--dry-run")),
        Check("templates", product.manage(python, "check_templates")),
        Check("Django", product.manage(python, "check", "--fail-level", "WARNING")),
        Check("deployment", product.manage(python, "check", "--deploy", "--fail-level", "WARNING"), HTTPS),
        Check("types", [*run, "mypy", "--cache-dir", str(cache / "mypy")]),
    ]


HTTPS = {"CONCORD_HTTPS": "1", "CONCORD_DEMO": "0", "CONCORD_BASE_URL": "https://concord.example"}


def check(words: Sequence[str]) -> int:
    """Run every check whose name contains one of `words` (all without any); return 1 if one of them failed."""
    servers.refuse_without_wheels(os.environ)
    place = home.choose(os.environ)
    python = python_env.ready(place, "test")
    mine, lock = runs.slot(place)
    with lock:
        found = servers.choose(mine, database="concord", queue=mine.root / "valkey", tools=place)
        environ = product.environment(mine, found, product.council(None), demo=False)
        product.folders(environ)
        with Supervisor(runs.record(mine), {"verb": "check"}) as watcher:
            servers.start(watcher, found, for_tests=True)
            chosen = [
                one for one in checks(python, place.cache) if not words or any(word in one.name for word in words)
            ]
            results = [(one.name, *_one(watcher, one, environ)) for one in chosen]
    return _report(results)


def _one(watcher: Supervisor, one: Check, environ: Mapping[str, str]) -> tuple[bool, float]:
    say(f"── {one.name}")
    began = time.monotonic()
    code = watcher.run(one.argv, env={**environ, "PYTHONPATH": str(TREE), **one.environ}, cwd=TREE)
    return code == 0, time.monotonic() - began


def _report(results: Sequence[tuple[str, bool, float]]) -> int:
    say()
    for name, good, seconds in results:
        say(f"{'good  ' if good else 'FAILED'} {name} ({seconds:.1f} s)")
    failed = [name for name, good, _ in results if not good]
    say(f"concord: {len(results) - len(failed)} of {len(results)} checks are good." if results else "No such check.")
    return 1 if failed or not results else 0
