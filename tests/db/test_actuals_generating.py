"""Weeks from live lines: what one statement writes is what the rules of week.py say, whatever happens in the week."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import served
from workflows.actuals import generating, planning
from workflows.actuals.assessing import Before, assess
from workflows.actuals.entry import Row, read, written
from workflows.actuals.models import ActualWeek, LineWeek, Standing
from workflows.actuals.writing import figures
from workflows.council.profile import current
from workflows.engine import moment
from workflows.parties.models import Service
from workflows.parties.selectors import system_actor
from workflows.register.models import CarePackageLine, LineRate, LineSuspension, LineVisits, Rate, ServiceLevel

pytestmark = pytest.mark.django_db
D = Decimal
DAYS = st.integers(-3, 9).map(lambda number: WEEK + timedelta(days=number))
AMOUNTS = st.sampled_from(["17.35", "18.92", "0.01", "21"]).map(D)
VISITS = st.tuples(
    st.sampled_from(["0.25", "0.75", "1.50"]).map(D),
    st.lists(st.integers(0, 6), max_size=7),
    st.integers(1, 2),
    st.none() | DAYS,
    st.none() | DAYS,
)


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


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[date, date | None]]:
    """Spans that share no day, in or about the week."""
    begin, found = WEEK + timedelta(days=draw(st.integers(-4, 7))), []
    for _ in range(draw(st.integers(0, 2))):
        length = draw(st.none() | st.integers(0, 6))
        end = None if length is None else begin + timedelta(days=length)
        found.append((begin, end))
        if end is None:
            break
        begin = end + timedelta(days=draw(st.integers(1, 3)))
    return found


@st.composite
def told(draw: st.DrawFn) -> dict[str, Any]:
    """What one line says."""
    start = draw(st.just(date(2020, 1, 6)) | DAYS)
    return {
        "start": start,
        "end": draw(st.none() | st.integers(0, 9).map(lambda number: start + timedelta(days=number))),
        "quantity": draw(st.sampled_from(["0.25", "7", "10.5", "21", "3.33"]).map(D)),
        "suspended": draw(spans()),
        "own": draw(st.dictionaries(st.just(date(2021, 1, 4)) | DAYS, st.none() | AMOUNTS, max_size=2)),
        "visits": draw(st.lists(VISITS, max_size=2)),
        "scope": draw(st.sampled_from(["none", "contract", "organisation"])),
        "rates": draw(spans()),
    }


def commissioned(home: Service, level: ServiceLevel, said: dict[str, Any]) -> CarePackageLine:
    """A line in the register as it was told."""
    line = care.line(home, level, str(said["quantity"]), start=said["start"], end=said["end"])
    for start, end in said["suspended"]:
        LineSuspension.objects.create(line=line, start=start, end=end)
    for start, amount in said["own"].items():
        LineRate.objects.create(line=line, start=start, amount=amount)
    for units, days, carers, start, end in said["visits"]:
        first = start or date(2020, 1, 6)
        last = end if end is None or end >= first else None
        LineVisits.objects.create(line=line, start=first, end=last, units=units, days=days, carers=carers)
    for place, (start, end) in enumerate(said["rates"]) if said["scope"] != "none" else ():
        scope = {"contract": line.contract} if said["scope"] == "contract" else {"organisation": home.organisation}
        if said["scope"] == "organisation" and Rate.objects.filter(organisation=home.organisation).count() > place:
            continue
        Rate.objects.create(service_level=level, start=start, end=end, amount=D("30.10") + place, **scope)
    return line


def by_the_rules(ids: Sequence[int], case_id: int) -> dict[int, dict[str, Any]]:
    """What the pure functions make of each line: the columns of its week."""
    actuals = current().actuals
    assert actuals is not None
    kind = actuals.kind("home_care")
    plans = planning.closely(actuals, [(WEEK, each, case_id, kind.key) for each in ids])
    return {
        each.line_id: {
            "standing": "suspended" if each.suspended else "generated",
            **figures(each.rows, assess(actuals, kind, WEEK, each.rows, Before())),
        }
        for each in plans
        if each.rows or each.suspended
    }


def stored(case: ActualWeek) -> dict[int, dict[str, Any]]:
    names = ["standing", *figures((), assess(*_nothing())).keys()]
    return {each["line_id"]: {name: each[name] for name in names}
            for each in LineWeek.objects.filter(case=case.pk).values("line_id", *names)}  # fmt: skip


def _nothing() -> tuple[Any, ...]:
    actuals = current().actuals
    assert actuals is not None
    return actuals, actuals.kind("home_care"), WEEK, (), Before()


WHOLE = {"start": date(2020, 1, 6), "end": None, "quantity": D("10.5"), "suspended": [], "own": {}, "visits": [],
         "scope": "none", "rates": []}  # fmt: skip
DOUBLE_UP = (D("0.75"), [0, 2, 4], 2, None, None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(told(), min_size=1, max_size=4))
@example(lines=[WHOLE, WHOLE | {"visits": [DOUBLE_UP, (D("1.50"), [6, 6], 1, None, None)]}])
@example(lines=[WHOLE | {"visits": [(D("0.75"), [1], 1, None, None)], "own": {date(2021, 1, 4): None}}])
def test_one_statement_writes_what_the_rules_say(
    home: Service, level: ServiceLevel, lines: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        case = care.opened(home, generated=False)
        ids = [commissioned(home, level, each).pk for each in lines]
        live = [pk for pk, each in zip(ids, lines, strict=True) if _is_live(each)]
        made = generating.fill([case.pk], now=moment.now())
        wanted = by_the_rules(live, case.pk)
        assert stored(case) == wanted
        assert made == len(wanted)
        assert generating.fill([case.pk], now=moment.now()) == 0
        assert set(LineWeek.objects.filter(case=case.pk).values_list("version", flat=True)) <= {1}
        transaction.set_rollback(True)


def _is_live(said: dict[str, Any]) -> bool:
    return said["start"] <= WEEK + timedelta(days=6) and (said["end"] is None or said["end"] >= WEEK)


@pytest.mark.parametrize("number", range(7))
@pytest.mark.parametrize("what", ["starts", "ends", "suspended", "resumed", "own price", "level's price", "visits"])
def test_every_boundary_inside_the_week(home: Service, level: ServiceLevel, what: str, number: int) -> None:
    day, before_it = WEEK + timedelta(days=number), WEEK + timedelta(days=number - 1)
    line = care.line(home, level, visits=(("0.75", (0, 1, 2, 3, 4, 5, 6), 2),))
    match what:
        case "starts":
            CarePackageLine.objects.filter(pk=line.pk).update(start=day)
        case "ends":
            CarePackageLine.objects.filter(pk=line.pk).update(end=day)
        case "suspended":
            LineSuspension.objects.create(line=line, start=day)
        case "resumed":
            LineSuspension.objects.create(line=line, start=date(2024, 1, 1), end=day)
        case "own price":
            LineRate.objects.create(line=line, start=day, amount=D("25.00"))
        case "level's price":
            Rate.objects.filter(service_level=level).update(end=before_it)
            Rate.objects.create(service_level=level, start=day, amount=D("19.50"))
        case "visits":
            LineVisits.objects.filter(line=line).update(end=before_it)
            LineVisits.objects.create(line=line, start=day, units=D("0.50"), days=[0, 6])
    case = care.opened(home)
    found = stored(case)
    assert found == by_the_rules([line.pk], case.pk)
    if (what == "suspended" and number == 0) or (what == "resumed" and number == 6):
        assert found[line.pk]["standing"] == Standing.SUSPENDED
        assert found[line.pk]["rows"] == []
    elif what in {"suspended", "starts", "ends", "resumed"}:
        provided = {"suspended": number, "starts": 7 - number, "ends": number + 1, "resumed": 6 - number}[what]
        assert found[line.pk]["planned"] == D("1.5") * provided


def test_lines_of_no_kind_of_another_lot_and_before_the_first_week_have_no_rows(
    home: Service, level: ServiceLevel
) -> None:
    care.line(home, level, lot="Lot 2")
    elsewhere = make.service(home.organisation, group="residential")
    care.line(elsewhere, care.level("a_home", group="residential"))
    for case in (care.opened(home), care.opened(elsewhere), care.opened(home, date(2018, 7, 9), lot="Lot 2")):
        assert not LineWeek.objects.filter(case=case.pk).exists()
    lot = care.opened(home, lot="Lot 2")
    assert LineWeek.objects.filter(case=lot.pk).count() == 1


def test_what_nobody_touched_is_made_again_and_its_version_says_so(home: Service, level: ServiceLevel) -> None:
    same, moved, ended = (care.line(home, level) for _ in range(3))
    case = care.opened(home)
    CarePackageLine.objects.filter(pk=moved.pk).update(quantity=D(14))
    CarePackageLine.objects.filter(pk=ended.pk).update(end=WEEK - timedelta(days=1))
    assert generating.fill([case.pk], now=moment.now()) == 2
    assert {each.line_id: each.version for each in LineWeek.objects.filter(case=case.pk)} == {same.pk: 1, moved.pk: 2}
    assert care.of_line(moved).planned == 14


def test_what_somebody_typed_stays_and_a_day_that_is_not_planned_any_more_is_flagged(
    home: Service, level: ServiceLevel
) -> None:
    line = care.line(home, level, visits=(("0.75", (0, 2, 4), 1),))
    case = care.opened(home)
    _typed(line, {0: "0.50", 4: "1.00"})
    LineSuspension.objects.create(line=line, start=WEEK + timedelta(days=3))
    assert generating.fill([case.pk], now=moment.now()) == 1
    row = care.of_line(line)
    planned, left = read(row.rows)
    assert (planned.actual[0], planned.actual[2], planned.last) == (D("0.50"), D("0.75"), WEEK + timedelta(days=2))
    assert (left.actual[4], set(left.planned), left.stale) == (D("1.00"), {D(0)}, True)
    assert (row.standing, row.version, row.lacking) == ("saved", 2, True)
    assert generating.fill([case.pk], now=moment.now()) == 0


def test_what_was_submitted_is_left_alone(home: Service, level: ServiceLevel) -> None:
    line = care.line(home, level)
    case = care.opened(home)
    LineWeek.objects.update(standing=Standing.SUBMITTED)
    CarePackageLine.objects.filter(pk=line.pk).update(quantity=D(14))
    assert generating.fill([case.pk], now=moment.now()) == 0
    assert care.of_line(line).planned == 21


def test_a_line_that_ended_before_the_week_keeps_what_was_typed_and_goes_otherwise(
    home: Service, level: ServiceLevel
) -> None:
    typed, saved = (care.line(home, level, visits=(("1", (0,), 1),)) for _ in range(2))
    case = care.opened(home)
    _typed(typed, {1: "1.00"})
    _typed(saved, {})
    CarePackageLine.objects.update(end=WEEK - timedelta(days=1))
    assert generating.fill([case.pk], now=moment.now()) == 2
    (left,) = read(care.of_line(typed).rows)
    assert (left.actual[1], left.stale) == (D("1.00"), True)
    assert not LineWeek.objects.filter(line=saved).exists()


def _typed(line: CarePackageLine, days: dict[int, str]) -> None:
    """As after a save in which these figures were typed."""
    row = care.of_line(line)
    (stood,) = read(row.rows)
    actual = tuple(D(days.get(day, str(units))) for day, units in enumerate(stood.planned))
    rows = [Row(**{name: getattr(stood, name) for name in stood.__slots__} | {"actual": actual})]
    LineWeek.objects.filter(pk=row.pk).update(
        rows=written(rows), standing=Standing.SAVED, saved_at=moment.now(), saved_by=system_actor().user_id
    )


def test_as_many_queries_for_two_lines_as_for_fifty(home: Service, level: ServiceLevel) -> None:
    counted = []
    for number in (2, 48):
        for each in range(number):
            line = care.line(home, level)
            if each % 2:
                LineSuspension.objects.create(line=line, start=WEEK + timedelta(days=2))
        week = WEEK + timedelta(weeks=len(counted) * 3)
        case = care.opened(home, week, generated=False)
        with CaptureQueriesContext(connection) as queries:
            generating.fill([case.pk], now=moment.now())
        counted.append(len(queries))
    assert counted[1] == counted[0], counted
