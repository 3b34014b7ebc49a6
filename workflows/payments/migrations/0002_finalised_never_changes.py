"""What was finalised never changes, and what is finalised adds up: held where no code can forget it.

A line of a finalised payment can only be put back after it was held out; a payment can only be marked as paid.
"""

from django.db import migrations

FINALISED = """
CREATE FUNCTION payments_line_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE which bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.payment_id ELSE NEW.payment_id END;
BEGIN
    IF (SELECT finalised_at FROM payments_scheduledpayment WHERE case_id = which) IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.held_out_at IS NOT NULL AND OLD.put_back_at IS NULL
       AND (to_jsonb(NEW) - 'put_back_at') = (to_jsonb(OLD) - 'put_back_at') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a line of the finalised payment % cannot change', which
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_line_is_final';
END $$;
CREATE TRIGGER payment_line_is_final BEFORE INSERT OR UPDATE OR DELETE ON payments_paymentline
    FOR EACH ROW EXECUTE FUNCTION payments_line_is_final();

CREATE FUNCTION payments_payment_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'the finalised payment % cannot be deleted', OLD.case_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_is_final';
    END IF;
    IF OLD.finalised_at IS NOT NULL THEN
        IF (to_jsonb(NEW) - 'paid_at' - 'paid_reference') <> (to_jsonb(OLD) - 'paid_at' - 'paid_reference') THEN
            RAISE EXCEPTION 'the finalised payment % cannot change', OLD.case_id
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_is_final';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.finalised_at IS NOT NULL THEN
        SELECT coalesce(sum(excl), 0) AS excl, coalesce(sum(vat), 0) AS vat INTO found
        FROM payments_paymentline WHERE payment_id = NEW.case_id AND held_out_at IS NULL;
        IF (found.excl, found.vat) <> (NEW.excl, NEW.vat) THEN
            RAISE EXCEPTION 'payment % says % + %, its lines come to % + %',
                NEW.case_id, NEW.excl, NEW.vat, found.excl, found.vat
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_is_its_lines';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_is_final BEFORE UPDATE ON payments_scheduledpayment
    FOR EACH ROW EXECUTE FUNCTION payments_payment_is_final();
CREATE TRIGGER payment_stays BEFORE DELETE ON payments_scheduledpayment
    FOR EACH ROW WHEN (OLD.finalised_at IS NOT NULL) EXECUTE FUNCTION payments_payment_is_final();
"""

UNDO = """
DROP TRIGGER payment_stays ON payments_scheduledpayment;
DROP TRIGGER payment_is_final ON payments_scheduledpayment;
DROP TRIGGER payment_line_is_final ON payments_paymentline;
DROP FUNCTION payments_payment_is_final(), payments_line_is_final();
"""


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [("payments", "0001_initial")]

    operations = [migrations.RunSQL(FINALISED, UNDO)]
