"""The event log is append-only, and each event says which transaction wrote it.

`written_by` belongs to the database alone: whoever follows events reads below the oldest transaction that still runs.
"""

from django.db import migrations, models

FORWARD = """
ALTER TABLE engine_event ADD COLUMN written_by bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX event_written_by ON engine_event USING brin (written_by) WITH (autosummarize = on, pages_per_range = 32);

CREATE FUNCTION engine_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP;
END $$;

CREATE FUNCTION engine_content_is_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.stream, NEW.label, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.stream, OLD.label, OLD.created_at)
        OR NEW.text <> '' OR NEW.salt <> ''::bytea OR NEW.erased_at IS NULL THEN
        RAISE EXCEPTION 'what people wrote is never changed, only erased';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON engine_event
    FOR EACH ROW EXECUTE FUNCTION engine_is_append_only();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON engine_event
    FOR EACH STATEMENT EXECUTE FUNCTION engine_is_append_only();
CREATE TRIGGER anchor_append_only BEFORE UPDATE OR DELETE ON engine_anchor
    FOR EACH ROW EXECUTE FUNCTION engine_is_append_only();
CREATE TRIGGER anchor_no_truncate BEFORE TRUNCATE ON engine_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION engine_is_append_only();
CREATE TRIGGER content_only_erased BEFORE UPDATE ON engine_content
    FOR EACH ROW EXECUTE FUNCTION engine_content_is_only_erased();
CREATE TRIGGER content_no_delete BEFORE DELETE ON engine_content
    FOR EACH ROW EXECUTE FUNCTION engine_is_append_only();
CREATE TRIGGER content_no_truncate BEFORE TRUNCATE ON engine_content
    FOR EACH STATEMENT EXECUTE FUNCTION engine_is_append_only();
"""

BACKWARD = """
DROP TRIGGER content_no_truncate ON engine_content;
DROP TRIGGER content_no_delete ON engine_content;
DROP TRIGGER content_only_erased ON engine_content;
DROP TRIGGER anchor_no_truncate ON engine_anchor;
DROP TRIGGER anchor_append_only ON engine_anchor;
DROP TRIGGER event_no_truncate ON engine_event;
DROP TRIGGER event_append_only ON engine_event;
DROP FUNCTION engine_content_is_only_erased();
DROP FUNCTION engine_is_append_only();
DROP INDEX event_written_by;
ALTER TABLE engine_event DROP COLUMN written_by;
"""


class Migration(migrations.Migration):
    """Adds the triggers, the column `written_by` and how far an anchor has seen."""

    dependencies = [("engine", "0002_initial")]

    operations = [
        migrations.AddField("anchor", "seen_below", models.BigIntegerField(default=0)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
