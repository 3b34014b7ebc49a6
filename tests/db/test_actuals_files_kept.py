"""What was made of a file when it was read is taken over as it is only where weighing it again would make the same."""

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection, transaction

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import another_council, served
from workflows.actuals import commands as actuals
from workflows.actuals.erasing import erase_actuals
from workflows.actuals.files import exporting, keeping
from workflows.actuals.models import LineWeek, WeighedWeek
from workflows.engine import moment
from workflows.engine.tabular import write_csv
from workflows.parties.actor import Actor
from workflows.register.imports import commands
from workflows.register.models import CarePackageLine, ImportRow, ImportRun

pytestmark = pytest.mark.django_db
SUNDAY = WEEK + timedelta(days=6)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with served("suffolk"), pytest.MonkeyPatch.context() as made:
        yield made


@pytest.fixture
def lines(patch: pytest.MonkeyPatch) -> list[CarePackageLine]:
    home, level = care.provider("home_care")[1], care.level("personal_care", group="home_care")
    daily = care.line(home, level, visits=(("0.75", (0, 1, 2, 3, 4, 5, 6), 1),))
    made = [daily, *(care.line(home, level, "10.5") for _ in range(4))]
    care.opened(home)
    return made


@pytest.fixture
def person(lines: list[CarePackageLine]) -> Actor:
    return make.actor(make.provider_user(lines[0].service.organisation, role="manager"))


def amended(person: Actor, lines: list[CarePackageLine]) -> str:
    """Less, nothing new, an absence, more than was planned, and an error; and a second row of the first line's week."""
    text = write_csv(exporting.records(person, WEEK, SUNDAY))
    table = {each["CarePackageRef"]: each for each in csv.DictReader(StringIO(text.removeprefix("\ufeff")))}
    less, _, absent, more, wrong = (table[line.reference] for line in lines)
    less |= {"Sun": "0", "Comment": "No call on Sunday"}
    absent |= {
        "Actual": "9.5",
        "NotDelivered": "1",
        "Cause": "Care that was not delivered",
        "Comment": "In hospital on Monday",
    }
    more |= {"Actual": "12", "Comment": "Longer calls"}
    wrong |= {"Actual": "0.1"}
    extra = less | dict.fromkeys(("Row", "Planned", *DAYS), "") | {"Mon": "0.5", "Comment": "Half an hour more"}
    out = StringIO()
    writer = csv.DictWriter(out, list(less))
    writer.writeheader()
    writer.writerows([*table.values(), extra])
    return out.getvalue()


def read(person: Actor, text: str) -> ImportRun:
    return commands.start(actor=person, file_name="actuals.csv", content=text.encode(), kind="actuals")


def notes(run: ImportRun) -> list[tuple[Any, ...]]:
    return list(run.rows.order_by("number").values_list("number", "verdict", "message", "issue", "record_id"))


def taken(person: Actor, run: ImportRun, patch: pytest.MonkeyPatch, *, kept: bool) -> tuple[int, Any]:
    """Take a run over and take that back; returns how many lines' weeks were taken as kept, and all that came of it."""
    really, count = keeping.take, []

    def take(*said: Any) -> list[tuple[int, int]]:
        count.append(found := really(*said) if kept else [])
        return found

    with transaction.atomic(), patch.context() as inside:
        inside.setattr(keeping, "take", take)
        done = commands.update_system(actor=person, run_id=run.pk)
        assert done.status == "done", done.message
        assert not WeighedWeek.objects.filter(run_id=run.pk).exists()
        weeks = [{**each, "saved_at": None} for each in LineWeek.objects.order_by("pk").values()]
        counters = (done.total, done.new, done.updated, done.unchanged, done.rejected, done.quality_issues)
        transaction.set_rollback(True)
    return sum(map(len, count)), (weeks, notes(run), counters)


def same_both_ways(person: Actor, run: ImportRun, patch: pytest.MonkeyPatch) -> int:
    """What is taken as it was kept, of a run that becomes the same when all of it is weighed again."""
    number, as_kept = taken(person, run, patch, kept=True)
    assert as_kept == taken(person, run, patch, kept=False)[1]
    return number


def test_what_is_kept_is_what_weighing_again_makes(
    lines: list[CarePackageLine], person: Actor, patch: pytest.MonkeyPatch
) -> None:
    text = amended(person, lines)
    run = read(person, text)
    assert (run.new, run.updated, run.unchanged, run.rejected) == (1, 3, 1, 1)
    assert same_both_ways(person, run, patch) == 1, "less; absences, and what is above the plan, are weighed again"
    run = read(person, text.replace(",0.5,,", ",2,,"))
    assert run.new == 1
    assert same_both_ways(person, run, patch) == 0, "by its other row, the first line's week is above the plan too"


def test_a_lines_week_in_several_parts_of_a_file_is_judged_as_one(
    lines: list[CarePackageLine], person: Actor, patch: pytest.MonkeyPatch
) -> None:
    text = amended(person, lines).replace("0.1", "9")
    whole = read(person, text)
    patch.setattr(commands, "CHUNK", 1)
    parts = read(person, text)
    assert notes(parts) == notes(whole)
    kept = [list(WeighedWeek.objects.filter(run_id=each.pk).order_by("line_week_id").values_list(
        "line_week_id", "records", "rows", "payable_cost")) for each in (parts, whole)]  # fmt: skip
    assert kept[0] == kept[1]
    same_both_ways(person, parts, patch)


def _saved(person: Actor, line: CarePackageLine) -> None:
    week = care.of_line(line)
    from workflows.actuals.entry import FilledRow
    from workflows.actuals.entry import read as rows_of
    from workflows.actuals.filling import Filled

    row = FilledRow(1, rows_of(week.rows)[0].actual, (), "Somebody was faster")
    filled = [Filled(week.pk, week.version, (row,), frozenset())]
    actuals.save(actor=person, case_id=week.case_id, task_id=care.turn(week.case_id).pk, filled=filled, key=make.key())


def _erased(_: Actor, line: CarePackageLine) -> None:
    erase_actuals(line.client, moment.now())
    assert not WeighedWeek.objects.filter(line_week_id=care.of_line(line).pk).exclude(rows=None).exists()


def _submitted(person: Actor, line: CarePackageLine) -> None:
    week = care.of_line(line)
    actuals.submit(
        actor=person, case_id=week.case_id, task_id=care.turn(week.case_id).pk, reviewed=True, key=make.key()
    )


def _touched(_: Actor, line: CarePackageLine) -> None:
    LineWeek.objects.filter(line=line).update(settled=1)


def _relevelled(_: Actor, line: CarePackageLine) -> None:
    other = care.level("night_care", group="home_care")
    CarePackageLine.objects.filter(pk=line.pk).update(service_level=other)


def _nothing(_: Actor, __: CarePackageLine) -> None:
    pass


@pytest.mark.parametrize(
    ("move", "council", "number"),
    [
        (_nothing, {}, 1),
        (_saved, {}, 0),
        (_erased, {}, 0),
        (_submitted, {}, 0),
        (_touched, {}, 0),
        (_relevelled, {}, 0),
        (_nothing, {"comment_for_change": False}, 0),
        (_nothing, {"submit_mode": "on_save", "notice": None}, 0),
    ],
)
def test_what_has_moved_since_is_weighed_again(
    lines: list[CarePackageLine], person: Actor, patch: pytest.MonkeyPatch,
    move: Callable[[Actor, CarePackageLine], None], council: dict[str, Any], number: int,
) -> None:  # fmt: skip
    text = amended(person, lines)
    run = read(person, "".join(text.splitlines(keepends=True)[:-1]))
    move(person, lines[0])
    if council:
        another_council(patch, {"actuals": council})
    assert same_both_ways(person, run, patch) == number


def test_a_run_of_which_nothing_was_kept_is_taken_over_whole_and_a_cancelled_one_leaves_nothing(
    lines: list[CarePackageLine], person: Actor, patch: pytest.MonkeyPatch
) -> None:
    run = read(person, amended(person, lines))
    _, as_kept = taken(person, run, patch, kept=True)
    WeighedWeek.objects.all().delete()  # as a release before this one left it
    assert taken(person, run, patch, kept=True) == (0, as_kept)
    other = read(person, amended(person, lines))
    assert WeighedWeek.objects.filter(run_id=other.pk).exists()
    commands.cancel(actor=person, run_id=other.pk)
    assert not WeighedWeek.objects.filter(run_id=other.pk).exists()
    assert not ImportRow.objects.filter(run=other).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT attstorage FROM pg_attribute WHERE attrelid = 'register_importrun'::regclass"
                       " AND attname = 'content'")  # fmt: skip
        assert cursor.fetchone()[0] in {"e", b"e"}, "a piece of a file is read without the rest of it"
