"""What the sweep writes for managers: turns that have come to be at risk, and turns that are past target.

Set-based, and in the statement of the mark itself, so that mark and figure cannot part. A turn that the sweep finds
past target first is never marked at risk.
"""

#: One row a kind, node, team and day of opening. `{rows}` names the rows marked, `{figures}` what they change.
_DELTAS = """
    INSERT INTO engine_delta (metric, kind, node, team_id, day, count, money)
    SELECT f.metric, m.kind, m.node, coalesce(m.team_id, 0), (m.created AT TIME ZONE 'Europe/London')::date,
        sum(f.sign), sum(f.sign * coalesce(m.amount, 0))
    FROM {rows} m CROSS JOIN LATERAL (VALUES {figures}) AS f(metric, sign, holds)
    WHERE f.holds GROUP BY 1, 2, 3, 4, 5
"""

#: Parameter `now`. Its cost follows what has newly come to be at risk (index task_to_risk).
MARK_AT_RISK = f"""
WITH due AS (
    SELECT id FROM engine_task
    WHERE finished IS NULL AND breached_at IS NULL AND at_risk_marked_at IS NULL
        AND at_risk_at < %(now)s AND (due_at IS NULL OR due_at >= %(now)s)
    FOR UPDATE SKIP LOCKED
), marked AS (
    UPDATE engine_task t SET at_risk_marked_at = %(now)s FROM due WHERE t.id = due.id
    RETURNING t.kind, t.node, t.team_id, t.created, t.amount
)
{_DELTAS.format(rows="marked", figures="('at_risk', 1, true)")}
"""

#: A part of the statement that marks what is past target; it reads from its part `breached`, which must return
#: kind, node, team_id, created, amount and at_risk_marked_at of each turn.
TALLY_BREACHED = _DELTAS.format(
    rows="breached", figures="('breached', 1, true), ('at_risk', -1, m.at_risk_marked_at IS NOT NULL)"
)
