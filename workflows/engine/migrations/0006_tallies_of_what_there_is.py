"""Count the turns that there are already; from here on commands write deltas. (No turn has changed teams before.)"""

from django.db import migrations

COUNT = """
INSERT INTO engine_tally (metric, kind, node, team_id, day, count, money)
SELECT f.metric, t.kind, t.node, coalesce(t.team_id, 0), f.day, count(*), sum(f.money)
FROM engine_task t CROSS JOIN LATERAL (VALUES
    ('open', (t.created AT TIME ZONE 'Europe/London')::date, coalesce(t.amount, 0), t.finished IS NULL),
    ('unclaimed', (t.created AT TIME ZONE 'Europe/London')::date, coalesce(t.amount, 0),
        t.finished IS NULL AND t.team_id IS NOT NULL AND t.owner_id IS NULL),
    ('breached', (t.created AT TIME ZONE 'Europe/London')::date, coalesce(t.amount, 0),
        t.finished IS NULL AND t.breached_at IS NOT NULL),
    ('arrivals', (t.created AT TIME ZONE 'Europe/London')::date, 0, true),
    ('completions', (t.finished AT TIME ZONE 'Europe/London')::date, 0, t.finished IS NOT NULL),
    ('timed', (t.finished AT TIME ZONE 'Europe/London')::date, 0, t.finished IS NOT NULL AND t.due_at IS NOT NULL),
    ('within_target', (t.finished AT TIME ZONE 'Europe/London')::date, 0,
        t.finished <= t.due_at AND t.breached_at IS NULL)
) AS f(metric, day, money, holds)
WHERE f.holds GROUP BY 1, 2, 3, 4, 5
"""


class Migration(migrations.Migration):

    dependencies = [("engine", "0005_at_risk_marked")]

    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]
