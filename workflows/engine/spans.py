"""Who had the ball: for a case and for any set of cases, working minutes per holder, that add up to the whole.

A case has one holder at any instant. Whenever a command changes it, the statement of that command ends the open span
with its working minutes and begins the next (work.flush). The events say the same: `fold` is how it is checked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from workflows.parties.models import Team

from . import definitions, moment
from .calendar import LONDON, Calendar, council_calendar
from .models import Case, Holder, HolderSpan

#: A holder, their team, and since when.
Held = tuple[str, int | None, datetime]
#: Ends the open span of a case; the row that comes back is a guard: there is exactly one.
END = (
    'UPDATE "engine_holderspan" SET "ended_at" = %s, "minutes" = %s, "calendar_id" = %s'
    ' WHERE "case_id" = %s AND "ended_at" IS NULL RETURNING 1'
)

#: What is read of a span that is shown.
SHOWN = ("seq", "holder", "team_id", "begun_at", "ended_at", "minutes", "calendar_id", "team__name")


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which one holder had a case. `minutes` of a span that is not over go up to now."""

    seq: int
    holder: str
    team_id: int | None
    begun: datetime
    ended: datetime | None
    minutes: int | None
    calendar_id: int | None = None
    team: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How long a holder had the cases of a set. `cases`: how many of them it ever had."""

    holder: str
    team_id: int | None
    team: str
    minutes: int
    cases: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a command changes: the parameters that end the open span, and the span that begins."""

    ending: tuple[Any, ...] | None
    beginning: HolderSpan | None
    calendar_id: int | None  # by which the span that ends was measured
    minutes: int = 0  # of the span that ends


def change(case: Case, before: Held | None, now: datetime, seq: int) -> Change | None:
    """What a command changes about who holds its case, as event number `seq` will say; None: nothing.

    `before` is how it was read: None when the case is new, or was closed.
    """
    after = None if case.finished is not None else (case.holder, case.holder_team_id)
    if (before and before[:2]) == after:
        return None
    ending = beginning = calendar_id = None
    minutes = 0
    if before is not None:
        present = definitions.present()
        calendar_id, minutes = present.calendar_id, present.calendar.minutes_between(before[2], now)
        ending = (now, minutes, calendar_id, case.pk)
    if after is not None:
        beginning = HolderSpan(case_id=case.pk, seq=seq, holder=case.holder, team_id=case.holder_team_id, begun_at=now)
    return Change(ending, beginning, calendar_id, minutes)


def fold(events: Iterable[tuple[int, datetime, Mapping[str, Any]]], calendars: Mapping[int, Calendar]) -> list[Span]:
    """The spans that a case's events tell, from (seq, at, facts) in order. Pure."""
    spans: list[Span] = []
    for seq, at, facts in events:
        open_span = spans[-1] if spans and spans[-1].ended is None else None
        holder = None if facts.get("ended") else (facts["holder"], facts["holder_team"])
        if (open_span and (open_span.holder, open_span.team_id)) == holder:
            continue
        if open_span is not None:
            minutes = calendars[facts["calendar"]].minutes_between(open_span.begun, at)
            spans[-1] = replace(open_span, ended=at, minutes=minutes, calendar_id=facts["calendar"])
        if holder is not None:
            spans.append(Span(seq, holder[0], holder[1], at, None, None))
    return spans


def of_case(case: Case, now: datetime | None = None) -> list[Span]:
    """Who held a case when, oldest first; the open one with its minutes so far. The caller has scoped the case."""
    until = now or moment.now()
    rows = HolderSpan.objects.filter(case=case).order_by("seq").values_list(*SHOWN)  # plain: there can be thousands
    return [_shown(*row, now=until) for row in rows]


def runs_of(spans: Iterable[Span]) -> Iterator[tuple[str, datetime, datetime | None]]:
    """Spans as a case clock takes them."""
    for span in spans:
        yield span.holder, span.begun, span.ended


def who_held(cases: QuerySet[Case], now: datetime | None = None) -> list[Share]:
    """Working minutes of every holder over a set of cases, up to now, most first: two statements for any number.

    Give it cases that the asker may read: `who_held(selectors.cases(actor, function))`, also for a provider.
    """
    until = now or moment.now()
    try:
        inner, parameters = cases.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    sql = WHO_HELD.format(cases=inner)
    with connection.cursor() as cursor:
        cursor.execute(FIRST_OPEN.format(cases=inner), parameters)
        first = cursor.fetchone()[0]
        days = list(_days(council_calendar(), first or until, until))
        columns = [list(column) for column in zip(*days, strict=True)]
        cursor.execute(sql, [*parameters, *columns, _until(days, until)])
        rows = cursor.fetchall()
    names = dict(Team.objects.filter(pk__in=[row[1] for row in rows if row[1]]).values_list("pk", "name"))
    return [Share(row[0], row[1], names.get(row[1], ""), int(row[2]), row[3]) for row in rows]


FIRST_OPEN = """
SELECT min(begun_at) FROM engine_holderspan WHERE ended_at IS NULL AND case_id IN ({cases})
"""

#: An open span is what is worked from the first open day until now, less what was worked until it began.
WHO_HELD = """
WITH span AS (
    SELECT holder, team_id, case_id, minutes, ended_at, date_trunc('minute', begun_at) AS begun_at
    FROM engine_holderspan WHERE case_id IN ({cases})
), day AS (
    SELECT * FROM unnest(%s::date[], %s::timestamptz[], %s::timestamptz[], %s::int[]) AS d(day, opens, shuts, before)
)
SELECT s.holder, s.team_id, sum(coalesce(s.minutes, greatest(0, %s - d.before - extract(epoch FROM
        greatest(d.opens, least(d.shuts, s.begun_at)) - d.opens)::int / 60))), count(DISTINCT s.case_id)
FROM span s LEFT JOIN day d ON s.ended_at IS NULL AND d.day = (s.begun_at AT TIME ZONE 'Europe/London')::date
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""


def _days(calendar: Calendar, first: datetime, last: datetime) -> Iterator[tuple[Any, datetime, datetime, int]]:
    """Every day between: when it opens and shuts (at once, if it is not worked), and minutes worked before it."""
    day, before = first.astimezone(LONDON).date(), 0
    while day <= last.astimezone(LONDON).date():
        opens, shuts = calendar.hours_on(day)
        yield day, opens, shuts, before
        before += calendar.minutes_on(day)
        day += timedelta(days=1)


def _until(days: list[tuple[Any, datetime, datetime, int]], now: datetime) -> int:
    return days[-1][3] + council_calendar().minutes_before(now)


def _shown(
    seq: int, holder: str, team_id: int | None, begun: datetime, ended: datetime | None, minutes: int | None,
    calendar_id: int | None, team: str | None, *, now: datetime,
) -> Span:  # fmt: skip
    if minutes is None:
        minutes = council_calendar().minutes_between(begun, now)
    return Span(seq, holder, team_id, begun, ended, minutes, calendar_id, team or Holder(holder).label)
