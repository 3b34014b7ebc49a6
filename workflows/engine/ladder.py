"""The escalation ladder: who is told that a turn is at risk or past target, and when (profile, `[[escalation]]`).

A rung waits as a row of its own from the moment that the turn is marked (marks.py). It is climbed when the council
works, once, however many schedulers run; what was ended meanwhile is not told. However much was missed, a person gets
one notice of what is at risk and one of what is past target, each with a count.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from workflows.council.profile import current
from workflows.parties.models import Team

from . import outbox, registry
from .calendar import council_calendar

#: Who is told, as `parties.audiences` has it: the owner, else the team; of a provider's turn the people who may
#: answer and read it; the lead or the manager of the team that has it, looks after the case or keeps an eye on it, and
#: who has no manager has a lead.
CLIMB = """
WITH wanted AS (
    SELECT * FROM unnest(%(rungs)s::text[], %(tell)s::text[], %(breach)s::boolean[], %(until)s::timestamptz[])
        AS w(rung, tell, breach, until)
), due AS (
    SELECT r.id, w.tell, w.breach, t.id AS task, t.finished IS NULL AND (
            w.breach OR (t.breached_at IS NULL AND t.at_risk_at <= %(now)s)) AS live
    FROM wanted w
    JOIN engine_rung r ON r.rung = w.rung AND r.since <= w.until AND r.told_at IS NULL
    JOIN engine_task t ON t.id = r.task_id
    FOR UPDATE OF r SKIP LOCKED
), dropped AS (
    DELETE FROM engine_rung r USING due WHERE r.id = due.id AND NOT due.live
), climbed AS (
    UPDATE engine_rung r SET told_at = %(now)s FROM due WHERE r.id = due.id AND due.live
    RETURNING due.task, due.tell, due.breach
), asked AS (
    SELECT c.task, c.tell, c.breach, t.flow_task, t.organisation_id, t.service_id, e.sensitivity,
        coalesce(t.team_id, e.team_id, k.team) AS team,
        CASE WHEN c.tell = 'owner' THEN u.id END AS owner,
        c.tell = 'owner' AND t.team_id IS NULL AS provider
    FROM climbed c
    JOIN engine_task t ON t.id = c.task
    JOIN engine_case e ON e.id = t.process_id
    LEFT JOIN parties_user u ON u.id = t.owner_id AND u.is_active
    LEFT JOIN parties_service s ON s.id = t.service_id
    LEFT JOIN jsonb_to_recordset(%(keepers)s::jsonb) AS k(node text, "group" text, team bigint)
        ON t.team_id IS NULL AND k.node = t.flow_task AND k."group" IS NOT DISTINCT FROM s."group"
), ranked AS MATERIALIZED (
    SELECT a.team, a.tell, m.user_id, rank() OVER (PARTITION BY a.team, a.tell ORDER BY CASE
            WHEN a.tell = 'owner' THEN 0 WHEN m.role = a.tell THEN 0 WHEN m.role IN ('lead', 'manager') THEN 1 ELSE 2
        END) AS place
    FROM (SELECT DISTINCT team, tell FROM asked WHERE owner IS NULL AND NOT provider) a
    JOIN parties_teammember m ON m.team_id = a.team
    JOIN parties_user u ON u.id = m.user_id AND u.is_active
), person AS (
    SELECT task, breach, owner AS user_id FROM asked WHERE owner IS NOT NULL
    UNION
    SELECT a.task, a.breach, r.user_id
    FROM asked a JOIN ranked r ON r.team = a.team AND r.tell = a.tell AND r.place = 1
    WHERE a.owner IS NULL AND NOT a.provider
    UNION
    SELECT a.task, a.breach, m.user_id
    FROM asked a
    JOIN parties_membership m ON m.organisation_id = a.organisation_id
        AND (m.service_id IS NULL OR m.service_id = a.service_id)
        AND %(roles)s::jsonb -> a.flow_task ? m.role
        AND (a.sensitivity = '' OR %(reading)s::jsonb -> m.role ? a.sensitivity)
    JOIN parties_user u ON u.id = m.user_id AND u.is_active
    WHERE a.owner IS NULL AND a.provider
), told AS (
    SELECT p.user_id, p.breach, count(*) AS count, (array_agg(t.reference ORDER BY t.due_at, t.id))[1] AS first,
        (array_agg(t.process_id ORDER BY t.due_at, t.id))[1] AS process
    FROM person p JOIN engine_task t ON t.id = p.task GROUP BY 1, 2
)
INSERT INTO engine_outbox (topic, key, payload, due_at, created_at, attempts, error)
SELECT 'notify', 'ladder:' || user_id || CASE WHEN breach THEN ':breached:' ELSE ':at_risk:' END || %(minute)s,
    jsonb_build_object(
        'kind', CASE WHEN breach THEN 'task.breached' WHEN count = 1 THEN 'task.reminder' ELSE 'task.reminders' END,
        'case', process, 'reference', first, 'figures', jsonb_build_object('late', count),
        'audience', jsonb_build_object('user', user_id)), %(now)s, %(now)s, 0, ''
FROM told
ON CONFLICT DO NOTHING
"""


@transaction.atomic
def climb(now: datetime) -> None:
    """Climb every rung that has been reached, if the council works now."""
    calendar = council_calendar()
    rungs = current().escalation
    if not rungs or not calendar.is_open(now):
        return
    parameters: dict[str, Any] = {
        "now": now,
        "minute": now.isoformat(),
        "rungs": [rung.key for rung in rungs],
        "tell": [rung.tell for rung in rungs],
        "breach": [rung.at != "at_risk" for rung in rungs],
        "until": [calendar.over_since(rung.later, now) if rung.later else now for rung in rungs],
        "keepers": json.dumps(list(_keepers())),
        "roles": json.dumps(_answering()),
        "reading": json.dumps({role.key: sorted(role.sensitivities) for role in current().roles}),
    }
    with connection.cursor() as cursor:
        cursor.execute(CLIMB, parameters)
        if cursor.rowcount:
            outbox.wake_after_commit()


def _answering() -> dict[str, list[str]]:
    """Which roles may answer a provider's turn, by node."""
    nodes = {name: registry.node(name) for name in registry.names()}
    functions = {name: node.function for name, node in nodes.items() if hasattr(node, "function")}
    return {
        name: [role.key for role in current().roles if function in role.edit] for name, function in functions.items()
    }


def _keepers() -> Iterator[dict[str, Any]]:
    """Which team keeps an eye on a provider's turn: the desk that also has a verb there, else the helpline.

    A team that was chosen for the very case comes before either (`CLIMB` asks the case).
    """
    teams = dict(Team.objects.values_list("key", "pk"))
    groups = [None, *(group.key for group in current().service_groups)]
    for name in _answering():
        desk = _desk(registry.node(name))
        for group in groups:
            yield {"node": name, "group": group, "team": teams.get(current().team_for(desk, group))}


def _desk(node: Any) -> str:
    desks = (by for way in node.ways.values() for by in way.by if by in current().desks)
    return next(desks, "helpline")
