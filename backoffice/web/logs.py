"""What must not be in a log line: the token of a link that a mail brought.

Everything else that is secret or personal is never given to a log (tests/web/test_access_log.py).
"""

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

TOKEN = re.compile(r"/(reset|first-access)/[^/\s\"']+")


def without_tokens(text: str) -> str:
    """A line without the tokens of links."""
    return TOKEN.sub(r"/\1/(token)", text)


class WithoutTokens(logging.Filter):
    """Takes the tokens out of what the product logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with its words put right."""
        said = record.getMessage()
        if TOKEN.search(said):
            record.msg, record.args = without_tokens(said), None
        return True


class AccessLines(Logger):  # type: ignore[misc]
    """Takes them out of the web server's lines (`gunicorn --logger-class`)."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """What a line is made of."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {name: without_tokens(each) if isinstance(each, str) else each for name, each in found.items()}
