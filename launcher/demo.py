"""`./concord demo`: everything, from nothing to pages with people and work in them."""

import argparse
import datetime
import os
import shutil
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from launcher import databases, frontend, home, ports, product, python_env, runs, servers
from launcher.home import TREE, Home
from launcher.say import Trouble, say, step
from launcher.stamps import Stamps, digest
from launcher.supervisor import Ended, Supervisor

PORT = 8000
# What the database's content is made from; when none of it changed, nothing needs to be migrated or loaded.
SOURCES = ("workflows", "backoffice", "portal", "tasks", "fixtures", "manage.py", "requirements/runtime.txt")


@dataclass(frozen=True)
class Wish:
    """What the person asked for, and the work folder and council that follow from it."""

    home: Home
    council: str
    port: int
    fresh: bool
    scale: int | None
    history: int = 0


def wish(words: Sequence[str], environ: Mapping[str, str] = os.environ) -> Wish:
    """Read the command line of `demo`.

    Raises Trouble for an unknown council, SystemExit (with the usage) for what it does not know.
    """
    parser = argparse.ArgumentParser(prog="concord demo", description="Start Concord with people and work in it.")
    parser.add_argument("--council", metavar="NAME", help="the council to serve (norfolk)")
    parser.add_argument("--fresh", action="store_true", help="empty this council's database first")
    parser.add_argument("--port", type=int, metavar="N", default=PORT, help=f"the port ({PORT}, or the next free one)")
    parser.add_argument("--scale", type=int, metavar="N", default=None, help="how much generated work there is")
    parser.add_argument(
        "--history", type=int, nargs="?", const=52, default=0, metavar="WEEKS", help="a year of work before today"
    )
    options = parser.parse_args(words)
    if not 0 < options.port < 65536:
        parser.error("--port must be between 1 and 65535")
    council = product.council(options.council, environ)
    return Wish(home.choose(environ), council, options.port, options.fresh, options.scale, options.history)


def demo(words: Sequence[str]) -> int:
    """Start everything, say where it is, and keep it running until somebody ends it."""
    began = time.monotonic()
    asked = wish(words)
    servers.refuse_without_wheels(os.environ)
    if asked.fresh and os.environ.get("DATABASE_URL"):
        raise Trouble(
            "--fresh does not empty a database that DATABASE_URL names.",
            why="It may hold something that is not Concord's.",
            do="Empty it yourself, or unset DATABASE_URL to use the embedded server.",
        )
    lock = runs.own_in_turn(asked.home)
    if lock is None:
        return already_running(asked.home)
    with lock:
        try:
            _serve(asked, began)
        except Ended:
            say("Concord has stopped.")
    return 0


def already_running(place: Home) -> int:
    """Say where the demo of this work folder is; that is no failure."""
    about = runs.about(place)
    say(f"Concord already runs in {place.root}: {about.get('address', 'it is still starting')}")
    say(f"Its council is {about.get('council')}. To end it: Ctrl-C where it was started, or kill {about['owner'][0]}")
    return 0


def _serve(asked: Wish, began: float) -> None:
    """Set up what is missing, start everything and watch it; ends by Ended, or Trouble when something fails."""
    python = python_env.ready(asked.home, "runtime")
    front = frontend.ready(asked.home)
    own = asked.home.council(asked.council)
    if asked.fresh:
        # Mail, anchors and queue speak of the database's content: they go with it.
        shutil.rmtree(own, ignore_errors=True)
    found = servers.choose(asked.home, database=product.database(asked.council), queue=own / "valkey", tools=asked.home)
    with Supervisor(runs.record(asked.home), {"verb": "demo", "council": asked.council}) as watcher:
        servers.start(watcher, found, fresh=asked.fresh)
        watcher.tell(servers=True)
        with ports.listen(asked.port) as listening:
            address = f"http://{ports.HOST}:{listening.getsockname()[1]}"
            environ = product.environment(
                asked.home, found, asked.council, demo=True, environ={"CONCORD_BASE_URL": address, **os.environ}
            )
            product.folders(environ)
            collect_static(watcher, asked.home, python, environ, front)
            _load(watcher, asked, python, found, environ)
            for service in product.services(python, asked.home, environ, listening):
                watcher.start(service)
            watcher.tell(address=address)
            _welcome(asked, address, listening, time.monotonic() - began)
            watcher.watch()


def collect_static(watcher: Supervisor, place: Home, python: Path, environ: Mapping[str, str], front: str) -> None:
    """Gather the pages' files where they are served from, if the front end or the packages changed."""
    value = digest(front, TREE / "requirements" / "runtime.txt", environ["CONCORD_STATIC_ROOT"])
    stamps = Stamps(place.stamps)
    if not stamps.fresh("static", value) or not any(Path(environ["CONCORD_STATIC_ROOT"]).iterdir()):
        must(watcher, product.manage(python, "collectstatic", "--noinput", "--clear", "-v0"), environ)
        stamps.put("static", value)


def _load(watcher: Supervisor, asked: Wish, python: Path, found: servers.Servers, environ: Mapping[str, str]) -> None:
    """Migrate, load the council and its demo; skipped when the code, the profile and the day are the same.

    The note that it is done stands on the database itself, so it goes when the database goes.
    """
    today = datetime.date.today().isoformat()  # noqa: DTZ011 - the day at the person's place: live work is dated from it
    profile = environ.get("CONCORD_COUNCIL_FILE", "")
    value = digest(
        *(TREE / name for name in SOURCES), Path(profile or os.devnull), str(asked.scale), str(asked.history), today
    )
    if found.cluster and databases.stamp(found.cluster, found.database) == value:
        return
    scale = [] if asked.scale is None else ["--scale", str(asked.scale)]
    history = ["--history", str(asked.history)] if asked.history else []
    for text, words in (
        ("Bringing the database up to date.", ["migrate", "--noinput", "-v0"]),
        (f"Loading the council {asked.council}.", ["load_council"]),
        ("Loading people and their work.", ["demo", *scale, *history]),
    ):
        step(text)
        must(watcher, product.manage(python, *words), environ)
    if found.cluster:
        databases.put_stamp(found.cluster, found.database, value)


def must(watcher: Supervisor, argv: Sequence[str], environ: Mapping[str, str]) -> None:
    """Run a command that has to succeed.

    Raises Trouble when it does not; what it printed stands above.
    """
    code = watcher.run(argv, env=environ, cwd=TREE)
    if code:
        raise Trouble(
            f"`manage.py {' '.join(argv[2:])}` failed (exit code {code}).",
            why="The lines above say what it met.",
            do="Put that right and start again; what was finished before it is kept.",
        )


def _welcome(asked: Wish, address: str, listening: socket.socket, seconds: float) -> None:
    taken = listening.getsockname()[1] != asked.port
    say()
    say(f"Concord is ready: {address}" + (f"   (port {asked.port} is taken)" if taken else ""))
    say(f"  council {asked.council} · started in {seconds:.1f} s · logs in {asked.home.logs}")
    say("  The sign-in page lists the people, with their passwords and codes. Ctrl-C ends everything.")
