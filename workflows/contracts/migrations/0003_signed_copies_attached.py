"""A signed copy is a file like any other: it moves from the version's own columns to the attachments."""

from django.db import migrations

FORWARD = """
INSERT INTO engine_attachment (
    sender_id, organisation_id, kind, owner_id, case_id, stream, file, name, content_type, size, sha256, salt,
    state, reason, created_at, attached_at)
SELECT COALESCE(e.actor_id, v.published_by_id), c.organisation_id, 'contract_document.signed_copy', v.id, c.id,
    'case:' || c.id, f.name, v.signed_copy_name,
    CASE lower(substring(v.signed_copy_name FROM '\\.([^.]*)$'))
        WHEN 'pdf' THEN 'application/pdf' WHEN 'png' THEN 'image/png' WHEN 'jpg' THEN 'image/jpeg'
        ELSE 'application/octet-stream' END,
    f.size, f.sha256, decode(replace(gen_random_uuid()::text, '-', ''), 'hex'),
    'ready', '', COALESCE(e.at, v.published_at), COALESCE(e.at, v.published_at)
FROM contracts_documentversion v
JOIN engine_storedfile f ON f.name = v.signed_copy
JOIN engine_case c ON c.id = v.document_id
LEFT JOIN LATERAL (
    SELECT actor_id, at FROM engine_event
    WHERE stream = 'case:' || c.id AND kind = 'contract_document.attach' ORDER BY seq DESC LIMIT 1
) e ON true
WHERE v.signed_copy <> '';
"""


class Migration(migrations.Migration):
    """Moves the rows, then drops the columns."""

    dependencies = [("contracts", "0002_frozen"), ("engine", "0011_attachments")]

    operations = [
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="documentversion", name="signed_copy"),
        migrations.RemoveField(model_name="documentversion", name="signed_copy_name"),
    ]
