"""Mail without a mail server: each mail is a file in a folder, which the demo shows on a page."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FolderBackend(BaseEmailBackend):
    """Writes one `.eml` a mail, whole or not at all; the same Message-ID again replaces its file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail; returns how many."""
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for each in email_messages:
            _write(folder, each)
        return len(email_messages)


def _write(folder: Path, mail: EmailMessage) -> None:
    content = mail.message()
    name = hashlib.sha256(str(content["Message-ID"]).encode()).hexdigest()[:32]
    handle, half = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        Path(half).replace(folder / f"{name}.eml")
    finally:
        Path(half).unlink(missing_ok=True)
