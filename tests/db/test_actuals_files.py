"""Actuals as files: exported, amended, imported; each week through its door, all of a file or nothing."""

import csv
import os
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import another_council, served
from workflows.actuals.entry import Row, read
from workflows.actuals.files import exporting
from workflows.actuals.files.columns import EXPORTED
from workflows.actuals.models import ActualWeek, LineWeek
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Access, Event
from workflows.engine.replaying import check
from workflows.engine.tabular import write_csv
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.register.imports import commands, selectors
from workflows.register.models import CarePackageLine, ImportRun

pytestmark = pytest.mark.django_db
D = Decimal
SUNDAY = WEEK + timedelta(days=6)
HEADERS = [each.header for each in EXPORTED]
Table = list[dict[str, str]]


@pytest.fixture
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


@pytest.fixture
def patch(suffolk: None) -> Iterator[pytest.MonkeyPatch]:
    """Changes of the council's profile; taken back before the council itself is."""
    with pytest.MonkeyPatch.context() as made:
        yield made


@pytest.fixture
def home(suffolk: None) -> Service:
    return care.provider("home_care")[1]


@pytest.fixture
def lines(home: Service) -> list[CarePackageLine]:
    level = care.level("personal_care", group="home_care")
    daily = care.line(home, level, visits=(("0.75", (0, 1, 2, 3, 4, 5, 6), 1),))
    return [daily, care.line(home, level, "10.5")]


@pytest.fixture
def week(lines: list[CarePackageLine]) -> ActualWeek:
    return care.opened(lines[0].service)


@pytest.fixture
def person(home: Service) -> Actor:
    return make.actor(make.provider_user(home.organisation, role="manager", name="Farida Mirza"))


def exported(person: Actor) -> Table:
    text = write_csv(exporting.records(person, WEEK, SUNDAY))
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def text_of(table: Table, delimiter: str = ",") -> str:
    out = StringIO()
    writer = csv.DictWriter(out, list(table[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()


def started(person: Actor, content: str | bytes) -> ImportRun:
    data = content if isinstance(content, bytes) else content.encode()
    return commands.start(actor=person, file_name="actuals.csv", content=data, kind="actuals")


def taken(person: Actor, content: str | bytes) -> ImportRun:
    return commands.update_system(actor=person, run_id=started(person, content).pk)


def counters(run: ImportRun) -> tuple[int, ...]:
    """Read, new, updated, unchanged, rejected, data quality issues."""
    assert run.total == run.new + run.updated + run.unchanged + run.rejected
    return run.total, run.new, run.updated, run.unchanged, run.rejected, run.quality_issues


def messages(run: ImportRun) -> list[str]:
    return [row.message for row in run.rows.order_by("number")]


def rows_of(line: CarePackageLine) -> tuple[Row, ...]:
    return read(care.of_line(line).rows)


def test_an_export_imported_as_it_is_changes_nothing(week: ActualWeek, person: Actor) -> None:
    table = exported(person)
    assert list(table[0]) == HEADERS
    assert (table[0]["Mon"], table[0]["Actual"], table[1]["Actual"], table[1]["Mon"]) == ("0.75", "", "10.5", "")
    events = Event.objects.count()
    run = taken(person, text_of(table))
    assert (run.status, counters(run)) == ("done", (2, 0, 0, 2, 0, 0))
    assert Event.objects.count() == events
    assert week.case.state == "recording"


def test_what_was_amended_is_pending_first_and_then_saved_through_the_door(
    week: ActualWeek, lines: list[CarePackageLine], person: Actor
) -> None:
    table = exported(person)
    table[0] |= {"Sun": "0", "Comment": "No call on Sunday"}
    run = started(person, text_of(table))
    assert (run.status, counters(run)) == ("pending", (2, 0, 1, 1, 0, 0))
    assert rows_of(lines[0])[0].actual[6] == D("0.75"), "nothing before Update System"
    done = commands.update_system(actor=person, run_id=run.pk)
    assert (done.status, counters(done)) == ("done", (2, 0, 1, 1, 0, 0))
    row = care.of_line(lines[0])
    assert (rows_of(lines[0])[0].actual[6], row.standing, row.payable, row.saved_by_id) == (
        D(0), "saved", D("4.5"), person.user_id
    )  # fmt: skip
    event = Event.objects.filter(case=week.pk).latest("seq")
    assert (event.kind.rpartition(".")[2], event.actor_id) == ("save", person.user_id)
    assert "Sunday" not in str(event.body), "comments are words about a client"
    assert check().differences == []
    assert verify().findings == []


def test_the_same_file_twice_is_recognised_and_changes_nothing(
    week: ActualWeek, lines: list[CarePackageLine], person: Actor
) -> None:
    table = exported(person)
    table[0] |= {"Sun": "0", "Comment": "No call on Sunday"}
    table.append(table[0] | {"Row": "", "Sun": "", "Mon": "0.5", "Planned": "", "Comment": "Half an hour more"}
                 | dict.fromkeys(("Tue", "Wed", "Thu", "Fri", "Sat"), ""))  # fmt: skip
    first = taken(person, text_of(table))
    assert counters(first)[1:3] == (1, 1)
    again = started(person, text_of(table))
    assert counters(again)[:5] == (3, 0, 0, 3, 0)
    before = selectors.same_file(again)
    assert before is not None
    assert before.pk == first.pk
    assert [each.added for each in rows_of(lines[0])] == [False, True]
    assert rows_of(lines[0])[1].actual == (D("0.5"), *[D(0)] * 6)
    assert week.case_id


def test_the_line_of_suffolks_guide(home: Service, person: Actor, suffolk: None) -> None:
    level = care.level("exceptional_rate", group="home_care")
    type(level).objects.filter(pk=level.pk).update(name="Exceptional Rate Residential Care")
    client = make.client_()
    type(client).objects.filter(pk=client.pk).update(ss_ref="1221744")
    line = care.line(home, level, "1", client=client)
    week = date(2018, 7, 23)  # the guide's own week, 23 April 2018, is before the first one of the profile
    care.opened(home, week)
    record = '"00030","Exceptional Rate Residential Care","1221744","20180723",0,,"","",1,0,0,0,2,'
    record += '"Additional visit requested",,'
    run = taken(person, record)
    assert counters(run)[:5] == (1, 0, 1, 0, 0)
    (row,) = read(care.of_line(line, week).rows)
    assert (row.actual, row.comment) == ((D(2),), "Additional visit requested")
    assert counters(taken(person, record))[:5] == (1, 0, 0, 1, 0)
    assert messages(started(person, record.replace(',0,,"",', ',3,,"",'))) == [
        "Only figures of whole weeks (day 0) can be imported."
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"WeekBeginning": "18/02/2025"}, "18/02/2025 is not a Monday."),
        ({"WeekBeginning": "10/02/2025"}, "There are no actuals of yours for this line in this week"),
        ({"CarePackageRef": "ELSE1"}, "There are no actuals of yours for this line in this week"),
        ({"Mon": "-1"}, "must be 0 or more"),
        ({"Mon": "0.8"}, "in steps of 0.25"),
        ({"Mon": "much"}, "is not a figure"),
        ({"Row": "7"}, "There is no row 7"),
        ({"Actual": "3"}, "is planned by day"),
        ({"Cause": "Not there"}, "NotDelivered is not"),
        ({"NotDelivered": "0.75", "Cause": "Weather"}, "“Weather” is no cause"),
        ({"Mon": "0", "Version": "9"}, "Somebody has saved this line since"),
        ({"Extra": "1"}, "Extra cannot be imported"),
    ],
)
def test_what_cannot_be_taken_is_rejected_with_its_reason_and_the_rest_is_taken(
    week: ActualWeek, lines: list[CarePackageLine], person: Actor, change: dict[str, str], said: str
) -> None:
    table = exported(person)
    table = [each | dict.fromkeys(set(change) - set(each), "") for each in table]
    table[0] |= change
    table[1] |= {"Actual": "9", "Comment": "Less"}
    run = taken(person, text_of(table))
    assert counters(run)[1:5] == (0, 1, 0, 1)
    assert said in messages(run)[0], messages(run)
    assert rows_of(lines[1])[0].actual == (D(9),)
    assert care.of_line(lines[0]).standing == "generated"
    errors = list(selectors.error_file(run))
    assert errors[0][-2:] == ["Line", "Problem"]
    assert said in errors[1][-1]
    assert week.pk


def test_excels_damage(week: ActualWeek, lines: list[CarePackageLine], person: Actor) -> None:
    CarePackageLine.objects.filter(pk=lines[1].pk).update(reference="00030")
    table = exported(person)
    changed = [each for each in table if each["CarePackageRef"] == "00030"]
    changed[0] |= {"CarePackageRef": "30", "WeekBeginning": "2025-02-17 00:00:00", "Actual": "9,5", "Comment": "Less"}
    run = taken(person, "\ufeff".encode() + text_of(table, ";").replace("\r\n", "\n").encode())
    assert counters(run)[:5] == (2, 0, 1, 1, 0), messages(run)
    assert run.quality_issues == 1
    assert rows_of(lines[1])[0].actual == (D("9.5"),)
    assert week.pk


def test_somebody_elses_lines_do_not_exist(week: ActualWeek, person: Actor) -> None:
    table = exported(person)
    table[0] |= {"Mon": "0", "Comment": "None"}
    stranger = make.actor(make.provider_user(make.organisation(), role="manager"))
    run = started(stranger, text_of(table))
    assert counters(run)[:5] == (2, 0, 0, 0, 2)
    assert set(messages(run)) == {"There are no actuals of yours for this line in this week. Generate the week first."}
    assert exported(stranger) == []
    with pytest.raises(NotFound):
        selectors.run(person, run.pk)
    with pytest.raises(NotFound):
        commands.update_system(actor=person, run_id=run.pk)
    with pytest.raises(Forbidden):
        started(make.actor(make.staff_user("business_finance")), text_of(table))
    assert week.pk


def test_a_week_that_was_submitted_is_changed_and_one_that_was_paid_is_locked(
    week: ActualWeek, lines: list[CarePackageLine], person: Actor
) -> None:
    from workflows.actuals import commands as actuals

    table = exported(person)
    actuals.submit(actor=person, case_id=week.pk, task_id=care.turn(week.pk).pk, reviewed=True, key=make.key())
    LineWeek.objects.filter(line=lines[1]).update(standing="paid")
    table[0] |= {"Sun": "0", "Comment": "No call on Sunday"}
    table[1] |= {"Actual": "9", "Comment": "Less"}
    run = taken(person, text_of(table))
    assert counters(run)[1:5] == (0, 1, 0, 1)
    assert "This was paid" in "".join(messages(run))
    assert (care.of_line(lines[0]).standing, care.of_line(lines[0]).submitted_version) == ("submitted", 2)


def test_all_or_nothing_when_a_week_cannot_be_saved_after_all(
    week: ActualWeek, lines: list[CarePackageLine], person: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflows.actuals import commands as actuals

    other = make.service(lines[0].service.organisation, group="home_care")
    care.line(other, lines[0].service_level, "7")
    care.opened(other)
    table = exported(person)
    table = [each | {"Comment": "Less"} | ({"Mon": "0"} if each["Mon"] else {"Actual": "1"}) for each in table]
    run = started(person, text_of(table))
    really, calls = actuals.save_from, []

    def once(**said: object) -> object:
        calls.append(said)
        if len(calls) > 1:
            raise Refused("This week cannot be saved.", "no")
        return really(**said)  # type: ignore[arg-type]

    monkeypatch.setattr(actuals, "save_from", once)
    done = commands.update_system(actor=person, run_id=run.pk)
    assert (done.status, done.message) == ("failed", "This week cannot be saved.")
    assert not LineWeek.objects.exclude(standing="generated").exists()
    assert week.pk


def test_where_saving_is_submitting_what_lacks_something_is_rejected(
    week: ActualWeek, person: Actor, patch: pytest.MonkeyPatch
) -> None:
    table = exported(person)
    table[0] |= {"Sun": "0", "Comment": ""}
    assert counters(started(person, text_of(table)))[2:] == (1, 1, 0, 1), "a doubt: a comment is missing"
    another_council(patch, {"actuals": {"submit_mode": "on_save", "notice": None}})
    run = started(person, text_of(table))
    assert counters(run)[2:] == (0, 1, 1, 0)
    assert "comment" in messages(run)[0]
    assert week.pk


def test_an_export_leaves_a_note_of_every_client_and_runs_no_formula(
    week: ActualWeek, lines: list[CarePackageLine], person: Actor
) -> None:
    rows = LineWeek.objects.get(line=lines[1])
    content = rows.rows
    content[0]["comment"] = "=HYPERLINK(1)"
    LineWeek.objects.filter(pk=rows.pk).update(rows=content)
    table = exported(person)
    assert "'=HYPERLINK(1)" in {each["Comment"] for each in table}
    noted = Access.objects.filter(what="actuals.export").values_list("client_id", flat=True)
    assert set(noted) == {each.client_id for each in lines}
    assert counters(taken(person, text_of(table)))[:5] == (2, 0, 0, 2, 0), "the guard comes off again"
    assert week.pk


DAMAGE = st.one_of(
    st.tuples(st.just("cut"), st.integers(0, 600), st.integers(1, 40)),
    st.tuples(st.just("bytes"), st.integers(0, 600), st.binary(min_size=1, max_size=6)),
    st.tuples(
        st.just("swap"), st.integers(0, 600), st.sampled_from([b'"', b";", b"\n", b",", b"\x00", b"9", b"-", b"="])
    ),
)


@settings(
    max_examples=10_000 if os.environ.get("CONCORD_SOAK") else 500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(damage=st.lists(DAMAGE, min_size=1, max_size=5))
def test_damaged_files_are_refused_or_judged_and_nothing_is_taken_by_half(
    week: ActualWeek, person: Actor, damage: list[tuple[str, int, object]]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        content = _damaged(_sound(person), damage)
        try:
            run = started(person, content)
        except Refused as refusal:
            assert refusal.reason
        else:
            counters(run)
            done = commands.update_system(actor=person, run_id=run.pk)
            assert done.status == "done", done.message
            counters(done)
            for each in LineWeek.objects.all():
                assert sum(sum(row.actual) for row in read(each.rows)) >= each.delivered >= 0
        transaction.set_rollback(True)
    assert week.pk


_SOUND: dict[int, bytes] = {}


def _sound(person: Actor) -> bytes:
    """A file in which something was amended; made once for a person."""
    if person.user_id not in _SOUND:
        table = exported(person)
        table[0] |= {"Sun": "0", "Comment": "No call on Sunday"}
        _SOUND[person.user_id] = text_of(table).encode()
    return _SOUND[person.user_id]


def _damaged(content: bytes, damage: list[tuple[str, int, object]]) -> bytes:
    for what, place, how in damage:
        if what == "cut" and isinstance(how, int):
            content = content[:place] + content[place + how :]
        elif what == "bytes" and isinstance(how, bytes):
            content = content[:place] + how + content[place:]
        elif isinstance(how, bytes):
            content = content[:place] + how + content[place + 1 :]
    return content
