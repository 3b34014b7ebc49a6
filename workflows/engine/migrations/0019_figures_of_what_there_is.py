"""What turns and cases there are get the group of their service, and when they were first claimed; then a worker
recounts all figures (`manage rebuild_tallies` does the same by hand)."""

from django.db import migrations

GROUPS = """
UPDATE engine_case c SET service_group = s."group" FROM parties_service s WHERE s.id = c.service_id;
UPDATE engine_task t SET service_group = c.service_group FROM engine_case c
WHERE c.id = t.process_id AND c.service_group <> '';
"""
CLAIMED = """
UPDATE engine_task t SET claimed_at = k.at FROM (
    SELECT (e.body::jsonb -> 'facts' ->> 'task')::bigint AS task, min(e.at) AS at FROM engine_event e
    WHERE e.case_id IS NOT NULL AND (e.kind LIKE '%.claim'
        OR (e.kind LIKE '%.hand_over' AND e.body::jsonb -> 'facts' ? 'to_user'))
    GROUP BY 1
) k WHERE k.task = t.id
"""
RECOUNT = """
INSERT INTO engine_outbox (topic, key, payload, due_at, created_at, attempts, error)
SELECT 'figures.recount', 'migration:0019', '{}'::jsonb, now(), now(), 0, ''
WHERE EXISTS (SELECT 1 FROM engine_case)
"""


class Migration(migrations.Migration):

    dependencies = [("engine", "0018_figures_of_what_was_done")]

    operations = [migrations.RunSQL([GROUPS, CLAIMED, RECOUNT], migrations.RunSQL.noop)]
