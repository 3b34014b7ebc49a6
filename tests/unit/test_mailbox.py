"""Mail without a mail server: one whole file a mail, the same mail again is the same file."""

from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage

from tasks.mailbox import FolderBackend


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MAIL_DIR = tmp_path / "mail"
    return tmp_path / "mail"


def send(message_id: str, body: str = "Words – and more") -> None:
    mail = EmailMessage("Subject", body, "a@b.example", ["c@d.example"], headers={"Message-ID": message_id})
    assert FolderBackend().send_messages([mail]) == 1


def test_a_mail_is_a_file_that_mail_programs_can_read(folder: Path) -> None:
    send("<1@b.example>")
    [file] = folder.iterdir()
    read = message_from_bytes(file.read_bytes())
    assert file.suffix == ".eml" and read["To"] == "c@d.example"
    assert read.get_payload(decode=True).decode() == "Words – and more"


def test_the_same_message_id_again_is_the_same_file(folder: Path) -> None:
    send("<1@b.example>")
    send("<1@b.example>")
    send("<2@b.example>")
    assert len(list(folder.glob("*.eml"))) == len(list(folder.iterdir())) == 2


def test_a_mail_that_cannot_be_written_leaves_no_half_mail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tasks.mailbox.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        send("<1@b.example>")
    assert list(folder.iterdir()) == []
