"""The file of each report about money needs no more memory for many rows than for few, as CSV and as a spreadsheet.

It is tried with some hundred rows; with CONCORD_REPORT_ROWS=100000 it is measured with as many, and printed.
"""

import os
import resource
import sys
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import Any

import pytest
from django.db import connection, models

from backoffice.web.reports import making
from tests import factories as make
from tests.councils import another_council
from tests.paying import Paying, handbook, oasis
from tests.runs import finalised
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Case
from workflows.parties.actor import Actor
from workflows.parties.models import Client
from workflows.payments.models import PaymentLine, ScheduledPayment
from workflows.register.models import Contribution
from workflows.reports import asking, commands, contributions, exceptions, late, orders, pending

pytestmark = pytest.mark.django_db
BY_HAND = int(os.environ.get("CONCORD_REPORT_ROWS", "0"))
MANY, FEW = (BY_HAND, BY_HAND // 10) if BY_HAND else (600, 100)
MOST = 50 * 2**20  # of growth, for 100,000 rows
ALLOWED = MOST if BY_HAND else MOST * (MANY - FEW) // 100_000 + 2**17
SPAN = (date(2018, 4, 1), date(2019, 3, 31))
ASKED: dict[str, asking.Parameters] = {
    exceptions.NAME: exceptions.Asked(None),
    pending.NAME: pending.Asked(None, "", *SPAN),
    orders.NAME: orders.Asked(None, None, "2018/2019"),
    late.NAME: late.Asked(None, *SPAN),
    contributions.NAME: contributions.Asked(None, None, *SPAN),
}


@pytest.fixture
def paying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Paying]:
    """A person whose first period is finalised and whose second is open, long after both should have been paid."""
    if not BY_HAND:
        monkeypatch.setattr(asking, "BATCH", 50)
    with handbook(monkeypatch):
        another_council(monkeypatch, {"reports": {name: name for name in ASKED}})
        found = oasis((("Kent", "Karl"),))
        payment = found.opened()
        with moment.at(datetime(2018, 4, 20, 10, tzinfo=LONDON)):
            finalised(payment)
        with moment.at(datetime(2018, 5, 17, 10, tzinfo=LONDON)):
            found.opened(date(2018, 5, 7))
        with moment.at(datetime(2018, 6, 17, 10, tzinfo=LONDON)):
            yield found


def copy(row: models.Model, count: int, **said: str) -> None:
    """So many rows like one, `n` by number, with some columns said in SQL; beside all commands, so that it is fast."""
    table, names = row._meta.db_table, [each.column for each in row._meta.concrete_fields]
    own = row._meta.pk.column if row._meta.pk else ""
    names = [name for name in names if name != own or name in said]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(said.get(name, f'o."{name}"') for name in names)
    with connection.cursor() as cursor:
        sql = f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} o, generate_series(1, {count}) n"  # noqa: S608
        cursor.execute(f'{sql} WHERE o."{own}" = {row.pk}')


def of(table: str, column: str, mark: str) -> str:
    """The row that was copied by the same number."""
    return f"(SELECT t.id FROM {table} t WHERE t.{column} = '{mark}' || n)"  # noqa: S608


def fill(paying: Paying, name: str) -> None:
    """As many rows of a report."""
    if name == late.NAME:
        payment = ScheduledPayment.objects.get(contract=paying.contract, finalised_at__isnull=False)
        copy(Case.objects.get(pk=payment.pk), MANY, reference="'MANY-' || n")
        copy(payment, MANY, case_id=of("engine_case", "reference", "MANY-"), calendar="'c' || n")
        return
    line = paying.lines[0]
    copy(Client.objects.get(pk=line.client_id), MANY, ss_ref="'M' || n", surname="'Many' || n")
    copy(line, MANY, reference="'MANY' || n", client_id=of("parties_client", "ss_ref", "M"))
    theirs = of("register_carepackageline", "reference", "MANY")
    if name == contributions.NAME:
        copy(Contribution.objects.get(line=line), MANY, line_id=theirs)
        return
    if name == orders.NAME:
        return
    paid = PaymentLine.objects.get(line=line, payment__finalised_at=None)
    causes = """'[{"words": "The end date changed: 01/05/2018 to 06/05/2018"}]'::jsonb"""
    adjusted = {"kind": "'adjustment'", "about_id": f"{paid.payment_id}", "causes": causes}
    copy(paid, MANY, line_id=theirs, **(adjusted if name == exceptions.NAME else {}))


def peak(actor: Actor, name: str, form: str, rows: int | None) -> tuple[int, int, float]:
    """(rows, the most memory that was needed at once, seconds) to write a file, of its first rows or of all."""
    question = commands.keep(actor=actor, report=name, chosen=ASKED[name].kept())
    taken = 0

    def counted(every: Any) -> Iterator[Any]:
        nonlocal taken
        for row in every:
            if taken == rows:
                return
            taken += 1
            yield row

    begun = time.monotonic()
    if not BY_HAND:
        tracemalloc.start()
    try:
        with TemporaryFile() as out:
            making.write(actor, question, form, out, counted)
        return taken, used(), time.monotonic() - begun
    finally:
        tracemalloc.stop()


def used() -> int:
    """The most memory so far: what Python asked for; by hand all that the process had, the driver's too."""
    if BY_HAND:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return tracemalloc.get_traced_memory()[1]


@pytest.mark.parametrize("name", ASKED)
def test_a_long_file_needs_no_more_memory_than_a_short_one(
    name: str, paying: Paying, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(paying, name)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    actor = make.actor(make.staff_user("payments_residential"))
    for form in ("csv", "xlsx"):
        few, short, _ = peak(actor, name, form, FEW)
        rows, long, seconds = peak(actor, name, form, None)
        assert (few, rows >= MANY) == (FEW, True)
        if BY_HAND:
            with capsys.disabled():
                print(
                    f"\n{name}.{form}: {rows:,} rows, {(long - short) / 2**20:.1f} MB more, {seconds:.0f} s",
                    file=sys.stderr,
                )
        assert long - short < ALLOWED, f"{form}: {(long - short) / 2**20:.2f} MB for {rows - few} rows more"
