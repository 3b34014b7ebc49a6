"""The product's web process with a fault in it: at a given point it dies like in a power cut, once.

Served by gunicorn in place of `backoffice.wsgi`. The point and a file that arms it come from the environment; the file
is taken away before dying, so that the next start lives.
"""

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from backoffice.wsgi import application as product
from workflows.engine import work

POINT = os.environ["CONCORD_TEST_DIES"]
ARMED = Path(os.environ["CONCORD_TEST_ARMED"])


def die() -> None:
    """Kill the master and every worker of this gunicorn."""
    try:
        ARMED.unlink()
    except FileNotFoundError:
        return
    os.killpg(os.getpgrp(), signal.SIGKILL)
    signal.pause()


def _around(write: Callable[..., None]) -> Callable[..., None]:
    def dying(*words: Any, **named: Any) -> None:
        if POINT == "before it is written":
            die()
        write(*words, **named)
        if POINT == "written and not committed":
            die()

    return dying


work.flush = _around(work.flush)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the product does; after a post that had its effect, die instead."""
    answer = product(environ, start_response)
    if POINT == "committed and not answered" and environ["REQUEST_METHOD"] == "POST":
        die()
    return answer
