"""Which line's week each record of a file is about: a person's own lines, found by SQL however a record names them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

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
SELECT w.week, w.case_id, w.id, s.number
FROM unnest(%s::integer[], %s::date[], %s::text[]) AS s (number, week, line)
JOIN register_carepackageline l ON l.reference = s.line
JOIN parties_service p ON p.id = l.service_id
JOIN actuals_lineweek w ON w.line_id = l.id AND w.week = s.week
WHERE {own} ORDER BY w.week, w.case_id, w.id, s.number
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
STAGED = "SELECT number, message, issue, target_id, case_id, week FROM {stage}"
LOST = """
UPDATE register_importrow r SET verdict = 'rejected', message = %s
WHERE r.run_id = %s AND r.verdict <> 'rejected' AND NOT EXISTS (
    SELECT FROM actuals_lineweek w
    JOIN register_carepackageline l ON l.id = w.line_id
    JOIN parties_service p ON p.id = l.service_id
    WHERE w.id = r.record_id AND {own}
)
""".replace("{own}", OWN)
ZEROS = "'CarePackageRef ' || {line} || ' was read without its leading zeros.'"
#: Records of a run as they were matched.
AGAIN = """
SELECT w.week, w.case_id, w.id, r.number, CASE WHEN r.data ->> 'line' <> l.reference THEN {zeros} ELSE '' END
FROM register_importrow r
JOIN actuals_lineweek w ON w.id = r.record_id
JOIN register_carepackageline l ON l.id = w.line_id
WHERE r.run_id = %s AND r.record_id = ANY(%s) AND r.problem = ''
ORDER BY w.week, w.case_id, w.id, r.number
""".replace("{zeros}", ZEROS.replace("{line}", "(r.data ->> 'line')"))
NOT_THERE = "There are no actuals of yours for this line in this week. Generate the week first."


class Place(NamedTuple):
    """Where a record belongs: the week, its case, and the line's week; and the record itself, by its line of the file.

    `issue`: what is doubted about that.
    """

    week: date
    case_id: int
    line_week_id: int
    number: int
    issue: str = ""


@dataclass(slots=True)
class Matched:
    """Where the records of a part of a file belong, week by week; `lost`: why each of the others belongs nowhere."""

    places: list[Place] = field(default_factory=list)
    lost: dict[int, tuple[str, str]] = field(default_factory=dict)  # its message, and its issue


def match(stage: Stage, records: Mapping[int, Mapping[str, str | None]], actor: Actor) -> Matched:
    """Find the line's week of each of these records, by their number: values by column."""
    named = [(number, values["week"], values.get("line")) for number, values in records.items()]
    exactly = stage.fetch(EXACTLY, [*([each[place] for each in named] for place in range(3)), *own(actor)])
    found = Matched([Place(*row) for row in exactly])
    known = {each.number for each in found.places}
    if len(known) < len(records):
        _otherwise(found, stage, {number: each for number, each in records.items() if number not in known}, actor)
        found.places.sort(key=lambda each: (each.week, each.case_id, each.line_week_id, each.number))
    return found


def _otherwise(found: Matched, stage: Stage, records: Mapping[int, Mapping[str, str | None]], actor: Actor) -> None:
    """Find the others by what else names them."""
    stage.create_of(records.items(), NAMES)
    stage.do("ALTER TABLE {stage} ADD COLUMN case_id bigint")
    for each in MATCHES:
        stage.do(OTHERWISE.replace("{match}", each), own(actor))
    _refuse(stage)
    for number, message, issue, target, case, week in stage.fetch(STAGED):
        if message:
            found.lost[number] = message, issue
        else:
            found.places.append(Place(week, case, target, number, issue))


def _refuse(stage: Stage) -> None:
    stage.reject("extract(isodow FROM s.week) <> 1", "to_char(s.week, 'DD/MM/YYYY') || ' is not a Monday.'")
    stage.reject("s.target_id IS NULL AND extract(isodow FROM s.week) = 1", "%s::text", [NOT_THERE])
    stage.doubt(
        "s.target_id IS NOT NULL AND s.line IS NOT NULL AND NOT EXISTS (SELECT FROM actuals_lineweek w"
        " JOIN register_carepackageline l ON l.id = w.line_id WHERE w.id = s.target_id AND l.reference = s.line)",
        ZEROS.replace("{line}", "s.line"),
    )


def again(run_id: int, weeks: Iterable[int]) -> list[Place]:
    """The places of the records of a run that are about these lines' weeks, as they were matched."""
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [run_id, list(weeks)])
        return [Place(*row) for row in cursor.fetchall()]


def lose(run_id: int, actor: Actor) -> None:
    """Reject the records of a run about what is not this person's any more."""
    with connection.cursor() as cursor:
        cursor.execute(LOST, [NOT_THERE, run_id, *own(actor)])


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


def own(actor: Actor) -> list[Any]:
    """The parameters of OWN."""
    services = actor.services_for(FUNCTION, "edit")
    mine = None if services is None else sorted(services)
    return [actor.organisation_id, mine, mine]
