"""The control totals of a finalised run never change, nor who let it go; its file is kept once."""

from django.db import migrations

FINALISED = """
CREATE FUNCTION payments_run_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'file' - 'file_rows' - 'file_sha256' - 'file_made_at')
        <> (to_jsonb(OLD) - 'file' - 'file_rows' - 'file_sha256' - 'file_made_at')
        OR (OLD.file_sha256 <> '' AND (NEW.file, NEW.file_rows, NEW.file_sha256)
            <> (OLD.file, OLD.file_rows, OLD.file_sha256)) THEN
        RAISE EXCEPTION 'the finalised run % cannot change', OLD.case_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_run_is_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_run_is_final BEFORE UPDATE OR DELETE ON payments_paymentrun
    FOR EACH ROW WHEN (OLD.finalised_at IS NOT NULL) EXECUTE FUNCTION payments_run_is_final();
"""

UNDO = """
DROP TRIGGER payment_run_is_final ON payments_paymentrun;
DROP FUNCTION payments_run_is_final();
"""


class Migration(migrations.Migration):
    """Adds the trigger."""

    dependencies = [("payments", "0006_debts_are_cases")]

    operations = [migrations.RunSQL(FINALISED, UNDO)]
