"""A published version never changes: the database refuses it, save for its answer and for erasure."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION contracts_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a published version is never deleted';
    END IF;
    IF NEW.erased_at IS NOT NULL AND OLD.erased_at IS NULL THEN
        RETURN NEW;
    END IF;
    IF (NEW.document_id, NEW.number, NEW.figures, NEW.weekly, NEW.pdf, NEW.pdf_size, NEW.sha256,
        NEW.published_at, NEW.published_by_id, NEW.explanation_id)
       IS DISTINCT FROM
       (OLD.document_id, OLD.number, OLD.figures, OLD.weekly, OLD.pdf, OLD.pdf_size, OLD.sha256,
        OLD.published_at, OLD.published_by_id, OLD.explanation_id) THEN
        RAISE EXCEPTION 'a published version never changes';
    END IF;
    IF OLD.answer <> '' AND NEW.answer <> OLD.answer THEN
        RAISE EXCEPTION 'an answer is never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER version_is_frozen BEFORE UPDATE OR DELETE ON contracts_documentversion
    FOR EACH ROW EXECUTE FUNCTION contracts_version_is_frozen();
"""

BACKWARD = """
DROP TRIGGER version_is_frozen ON contracts_documentversion;
DROP FUNCTION contracts_version_is_frozen();
"""


class Migration(migrations.Migration):
    """Adds the trigger."""

    dependencies = [("contracts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
