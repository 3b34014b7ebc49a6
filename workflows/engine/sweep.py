"""Reminds of turns that are due soon, and tells managers of turns that are past due.

One statement each, whose cost follows what is newly due. Whoever is to be told is told in working hours: the row for
the mail is due when the council next works.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from workflows.council.profile import current
from workflows.parties.models import Team

from . import marks, outbox, registry
from .calendar import council_calendar

#: Answers who is reminded: the owner, else the team, else the provider's people who may answer.
REMIND = """
WITH due AS (
    SELECT id FROM engine_task
    WHERE finished IS NULL AND reminded_at IS NULL AND remind_at <= %(now)s
      AND (team_id IS NOT NULL OR organisation_id IS NOT NULL)
    FOR UPDATE SKIP LOCKED
), reminded AS (
    UPDATE engine_task t SET reminded_at = %(now)s FROM due WHERE t.id = due.id
    RETURNING t.id, t.process_id, t.reference, t.flow_task, t.owner_id, t.team_id, t.organisation_id, t.service_id
)
INSERT INTO engine_outbox (topic, key, payload, due_at, created_at, attempts, error)
SELECT 'notify', 'remind:' || r.id, jsonb_build_object(
        'kind', 'task.reminder', 'case', r.process_id, 'reference', r.reference,
        'audience', CASE
            WHEN u.id IS NOT NULL THEN jsonb_build_object('user', u.id)
            WHEN r.team_id IS NOT NULL THEN jsonb_build_object('team', r.team_id, 'role', NULL)
            ELSE jsonb_build_object('organisation', r.organisation_id, 'service', r.service_id,
                                    'function', %(functions)s::jsonb ->> r.flow_task)
        END), %(tell_at)s, %(now)s, 0, ''
FROM reminded r LEFT JOIN parties_user u ON u.id = r.owner_id AND u.is_active
WHERE r.team_id IS NOT NULL OR %(functions)s::jsonb ? r.flow_task
ON CONFLICT DO NOTHING
"""

#: One row a team, however many of its turns are late: a cut-off that many miss is one alert with a count.
BREACH = (
    """
WITH due AS (
    SELECT id FROM engine_task
    WHERE finished IS NULL AND breached_at IS NULL AND due_at < %(now)s
    FOR UPDATE SKIP LOCKED
), breached AS (
    UPDATE engine_task t SET breached_at = %(now)s FROM due WHERE t.id = due.id
    RETURNING t.id, t.process_id, t.reference, t.due_at, t.flow_task, t.team_id, t.service_id, t.kind, t.node,
        t.created, t.amount, t.at_risk_marked_at
), tallied AS (
"""
    + marks.TALLY_BREACHED
    + """
), late AS (
    SELECT coalesce(b.team_id, k.team) AS team, count(*) AS count,
        (array_agg(b.reference ORDER BY b.due_at, b.id))[1] AS first,
        (array_agg(b.process_id ORDER BY b.due_at, b.id))[1] AS process
    FROM breached b
    LEFT JOIN parties_service s ON s.id = b.service_id
    LEFT JOIN jsonb_to_recordset(%(keepers)s::jsonb) AS k(node text, "group" text, team bigint)
        ON k.node = b.flow_task AND k."group" IS NOT DISTINCT FROM s."group"
    GROUP BY 1
)
INSERT INTO engine_outbox (topic, key, payload, due_at, created_at, attempts, error)
SELECT 'notify', 'breach:' || team || ':' || %(minute)s, jsonb_build_object(
        'kind', 'task.breached', 'case', process, 'reference', first, 'figures', jsonb_build_object('late', count),
        'audience', jsonb_build_object('team', team, 'role', 'manager')), %(tell_at)s, %(now)s, 0, ''
FROM late WHERE team IS NOT NULL
ON CONFLICT DO NOTHING
"""
)


def sweep(now: datetime | None = None) -> None:
    """Remind of turns that are due soon, and tell managers of turns that are past due.

    Each in its own transaction; a row that somebody is just changing waits for the next sweep.
    """
    moment = now or timezone.now()
    tell_at = council_calendar().next_open(moment)
    _mark(marks.MARK_AT_RISK, {"now": moment})
    _run(REMIND, {"now": moment, "tell_at": tell_at, "functions": json.dumps(_functions())})
    keepers = json.dumps(list(_keepers()))
    _run(BREACH, {"now": moment, "tell_at": tell_at, "keepers": keepers, "minute": moment.isoformat()})


@transaction.atomic
def _mark(sql: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@transaction.atomic
def _run(sql: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        if cursor.rowcount:
            outbox.wake_after_commit()


def _functions() -> dict[str, str]:
    """Which function of the portal answers a provider's turn, by node."""
    nodes = {name: registry.node(name) for name in registry.names()}
    return {name: node.function for name, node in nodes.items() if hasattr(node, "function")}


def _keepers() -> Iterator[dict[str, Any]]:
    """Which team keeps an eye on a provider's turn: the desk that also has a verb there, else the helpline."""
    teams = dict(Team.objects.values_list("key", "pk"))
    groups = [None, *(group.key for group in current().service_groups)]
    for name in _functions():
        desk = _desk(registry.node(name))
        for group in groups:
            yield {"node": name, "group": group, "team": teams.get(current().team_for(desk, group))}


def _desk(node: Any) -> str:
    desks = (by for way in node.ways.values() for by in way.by if by not in {"provider", "system"})
    return next(desks, "helpline")
