"""Which line's week each record of a file is about: a person's own lines, found by SQL however a record names them."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from workflows.actuals.flow import ActualsFlow
from workflows.parties.actor import Actor
from workflows.register.imports.stage import Stage

FUNCTION = ActualsFlow.function
#: What records are matched by; what they say of a week is read later, a part at a time.
NAMES = frozenset({"week", "line", "id", "ss_ref", "level"})

OWN = "p.organisation_id = %s AND (%s::bigint[] IS NULL OR p.id = ANY(%s))"
#: By the very reference, as all records of an export are.
EXACTLY = """
UPDATE {stage} s SET target_id = w.id, case_id = w.case_id
FROM actuals_lineweek w
JOIN register_carepackageline l ON l.id = w.line_id
JOIN parties_service p ON p.id = l.service_id
WHERE w.week = s.week AND l.reference = s.line AND {own}
""".replace("{own}", OWN)
OTHERWISE = """
UPDATE {stage} s SET target_id = k.id, case_id = k.case_id
FROM (
    SELECT w.id, w.case_id, w.week, l.reference, c.ss_ref, v.name AS level,
        count(*) OVER (PARTITION BY w.week, c.ss_ref, v.name) AS alike,
        count(*) OVER (PARTITION BY w.week, ltrim(l.reference, '0')) AS bare
    FROM actuals_lineweek w
    JOIN register_carepackageline l ON l.id = w.line_id
    JOIN parties_service p ON p.id = l.service_id
    JOIN parties_client c ON c.id = l.client_id
    JOIN register_servicelevel v ON v.id = l.service_level_id
    WHERE {own} AND w.week IN (SELECT DISTINCT week FROM {stage} WHERE target_id IS NULL)
) k
WHERE s.target_id IS NULL AND k.week = s.week AND {match}
""".replace("{own}", OWN)
MATCHES = (
    "k.bare = 1 AND ltrim(k.reference, '0') = ltrim(s.line, '0')",
    "s.line IS NULL AND k.id = s.id",
    "s.line IS NULL AND s.id IS NULL AND k.alike = 1 AND k.level = s.level"
    " AND ltrim(k.ss_ref, '0') = ltrim(s.ss_ref, '0')",
)
STAGED = """
SELECT week, case_id, target_id, row_id FROM import_actuals WHERE message = ''
ORDER BY week, case_id, target_id, number
"""
#: The records of the lines' weeks in which a file changes something, as they were matched when it was read.
CHANGING = """
SELECT w.week, w.case_id, w.id, r.id
FROM (
    SELECT id, number, record_id, bool_or(verdict IN ('new', 'updated')) OVER (PARTITION BY record_id) AS changes
    FROM register_importrow WHERE run_id = %s AND verdict <> 'rejected'
) r
JOIN actuals_lineweek w ON w.id = r.record_id
JOIN register_carepackageline l ON l.id = w.line_id
JOIN parties_service p ON p.id = l.service_id
WHERE r.changes AND {own}
ORDER BY w.week, w.case_id, w.id, r.number
""".replace("{own}", OWN)
LOST = """
UPDATE register_importrow r SET verdict = 'rejected', message = %s
WHERE r.run_id = %s AND r.verdict <> 'rejected' AND NOT EXISTS (
    SELECT FROM actuals_lineweek w
    JOIN register_carepackageline l ON l.id = w.line_id
    JOIN parties_service p ON p.id = l.service_id
    WHERE w.id = r.record_id AND {own}
)
""".replace("{own}", OWN)
NOT_THERE = "There are no actuals of yours for this line in this week. Generate the week first."
AT_ONCE = 5_000  # places that are fetched at a time


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record belongs: the week, its case, and the line's week; and the record itself."""

    week: date
    case_id: int
    line_week_id: int
    record_id: int


def match(stage: Stage, run_id: int, actor: Actor) -> None:
    """Stage the records of a run and find the line's week of each; those without one are rejected."""
    stage.create(run_id, NAMES)
    stage.do("ALTER TABLE {stage} ADD COLUMN case_id bigint")
    stage.do(EXACTLY, _own(actor))
    if stage.fetch("SELECT EXISTS (SELECT FROM {stage} WHERE target_id IS NULL)")[0][0]:
        for each in MATCHES:
            stage.do(OTHERWISE.replace("{match}", each), _own(actor))
        _refuse(stage)


def _refuse(stage: Stage) -> None:
    stage.reject("extract(isodow FROM s.week) <> 1", "to_char(s.week, 'DD/MM/YYYY') || ' is not a Monday.'")
    stage.reject("s.target_id IS NULL AND extract(isodow FROM s.week) = 1", "%s::text", [NOT_THERE])
    stage.doubt(
        "s.target_id IS NOT NULL AND s.line IS NOT NULL AND NOT EXISTS (SELECT FROM actuals_lineweek w"
        " JOIN register_carepackageline l ON l.id = w.line_id WHERE w.id = s.target_id AND l.reference = s.line)",
        "'CarePackageRef ' || s.line || ' was read without its leading zeros.'",
    )


def staged() -> Generator[Place, None, None]:
    """The places of the staged records that were matched, week by week; close it when you stop before its end."""
    return _fetched(STAGED, [])


def changing(run_id: int, actor: Actor) -> Generator[Place, None, None]:
    """The places of a file's changes, week by week; what is not this person's any more is rejected first."""
    with connection.cursor() as cursor:
        cursor.execute(LOST, [NOT_THERE, run_id, *_own(actor)])
    return _fetched(CHANGING, [run_id, *_own(actor)])


def _fetched(statement: str, parameters: list[Any]) -> Generator[Place, None, None]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                yield Place(*row)


def parts(places: Iterable[Place], most: int) -> Iterator[list[Place]]:
    """Records of one week, of so many lines' weeks at a time; those of one line's week stay together."""
    part: list[Place] = []
    last, lines = None, 0
    for each in places:
        if each.line_week_id != last:
            if part and (lines >= most or each.week != part[0].week):
                yield part
                part, lines = [], 0
            last, lines = each.line_week_id, lines + 1
        part.append(each)
    if part:
        yield part


def _own(actor: Actor) -> list[Any]:
    services = actor.services_for(FUNCTION, "edit")
    mine = None if services is None else sorted(services)
    return [actor.organisation_id, mine, mine]
