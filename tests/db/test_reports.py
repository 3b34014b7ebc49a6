"""Commissioned v Actuals against a slow oracle: plain Python over the register's lines and the rows of each week."""

import json
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.web.reports.tables import lines
from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import served
from tests.db.test_actuals_generating import commissioned as in_register
from tests.db.test_actuals_generating import told
from workflows.actuals import commands, generating
from workflows.actuals.entry import FilledRow, read
from workflows.actuals.filling import Filled
from workflows.actuals.models import LineWeek
from workflows.actuals.planning import lines_in
from workflows.actuals.rules import monday_of
from workflows.actuals.week import rows_of
from workflows.engine.errors import NotFound
from workflows.engine.tabular import csv_lines
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Service
from workflows.register.models import CarePackageLine, LineRate, LineSuspension, LineVisits, ServiceLevel
from workflows.reports import commands as reports
from workflows.reports import commissioned, selectors, statements
from workflows.reports.commissioned import Asked, Cursor, Row
from workflows.reports.models import KeptQuestion

pytestmark = pytest.mark.django_db
D = Decimal
PENNY = D("0.01")


@pytest.fixture
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


@pytest.fixture
def home(suffolk: None) -> Service:
    return care.provider("home_care")[1]


@pytest.fixture
def level(suffolk: None) -> ServiceLevel:
    return care.level("personal_care", group="home_care")


@pytest.fixture
def finance(suffolk: None) -> Actor:
    return make.actor(make.staff_user("business_finance"))


def provider(home: Service, role: str = "finance", **words: Any) -> Actor:
    return make.actor(make.provider_user(home.organisation, role=role, **words))


def asked(**changed: Any) -> Asked:
    usual: dict[str, Any] = {
        "service_group": "", "organisation_id": None, "client_id": None, "first": WEEK - timedelta(days=14),
        "last": WEEK + timedelta(days=6), "differences": False, "missing": True,
    }  # fmt: skip
    return Asked(**usual | changed)


def oracle(lines: Sequence[CarePackageLine], by: Asked) -> dict[tuple[int, date], tuple[Decimal, ...]]:
    """(commissioned units and cost, delivered, payable) of each line and week, one by one."""
    found: dict[tuple[int, date], tuple[Decimal, ...]] = {}
    day = monday_of(by.first)
    while day <= by.last:
        for line in lines:
            known = LineWeek.objects.filter(line=line, week=day).first()
            if known is not None:
                if known.differs or not by.differences:
                    found[line.pk, day] = _recorded(known)
            elif by.missing and day <= timezone.localdate() and (planned := _planned(line, day)):
                found[line.pk, day] = (*planned, D(0), D(0))
        day += timedelta(days=7)
    return found


def _recorded(week: LineWeek) -> tuple[Decimal, ...]:
    rows = read(week.rows)
    planned = sum((sum(row.planned, D(0)) for row in rows), D(0))
    cost = sum((_pence(sum(row.planned, D(0)) * (row.price or D(0))) for row in rows), D(0))
    return planned, cost, sum((sum(row.actual, D(0)) for row in rows), D(0)), week.payable_cost


def _planned(line: CarePackageLine, week: date) -> tuple[Decimal, Decimal] | None:
    rows = rows_of(lines_in([line.pk], week)[line.pk], week, D("0.25"))
    if not rows:
        return None
    return sum((each.planned for each in rows), D(0)), sum((each.cost or D(0) for each in rows), D(0))


def _pence(amount: Decimal) -> Decimal:
    return amount.quantize(PENNY, ROUND_HALF_UP)


def shown(actor: Actor, by: Asked) -> dict[tuple[int, date], tuple[Decimal, ...]]:
    rows = list(commissioned.every(actor, by))
    figures = {(row.line_id, row.week): (row.planned, row.planned_cost, row.delivered, row.payable_cost)
               for row in rows}  # fmt: skip
    assert len(figures) == len(rows)
    return figures


def less(week: LineWeek, provider_: Actor, units: str) -> None:
    """The provider delivers so much less than was planned on the first day (or in the week)."""
    row = read(week.rows)[0]
    actual = (max(row.actual[0] - D(units), D(0)), *row.actual[1:])
    filled = Filled(week.pk, week.version, (FilledRow(row.number, actual, (), "Fewer visits"),), frozenset())
    commands.save(
        actor=provider_, case_id=week.case_id, task_id=care.turn(week.case_id).pk, filled=[filled], key=make.key()
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(told(), min_size=1, max_size=4), opened=st.booleans(), data=st.data())
def test_the_report_is_what_the_register_and_the_weeks_say(
    home: Service, level: ServiceLevel, finance: Actor, said: list[dict[str, Any]], opened: bool, data: st.DataObject
) -> None:
    with transaction.atomic():
        lines = [in_register(home, level, each) for each in said]
        if opened:
            care.opened(home)
            for week in LineWeek.objects.exclude(rows=[]).filter(line__in=lines):
                if data.draw(st.booleans()):
                    less(week, provider(home), data.draw(st.sampled_from(["0.25", "1", "7"])))
        by = asked(differences=data.draw(st.booleans()), missing=data.draw(st.booleans()))
        assert shown(finance, by) == oracle(lines, by)
        assert_totals_are_sums(finance, by)
        transaction.set_rollback(True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(told(), min_size=1, max_size=5))
def test_a_week_without_actuals_says_what_generating_it_would_plan(
    home: Service, level: ServiceLevel, finance: Actor, said: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        for each in said:
            in_register(home, level, each)
        by = asked(first=WEEK)
        before = {row.line_id: (row.planned, row.planned_cost, row.unpriced) for row in commissioned.every(finance, by)}
        week = care.opened(home, generated=False)
        generating.fill([week.pk], now=timezone.now())
        made = LineWeek.objects.exclude(rows=[])
        after = {row.line_id: (row.planned, row.planned_cost, row.unpriced) for row in made}
        assert before == after
        transaction.set_rollback(True)


def assert_totals_are_sums(actor: Actor, by: Asked) -> None:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [D(0)] * 6)
    for row in commissioned.every(actor, by):
        figures = (D(1), row.planned, row.delivered, row.planned_cost, row.payable_cost, row.difference)
        sums[row.unit] = [one + other for one, other in zip(sums[row.unit], figures, strict=True)]
    totals = commissioned.totals(actor, by)
    assert {each.unit: [each.rows, each.planned, each.delivered, each.planned_cost, each.payable_cost,
                        each.difference] for each in totals} == sums  # fmt: skip


def test_hours_and_sessions_are_not_added_up(home: Service, level: ServiceLevel, finance: Actor) -> None:
    care.line(home, level, "21")
    day_home = care.provider("day_services")[1]
    care.line(day_home, care.level("day_care", group="day_services", unit="Session"), "3")
    care.opened(home)
    care.opened(day_home)
    found = {each.unit: (each.planned, each.planned_cost) for each in commissioned.totals(finance, asked(first=WEEK))}
    assert found == {"hours": (D(21), D("397.32")), "sessions": (D(3), D("56.76"))}


def test_each_parameter_narrows(home: Service, level: ServiceLevel, finance: Actor) -> None:
    one, other = care.line(home, level), care.line(home, level)
    far = care.provider("home_care")[1]
    theirs = care.line(far, level)
    for each in (home, far):
        care.opened(each)
    less(care.of_line(other), provider(home), "1")

    def lines(**changed: Any) -> set[int]:
        return {row.line_id for row in commissioned.every(finance, asked(first=WEEK, missing=False, **changed))}

    assert lines() == {one.pk, other.pk, theirs.pk}
    assert lines(organisation_id=far.organisation_id) == {theirs.pk}
    assert lines(client_id=one.client_id) == {one.pk}
    assert lines(service_group="day_services") == set()
    assert lines(differences=True) == {other.pk}
    assert lines(last=WEEK - timedelta(days=1)) == set()


def test_weeks_begin_with_the_council_s_first_week_and_end_today(
    home: Service, level: ServiceLevel, finance: Actor
) -> None:
    line = care.line(home, level, start=date(2018, 7, 18), end=date(2018, 7, 31))
    of_no_kind = make.service(home.organisation, group="residential")  # nothing is recorded of it
    care.line(of_no_kind, care.level("placement", group="residential"))
    early = asked(first=date(2018, 1, 1), last=date(2018, 12, 31))
    rows = [row for row in commissioned.every(finance, early) if row.line_id == line.pk]
    assert [row.week for row in rows] == [date(2018, 7, 16), date(2018, 7, 23), date(2018, 7, 30)]
    assert {row.service_level for row in commissioned.every(finance, early)} == {"Personal Care"}
    care.line(home, level)
    ahead = asked(first=timezone.localdate(), last=timezone.localdate() + timedelta(days=60))
    assert {row.week for row in commissioned.every(finance, ahead)} == {monday_of(timezone.localdate())}


def test_a_provider_reads_its_own_services_only(home: Service, level: ServiceLevel, finance: Actor) -> None:
    mine = care.line(home, level)
    second = make.service(home.organisation, group="home_care")
    elsewhere = care.line(second, level)
    far = care.provider("home_care")[1]
    theirs = care.line(far, level)
    care.opened(home)
    care.opened(far)
    by = asked(organisation_id=far.organisation_id)  # what is not theirs is not asked for

    def lines(actor: Actor) -> set[int]:
        seen = {row.line_id for row in commissioned.every(actor, by)}
        assert {row.line_id for row in commissioned.part(actor, by).rows} == seen
        return seen

    assert lines(provider(home)) == {mine.pk, elsewhere.pk}
    assert lines(provider(home, only=home)) == {mine.pk}
    assert lines(provider(home, role="coordinator")) == set()  # the role has no reports
    assert lines(provider(far)) == {theirs.pk}
    assert selectors.clients(provider(far), 5) == [(theirs.client_id, f"{theirs.client} ({theirs.client.ss_ref})")]
    assert selectors.client(provider(far), mine.client_id) is None


def test_pages_follow_each_other_both_ways(home: Service, level: ServiceLevel, finance: Actor) -> None:
    for _ in range(4):
        care.line(home, level)
    care.opened(home)
    by = asked()
    whole = [(row.line_id, row.week) for row in commissioned.every(finance, by)]
    assert len(whole) == 12

    def keys(rows: Sequence[Row]) -> list[tuple[int, date]]:
        return [(row.line_id, row.week) for row in rows]

    first = commissioned.part(finance, by, size=5)
    second = commissioned.part(finance, by, Cursor("after", *keys(first.rows)[-1]), 5)
    third = commissioned.part(finance, by, Cursor("after", *keys(second.rows)[-1]), 5)
    assert keys(first.rows) + keys(second.rows) + keys(third.rows) == whole
    assert [(each.before, each.after) for each in (first, second, third)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    back = commissioned.part(finance, by, Cursor("before", *keys(third.rows)[0]), 5)
    assert keys(back.rows) == keys(second.rows)
    assert commissioned.part(finance, by, Cursor("after", *whole[-1]), 5).rows == first.rows


def test_what_was_chosen_is_ones_own_and_forgotten(home: Service) -> None:
    actor, other = provider(home), provider(home)
    question = reports.keep(actor=actor, report=commissioned.NAME, chosen=asked(client_id=7).kept())
    found = selectors.kept(actor, commissioned.NAME, question.token)
    assert Asked.read(found.chosen) == asked(client_id=7)
    for who, name in ((other, commissioned.NAME), (actor, "another")):
        with pytest.raises(NotFound):
            selectors.kept(who, name, question.token)
    assert reports.forget(now=question.expires_at) == 1
    assert not KeptQuestion.objects.exists()


def many(home: Service, level: ServiceLevel, lines: int) -> None:
    """So many lines like one, without commands: their weeks have no actuals."""
    first = care.line(home, level)
    clients = Client.objects.bulk_create(
        Client(ss_ref=f"M{number}", surname=f"Many{number}", forename="M") for number in range(lines - 1)
    )
    kept = {"service": home, "contract_id": first.contract_id, "service_level": level, "quantity": D(21)}
    CarePackageLine.objects.bulk_create(
        CarePackageLine(reference=f"MANY{each.ss_ref}", client=each, start=first.start, **kept) for each in clients
    )


def peak_of(actor: Actor, by: Asked) -> tuple[int, int]:
    """(rows, the most memory that Python needed at once to take them all as CSV)."""
    tracemalloc.start()
    try:
        rows = sum(1 for _ in csv_lines(lines(commissioned.every(actor, by)))) - 2
        return rows, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_long_file_needs_no_more_memory_than_a_short_one(home: Service, level: ServiceLevel, finance: Actor) -> None:
    many(home, level, 250)
    weeks = timedelta(days=7)
    few, short = peak_of(finance, asked(first=WEEK - 15 * weeks, last=WEEK))
    rows, long = peak_of(finance, asked(first=WEEK - 95 * weeks, last=WEEK))
    assert (few, rows) == (250 * 16, 250 * 96)
    assert long - short < 50 * 2**20 * (rows - few) / 100_000


def of_every_kind(home: Service, level: ServiceLevel, lines: int) -> None:
    """So many lines, with visits or a price of their own or a suspension or nothing, and two weeks with actuals."""
    many(home, level, lines)
    for number, each in enumerate(CarePackageLine.objects.order_by("pk")):
        if number % 4 == 1:
            LineVisits.objects.create(line=each, start=each.start, units=D(1), days=[0, 2, 4], carers=1)
        elif number % 4 == 2:
            LineRate.objects.create(line=each, start=each.start, amount=D(20))
        elif number % 4 == 3:
            LineSuspension.objects.create(line=each, start=WEEK - timedelta(days=30), end=WEEK - timedelta(days=3))
    for week in (WEEK, WEEK - timedelta(days=70)):
        care.opened(home, week)


def work(actor: Actor, by: Asked, statement: Callable[[str], str]) -> int:
    """How many rows all steps of the plan took, made or threw away."""
    readable, parameters = commissioned._prepared(actor, by)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement(readable)}", parameters)
        said = cursor.fetchone()[0]
    return _work((json.loads(said) if isinstance(said, str) else said)[0]["Plan"])


def _work(node: dict[str, Any]) -> int:
    removed = sum(count for name, count in node.items() if name.startswith("Rows Removed by"))
    below = sum(_work(each) for each in node.get("Plans", ()))
    return int((node["Actual Rows"] + removed) * node["Actual Loops"]) + below


@pytest.mark.parametrize("statement", [statements.totals, statements.rows])
def test_a_row_of_a_report_of_many_lines_is_no_more_work(
    home: Service, level: ServiceLevel, finance: Actor, statement: Callable[[str], str]
) -> None:
    by = asked(first=WEEK - timedelta(days=7 * 19))

    def each(lines: int) -> float:
        with transaction.atomic():
            of_every_kind(home, level, lines)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # as autovacuum does; without it small tables are read through
            rows = sum(one.rows for one in commissioned.totals(finance, by))
            assert rows > lines * 19
            done = work(finance, by, statement) / rows
            transaction.set_rollback(True)
        return done

    few, lots = each(25), each(200)
    assert lots < 1.5 * few
