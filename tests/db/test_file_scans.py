"""The virus scan of what people send: nothing is opened before it, nothing is lost while the scanner is away."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from tasks import carrying
from tasks.actors import load
from tests import factories as make
from tests.files import EICAR, PDF, Clamd, clamd, png, staged
from workflows.contracts.models import ContractDocument
from workflows.engine import door, files
from workflows.engine.errors import Refused
from workflows.engine.files import owners, scanning
from workflows.engine.models import Attachment, Event, Notice, Outbox, StoredFile
from workflows.parties.actor import Actor

load()
pytestmark = pytest.mark.django_db
KIND, INFECTED = "tests.note", PDF + EICAR


@pytest.fixture
def scanner(settings: Any) -> Iterator[Clamd]:
    """A scanner that runs, and is set."""
    with clamd() as running:
        settings.CLAMAV = running.address
        yield running


@pytest.fixture
def document() -> ContractDocument:
    return make.published()


@pytest.fixture
def provider(document: ContractDocument) -> Actor:
    return make.actor(make.provider_user(document.case.organisation))


@pytest.fixture(autouse=True)
def notes() -> Iterator[None]:
    files.owned_by(KIND)(lambda actor, attachment: files.Owner("REF"))
    yield
    del owners._owners[KIND]


def attach(actor: Actor, document: ContractDocument, row: Attachment) -> None:
    def act(turn: door.Turn) -> None:
        files.attach(turn, [row.pk], kind=KIND, owner_id=document.pk)

    door.on_case(actor=actor, verb="note", case_id=document.pk, key=make.key(), act=act, body={})


def carry(topic: str = "file.scan") -> Outbox:
    """Let a worker carry the one message of a topic."""
    row = Outbox.objects.get(topic=topic, key__startswith="file:", done_at=None)
    carrying.carry_out(row.pk, row.attempts)
    row.refresh_from_db()
    return row


def test_a_file_waits_for_the_scan_and_is_ready_after_it(
    scanner: Clamd, provider: Actor, document: ContractDocument
) -> None:
    row = staged(provider)
    assert row.state == "waiting"
    attach(provider, document, row)
    with pytest.raises(Refused, match="waits for the virus scan"):
        files.taken(provider, row.pk)
    assert carry().done_at is not None
    row.refresh_from_db()
    assert (row.state, row.decided_at is not None, scanner.seen) == ("ready", True, [PDF])
    assert files.taken(provider, row.pk).attachment == row


def test_an_infected_file_is_deleted_told_and_stays_seen(
    scanner: Clamd, provider: Actor, document: ContractDocument
) -> None:
    row = staged(provider, "Nunn.pdf", INFECTED)
    bytes_of = row.file.name
    attach(provider, document, row)
    carry()
    row.refresh_from_db()
    assert (row.state, row.file.name) == ("refused", "")
    assert "Eicar-Signature" in row.reason
    assert not StoredFile.objects.filter(pk=bytes_of).exists()
    with pytest.raises(Refused, match="cannot be opened"):
        files.taken(provider, row.pk)
    assert Event.objects.filter(stream=f"file:{row.pk}", kind="file.refused").count() == 1
    carry("notify")
    notice = Notice.objects.get(kind="file.refused")
    assert notice.user_id == provider.user_id
    assert notice.text == f"{document.case.reference}: a file that you sent was refused by the virus scan"


def test_an_infected_file_that_was_not_sent_yet_cannot_be_sent(
    scanner: Clamd, provider: Actor, document: ContractDocument
) -> None:
    row = staged(provider, "a.pdf", INFECTED)
    carry()
    with pytest.raises(Refused, match=r"“a\.pdf” cannot be sent"):
        attach(provider, document, row)
    assert not Outbox.objects.filter(topic="notify", payload__kind="file.refused").exists()


def test_the_verdict_holds_for_every_file_of_the_same_bytes(
    scanner: Clamd, provider: Actor, settings: Any, document: ContractDocument
) -> None:
    settings.CLAMAV = None
    older = staged(provider, "a.pdf", INFECTED)
    attach(provider, document, older)
    settings.CLAMAV = scanner.address
    staged(make.actor(make.staff_user()), "b.pdf", INFECTED)
    carry()
    assert set(Attachment.objects.values_list("state", "file")) == {("refused", "")}


def test_a_file_too_large_for_the_scanner_is_refused_in_words(scanner: Clamd, provider: Actor) -> None:
    scanner.limit = 10
    row = staged(provider)
    carry()
    row.refresh_from_db()
    assert (row.state, row.reason) == ("refused", scanning.TOO_LARGE)


@pytest.mark.parametrize("said", [b"", b"stream: Can't allocate memory ERROR\0"])
def test_a_scanner_that_breaks_off_is_asked_again(scanner: Clamd, provider: Actor, said: bytes) -> None:
    row = staged(provider)
    scanner.reply = said
    tried = carry()
    assert (tried.done_at, tried.parked_at, tried.attempts) == (None, None, 1)
    assert tried.due_at > timezone.now()
    scanner.reply = None
    assert carry().done_at is not None
    row.refresh_from_db()
    assert row.state == "ready"


def test_what_was_given_up_is_sent_again_once_the_scanner_answers(
    scanner: Clamd, provider: Actor, settings: Any
) -> None:
    row = staged(provider)
    settings.CLAMAV = ("unix", "/nowhere/clamd.sock")
    for _ in range(carrying.TRIES):
        carry()
    assert Outbox.objects.get(topic="file.scan").parked_at is not None
    assert scanning.retry() == 0
    settings.CLAMAV = scanner.address
    assert scanning.retry() == 1
    assert carry().done_at is not None
    row.refresh_from_db()
    assert row.state == "ready"


def test_when_the_setting_is_taken_away_nothing_waits_for_ever(scanner: Clamd, provider: Actor, settings: Any) -> None:
    row = staged(provider)
    settings.CLAMAV = None
    carry()
    row.refresh_from_db()
    assert (row.state, scanner.seen) == ("ready", [])


def test_a_scan_of_what_was_wiped_or_decided_does_nothing(scanner: Clamd, provider: Actor) -> None:
    gone = staged(provider, "a.png", png())
    files.forget(provider, [gone.pk])
    assert carry().done_at is not None
    assert scanner.seen == []
