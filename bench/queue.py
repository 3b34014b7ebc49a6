"""A team's queue at every size: its SQL, and the page from request to response, at the moment of the data set."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from backoffice.casework import worklist
from backoffice.web.paging import page_by_key
from bench.actors import officer
from bench.data import working_moment
from bench.databases import Databases
from bench.measure import Prepare, Series, in_turns
from bench.table import Line, show
from workflows.council.profile import current
from workflows.engine import moment, selectors
from workflows.parties.models import User
from workflows.parties.teams import team_id

FLAT = 1.3
LONGEST = 0.005
PREPARED = 5  # as the product's settings say
FLOOR = "SELECT id FROM engine_task WHERE team_id = %s AND finished IS NULL ORDER BY due_at, id LIMIT 26"
SUBJECTS = (
    "floor: the ids of one page",
    "the list's SQL",
    "all the page's SQL",
    "… most costly first",
    "… unclaimed",
    "… at risk, most costly first",
    "… of one provider",
    "… opened on a day when nothing was",
    "the page, whole request",
)
#: What the address asks for, in the order of the subjects that are pages' SQL.
ASKED = (
    "",
    "?order=costly",
    "?view=unclaimed",
    "?view=at_risk&order=costly",
    "?provider=3",
    "?opened_from=2200-01-01",
)

#: Text, parameters, and after how many times it is prepared (None: never).
Statement = tuple[str, Any, int | None]
Action = Callable[[], object]


def run(databases: Databases, sizes: list[int], rounds: int) -> list[Line]:
    """Measure the largest team's queue in every size in turns, so that sizes can be compared."""
    subjects: list[tuple[str, Prepare]] = []
    for size in sizes:
        with databases.of(size), moment.at(working_moment()):
            actions = _actions()
        subjects += [
            (name, _in_database(databases, size, action)) for name, action in zip(SUBJECTS, actions, strict=True)
        ]
    with moment.at(working_moment()):
        series = in_turns(subjects, max(30, rounds // 4))
    lines: list[Line] = []
    for place, name in enumerate(SUBJECTS):
        lines += _lines(name, series[place :: len(SUBJECTS)], series[:: len(SUBJECTS)], sizes)
    show("The queue page of the largest team (ratio: to the floor at that size)", lines)
    return lines


def _lines(name: str, series: list[Series], floors: list[Series], sizes: list[int]) -> list[Line]:
    """One subject at every size; the last one says whether it is flat, and the list whether it is quick."""
    if name == SUBJECTS[0]:
        return [Line(each, size) for each, size in zip(series, sizes, strict=True)]
    lines = [
        Line(each, size, each.median / floor.median) for each, floor, size in zip(series, floors, sizes, strict=True)
    ]
    growth = series[-1].median / series[0].median
    goal, met = f"flat: {growth:.2f} of the smallest, at most {FLAT}", growth <= FLAT
    if name == SUBJECTS[1]:
        goal, met = f"under 5 ms; {goal}", met and series[-1].median < LONGEST
    return [*lines[:-1], Line(series[-1], sizes[-1], lines[-1].ratio, goal, met)]


def _in_database(databases: Databases, size: int, action: Action) -> Prepare:
    def run() -> None:
        with databases.of(size):
            action()

    return lambda: run


def _actions() -> list[Action]:
    """What is timed, on the database that `connection` is now."""
    actor, team = officer(), team_id(current().team_for("brokerage", None))
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(User.objects.get(pk=actor.user_id), "django.contrib.auth.backends.ModelBackend")
    address = reverse("council:queue", args=[team])

    def request(asked: str = "") -> None:
        response = browser.get(f"{address}{asked}")
        if response.status_code != 200:
            raise AssertionError(f"{address}{asked} answered {response.status_code}")

    def listed() -> object:
        rows = worklist.rows(selectors.across(actor, [team], selectors.Narrow(), moment.now()))
        return page_by_key(rows, selectors.ORDERS["due"], QueryDict())

    pages = [_replay(_asked(partial(request, asked))) for asked in ASKED]
    return [_replay([(FLOOR, [team], PREPARED)]), _replay(_asked(listed)), *pages, request]


def _asked(action: Action) -> list[Statement]:
    """The questions that an action asks of the database."""
    found: list[Statement] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        found.append((sql, parameters, connection.connection.prepare_threshold))
        return execute(sql, parameters, many, context)

    action()  # sessions and caches are as they are the second time
    with connection.execute_wrapper(note):
        action()
    return [each for each in found if each[0].lstrip().upper().startswith(("SELECT", "WITH"))]


def _replay(statements: list[Statement]) -> Action:
    def run() -> None:
        connection.ensure_connection()
        cursor = connection.connection.cursor()
        for sql, parameters, prepared in statements:
            connection.connection.prepare_threshold = prepared
            cursor.execute(sql, parameters)
            cursor.fetchall()
        connection.connection.prepare_threshold = PREPARED

    return run
