"""What the sweep marks: turns that have come to be at risk, and turns that are past target.

Set-based, and in the statement of the mark itself, so that mark and figure cannot part. A turn that the sweep finds
past target first is never marked at risk.

The rows are named by an array: PostgreSQL has no figures of its own for a partial index, takes some hundred newly due
turns for a third of a million, and would read the whole table to join them (0.5 s; docs/benchmarks.md).
"""

from . import urgency

#: One row a kind, node, team, service group, provider and day of opening. `{rows}` names the rows marked, `{figures}`
#: what they change.
_DELTAS = """
    INSERT INTO engine_delta (metric, kind, node, team_id, service_group, provider_id, person_id, outcome, bucket,
        day, count, minutes, waited, money)
    SELECT f.metric, m.kind, m.node, coalesce(m.team_id, 0), m.service_group, m.provider_id, 0, '', 0,
        (m.created AT TIME ZONE 'Europe/London')::date, sum(f.sign), 0, 0, sum(f.sign * coalesce(m.amount, 0))
    FROM {rows} m CROSS JOIN LATERAL (VALUES {figures}) AS f(metric, sign, holds)
    WHERE f.holds GROUP BY 1, 2, 3, 4, 5, 6, 10
"""

#: The rungs of the ladder that count from the mark, to be told when the council works (ladder.py). `{since}` is when.
_RUNGS = """
    INSERT INTO engine_rung (task_id, rung, since)
    SELECT m.id, r.rung, m.{since} FROM {rows} m CROSS JOIN unnest(%(rungs)s::text[]) AS r(rung)
    ON CONFLICT DO NOTHING
"""

#: Parameters `now` and `rungs`. Its cost follows what has newly come to be at risk (index task_to_risk).
MARK_AT_RISK = f"""
WITH due AS (
    SELECT id FROM engine_task
    WHERE finished IS NULL AND breached_at IS NULL AND at_risk_marked_at IS NULL
        AND at_risk_at < %(now)s AND (due_at IS NULL OR due_at >= %(now)s)
    FOR UPDATE SKIP LOCKED
), marked AS (
    UPDATE engine_task t SET at_risk_marked_at = %(now)s WHERE t.id = ANY(ARRAY(SELECT id FROM due))
    RETURNING t.id, t.kind, t.node, t.team_id, t.service_group, t.provider_id, t.created, t.amount, t.at_risk_at
), climbing AS (
    {_RUNGS.format(rows="marked", since="at_risk_at")}
)
{_DELTAS.format(rows="marked", figures="('at_risk', 1, true)")}
"""

#: The same for what is past target (index task_to_breach); the turn moves to the front of "most costly first".
MARK_BREACHED = f"""
WITH due AS (
    SELECT id FROM engine_task
    WHERE finished IS NULL AND breached_at IS NULL AND due_at < %(now)s
    FOR UPDATE SKIP LOCKED
), breached AS (
    UPDATE engine_task t SET breached_at = %(now)s, urgency = {urgency.IF_BREACHED}
    WHERE t.id = ANY(ARRAY(SELECT id FROM due))
    RETURNING t.id, t.kind, t.node, t.team_id, t.service_group, t.provider_id, t.created, t.amount,
        t.at_risk_marked_at, t.due_at
), climbing AS (
    {_RUNGS.format(rows="breached", since="due_at")}
)
{_DELTAS.format(rows="breached", figures="('breached', 1, true), ('at_risk', -1, m.at_risk_marked_at IS NOT NULL)")}
"""
