"""The verbs of `./concord`, and how each of their failures is told."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from launcher import bench, check, demo, manage, test
from launcher.say import Trouble, complain, plainly, say
from launcher.supervisor import Ended

HELP = """Concord: the back office and provider portal of a council that buys adult social care.

  ./concord demo [--council NAME] [--fresh] [--port N] [--scale N] [--history [WEEKS]]
                       start everything with people and work in it, and say where it is; --history: a year of it
  ./concord test [--no-browser] [what pytest takes]
                       run the tests on a PostgreSQL and a Valkey of their own
  ./concord check [NAME]
                       style, types, import contracts, migrations, templates, Django's checks
  ./concord bench [NAME…] [--size 1e3,1e5,1e6] [--rounds N]
                       measure commands, queue, claims and sweep, each beside a floor (docs/benchmarks.md)
  ./concord soak       the long tests, at full length
  ./concord manage …   Django's commands, with the environment of the demo
  ./concord help       this text

Everything it makes is in the work folder .concord (CONCORD_HOME chooses another); docs/settings.md lists the settings.
"""

VERBS: dict[str, Callable[[Sequence[str]], int]] = {
    "demo": demo.demo,
    "test": test.test,
    "check": check.check,
    "bench": bench.bench,
    "soak": test.soak,
    "manage": manage.manage,
}


def main(words: Sequence[str]) -> int:
    """Run the verb and return the exit code; what a person must deal with is told in words, not as a traceback."""
    verb = words[0] if words else "help"
    if verb in {"help", "--help", "-h"}:
        say(HELP)
        return 0
    if verb not in VERBS:
        complain(f"concord: there is no verb {verb!r}.\n\n{HELP}")
        return 2
    plainly()
    _end_on_signals()
    if os.geteuid() == 0:
        # PostgreSQL then runs as another user, who has to be able to come to its folder.
        os.umask(0o022)
    try:
        return VERBS[verb](words[1:])
    except Trouble as trouble:
        complain(f"\nconcord: {trouble}")
        return 1
    except OSError as error:
        complain(f"\nconcord: {_cannot(error)}")
        return 1
    except Ended as end:
        return 128 + end.number
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _forget_our_path() -> None:
    """Take the tree off PYTHONPATH again: it was put there for the launcher alone."""
    rest = os.environ.pop("PYTHONPATH", "").partition(os.pathsep)[2]
    if rest:
        os.environ["PYTHONPATH"] = rest


def _end_on_signals() -> None:
    """Let a request to end reach us as an exception also before there is anything to supervise."""

    def ended(number: int, _: FrameType | None) -> None:
        raise Ended(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, ended)


def _cannot(error: OSError) -> str:
    """Say what the machine refused, which is nearly always room, rights or a program that is missing."""
    what = Trouble(
        f"This machine refused something: {error.strerror or error}"
        + (f" ({error.filename})." if error.filename else "."),
        do="Look at the room on the disk (df -h) and at who owns the work folder; CONCORD_HOME names another one.",
    )
    return str(what)


if __name__ == "__main__":
    _forget_our_path()
    sys.exit(main(sys.argv[1:]))
