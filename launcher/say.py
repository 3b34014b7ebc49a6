"""What the launcher tells the person at the terminal, and the one way it gives up."""

import contextlib
import io
import sys


class Trouble(Exception):
    """Something that the person must deal with: what happened, why, and what to do."""

    def __init__(self, what: str, *, why: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.why, self.do = what, why, do

    def __str__(self) -> str:
        """Return the three answers as lines, without those that are empty."""
        lines = [self.what, f"  Why: {self.why}" if self.why else "", f"  What to do: {self.do}" if self.do else ""]
        return "\n".join(line for line in lines if line)


def plainly() -> None:
    """Let a terminal that cannot show a character show a question mark, instead of losing the whole line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(text: str = "") -> None:
    """Print a result at once; a closed terminal is no reason to stop stopping things properly."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def step(text: str) -> None:
    """Tell of one step of a longer start."""
    complain(f"· {text}")


def note(text: str) -> None:
    """Tell something on the side; not on the output, which may go into a file (`./concord manage dumpdata > …`)."""
    complain(f"concord: {text}")


def complain(text: str) -> None:
    """Print to the error stream at once."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)
