"""Officers who save at the same moment: one effect, and the database keeps spans apart also when nobody asked it to."""

from datetime import date
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection

from tests import factories as make
from tests.concurrency.racing import race
from workflows.engine.errors import Busy, Refused, Stale
from workflows.engine.models import Event
from workflows.engine.verify import verify
from workflows.parties.selectors import system_actor
from workflows.register import catalogue, commands
from workflows.register.imports import commands as imports
from workflows.register.models import CarePackageLine, LineSuspension, Rate

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
AT_ONCE = 8


def test_eight_changes_of_one_line_are_one_effect() -> None:
    line, actor = make.line(), system_actor()
    attempts = [
        partial(commands.change_line, actor=actor, line_id=line.pk, version=1, quantity=Decimal(number))
        for number in range(2, 2 + AT_ONCE)
    ]
    results = race(attempts)
    assert sum(isinstance(each, CarePackageLine) for each in results) == 1, results
    assert sum(isinstance(each, Stale) for each in results) == AT_ONCE - 1, results
    assert Event.objects.filter(stream=f"line:{line.pk}").count() == 2
    assert not verify().findings


def test_eight_people_add_the_same_line_once() -> None:
    line, actor = make.line(), system_actor()
    facts = {
        "client_id": line.client_id,
        "service_id": line.service_id,
        "contract_id": line.contract_id,
        "service_level_id": line.service_level_id,
    }
    attempt = partial(
        commands.add_line, actor=actor, reference="AP1", quantity=Decimal(1), start=date(2019, 1, 1), **facts
    )
    results = race([attempt] * AT_ONCE)
    assert sum(isinstance(each, CarePackageLine) for each in results) == 1, results
    assert sum(isinstance(each, Refused) and each.code == "taken" for each in results) == AT_ONCE - 1, results


def _overlapping(line: CarePackageLine) -> list[Any]:
    """Insert spans that overlap each other, past the commands; returns what became of each."""
    days = [date(2019, 1, number) for number in range(1, 1 + AT_ONCE)]
    return race([partial(LineSuspension.objects.create, line_id=line.pk, start=day) for day in days])


def test_spans_that_overlap_are_written_once_however_they_come() -> None:
    line = make.line()
    results = _overlapping(line)
    assert sum(isinstance(each, LineSuspension) for each in results) == 1, results
    assert sum(isinstance(each, IntegrityError) for each in results) == AT_ONCE - 1, results


def test_without_its_trigger_the_database_would_not_keep_them_apart() -> None:
    """The negative control of the test above."""
    line = make.line()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE register_linesuspension DISABLE TRIGGER suspension_alone")
    try:
        results = _overlapping(line)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE register_linesuspension ENABLE TRIGGER suspension_alone")
    assert sum(isinstance(each, LineSuspension) for each in results) == AT_ONCE, results


def test_eight_rates_from_different_days_leave_no_day_with_two() -> None:
    level, actor = make.level(), system_actor()
    attempts = [
        partial(
            catalogue.set_rate,
            actor=actor,
            service_level_id=level.pk,
            amount=Decimal(500 + month),
            start=date(2020, month, 1),
        )
        for month in range(1, 1 + AT_ONCE)
    ]
    results = race(attempts)
    assert all(isinstance(each, (Rate, Refused)) for each in results), results
    spans = list(level.rates.order_by("start").values_list("start", "end"))
    assert [end for _, end in spans].count(None) == 1
    assert all(end is not None and end < after for (_, end), (after, _) in pairwise(spans))


def test_an_import_and_an_officer_change_one_line_without_losing_either() -> None:
    line, actor = make.line(), system_actor()
    header = "CarePackageRef,SSRef,Service,Contract,ServiceLevel,Quantity,StartDate\n"
    row = (
        f"{line.reference},{line.client.ss_ref},{line.service.reference},{line.contract.reference},"
        f"{line.service_level.key},2,09/04/2018\n"
    )
    run = imports.start(actor=actor, file_name="lines.csv", content=(header + row).encode())
    results = race(
        [
            partial(imports.update_system, actor=actor, run_id=run.pk),
            partial(imports.update_system, actor=actor, run_id=run.pk),
            partial(commands.change_line, actor=actor, line_id=line.pk, version=None, end=date(2019, 5, 1)),
        ]
    )
    assert sum(isinstance(each, Refused) for each in results) == 1, results
    line.refresh_from_db()
    assert (line.quantity, line.end, line.version) == (Decimal(2), date(2019, 5, 1), 3)
    assert Event.objects.filter(stream=f"line:{line.pk}").count() == 3
    assert not verify().findings


def test_a_file_that_is_delivered_to_two_workers_is_read_once() -> None:
    make.load_teams()
    text = "SSRef,Surname,Forename\n" + "".join(f"{number},Sedge,Ada\n" for number in range(1, 1_500))
    run = imports.start(actor=system_actor(), file_name="clients.csv", content=text.encode())
    results = race([partial(imports.read, run.pk)] * 3)
    assert {type(each) for each in results} <= {type(run), Busy}, results
    run = imports.read(run.pk)
    assert (run.status, run.total, run.new, run.rows.count()) == ("pending", 1_499, 1_499, 1_499)
