"""The event log is append-only, and any tampering is found and named; erasing leaves it whole."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from tests import factories as make
from workflows.engine import anchors, events, holds
from workflows.engine.erase import erase_client, erase_streams
from workflows.engine.errors import Forbidden
from workflows.engine.events import chain
from workflows.engine.models import Anchor, Case, Content, Event
from workflows.engine.verify import Report, verify
from workflows.parties.actor import Actor
from workflows.parties.models import Client
from workflows.parties.selectors import system_actor

pytestmark = [pytest.mark.django_db, pytest.mark.alone]
TABLES = ("engine_event", "engine_anchor", "engine_content")


@pytest.fixture(autouse=True)
def anchor_dir(settings: Any, tmp_path: Path) -> Path:
    settings.ANCHOR_DIR = tmp_path / "anchors"
    return tmp_path / "anchors"


@pytest.fixture
def streams() -> Iterator[None]:
    """Two streams of the register, five and three events long, the first with words."""
    for stream, count in (("record:1", 5), ("record:2", 3)):
        for number in range(count):
            words = {"reason": f"Because of {number}"} if stream == "record:1" else {}
            told(stream, number, words)
    yield


def told(stream: str, number: int, words: dict[str, str] | None = None) -> Event:
    return events.record(
        stream, "record.changed", system_actor().user_id, {"n": number}, at=timezone.now(), words=words
    )


def as_a_superuser(sql: str, parameters: Any = ()) -> None:
    """Tamper as somebody can who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, parameters)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found() -> dict[str, str]:
    """What the check finds, by place."""
    return {each.place: each.what for each in verify().findings}


# --- append-only -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE engine_event SET kind = 'x'",
        "DELETE FROM engine_event",
        "UPDATE engine_anchor SET at = now()",
        "DELETE FROM engine_anchor",
        "UPDATE engine_content SET text = 'x'",
        "UPDATE engine_content SET text = '', salt = ''",
        "UPDATE engine_content SET text = '', salt = '', erased_at = now(), stream = 'x'",
        "DELETE FROM engine_content",
    ],
)
def test_the_database_refuses_to_change_what_was_recorded(sql: str) -> None:
    anchors.anchor()
    with pytest.raises(ProgrammingError, match=r"append-only|only erased"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.parametrize(("table", "name"), [(table, table.removeprefix("engine_")) for table in TABLES])
def test_the_tables_refuse_to_be_emptied(table: str, name: str) -> None:
    """The trigger of migration 0003 is dropped for tests that commit; here it stands again for a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION engine_is_append_only()"
        )
        with pytest.raises(ProgrammingError, match="TRUNCATE is refused"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_the_migration_makes_the_truncate_triggers() -> None:
    sql = Path("workflows/engine/migrations/0003_append_only.py").read_text(encoding="utf-8")
    assert all(f"BEFORE TRUNCATE ON {table}" in sql for table in TABLES)


# --- a whole log -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("streams")
def test_a_log_that_nobody_touched_is_whole() -> None:
    make.published()
    anchors.anchor()
    report = verify()
    assert report.findings == []
    assert report.events == Event.objects.count() and report.anchored_at is not None


def test_the_command_says_what_it_checked_and_what_it_cannot_tell() -> None:
    make.published()
    out = StringIO()
    call_command("verify_events", stdout=out)
    assert "There is no anchor yet" in out.getvalue()
    anchors.anchor()
    call_command("verify_events", stdout=out)
    assert "after the last anchor" in out.getvalue() and "Nothing was changed" in out.getvalue()


def test_the_command_ends_with_a_failure_that_names_the_event() -> None:
    case = make.published().case
    as_a_superuser("DELETE FROM engine_event WHERE stream = %s AND seq = 1", [f"case:{case.pk}"])
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_events", stdout=out)
    assert f"event 1 of case:{case.pk}: was deleted" in out.getvalue()


# --- changed -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize(
    "change",
    [
        "body = replace(body, '\"n\":2', '\"n\":9')",
        "kind = 'record.other'",
        "at = at + interval '1 second'",
        "hash = sha256(hash)",
        "body = '{}'",
        "body = 'not json'",
        "actor_id = (SELECT id FROM parties_user WHERE email = 'other@council.example')",
    ],
)
def test_a_changed_event_is_named_and_no_other(change: str) -> None:
    make.User.objects.create_user(email="other@council.example", name="Other", kind="staff")
    as_a_superuser(f"UPDATE engine_event SET {change} WHERE stream = 'record:1' AND seq = 3")  # noqa: S608
    assert set(found()) == {"event 3 of record:1"}


@pytest.mark.usefixtures("streams")
def test_an_event_changed_with_a_made_up_seal_is_named() -> None:
    as_a_superuser(
        "UPDATE engine_event SET body = replace(body, '2', '3'), hash = sha256(hash) WHERE stream='record:2' AND seq=2"
    )
    findings = found()
    assert "was changed" in findings["event 2 of record:2"]
    assert "cannot be checked" in findings["event 3 of record:2"]


@pytest.mark.usefixtures("streams")
def test_an_event_resealed_with_the_stolen_key_is_found_against_the_anchor() -> None:
    anchors.anchor()
    rewrite("record:2", 1)
    assert "anchored" in found()["event 3 of record:2"]


def rewrite(stream: str, first: int) -> None:
    """Rewrite a stream with the right key, as somebody who stole it could."""
    head = b""
    for event in Event.objects.filter(stream=stream).order_by("seq"):
        body = event.body if event.seq < first else event.body.replace("record.changed", "record.denied")
        head = chain(head, body)
        kind = json.loads(body)["kind"]
        as_a_superuser("UPDATE engine_event SET body=%s, kind=%s, hash=%s WHERE id=%s", [body, kind, head, event.pk])


@pytest.mark.usefixtures("streams")
def test_changed_words_are_found() -> None:
    as_a_superuser("UPDATE engine_content SET text = 'Something else' WHERE text = 'Because of 1'")
    assert found() == {"event 2 of record:1": "its words were changed"}


@pytest.mark.usefixtures("streams")
def test_deleted_words_are_found() -> None:
    as_a_superuser("DELETE FROM engine_content WHERE text = 'Because of 1'")
    assert found() == {"event 2 of record:1": "its words were deleted"}


@pytest.mark.usefixtures("streams")
def test_words_that_were_erased_by_hand_are_found() -> None:
    content = Content.objects.get(text="Because of 1")
    Content.objects.filter(pk=content.pk).update(text="", salt=b"", erased_at=timezone.now())
    assert found() == {f"words {content.pk}": "were erased without a record"}


# --- deleted -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize("seq", [1, 2, 4])
def test_an_event_deleted_from_the_middle_is_named(seq: int) -> None:
    as_a_superuser("DELETE FROM engine_event WHERE stream = 'record:1' AND seq = %s", [seq])
    assert found() == {f"event {seq} of record:1": "was deleted"}


@pytest.mark.usefixtures("streams")
def test_the_last_event_of_an_anchored_stream_is_missed() -> None:
    anchors.anchor()
    as_a_superuser("DELETE FROM engine_event WHERE stream = 'record:1' AND seq = 5")
    assert "was deleted after it was anchored" in found()["event 5 of record:1"]


@pytest.mark.usefixtures("streams")
def test_a_whole_anchored_stream_is_missed() -> None:
    anchors.anchor()
    as_a_superuser("DELETE FROM engine_event WHERE stream = 'record:2'")
    assert list(found()) == ["event 3 of record:2"]


def test_the_last_event_of_a_case_is_missed_even_before_an_anchor() -> None:
    case = make.published().case
    as_a_superuser("DELETE FROM engine_event WHERE stream = %s", [f"case:{case.pk}"])
    assert found() == {f"event 1 of case:{case.pk}": "was deleted"}


@pytest.mark.usefixtures("streams")
def test_what_was_removed_since_the_last_anchor_cannot_be_told_and_the_report_says_from_when() -> None:
    anchors.anchor()
    told("record:3", 1)
    as_a_superuser("DELETE FROM engine_event WHERE stream = 'record:3'")
    report = verify()
    assert report.findings == []
    assert report.anchored_at == Anchor.objects.latest("pk").at.isoformat()


# --- inserted ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("streams")
def test_an_event_inserted_at_the_end_is_named() -> None:
    as_a_superuser(
        "INSERT INTO engine_event (stream, seq, kind, at, actor_id, body, hash)"
        " SELECT stream, 4, kind, at, actor_id, replace(body, '\"seq\":3', '\"seq\":4'), sha256(hash)"
        " FROM engine_event WHERE stream = 'record:2' AND seq = 3"
    )
    assert list(found()) == ["event 4 of record:2"]


def test_an_event_inserted_into_a_case_is_named_even_with_a_stolen_key() -> None:
    case = make.published().case
    last = Event.objects.get(stream=f"case:{case.pk}")
    body = last.body.replace('"seq":1', '"seq":2')
    as_a_superuser(
        "INSERT INTO engine_event (stream, seq, kind, at, actor_id, case_id, body, hash)"
        " VALUES (%s, 2, %s, %s, %s, %s, %s, %s)",
        [last.stream, last.kind, last.at, last.actor_id, case.pk, body, chain(bytes(last.hash), body)],
    )
    assert found() == {f"event 2 of case:{case.pk}": "was inserted: the case knows nothing of it"}


@pytest.mark.usefixtures("streams")
def test_events_shifted_to_make_room_are_named() -> None:
    for seq in (5, 4, 3):
        as_a_superuser("UPDATE engine_event SET seq = seq + 1 WHERE stream = 'record:1' AND seq = %s", [seq])
    as_a_superuser(
        "INSERT INTO engine_event (stream, seq, kind, at, actor_id, body, hash)"
        " SELECT stream, 3, kind, at, actor_id, body, hash FROM engine_event WHERE stream='record:1' AND seq=2"
    )
    assert {f"event {seq} of record:1" for seq in (3, 4, 5, 6)} <= set(found())


def test_a_case_whose_own_row_was_changed_is_found() -> None:
    case = make.published().case
    Case.objects.filter(pk=case.pk).update(head=b"x")
    assert found() == {f"event 1 of case:{case.pk}": "is not the event that the case was left with"}


# --- the anchors' file -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("streams")
def test_the_file_is_a_chain_of_its_own(anchor_dir: Path) -> None:
    anchors.anchor()
    told("record:1", 9)
    anchors.anchor()
    file = anchor_dir / anchors.FILE
    lines = file.read_text().splitlines()
    assert len(lines) == 2 and verify().findings == []
    file.write_text(lines[0].replace('"record:1":[5', '"record:1":[4') + "\n" + lines[1] + "\n")
    assert f"line 1 of {anchors.FILE}" in found()


@pytest.mark.usefixtures("streams")
def test_a_line_taken_out_of_the_file_is_found(anchor_dir: Path) -> None:
    for number in range(3):
        told("record:1", number)
        anchors.anchor()
    file = anchor_dir / anchors.FILE
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], lines[2]]) + "\n")
    assert f"line 2 of {anchors.FILE}" in found()


@pytest.mark.usefixtures("streams")
def test_an_anchor_deleted_from_the_table_is_found() -> None:
    anchors.anchor()
    anchors.anchor()
    as_a_superuser("DELETE FROM engine_anchor WHERE id = (SELECT min(id) FROM engine_anchor)")
    assert "the table of anchors" in found()


@pytest.mark.usefixtures("streams")
def test_what_a_crash_kept_from_the_file_is_written_next_time(anchor_dir: Path) -> None:
    anchors.anchor()
    file = anchor_dir / anchors.FILE
    whole = file.read_bytes()
    told("record:1", 9)
    anchors.anchor()
    file.write_bytes(whole + b'{"at":"20')  # died half-way through a line
    anchors.write_down()
    assert verify().findings == []
    assert len(file.read_text().splitlines()) == 2


@pytest.mark.usefixtures("streams")
def test_a_file_that_lacks_the_last_anchors_is_found(anchor_dir: Path) -> None:
    anchors.anchor()
    (anchor_dir / anchors.FILE).write_text("")
    assert anchors.FILE in found()


@pytest.mark.django_db(transaction=True)
def test_an_anchor_holds_only_what_has_changed() -> None:
    with transaction.atomic():
        told("record:1", 1)
        told("record:2", 1)
    assert anchors.anchor() == 2
    with transaction.atomic():
        told("record:1", 2)
    assert anchors.anchor() == 1
    assert list(Anchor.objects.latest("pk").heads) == ["record:1"]
    assert anchors.anchor() == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_that_was_not_committed_at_one_anchor_is_in_the_next(
    in_another_transaction: Callable[..., Any],
) -> None:
    system_actor()
    begun = in_another_transaction(lambda: told("record:late", 1))
    with transaction.atomic():
        told("record:early", 1)
    assert anchors.anchor() == 1  # a higher id is committed, a lower one is not
    begun.commit()
    anchors.anchor()
    assert "record:late" in Anchor.objects.latest("pk").heads
    assert verify().findings == []


@pytest.fixture
def in_another_transaction() -> Iterator[Callable[..., Any]]:
    """Do something in a transaction of another connection, and commit when told."""
    from tests.db.elsewhere import Elsewhere

    opened: list[Elsewhere] = []

    def begin(function: Callable[[], Any]) -> Elsewhere:
        opened.append(Elsewhere(function))
        return opened[-1]

    yield begin
    for each in opened:
        each.commit()


# --- erasing -----------------------------------------------------------------------------------------------------


def administrator() -> Actor:
    return make.actor(make.staff_user(duty="administrator"))


@pytest.mark.usefixtures("streams")
def test_erasing_words_leaves_the_log_whole() -> None:
    anchors.anchor()
    assert erase_streams(["record:1"], administrator()) == 5
    assert set(Content.objects.values_list("text", flat=True)) == {""}
    assert verify().findings == []


def test_erasing_a_client_leaves_no_name_and_the_log_whole() -> None:
    document = make.published()
    client, case = document.line.client, document.case
    as_written = events.Draft(f"case:{case.pk}", "x", 1)
    as_written.write_down("reason", "Maria Kovac cannot climb stairs")
    told(f"client:{client.pk}", 1, {"note": "Maria moved"})
    assert erase_client(client.pk, administrator()) >= 1
    after = Client.objects.get(pk=client.pk)
    assert (after.surname, after.forename) == ("", "") and after.erased_at is not None
    assert client.ss_ref not in after.ss_ref
    assert not Content.objects.filter(text__contains="Maria").exists()
    assert Event.objects.filter(stream=f"client:{client.pk}", kind="content.erased").exists()
    assert verify().findings == []


def test_a_room_erases_what_it_holds_of_a_client_too() -> None:
    client = make.client_()
    told("line:77", 1, {"note": "about her"})
    holds.reaches("client")(lambda ids: {(each, "line:77") for each in ids})
    try:
        assert erase_client(client.pk, administrator()) == 1
    finally:
        holds._reaches["client"].pop()


def test_only_an_administrator_may_erase() -> None:
    client = make.client_()
    with pytest.raises(Forbidden):
        erase_client(client.pk, make.actor(make.staff_user()))
    assert Client.objects.get(pk=client.pk).surname


def test_the_report_lists_a_place_once() -> None:
    report = Report()
    report.find("event 1 of a", "was deleted")
    report.find("event 1 of a", "was changed")
    assert [str(each) for each in report.findings] == ["event 1 of a: was deleted"]
