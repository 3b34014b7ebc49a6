"""Files from the form to their record: staged, attached with an event, given out, wiped, erased."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories as make
from tests.files import PDF, png, staged, upload
from workflows.contracts.models import ContractDocument
from workflows.engine import cleaning, door, erase, events, files, storage
from workflows.engine.errors import KeyReused, NotFound, Refused
from workflows.engine.files import owners
from workflows.engine.models import Access, Attachment, Content, Event, Outbox, StoredFile
from workflows.engine.selectors import case
from workflows.parties.actor import Actor

pytestmark = pytest.mark.django_db
KIND = "tests.note"


@pytest.fixture(autouse=True)
def notes() -> Iterator[None]:
    """A room whose notes have files: a note is the case itself."""

    @files.owned_by(KIND)
    def note(actor: Actor, attachment: Attachment) -> files.Owner:
        found = case(actor, attachment.owner_id or 0, "contract_documents")
        return files.Owner(found.reference, found.client_id)

    yield
    del owners._owners[KIND]


@pytest.fixture
def document() -> ContractDocument:
    return make.published()


@pytest.fixture
def provider(document: ContractDocument) -> Actor:
    return make.actor(make.provider_user(document.case.organisation))


def note(actor: Actor, document: ContractDocument, ids: list[int], key: str = "", *, copy: bool = False) -> Any:
    """Attach files to a note, by a command of a room."""

    def act(turn: door.Turn) -> None:
        files.attach(turn, ids, kind=KIND, owner_id=document.pk, copy=copy)

    body = {"files": files.body_of(actor, ids)}
    return door.on_case(actor=actor, verb="note", case_id=document.pk, key=key or make.key(), act=act, body=body)


def test_a_file_is_kept_for_its_sender_alone_and_at_the_organisation_they_act_for(provider: Actor) -> None:
    row = staged(provider, "../Nunn.pdf")
    assert (row.name, row.state, row.size, row.attached_at) == ("Nunn.pdf", "ready", len(PDF), None)
    assert files.kept(provider, [row.pk]) == [row]
    assert files.kept(make.actor(make.provider_user(make.service().organisation)), [row.pk]) == []
    with pytest.raises(NotFound):
        files.taken(provider, row.pk)


def test_a_refused_file_leaves_nothing(provider: Actor) -> None:
    with pytest.raises(Refused):
        files.stage(provider, upload("a.pdf", b"MZ"))
    assert Attachment.objects.count() == 0


def test_attaching_tells_figures_in_the_event_and_names_in_content(document: ContractDocument, provider: Actor) -> None:
    first, second = staged(provider, "One.pdf"), staged(provider, "Two.png", png())
    note(provider, document, [second.pk, first.pk])
    event = Event.objects.get(kind="contract_document.note")
    told = events.facts_of(event)["files"]
    assert [each["id"] for each in told] == [second.pk, first.pk]
    assert "One" not in event.body and first.sha256 not in event.body
    kept = Content.objects.filter(stream=event.stream, label__startswith="file_name")
    assert set(kept.values_list("label", "text")) == {("file_name", "Two.png"), ("file_name_2", "One.pdf")}
    assert [each.name for each in files.of(KIND, [document.pk])[document.pk]] == ["One.pdf", "Two.png"]


def test_a_double_click_attaches_once_with_fresh_files_or_with_kept_ones(
    document: ContractDocument, provider: Actor
) -> None:
    key, first = make.key(), staged(provider)
    note(provider, document, [first.pk], key)
    assert note(provider, document, [first.pk], key).repeated
    assert note(provider, document, [staged(provider).pk], key).repeated
    with pytest.raises(KeyReused):
        note(provider, document, [staged(provider, "b.png", png()).pk], key)
    assert len(files.of(KIND, [document.pk])[document.pk]) == 1


def test_what_is_not_yours_is_gone_or_was_sent_is_refused_and_nothing_is_written(
    document: ContractDocument, provider: Actor
) -> None:
    anothers = staged(make.actor(make.provider_user(document.case.organisation)))
    sent = staged(provider)
    note(provider, document, [sent.pk])
    before = Event.objects.count()
    for ids, code in (([anothers.pk], "file_gone"), ([sent.pk], "file_sent"), ([10**9], "file_gone")):
        with pytest.raises(Refused) as refused:
            note(provider, document, ids)
        assert refused.value.code == code
    assert Event.objects.count() == before


def test_one_file_may_go_to_many_cases(document: ContractDocument) -> None:
    officer, other, row = make.actor(make.staff_user()), make.published(), staged(make.actor(make.staff_user()))
    mine = staged(officer)
    for each in (document, other):
        note(officer, each, [mine.pk], copy=True)
    found = files.of(KIND, [document.pk, other.pk])
    assert {pk: len(rows) for pk, rows in found.items()} == {document.pk: 1, other.pk: 1}
    assert StoredFile.objects.filter(pk=row.file.name).count() == 1
    files.wipe(timezone.now() + timedelta(days=2))
    with files.taken(officer, found[other.pk][0].pk).attachment.file.open("rb") as content:
        assert content.read() == PDF


def test_who_may_read_the_record_may_take_the_file_and_nobody_else(document: ContractDocument, provider: Actor) -> None:
    row = staged(provider, "Nunn.pdf")
    note(provider, document, [row.pk])
    officer = make.actor(make.staff_user())
    for reader in (provider, officer):
        assert files.taken(reader, row.pk).name == f"{document.case.reference}-file-{row.pk}.pdf"
    strangers = [make.provider_user(make.service().organisation), make.staff_user("", duty="administrator")]
    for stranger in strangers:
        with pytest.raises(NotFound):
            files.taken(make.actor(stranger), row.pk)
    noted = Access.objects.filter(what=KIND, object_id=row.pk, client_id=document.case.client_id)
    assert sorted(noted.values_list("user_id", flat=True)) == sorted([provider.user_id, officer.user_id])


def test_a_kind_that_no_room_answers_for_is_nobodys(document: ContractDocument, provider: Actor) -> None:
    row = staged(provider)
    note(provider, document, [row.pk])
    Attachment.objects.update(kind="tests.unknown")
    with pytest.raises(NotFound):
        files.taken(provider, row.pk)


def test_two_rooms_cannot_answer_for_one_kind() -> None:
    with pytest.raises(ValueError, match="two functions"):
        files.owned_by(KIND)(lambda actor, attachment: files.Owner(""))


def test_what_was_not_sent_is_wiped_after_a_day_with_its_bytes(document: ContractDocument, provider: Actor) -> None:
    sent, left = staged(provider), staged(provider, "b.png", png())
    note(provider, document, [sent.pk])
    assert files.wipe() == 0
    done = cleaning.clean(timezone.now() + timedelta(days=1, minutes=1))
    assert done["files not sent"] == 1
    assert list(Attachment.objects.values_list("pk", flat=True)) == [sent.pk]
    assert not StoredFile.objects.filter(pk=left.file.name).exists()


def test_a_removed_file_goes_at_once_and_only_ones_own(document: ContractDocument, provider: Actor) -> None:
    sent, mine = staged(provider), staged(provider, "b.png", png())
    anothers = staged(make.actor(make.staff_user()))
    note(provider, document, [sent.pk])
    assert files.forget(provider, [sent.pk, mine.pk, anothers.pk]) == 1
    assert set(Attachment.objects.values_list("pk", flat=True)) == {sent.pk, anothers.pk}


def test_the_same_bytes_stay_while_anybody_names_them(document: ContractDocument, provider: Actor) -> None:
    first, second = staged(provider), staged(provider)
    assert first.file.name == second.file.name
    files.forget(provider, [first.pk])
    assert StoredFile.objects.filter(pk=second.file.name).exists()
    files.forget(provider, [second.pk])
    assert not StoredFile.objects.filter(pk=second.file.name).exists()


def test_the_sweep_leaves_what_an_attachment_names(document: ContractDocument, provider: Actor) -> None:
    row = staged(provider)
    note(provider, document, [row.pk])
    storage.sweep_orphans(timezone.now() + timedelta(days=2))
    assert StoredFile.objects.filter(pk=row.file.name).exists()


def test_erasing_a_client_erases_names_and_bytes_and_leaves_the_chain(
    document: ContractDocument, provider: Actor
) -> None:
    row = staged(provider, "Nunn.pdf")
    note(provider, document, [row.pk])
    administrator = make.actor(make.staff_user("", duty="administrator"))
    erase.erase_client(document.case.client_id or 0, administrator)
    row.refresh_from_db()
    assert (row.name, row.sha256, bytes(row.salt), row.file.name) == ("", "", b"", "")
    assert row.erased_at is not None
    assert not Content.objects.filter(text="Nunn.pdf").exists()
    with pytest.raises(NotFound):
        files.taken(provider, row.pk)


def test_without_a_scanner_nothing_waits_for_one(provider: Actor) -> None:
    staged(provider)
    assert not Outbox.objects.filter(topic="file.scan").exists()


def test_what_a_page_shows_of_many_records_is_one_query(
    document: ContractDocument, provider: Actor, django_assert_num_queries: Callable[[int], Any]
) -> None:
    note(provider, document, [staged(provider).pk for _ in range(3)])
    with django_assert_num_queries(1):
        assert len(files.of(KIND, range(document.pk, document.pk + 100))[document.pk]) == 3
