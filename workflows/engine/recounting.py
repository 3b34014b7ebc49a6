"""Recomputes the tallies from turns, events and spans, to compare them or to replace them.

It follows the definitions of `metrics.py` in another way: rows as they are instead of what was written beside them,
and working time in SQL from the hours of each day of each calendar.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from .calendar import council_calendar, read, written
from .folding import KEY, OF_A_PERSON, SPREAD_NOW, SUMS
from .models import CalendarVersion, Case, Task

_LONDON = "AT TIME ZONE 'Europe/London')::date"
#: Working minutes between two moments of a calendar: of days `b` and `e`, whose minutes are added up in `before`.
_WORKED = """greatest(0, {e}.before - {b}.before
    + extract(epoch FROM greatest({e}.opens, least({e}.shuts, date_trunc('minute', {end}))) - {e}.opens)::int / 60
    - extract(epoch FROM greatest({b}.opens, least({b}.shuts, date_trunc('minute', {begin}))) - {b}.opens)::int / 60)"""


def _worked(begin: str, end: str, first: str, last: str) -> str:
    return _WORKED.format(b=first, e=last, begin=begin, end=end)


#: A turn that changed teams has an event that says so ([task, from, to]); the first tells for whom it was opened. When
#: somebody first had it for their own, and who ended it, events say too.
EXPECTED = f"""
day AS (
    SELECT * FROM unnest(%(calendars)s::bigint[], %(days)s::date[], %(opens)s::timestamptz[], %(shuts)s::timestamptz[],
        %(before)s::int[]) AS d(calendar_id, day, opens, shuts, before)
), usual AS (
    SELECT * FROM unnest(%(usual_of)s::bigint[], %(usual)s::int[]) AS u(calendar_id, minutes)
), said AS MATERIALIZED (
    SELECT e.case_id, e.seq, e.kind, e.at, e.actor_id, e.body::jsonb -> 'facts' AS facts, u.kind = 'staff' AS of_staff
    FROM engine_event e JOIN parties_user u ON u.id = e.actor_id WHERE e.case_id IS NOT NULL
), handed AS (
    SELECT (move ->> 0)::bigint AS task, (move ->> 1)::bigint AS from_team, (move ->> 2)::bigint AS to_team, e.at,
        row_number() OVER (PARTITION BY move ->> 0 ORDER BY e.seq) AS place
    FROM said e CROSS JOIN LATERAL jsonb_array_elements(e.facts -> 'moved') AS move
), claimed AS (
    SELECT (facts ->> 'task')::bigint AS task, min(at) AS at FROM said
    WHERE kind LIKE '%%.claim' OR (kind LIKE '%%.hand_over' AND facts ? 'to_user') GROUP BY 1
), turn AS (
    SELECT t.*, coalesce(t.team_id, 0) AS team, coalesce(h.from_team, t.team_id, 0) AS first_team,
        coalesce(t.amount, 0) AS worth, (t.created {_LONDON} AS opened, (t.finished {_LONDON} AS ended,
        date_trunc('week', (t.finished {_LONDON})::date AS week,
        t.team_id IS NULL AND t.organisation_id IS NULL AS rests,
        {_worked("t.created", "t.finished", "b", "e")} AS minutes,
        {_worked("t.created", "coalesce(k.at, t.finished)", "b", "f")} AS waited, u.minutes AS usual
    FROM engine_task t
    LEFT JOIN handed h ON h.task = t.id AND h.place = 1
    LEFT JOIN claimed k ON k.task = t.id
    LEFT JOIN usual u ON u.calendar_id = coalesce(t.calendar_id, %(latest)s)
    LEFT JOIN day b ON b.calendar_id = u.calendar_id AND b.day = (t.created {_LONDON}
    LEFT JOIN day e ON e.calendar_id = u.calendar_id AND e.day = (t.finished {_LONDON}
    LEFT JOIN day f ON f.calendar_id = u.calendar_id AND f.day = (coalesce(k.at, t.finished) {_LONDON}
), ending AS (
    SELECT DISTINCT ON (case_id) case_id, at, facts ->> 'to' AS state,
        coalesce((facts ->> 'calendar')::bigint, %(latest)s) AS calendar_id
    FROM said WHERE (facts ->> 'ended')::bool ORDER BY case_id, seq
), whole AS (
    SELECT c.id, c.kind, c.service_group, c.organisation_id, (x.at {_LONDON} AS ended, x.state,
        {_worked("c.created", "x.at", "b", "e")} AS minutes
    FROM engine_case c JOIN ending x ON x.case_id = c.id
    LEFT JOIN day b ON b.calendar_id = x.calendar_id AND b.day = (c.created {_LONDON}
    LEFT JOIN day e ON e.calendar_id = x.calendar_id AND e.day = (x.at {_LONDON}
), passes AS (
    SELECT t.process_id, t.node, least(count(*), 99) AS often FROM engine_task t GROUP BY 1, 2
), fact AS (
    SELECT f.metric, t.kind, t.node, f.team, t.service_group, t.provider_id, f.outcome, f.bucket, f.day,
        f.minutes, f.waited, f.money
    FROM turn t CROSS JOIN LATERAL (VALUES
        ('open', t.team, '', 0, t.opened, 0, 0, t.worth, t.finished IS NULL AND NOT t.rests),
        ('unclaimed', t.team, '', 0, t.opened, 0, 0, t.worth,
            t.finished IS NULL AND t.team <> 0 AND t.owner_id IS NULL),
        ('at_risk', t.team, '', 0, t.opened, 0, 0, t.worth, t.finished IS NULL AND NOT t.rests
            AND t.at_risk_marked_at IS NOT NULL AND t.breached_at IS NULL),
        ('breached', t.team, '', 0, t.opened, 0, 0, t.worth,
            t.finished IS NULL AND NOT t.rests AND t.breached_at IS NOT NULL),
        ('resting', 0, '', 0, t.opened, 0, 0, t.worth, t.finished IS NULL AND t.rests),
        ('arrivals', t.first_team, '', 0, t.opened, 0, 0, 0, NOT t.rests),
        ('in_time', t.team, '', 0, t.ended, t.minutes, t.waited, 0,
            NOT t.rests AND t.finished <= t.due_at AND t.breached_at IS NULL),
        ('late', t.team, '', 0, t.ended, t.minutes, t.waited, 0,
            NOT t.rests AND (t.finished > t.due_at OR (t.finished <= t.due_at AND t.breached_at IS NOT NULL))),
        ('untimed', t.team, '', 0, t.ended, t.minutes, t.waited, 0,
            NOT t.rests AND t.finished IS NOT NULL AND t.due_at IS NULL),
        ('took', t.team, '', least(600, t.minutes * 10 / t.usual), t.week, 0, 0, 0,
            NOT t.rests AND t.finished IS NOT NULL),
        ('passed', t.team, t.outcome, 0, t.week, 0, 0, 0, t.finished IS NOT NULL)
    ) AS f(metric, team, outcome, bucket, day, minutes, waited, money, holds) WHERE f.holds
    UNION ALL
    SELECT m.metric, t.kind, t.node, m.team, t.service_group, t.provider_id, '', 0, (h.at {_LONDON}, 0, 0, 0
    FROM handed h JOIN engine_task t ON t.id = h.task
    CROSS JOIN LATERAL (VALUES ('handed_on', h.from_team), ('handed_in', h.to_team)) AS m(metric, team)
    UNION ALL
    SELECT 'begun', c.kind, '', 0, c.service_group, c.organisation_id, e.facts ->> 'verb', 0, (e.at {_LONDON}, 0, 0, 0
    FROM said e JOIN engine_case c ON c.id = e.case_id WHERE e.seq = 1
    UNION ALL
    SELECT 'closed', kind, '', 0, service_group, organisation_id, state, 0, ended, minutes, 0, 0 FROM whole
    UNION ALL
    SELECT 'rounds', w.kind, p.node, 0, w.service_group, w.organisation_id, '', p.often, w.ended, w.minutes, 0, 0
    FROM whole w JOIN passes p ON p.process_id = w.id
    UNION ALL
    SELECT 'held', c.kind, '', coalesce(s.team_id, 0), c.service_group, c.organisation_id, s.holder, 0,
        (s.ended_at {_LONDON}, s.minutes, 0, 0
    FROM engine_holderspan s JOIN engine_case c ON c.id = s.case_id WHERE s.ended_at IS NOT NULL
), of_all AS (
    SELECT metric, kind, node, team AS team_id, service_group, outcome, bucket, day, count(*) AS count,
        sum(minutes) AS minutes, sum(waited) AS waited, sum(money) AS money
    FROM fact GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
), of_providers AS (
    SELECT provider_id, metric, kind, node, team AS team_id, service_group, outcome, bucket, day, count(*) AS count,
        sum(minutes) AS minutes, sum(waited) AS waited, sum(money) AS money
    FROM fact GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), of_people AS (
    SELECT e.actor_id AS person_id, m.team_id, t.kind, m.metric, (e.at {_LONDON} AS day, count(*) AS count,
        sum(m.minutes) AS minutes
    FROM said e JOIN turn t ON t.id = (e.facts ->> 'task')::bigint
    CROSS JOIN LATERAL (VALUES
        (CASE e.facts ->> 'taken' WHEN 'next' THEN 'next_taken' ELSE 'chosen' END,
            coalesce((e.facts ->> 'of_team')::bigint, t.team_id), 0,
            e.kind LIKE '%%.claim' AND e.facts ? 'taken'),
        ('handed_back', coalesce((e.facts ->> 'of_team')::bigint, t.team_id), 0,
            e.kind LIKE '%%.release' AND (e.facts ->> 'from_user')::bigint = e.actor_id),
        ('handed_over', coalesce((e.facts ->> 'from_team')::bigint, t.team_id), 0,
            e.kind LIKE '%%.hand_over' AND (e.facts ->> 'from_user')::bigint = e.actor_id),
        ('completed', t.team_id, t.minutes, t.team_id IS NOT NULL AND e.facts -> 'path' <> '[]')
    ) AS m(metric, team_id, minutes, holds)
    WHERE e.of_staff AND m.holds GROUP BY 1, 2, 3, 4, 5
)
"""

_MEASURES = ("count", "money", "minutes", "waited")
_BY = f"provider_id, {KEY}"
_PERSON = "person_id, team_id, kind, metric, day"


def _difference(name: str, kept: str, expected: str, key: str, sums: tuple[str, ...]) -> str:
    """Every row of a table that differs: what it is about, then each of its sums as kept and as counted."""
    added = ", ".join(f"sum({each}) AS {each}" for each in sums)
    both = ", ".join(f"coalesce(k.{each}, 0), coalesce(x.{each}, 0)" if each in sums else "0, 0" for each in _MEASURES)
    told = ", ".join(f"'{each}', {each}" for each in key.split(", "))
    unequal = " OR ".join(f"coalesce(k.{each}, 0) <> coalesce(x.{each}, 0)" for each in sums)
    return (
        f"SELECT '{name}', jsonb_build_object({told}), {both}"
        f" FROM (SELECT {key}, {added} FROM ({kept}) AS both_of_them GROUP BY {key}) k"
        f" FULL JOIN {expected} x USING ({key}) WHERE {unequal}"
    )


COMPARE = " UNION ALL ".join(
    [
        f"WITH {EXPECTED} "
        + _difference(
            "all", f"SELECT {KEY}, {SUMS} FROM engine_tally UNION ALL SELECT {KEY}, {SUMS} FROM ({SPREAD_NOW}) s",
            "of_all", KEY, _MEASURES,
        ),
        _difference(
            "providers",
            f"SELECT {_BY}, {SUMS} FROM engine_providertally UNION ALL SELECT {_BY}, {SUMS} FROM ({SPREAD_NOW}) s",
            "of_providers", _BY, _MEASURES,
        ),
        _difference(
            "people",
            f"SELECT {_PERSON}, count, minutes FROM engine_persontally"
            f" UNION ALL SELECT {_PERSON}, count, minutes FROM ({OF_A_PERSON.format(deltas='engine_delta')}) s",
            "of_people", _PERSON, ("count", "minutes"),
        ),
    ]
)  # fmt: skip

REPLACE = f"""
WITH {EXPECTED}, first AS (
    INSERT INTO engine_tally ({KEY}, {SUMS}) SELECT {KEY}, {SUMS} FROM of_all
), second AS (
    INSERT INTO engine_providertally ({_BY}, {SUMS}) SELECT {_BY}, {SUMS} FROM of_providers
)
INSERT INTO engine_persontally ({_PERSON}, count, minutes) SELECT {_PERSON}, count, minutes FROM of_people
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not what turns, events and spans say."""

    table: str  # all, providers, people
    key: dict[str, Any]
    kept: int
    counted: int
    kept_money: Decimal
    counted_money: Decimal
    kept_minutes: int
    counted_minutes: int
    kept_waited: int
    counted_waited: int

    def __str__(self) -> str:
        about = ", ".join(f"{name} {value}" for name, value in self.key.items() if value and name != "metric")
        kept = f"kept {self.kept} (£{self.kept_money}), counted {self.counted} (£{self.counted_money})"
        minutes = f"; minutes {self.kept_minutes} and {self.counted_minutes}" if self._minutes_differ else ""
        return f"{self.key['metric']} of {self.table}, {about}: {kept}{minutes}"

    @property
    def _minutes_differ(self) -> bool:
        return (self.kept_minutes, self.kept_waited) != (self.counted_minutes, self.counted_waited)


def differences() -> list[Difference]:
    """Every figure that differs. One statement, so it is right while commands run."""
    with connection.cursor() as cursor:
        cursor.execute(COMPARE, _calendars())
        return [Difference(row[0], _told(row[1]), *row[2:]) for row in cursor.fetchall()]


@transaction.atomic
def rebuild() -> None:
    """Replace all tallies by what turns, events and spans say.

    Commands wait meanwhile (each writes deltas in the statement that changes its turns, so the lock on the deltas
    holds back both); who waits more than three seconds is told to try again.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE engine_delta IN SHARE ROW EXCLUSIVE MODE")
        for table in ("delta", "tally", "providertally", "persontally"):
            cursor.execute(f"DELETE FROM engine_{table}")
        cursor.execute(REPLACE, _calendars())


def _told(key: Any) -> dict[str, Any]:
    return key if isinstance(key, dict) else dict(json.loads(key))


def _calendars() -> dict[str, Any]:
    """Every day of the years since the first case, by every calendar that turns were measured by. What was ended
    before turns kept theirs takes the latest."""
    years = Case.objects.aggregate(first=Min("created"))["first"], Task.objects.aggregate(last=Max("finished"))["last"]
    moments = [timezone.now(), *(each for each in years if each)]
    versions = list(CalendarVersion.objects.order_by("number")) or [CalendarVersion(pk=0, content=_present())]
    columns: list[list[Any]] = [[], [], [], [], []]
    for version in versions:
        days = _days(json.dumps(version.content), min(moments).year, max(moments).year)
        columns[0] += [version.pk] * len(days[0])
        for kept, more in zip(columns[1:], days, strict=True):
            kept.extend(more)
    return {
        **dict(zip(("calendars", "days", "opens", "shuts", "before"), columns, strict=True)),
        "usual_of": [version.pk for version in versions],
        "usual": [read(version.content).usual_day for version in versions],
        "latest": versions[-1].pk,
    }


def _present() -> dict[str, Any]:
    return written(council_calendar(), ())


@lru_cache(maxsize=16)
def _days(content: str, first_year: int, last_year: int) -> tuple[list[Any], ...]:
    """The days of some years by a calendar: each, when it opens and shuts, and the minutes worked before it."""
    calendar, day, before = read(json.loads(content)), date(first_year, 1, 1), 0
    rows = []
    while day.year <= last_year:
        rows.append((day, *calendar.hours_on(day), before))
        before += calendar.minutes_on(day)
        day += timedelta(days=1)
    return tuple(list(column) for column in zip(*rows, strict=True))
