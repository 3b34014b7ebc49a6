"""Reads the e-mails that a demonstration writes into a folder in place of sending them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.urls import reverse

NAME = re.compile(r"[0-9a-f]{32}")
MOST = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail as it would have gone out."""

    name: str
    number: int
    subject: str
    to: str
    when: datetime
    text: str = ""

    @property
    def href(self) -> str:
        """The address of its page."""
        return reverse("council:mail", args=[self.name])


def latest() -> list[Mail]:
    """The last e-mails, the latest first."""
    folder = Path(settings.MAIL_DIR)
    files = sorted(folder.glob("*.eml"), key=lambda each: each.stat().st_mtime, reverse=True)[:MOST]
    return [_read(each, number) for number, each in enumerate(files, start=1)]


def one(name: str) -> Mail | None:
    """One e-mail; None when there is none of that name (which is never a path)."""
    path = Path(settings.MAIL_DIR) / f"{name}.eml"
    return _read(path, 1) if NAME.fullmatch(name) and path.is_file() else None


def _read(path: Path, number: int) -> Mail:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    return Mail(
        name=path.stem,
        number=number,
        subject=str(mail["Subject"]),
        to=str(mail["To"]),
        when=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        text=str(body.get_content()) if body is not None else "",
    )
