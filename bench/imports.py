"""Importing a file of actuals in which every record was amended, against COPY and INSERT ... SELECT of the same rows.

The file is a provider's own export of as many weeks as make 50,000 records (of fewer in a small data set); the import
is all of it: read, judged, and every week saved through its door.
"""

import csv
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO

from django.contrib.auth.models import Group, Permission
from django.db import connection

from bench.councils import recording
from bench.data import PROVIDER_EMAIL
from bench.measure import Prepare, in_turns
from bench.table import Line, against_floor, show
from workflows.actuals import commands as weeks
from workflows.actuals.files import exporting
from workflows.actuals.models import ActualWeek
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, OrganisationGroupPermission, Service, User
from workflows.parties.selectors import actor_for, system_actor
from workflows.register.imports import commands
from workflows.register.imports.copying import copy
from workflows.register.models import CarePackageLine, ImportRow, ImportRun

GOAL = 4.0
MOST_RECORDS, MOST_LINES, ROUNDS = 50_000, 100_000, 1
FIRST = date(2024, 1, 1)
ORGANISATION = 1
ALONE = """
DELETE FROM register_linevisits v USING register_carepackageline l, parties_service s
WHERE l.id = v.line_id AND s.id = l.service_id AND s.organisation_id = %s
"""
#: A third of the lines have visits on days, the others one figure for the week.
VISITS = """
INSERT INTO register_linevisits (line_id, start, units, days, carers)
SELECT l.id, l.start, 0.75, '{0,1,2,3,4,5,6}'::smallint[], 1 FROM register_carepackageline l
JOIN parties_service s ON s.id = l.service_id WHERE s.organisation_id = %s AND mod(l.id, 3) = 0
"""


def run(size: int) -> list[Line]:
    """Measure it; what it adds to the data set is taken back, save for the story of its weeks."""
    with recording(), connection.cursor() as cursor:
        actor = _person()
        for statement in (ALONE, VISITS):
            cursor.execute(statement, [ORGANISATION])
        content = _file(actor, _open_weeks(size))
        records = content.count(b"\n") - 1
        cursor.execute("CREATE TABLE bench_before AS SELECT * FROM actuals_lineweek")
        _import(actor, content)
        cursor.execute("CREATE TABLE bench_after AS SELECT * FROM actuals_lineweek")
        kept = list(ImportRow.objects.order_by("number"))
        subjects: list[tuple[str, Prepare]] = [
            ("floor: COPY, INSERT ... SELECT of the same rows", _prepared("bench_none", lambda: _floor(kept))),
            ("import", _prepared("bench_before", lambda: _import(actor, content))),
        ]
        cursor.execute("CREATE TABLE bench_none (LIKE actuals_lineweek)")
        found = against_floor(in_turns(subjects, ROUNDS), size, {"import": GOAL})
        show(f"Importing {records:,} amended records of {ActualWeek.objects.count():,} weeks", found)
        cursor.execute(
            "DROP TABLE bench_before, bench_after, bench_none; TRUNCATE actuals_lineweek CASCADE;"
            "TRUNCATE register_importrow; DELETE FROM actuals_actualweek"
        )
    return found


def _person() -> Actor:
    """The providers' person of the data set, who records the actuals of one provider."""
    user = User.objects.get(email=PROVIDER_EMAIL)
    Membership.objects.get_or_create(user=user, organisation_id=ORGANISATION, service=None, role="manager")
    group, _ = Group.objects.get_or_create(name=f"organisation:{ORGANISATION}:manager")
    user.groups.add(group)
    for name in ("view_actuals", "edit_actuals"):
        permission = Permission.objects.get(codename=name, content_type__model="organisation")
        OrganisationGroupPermission.objects.get_or_create(
            group=group, permission=permission, content_object_id=ORGANISATION
        )
    found = actor_for(user, ORGANISATION)
    if found is None:
        raise LookupError(f"{user.email} cannot act")
    return found


def _open_weeks(size: int) -> timedelta:
    """Open and generate as many weeks of the provider's services as are needed; returns how long they last."""
    lines = CarePackageLine.objects.filter(service__organisation=ORGANISATION).count()
    number = max(1, min(MOST_RECORDS, size) // lines)
    system = system_actor()
    for service in Service.objects.filter(organisation=ORGANISATION).order_by("pk"):
        for place in range(number):
            week = FIRST + place * timedelta(weeks=1)
            key = f"bench:{service.pk}:{week}"
            case = weeks.open_week(actor=system, service_id=service.pk, week=week, key=key).case_id
            turn = Task.objects.get(process=case, finished=None)
            weeks.generate(actor=system, case_id=case, task_id=turn.pk, key=f"{key}:generate")
    return number * timedelta(weeks=1)


def _file(actor: Actor, long: timedelta) -> bytes:
    """The export, every record amended: less was delivered, and why is said."""
    out = StringIO()
    writer = csv.writer(out)
    rows = iter(exporting.records(actor, FIRST, FIRST + long - timedelta(days=1)))
    header = next(rows)
    writer.writerow(header)
    writer.writerows(_amended(header, rows))
    return out.getvalue().encode()


def _amended(header: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    actual, sunday, comment = header.index("Actual"), header.index("Sun"), header.index("Comment")
    for number, row in enumerate(rows):
        row[actual if row[actual] else sunday] = "0.25"
        row[comment] = f"Fewer calls were wanted, as agreed with the family on call {number}"
        yield row


def _import(actor: Actor, content: bytes) -> None:
    """As a worker does it: read, and taken over."""
    begun = commands.start(actor=actor, file_name="actuals.csv", content=content, kind="actuals", at_once=True)
    done = commands.update_system(actor=actor, run_id=begun.pk, at_once=True)
    if done.status != ImportRun.Status.DONE or done.rejected or not done.updated:
        raise RuntimeError(f"{done.status}: {done.message} {done.rejected} rejected")


def _floor(kept: list[ImportRow]) -> None:
    copy(ImportRow, kept)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO actuals_lineweek SELECT * FROM bench_after")


def _prepared(table: str, what: Callable[[], object]) -> Prepare:
    """Put the weeks as they are in a table (not timed), and return what is measured."""

    def prepare() -> Callable[[], object]:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE actuals_lineweek CASCADE; INSERT INTO actuals_lineweek SELECT * FROM {table}")
            cursor.execute("TRUNCATE register_importrow; ANALYZE actuals_lineweek, register_importrow")
        return what

    return prepare
