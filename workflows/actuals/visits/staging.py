"""Finds out, by statements over all records of a file, what each visit is: whose, which day's, and whether it can be.

Only lines within the person's reach exist here: a file of one provider cannot find out about another's clients.
"""

from psycopg.sql import SQL, Identifier, Literal

from workflows.actuals.filling import LOCKED
from workflows.actuals.planning import recorded
from workflows.council.actuals import Actuals, Monitoring
from workflows.engine import moment
from workflows.parties.actor import Actor
from workflows.register.imports.stage import Stage

from .columns import VISITS

LONGEST = "24 hours"
MORE = """
ALTER TABLE {stage} ADD COLUMN line_id bigint, ADD COLUMN service_id bigint, ADD COLUMN organisation_id bigint,
    ADD COLUMN alike integer, ADD COLUMN day date, ADD COLUMN week date, ADD COLUMN begins timestamptz,
    ADD COLUMN planned_minutes integer, ADD COLUMN minutes integer, ADD COLUMN identity text,
    ADD COLUMN line_week_id bigint, ADD COLUMN case_id bigint
"""
TIMES = """
UPDATE {stage} SET begins = coalesce(planned_start, actual_start), carer = coalesce(carer, ''),
    reference = coalesce(reference, ''),
    day = (coalesce(planned_start, actual_start) AT TIME ZONE 'Europe/London')::date,
    week = date_trunc('week', coalesce(planned_start, actual_start) AT TIME ZONE 'Europe/London')::date,
    planned_minutes = extract(epoch FROM planned_end - planned_start) / 60,
    minutes = extract(epoch FROM actual_end - actual_start) / 60
"""
REACH = """
CREATE TEMPORARY TABLE import_visits_lines ON COMMIT DROP AS
SELECT l.id, l.service_id, p.organisation_id, p."group" AS service_group, l.service_level_id, l.reference,
    ltrim(l.reference, '0') AS bare, ltrim(c.ss_ref, '0') AS ss_ref, lower(v.name) AS level, v.key AS level_key,
    l.start, l."end"
FROM register_carepackageline l
JOIN parties_service p ON p.id = l.service_id
JOIN parties_client c ON c.id = l.client_id
JOIN register_servicelevel v ON v.id = l.service_level_id
WHERE (%s::bigint IS NULL OR p.organisation_id = %s) AND (%s::bigint[] IS NULL OR p.id = ANY(%s))
    AND c.erased_at IS NULL
"""
#: By its reference, else by that without leading zeros, which spreadsheets take away, else by client and level.
BY_REFERENCE = "UPDATE {stage} s SET line_id = k.id FROM import_visits_lines k WHERE k.reference = s.line"
BY_BARE = """
UPDATE {stage} s SET line_id = k.id, issue = concat_ws(' ', NULLIF(s.issue, ''),
    'CarePackageRef ' || s.line || ' was read as ' || k.reference || '.')
FROM (SELECT min(id) AS id, min(reference) AS reference, bare FROM import_visits_lines
    GROUP BY bare HAVING count(*) = 1) k
WHERE s.line_id IS NULL AND s.line IS NOT NULL AND k.bare = ltrim(s.line, '0') AND k.bare <> ''
"""
BY_CLIENT = """
UPDATE {stage} s SET alike = f.alike, line_id = CASE WHEN f.alike = 1 THEN f.id END
FROM (
    SELECT s.row_id, min(k.id) AS id, count(*) AS alike FROM {stage} s
    JOIN import_visits_lines k ON k.ss_ref = ltrim(s.ss_ref, '0') AND k.start <= s.day
        AND (k."end" IS NULL OR k."end" >= s.day) AND (s.level IS NULL OR lower(s.level) IN (k.level, k.level_key))
    WHERE s.line IS NULL AND s.ss_ref IS NOT NULL GROUP BY s.row_id
) f WHERE f.row_id = s.row_id
"""
OF_LINE = """
UPDATE {stage} s SET service_id = k.service_id, organisation_id = k.organisation_id,
    identity = CASE WHEN s.reference <> '' THEN 'ref/' || s.reference
        ELSE concat_ws('/', 'at', k.id, extract(epoch FROM s.begins)::bigint, s.carer) END
FROM import_visits_lines k WHERE k.id = s.line_id
"""
KNOWN = """
UPDATE {stage} s SET target_id = v.id FROM actuals_recordedvisit v
WHERE v.organisation_id = s.organisation_id AND v.identity = s.identity
"""
VERDICTS = """
UPDATE {stage} s SET verdict = CASE WHEN v.id IS NULL THEN 'new'
    WHEN (v.line_id, v.carer, v.planned_start, v.planned_end, v.actual_start, v.actual_end) IS NOT DISTINCT FROM
        (s.line_id, s.carer, s.planned_start, s.planned_end, s.actual_start, s.actual_end) THEN 'unchanged'
    ELSE 'updated' END
FROM {stage} o LEFT JOIN actuals_recordedvisit v ON v.id = o.target_id WHERE o.row_id = s.row_id
"""
WEEKS = """
UPDATE {stage} s SET line_week_id = w.id, case_id = w.case_id FROM actuals_lineweek w
WHERE w.line_id = s.line_id AND w.week = s.week
"""
#: One file of an organisation's visits is taken over at a time: a carer is with one person at once, and the last day
#: that has a visit at all says up to where days without one count.
ALONE = """
SELECT pg_advisory_xact_lock({space}, (o.id % 2147483647)::integer)
FROM (SELECT DISTINCT organisation_id AS id FROM {stage} WHERE organisation_id IS NOT NULL ORDER BY 1) o
"""
SPACE = 20250217
#: Nobody saves, generates or submits a week while it is being filled: those of the visits, and where they stood before.
LOCK_WEEKS = """
SELECT id FROM engine_case WHERE id IN (
    SELECT w.case_id FROM actuals_actualweek w JOIN {stage} s ON s.service_id = w.service_id AND s.week = w.week
    UNION SELECT w.case_id FROM {stage} s JOIN actuals_recordedvisit v ON v.id = s.target_id
        JOIN actuals_lineweek w ON w.line_id = v.line_id AND w.week = v.week
) ORDER BY id FOR UPDATE
"""
#: Who is with two people at once. Seen from both sides: nobody knows which of the two is wrong.
CLASHES = """
CREATE TEMPORARY TABLE import_visits_clashes ON COMMIT DROP AS
WITH own AS (SELECT min(actual_start) AS first, max(actual_end) AS last FROM {stage} WHERE message = ''),
taken AS (
    SELECT s.row_id, s.organisation_id, s.carer, s.line_id, s.actual_start, s.actual_end FROM {stage} s
    WHERE s.message = '' AND s.minutes > 0 AND s.carer <> ''
    UNION ALL
    SELECT NULL, v.organisation_id, v.carer, v.line_id, v.actual_start, v.actual_end
    FROM actuals_recordedvisit v, own
    WHERE v.minutes > 0 AND v.actual_end > own.first AND v.actual_start < own.last
        AND (v.organisation_id, v.carer) IN (SELECT DISTINCT organisation_id, carer FROM {stage} WHERE message = '')
        AND NOT EXISTS (SELECT FROM {stage} s WHERE s.target_id = v.id)
)
SELECT row_id,
    (max(actual_end) OVER (one ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > actual_start
        OR lead(actual_start) OVER one < actual_end) IS TRUE AS twice,
    (max(actual_end) OVER (every ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > actual_start
        OR lead(actual_start) OVER every < actual_end) IS TRUE AS elsewhere
FROM taken
WINDOW one AS (PARTITION BY organisation_id, carer, line_id ORDER BY actual_start, row_id),
    every AS (PARTITION BY organisation_id, carer ORDER BY actual_start, row_id)
"""
TASK = "EXISTS (SELECT FROM engine_task t WHERE t.process_id = s.case_id AND t.finished IS NULL{})"


def staged(
    stage: Stage, run_id: int, actor: Actor, actuals: Actuals, services: list[int] | None, *, locked: bool
) -> None:
    """Stage the records of a run with all that can be said of each by itself; `services` None: all in reach.

    `locked`: nobody else writes what they move until the transaction is over.
    """
    monitoring = actuals.monitoring
    assert monitoring is not None  # noqa: S101 (the room has asked)
    stage.create(run_id)
    stage.do(MORE)
    stage.do(TIMES)
    _times(stage)
    _lines(stage, actor, services)
    _recorded(stage, actuals, monitoring)
    if locked:
        stage.do(ALONE, space=Literal(SPACE))
    stage.do(KNOWN)
    stage.do(VERDICTS)
    _twice(stage)
    _clashes(stage, monitoring)
    if locked:
        stage.do(LOCK_WEEKS)
    stage.do(WEEKS)
    _weeks(stage, actor)
    stage.do("CREATE INDEX ON {stage} (line_id, week)")
    stage.do("ANALYZE {stage}")


def _times(stage: Stage) -> None:
    """End before start, only one of them, longer than a day, or not over yet."""
    if not {"actual_start", "actual_end"} <= stage.given:
        names = [VISITS.column(each).header for each in ("actual_start", "actual_end")]
        stage.reject("true", "%s::text", [f"The file needs the columns {' and '.join(names)}."])
        return
    stage.reject("s.begins IS NULL", "'The visit has neither a planned nor an actual time.'")
    for what, said in (("planned", "Planned"), ("actual", "Actual")):
        _of_times(stage, f"{what}_start", f"{what}_end", said)
    stage.reject("s.actual_end > %s", "'ActualEnd lies in the future.'", [moment.now()])
    stage.reject("s.minutes IS NOT NULL AND s.carer = ''", "'CarerRef is empty.'")


def _of_times(stage: Stage, start: str, end: str, said: str) -> None:
    names = {"start": Identifier(start), "end": Identifier(end), "longest": Literal(LONGEST)}
    cases = (
        ("s.{start} IS NULL AND s.{end} IS NOT NULL", f"{said}Start is empty."),
        ("s.{end} IS NULL AND s.{start} IS NOT NULL", f"{said}End is empty."),
        ("s.{end} < s.{start}", f"{said}End is before {said}Start."),
        ("s.{end} - s.{start} > {longest}::interval", "The visit is longer than 24 hours."),
    )
    for condition, sentence in cases:
        stage.do(
            "UPDATE {stage} s SET message = concat_ws(' ', NULLIF(s.message, ''), %s::text) WHERE {condition}",
            [sentence],
            condition=SQL(condition).format(**names),
        )


def _lines(stage: Stage, actor: Actor, services: list[int] | None) -> None:
    """Which line a visit is of: what is not within reach is not there."""
    stage.do("DROP TABLE IF EXISTS import_visits_lines")
    organisation = actor.organisation_id if actor.is_provider else None
    stage.do(REACH, [organisation, organisation, services, services])
    for statement in (BY_REFERENCE, BY_BARE, BY_CLIENT, OF_LINE):
        stage.do(statement)
    stage.reject("s.line IS NULL AND s.ss_ref IS NULL", "'Say whose visit it is: CarePackageRef, or SSRef.'")
    stage.reject("s.line IS NOT NULL AND s.line_id IS NULL", "'There is no line ' || s.line || '.'")
    nobody = "s.line IS NULL AND s.line_id IS NULL AND NOT EXISTS (SELECT FROM import_visits_lines k WHERE k.ss_ref = ltrim(s.ss_ref, '0'))"  # noqa: E501
    stage.reject(nobody, "'There is no client with the SSRef ' || s.ss_ref || '.'")
    somebody = "s.line IS NULL AND s.line_id IS NULL AND s.begins IS NOT NULL AND EXISTS (SELECT FROM import_visits_lines k WHERE k.ss_ref = ltrim(s.ss_ref, '0'))"  # noqa: E501
    level = "CASE WHEN s.level IS NULL THEN '' ELSE ' in the service level ' || s.level END"
    day = "to_char(s.day, 'DD/MM/YYYY')"
    stage.reject(f"{somebody} AND s.alike IS NULL", f"'The client has no line' || {level} || ' on ' || {day} || '.'")
    stage.reject(
        f"{somebody} AND s.alike > 1", f"'The client has several lines on ' || {day} || ': give CarePackageRef.'"
    )
    stage.reject(
        'EXISTS (SELECT FROM import_visits_lines k WHERE k.id = s.line_id AND (k.start > s.day OR k."end" < s.day))',
        f"'The line is not provided on ' || {day} || '.'",
    )


def _recorded(stage: Stage, actuals: Actuals, monitoring: Monitoring) -> None:
    """Only kinds of service whose visits the council takes, from their first week on."""
    rows = [each for each in zip(*recorded(actuals), strict=True) if each[2] in monitoring.kinds]
    stage.reject(
        "s.line_id IS NOT NULL AND NOT EXISTS (SELECT FROM import_visits_lines k"
        " JOIN unnest(%s::text[], %s::bigint[], %s::date[]) AS r (service_group, level_id, first_week)"
        " ON r.service_group = k.service_group AND r.level_id = k.service_level_id"
        " WHERE k.id = s.line_id AND r.first_week <= s.week)",
        "'Visits of this service level are not recorded here in that week.'",
        [[each[place] for each in rows] for place in (0, 1, 4)],
    )


def _twice(stage: Stage) -> None:
    """The same visit on an earlier line of the file."""
    stage.do(
        "UPDATE {stage} s SET message = concat_ws(' ', NULLIF(s.message, ''),"
        " 'The same visit stands on line ' || f.first || ' of this file.')"
        " FROM (SELECT row_id, number, first_value(number) OVER"
        " (PARTITION BY organisation_id, identity ORDER BY number) AS first"
        " FROM {stage} WHERE identity IS NOT NULL) f WHERE f.row_id = s.row_id AND f.first < f.number"
    )


def _clashes(stage: Stage, monitoring: Monitoring) -> None:
    stage.do("DROP TABLE IF EXISTS import_visits_clashes")
    stage.do(CLASHES)
    clash = "s.verdict <> 'unchanged' AND EXISTS (SELECT FROM import_visits_clashes c WHERE c.row_id = s.row_id AND "
    stage.reject(f"{clash} c.twice)", "'This carer is recorded twice with this client at this time.'")
    elsewhere = f"{clash} c.elsewhere AND NOT c.twice)"
    said = "'This carer is recorded with another client at the same time.'"
    if monitoring.overlap == "refuse":
        stage.reject(elsewhere, said)
    else:
        stage.doubt(elsewhere, said)


def _weeks(stage: Stage, actor: Actor) -> None:
    """What is over is over, where the visit stands and where it stood."""
    moved = "s.verdict <> 'unchanged'"
    stood = (
        "EXISTS (SELECT FROM actuals_recordedvisit v JOIN actuals_lineweek w ON w.line_id = v.line_id"
        " AND w.week = v.week WHERE v.id = s.target_id AND w.id <> s.line_week_id AND w.standing = %s)"
    )
    for standing, sentence in LOCKED.items():
        stands = "EXISTS (SELECT FROM actuals_lineweek w WHERE w.id = s.line_week_id AND w.standing = %s)"
        stage.reject(f"{moved} AND ({stands} OR {stood})", "%s::text", [sentence, standing.value, standing.value])
    stage.reject(f"{moved} AND s.case_id IS NOT NULL AND NOT {TASK.format('')}", "'This week is closed.'")
    if not actor.is_provider:
        node = TASK.format(" AND t.node = 'record'")
        stage.reject(
            f"{moved} AND s.case_id IS NOT NULL AND NOT {node}",
            "'The provider has submitted this week: they import what was recorded since.'",
        )
    stage.doubt(
        "s.line_id IS NOT NULL AND s.line_week_id IS NULL AND s.message = ''",
        "'The week is not generated yet: the visit is kept, and fills the week when it is.'",
    )
