"""Credit notes never give back more of a line than it was worth: held where two at once cannot get round it."""

from typing import Any

from django.db import migrations

LEFT = """
CREATE FUNCTION invoices_credit_is_left() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    worth numeric;
    taken numeric;
BEGIN
    IF NEW.void THEN
        RETURN NEW;
    END IF;
    SELECT total INTO worth FROM payments_paymentline WHERE id = NEW.line_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount), 0) INTO taken FROM invoices_creditnote
    WHERE line_id = NEW.line_id AND NOT void AND case_id <> NEW.case_id;
    IF taken + NEW.amount > worth THEN
        RAISE EXCEPTION 'credit note % takes more of line % than is left', NEW.case_id, NEW.line_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'credit_note_is_left';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER credit_note_is_left BEFORE INSERT OR UPDATE ON invoices_creditnote FOR EACH ROW
    EXECUTE FUNCTION invoices_credit_is_left();
"""
UNDO = """
DROP TRIGGER credit_note_is_left ON invoices_creditnote;
DROP FUNCTION invoices_credit_is_left();
"""


class Migration(migrations.Migration):
    """Adds the trigger."""

    dependencies = [
        ("invoices", "0001_invoices_and_credit_notes"),
        ("payments", "0008_frozen_for_its_invoice"),
    ]

    operations: list[Any] = [migrations.RunSQL(LEFT, UNDO)]
