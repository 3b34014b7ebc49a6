"""Where everything that Concord makes lives: the work folder, and what is where inside it."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.say import Trouble, note

TREE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Home:
    """The work folder (`CONCORD_HOME`) and the paths in it. Nothing outside it is written, but see `postgres`."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / "venv"

    @property
    def tools(self) -> Path:
        return self.root / "tools"

    @property
    def frontend(self) -> Path:
        return self.root / "frontend"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def static(self) -> Path:
        return self.root / "static"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def stamps(self) -> Path:
        return self.root / "stamps"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def council(self, name: str) -> Path:
        """Return the folder of what belongs to one council's database: its mail, anchors and queue."""
        return self.root / "councils" / name

    @property
    def digest(self) -> str:
        """Return a short name that stands for this folder where a path would be too long or not reachable."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]


def choose(environ: Mapping[str, str], tree: Path = TREE) -> Home:
    """Return the work folder, made if needed: CONCORD_HOME, else `<tree>/.concord`, else one outside the tree.

    Raises Trouble when CONCORD_HOME cannot be written or no folder can.
    """
    named = environ.get("CONCORD_HOME", "")
    if named:
        root = Path(named).expanduser().absolute()
        fault = unwritable(root)
        if fault:
            raise Trouble(
                f"The work folder {root} cannot be used.",
                why=fault,
                do="Set CONCORD_HOME to a folder that you may write, or unset it.",
            )
        return Home(root.resolve())
    return _fall_back(environ, tree)


def _fall_back(environ: Mapping[str, str], tree: Path) -> Home:
    """Return the first default folder that can be written, and say so when it is not the usual one."""
    faults: list[str] = []
    for root in _defaults(environ, tree):
        fault = unwritable(root)
        if not fault:
            if faults:
                note(f"{faults[0]}; working in {root} instead (set CONCORD_HOME to choose).")
            return Home(root.resolve())
        faults.append(fault)
    raise Trouble(
        "No folder was found to work in.",
        why="; ".join(faults),
        do="Set CONCORD_HOME to a folder that you may write.",
    )


def _defaults(environ: Mapping[str, str], tree: Path) -> list[Path]:
    name = f"concord-{hashlib.sha256(os.fsencode(tree)).hexdigest()[:12]}"
    folders = [tree / ".concord"]
    cache = environ.get("XDG_CACHE_HOME") or (f"{environ['HOME']}/.cache" if environ.get("HOME") else "")
    if cache:
        folders.append(Path(cache) / name)
    folders.append(Path(tempfile.gettempdir()) / f"{name}-{os.geteuid()}")
    return folders


def unwritable(root: Path) -> str:
    """Return why `root` cannot be our work folder, "" when it can (it is made, and a file is tried in it)."""
    try:
        # Nobody else has a reason to look into it; when we are root, PostgreSQL's own user passes through.
        root.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        return f"{root} cannot be written ({error.strerror})"
    info = root.stat()
    # In a shared folder such as /tmp somebody else could have made it first and wait for our passwords.
    if os.geteuid() != 0 and info.st_uid != os.geteuid():
        return f"{root} belongs to another user"
    if info.st_mode & stat.S_IWOTH:
        return f"{root} can be written by everybody"
    return ""


def private(folder: Path) -> Path:
    """Make `folder` for our eyes only and return it.

    Raises Trouble when it exists and is somebody else's or a link. Root may use what is another's, except where
    anybody can put a folder (/tmp): there it could be a trap.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    info = folder.lstat()
    trusted = os.geteuid() == 0 and not folder.parent.stat().st_mode & stat.S_IWOTH
    if not stat.S_ISDIR(info.st_mode) or (info.st_uid != os.geteuid() and not trusted):
        raise Trouble(
            f"{folder} belongs to somebody else.",
            why="Concord keeps passwords and sockets there and will share them with nobody.",
            do=f"Remove {folder}, or set CONCORD_HOME to another folder.",
        )
    folder.chmod(0o700)
    return folder
