"""10,000 actions of 250 providers, and a conversation of 2,000 posts: a page reads about as much as it shows.

Lists: what is counted is the rows that PostgreSQL read (EXPLAIN ANALYZE), because a test's machine is anybody's. To see
times and plans: `CONCORD_SHOW_PLANS=a-file ./concord test tests/db/test_actions_scale.py`. The page of a long
conversation, on both sides, is asked for beside the page of a short one in the same run: as many queries, and not much
more time, whichever machine it is.
"""

import json
import os
import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.access.marked import signed_in
from tests.db.test_actions import asked, do, opened, turn
from workflows.actions import selectors
from workflows.actions.models import Action, Post
from workflows.actions.selectors import Filters
from workflows.engine.models import Case, Event, HolderSpan, Task
from workflows.parties.models import Organisation
from workflows.parties.teams import team_id
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db
ACTIONS, PROVIDERS, POSTS, SHOWN = 10_000, 250, 2_000, 50
#: Some rows for each row of a page, with what belongs to it; who reads every action reads more than 10,000.
MOST_READ = 4_000
#: What is filled here. Organisations too: after a test whose rows were deleted, PostgreSQL holds that there are none,
#: begins with all 250, and reads every case of theirs.
FILLED = "engine_case, engine_task, actions_action, actions_post, engine_content, parties_organisation"


def cloned(table: str, changes: dict[str, str], where: str, count: int) -> None:
    """Copy one row many times; `changes` are SQL over `n`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
            " AND (column_name <> 'id' OR %s) ORDER BY ordinal_position",
            [table, "id" in changes],
        )
        columns = [row[0] for row in cursor.fetchall()]
        values = ", ".join(changes.get(each, f'r."{each}"') for each in columns)
        names = ", ".join(f'"{each}"' for each in columns)
        # Names and numbers of this very file.
        sql = f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" r, generate_series(1, {count}) n'  # noqa: S608
        cursor.execute(f"{sql} WHERE {where}")


@pytest.fixture
def crowd() -> CarePackageLine:
    """10,000 actions: one in five is open, of those every second one with the council."""
    line = make.line()
    james = make.actor(make.provider_user(line.service.organisation))
    first = opened(james, asked(line))
    organisations = [make.organisation().pk for _ in range(PROVIDERS - 1)] + [line.service.organisation_id]
    own = f"r.id = {first.pk}"
    pick = f"(ARRAY{organisations})[n % {PROVIDERS} + 1]"
    base = 1_000_000
    away = team_id("procurement")
    cloned(
        "engine_case",
        {
            "id": f"{base} + n",
            "reference": "'ACT-' || n",
            "organisation_id": pick,
            "state": "CASE WHEN n % 5 > 0 THEN 'closed' WHEN n % 2 = 0 THEN 'provider' ELSE 'council' END",
            "holder": "CASE WHEN n % 5 > 0 THEN 'nobody' WHEN n % 2 = 0 THEN 'provider' ELSE 'team' END",
            "holder_team_id": f"CASE WHEN n % 5 > 0 OR n % 2 = 0 THEN NULL WHEN n % 500 = 5 THEN {away}"
            " ELSE r.holder_team_id END",
            "finished": "CASE WHEN n % 5 > 0 THEN r.created END",
        },
        own,
        ACTIONS,
    )
    task = turn(first)
    cloned(
        "engine_task",
        {
            "process_id": f"{base} + n",
            "provider_id": pick,
            "finished": "CASE WHEN n % 5 > 0 THEN r.created END",
            "team_id": f"CASE WHEN n % 2 = 0 THEN NULL WHEN n % 500 = 5 THEN {away} ELSE r.team_id END",
            "organisation_id": f"CASE WHEN n % 2 = 0 THEN {pick} END",
        },
        f"r.id = {task.pk}",
        ACTIONS,
    )
    cloned(
        "actions_action",
        {"case_id": f"{base} + n", "last_post_at": "r.last_post_at - n * interval '1 minute'"},
        f"r.case_id = {first.pk}",
        ACTIONS,
    )
    post = Post.objects.get()
    cloned("actions_post", {"at": "r.at + n * interval '1 minute'"}, f"r.id = {post.pk}", POSTS - 1)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {FILLED}")
    assert Case.objects.count() == Task.objects.count() == Action.objects.count() == ACTIONS + 1
    return line


def read(rows: Any) -> int:
    """How many rows a query reads from tables; what it says of itself goes to a file when somebody wants to see it."""
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        said = cursor.fetchone()[0]
    said = (json.loads(said) if isinstance(said, str) else said)[0]
    nodes = list(_nodes(said["Plan"]))
    found = sum(_read(each) for each in nodes if "Relation Name" in each)
    if path := os.environ.get("CONCORD_SHOW_PLANS"):
        shown = " > ".join(f"{each['Node Type']} {each.get('Relation Name', '')}".strip() for each in nodes)
        with Path(path).open("a") as file:
            file.write(f"{said['Execution Time']:.1f} ms, {found} rows read: {shown}\n")
    return found


def _read(node: dict[str, Any]) -> int:
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", []):
        yield from _nodes(each)


def page(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The first page, as `page_by_key` reads it."""
    return rows.order_by(*selectors.ORDER)[: SHOWN + 1]


def test_a_page_of_actions_reads_what_it_shows_for_everybody(crowd: CarePackageLine) -> None:
    organisation = crowd.service.organisation
    provider = make.actor(make.provider_user(organisation))
    at_home = make.actor(make.provider_user(organisation, only=crowd.service))
    newcomer = make.actor(make.provider_user(make.organisation()))
    officer = make.actor(make.staff_user())
    everybody = {"provider": provider, "at_home": at_home, "newcomer": newcomer, "officer": officer}
    narrowed = {
        "all": Filters(),
        "open": Filters(open_only=True),
        "provider": Filters(assigned_to="provider"),
        "few": Filters(assigned_to=str(team_id("procurement"))),
        "client": Filters(client_id=crowd.client_id),
        "type": Filters(type="death"),
    }
    rows_read = {
        (who, what): read(page(selectors.listed(actor, filters)))
        for who, actor in everybody.items()
        for what, filters in narrowed.items()
    }
    assert {each: count for each, count in rows_read.items() if count > MOST_READ} == {}
    assert len(list(page(selectors.listed(provider, Filters())))) == ACTIONS // PROVIDERS + 1
    assert list(page(selectors.listed(newcomer, Filters()))) == []


def test_a_conversation_of_two_thousand_posts_reads_a_page_of_them(crowd: CarePackageLine) -> None:
    provider = make.actor(make.provider_user(crowd.service.organisation))
    action = Post.objects.values_list("action", flat=True).distinct().get()
    newest = selectors.posts(action).order_by("-id")[: SHOWN + 1]
    assert read(newest) < MOST_READ
    assert len(selectors.with_files(newest)) == SHOWN + 1
    assert read(selectors.posts(action).filter(pk__lt=newest[SHOWN].pk).order_by("-id")[: SHOWN + 1]) < MOST_READ
    assert selectors.page(provider, action).action.posts_count == 1  # the copies of a test were not counted
    do("comment", provider, Case.objects.get(pk=action))
    assert Organisation.objects.count() >= PROVIDERS
    assert len(list(islice(selectors.posts(action).order_by("-id"), 3))) == 3


SHORT = 100  # more than one page on either side
#: How often a page is asked for; the quickest answer counts, which is the one that nothing else slowed down.
TIMES = 7
#: A page of 2,000 posts beside one of 100. Measured on two busy cores: 1.1 to 1.4 times.
MOST_TIMES = 2.5


def talked(line: CarePackageLine, posts: int) -> Case:
    """A conversation of so many posts, by turns: each gives the action to the other side, as a reply and a comment do.

    The first three are commands; the rest are copies of the last two, with words, events and spans of their own.
    """
    james, priya = make.actor(make.provider_user(line.service.organisation)), make.actor(make.staff_user())
    case = opened(james, asked(line))
    do("reply", priya, case, "Until when?")
    do("comment", james, case, "Until May.")
    first = Post.objects.latest("pk").pk + case.pk * 100_000
    for odd, event in enumerate(Event.objects.filter(stream=f"case:{case.pk}", seq__gt=1).order_by("seq")):
        facts = json.loads(event.body)["facts"]
        words, post, span = facts["contents"]["post"]["id"], facts["post"], f"r.seq = {event.seq}"
        number, content = f"{first + odd} + 2 * n", f"md5('{case.pk} {odd} ' || n)::uuid"
        later, times = f"{event.seq} + 2 * n", (posts - 3) // 2
        cloned("engine_content", {"id": content, "text": f"r.text || ' {odd} ' || n"}, f"r.id = '{words}'", times)
        cloned("actions_post", {"id": number, "words_id": content}, f"r.id = {post}", times)
        body = f"""replace(replace(r.body, '"post":{post}', '"post":' || ({number})), '{words}', ({content})::text)"""
        cloned("engine_event", {"seq": later, "body": body}, f"r.id = {event.pk}", times)
        ended = {"seq": later, "ended_at": "r.begun_at", "minutes": "1", "calendar_id": _calendar(case)}
        cloned("engine_holderspan", ended, f"r.case_id = {case.pk} AND {span}", times)
    assert Post.objects.filter(action=case.pk).count() == posts
    assert HolderSpan.objects.filter(case=case).count() == posts
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE engine_event, engine_content, engine_holderspan, actions_post")
    return case


def _calendar(case: Case) -> str:
    return str(HolderSpan.objects.filter(case=case, ended_at__isnull=False).values_list("calendar", flat=True).first())


def asked_for(browser: Client, path: str) -> tuple[str, int, float]:
    """A page with what it cost: the queries, and the seconds of its quickest answer."""
    browser.get(path)  # what a process reads once for all is read now
    with CaptureQueriesContext(connection) as asked_of_it:
        page = browser.get(path)
    queries = len(asked_of_it)  # before the next request forgets them
    assert page.status_code == 200
    took = []
    for _ in range(TIMES):
        begun = perf_counter()
        browser.get(path)
        took.append(perf_counter() - begun)
    return unescape(page.content.decode()), queries, min(took)


@pytest.mark.parametrize("side", ["provider", "council"])
def test_the_page_of_two_thousand_posts_costs_what_a_short_one_does(side: str) -> None:
    line = make.line()
    short, long = talked(line, SHORT + 1), talked(line, POSTS + 1)
    organisation = line.service.organisation
    browser = signed_in(make.provider_user(organisation) if side == "provider" else make.staff_user())
    place = "/portal/actions/{}/" if side == "provider" else "/cases/{}/"
    floor, base = asked_for(browser, place.format(short.pk))[1:]
    page, queries, took = asked_for(browser, place.format(long.pk))
    assert queries == floor
    assert took < base * MOST_TIMES
    assert page.count("cc-typed") < SHORT

    earlier = re.search(r'href="([^"#]*after=[^"#]*)', page)
    assert earlier
    before, at_most, took = asked_for(browser, urljoin(place.format(long.pk), earlier[1]))
    assert at_most <= queries
    assert took < base * MOST_TIMES
    assert before != page
