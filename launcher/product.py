"""Concord's own processes: the environment that they run in, and how each of them is started."""

import http.client
import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path

from launcher.home import TREE, Home, private
from launcher.keys import key
from launcher.say import Trouble
from launcher.servers import Servers
from launcher.services import Service

COUNCIL = "norfolk"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def council(named: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """Return the council to serve: the one asked for, else CONCORD_COUNCIL, else that of CONCORD_COUNCIL_FILE, else
    Norfolk. Each has a database of its own.

    Raises Trouble when there is no profile of that name, and says which there are.
    """
    name = named or environ.get("CONCORD_COUNCIL") or Path(environ.get("CONCORD_COUNCIL_FILE", "")).stem or COUNCIL
    profiles = TREE / "fixtures" / "councils"
    if NAME.fullmatch(name) and (environ.get("CONCORD_COUNCIL_FILE") or (profiles / f"{name}.toml").is_file()):
        return name
    known = ", ".join(sorted(path.stem for path in profiles.glob("*.toml")))
    raise Trouble(
        f"There is no council called {name!r}.",
        why=f"Its profile would be fixtures/councils/{name}.toml.",
        do=f"Choose one of: {known}; or name a profile file with CONCORD_COUNCIL_FILE.",
    )


def database(name: str) -> str:
    """Return the name of the database of the council `name`."""
    return f"concord_{name.replace('-', '_')}"


def environment(
    home: Home, servers: Servers, name: str, *, demo: bool, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment of the product's processes: what must be, then the person's, then our defaults."""
    own = home.council(name)
    defaults = {
        "CONCORD_SECRET_KEY": key(home.secrets, "secret-key"),
        "CONCORD_EVENT_KEY": key(home.secrets, "event-key"),
        "CONCORD_MAIL_DIR": str(own / "mail"),
        "CONCORD_ANCHOR_DIR": str(own / "anchors"),
        "CONCORD_BUILD_DIR": str(home.build),
        "CONCORD_STATIC_ROOT": str(home.static),
        "CONCORD_DEMO": "1" if demo else "0",
    }
    must = {
        "CONCORD_HOME": str(home.root),
        "CONCORD_COUNCIL": name,
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "PYTHONUNBUFFERED": "1",
        **servers.addresses,
    }
    given = {variable: value for variable, value in environ.items() if value}
    return {**defaults, **given, **must}


def folders(environ: Mapping[str, str]) -> None:
    """Make the folders that the product writes to."""
    for name in ("CONCORD_MAIL_DIR", "CONCORD_ANCHOR_DIR", "CONCORD_STATIC_ROOT", "CONCORD_BUILD_DIR"):
        Path(environ[name]).mkdir(parents=True, exist_ok=True)
    private(Path(environ["CONCORD_HOME"]) / "councils")


def manage(python: Path, *arguments: str) -> list[str]:
    """Return the command line of `manage.py`."""
    return [str(python), str(TREE / "manage.py"), *arguments]


def services(python: Path, home: Home, environ: Mapping[str, str], listening: socket.socket) -> list[Service]:
    """Return web, worker, relay and scheduler, in the order in which they start."""
    run = [str(python), "-m"]
    web = ["--bind", f"fd://{listening.fileno()}", "--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    # Its control socket would be in the home folder, which may not be writable and is shared by two demos.
    quiet = ["--no-control-socket", "--graceful-timeout", "10", "--access-logfile", "-"]
    quiet += ["--logger-class", "backoffice.web.logs.AccessLines"]
    argvs = {
        "web": [*run, "gunicorn", "backoffice.wsgi", *web, *quiet],
        "worker": [*run, "dramatiq", "tasks.worker", "--processes", "1", "--threads", "4", *SHUTDOWN],
        "relay": manage(python, "relay"),
        "scheduler": manage(python, "scheduler"),
    }
    address = listening.getsockname()
    return [
        Service(
            name=name,
            argv=argv,
            log=home.logs / f"{name}.log",
            cwd=TREE,
            env=environ,
            keep=[listening.fileno()] if name == "web" else [],
            end_within=20,
            ready=(lambda _: serves(address)) if name == "web" else (lambda _: True),
        )
        for name, argv in argvs.items()
    ]


SHUTDOWN = ["--worker-shutdown-timeout", "10000"]


def serves(address: tuple[str, int]) -> bool:
    """Return whether the pages are served at `address`: an answer that is no fault of the server's."""
    talk = http.client.HTTPConnection(*address, timeout=5)
    try:
        talk.request("GET", "/healthz", headers={"Host": f"127.0.0.1:{address[1]}"})
        return talk.getresponse().status < 500
    except OSError:
        return False
    finally:
        talk.close()
