"""When we are root: who PostgreSQL runs as (it refuses root), where that user can come, and what it then runs."""

import contextlib
import pwd
import shutil
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from launcher import processes
from launcher.home import Home
from launcher.say import Trouble, note

# Numbers that no system hands out by itself; `nobody` is shared with others.
FREE_UIDS = range(60600, 60700)


def server_uid(root: Path) -> int:
    """Return the user that PostgreSQL runs as when we are root: who owns the data already, else a free number."""
    data = root / "data"
    if data.exists() and data.stat().st_uid != 0:
        return data.stat().st_uid
    for uid in FREE_UIDS:
        with contextlib.suppress(KeyError):
            pwd.getpwuid(uid)
            continue
        if processes.runs_as(uid):
            return uid
        break
    return nobody()


def nobody() -> int:
    """Return the number of `nobody`, which `initdb` needs: it wants a user with a name.

    Raises Trouble where root may not become anybody else.
    """
    with contextlib.suppress(KeyError):
        uid = pwd.getpwnam("nobody").pw_uid
        if processes.runs_as(uid):
            return uid
    raise Trouble(
        "PostgreSQL cannot be started here by root.",
        why="It refuses to run as root, and no other user can be used on this machine.",
        do="Run this as an ordinary user, or set DATABASE_URL to a PostgreSQL 18 of your own.",
    )


def reachable(root: Path, uid: int, home: Home) -> Path:
    """Return `root`, or a folder in /var/tmp when the unprivileged user cannot come as far as `root`."""
    root.chmod(0o755)
    if processes.reaches(uid, root):
        return root
    place = Path("/var/tmp") / f"concord-{home.digest}"  # noqa: S108 - checked to be root's own below
    place.mkdir(exist_ok=True)
    info = place.lstat()
    if info.st_uid != 0 or not stat.S_ISDIR(info.st_mode):
        raise Trouble(
            f"{place} belongs to somebody else.", do=f"Remove {place}, or set CONCORD_HOME to another folder."
        )
    place.chmod(0o755)
    if not processes.reaches(uid, place):
        raise Trouble(
            f"{place} cannot be reached by user {uid}.", do="Set CONCORD_HOME to a folder that all may enter."
        )
    note(f"PostgreSQL does not run as root, and no other user can enter {root}: its data is in {place}.")
    return place


def copied(root: Path, wheels: Path, parts: Sequence[Path], digest: str) -> Path:
    """Return our own copy of `parts` of `wheels`, which another user can read whatever the umask was; made once."""
    place = root / f"software-{digest[:12]}"
    if place.exists():
        return place
    fresh = Path(tempfile.mkdtemp(prefix=".software-", dir=root))
    unneeded = shutil.ignore_patterns("include", "*.a", "__pycache__")
    for part in parts:
        shutil.copytree(wheels / part, fresh / part, ignore=unneeded)
    _open_to_read(fresh)
    with contextlib.suppress(OSError):  # another start was faster
        fresh.rename(place)
    shutil.rmtree(fresh, ignore_errors=True)
    return place


def _open_to_read(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or bool(path.stat().st_mode & stat.S_IXUSR)
            path.chmod(0o755 if runs else 0o644)
