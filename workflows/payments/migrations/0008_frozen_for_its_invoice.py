"""What an invoice claims stays as it was submitted: while a payment is frozen, neither its lines nor its total change.

An amount by hand that nobody has approved is no part of a payment, so it may come and go. What an earlier period left
is taken up all the same: it is no part of the invoice.
"""

from importlib import import_module
from typing import Any

from django.db import migrations, models
from django.db.models import Q

FINALISED = import_module("workflows.payments.migrations.0002_finalised_never_changes").FINALISED
LINES = FINALISED[: FINALISED.index("CREATE TRIGGER payment_line_is_final")].strip()

LINE_IS_FROZEN = """
CREATE OR REPLACE FUNCTION payments_line_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.payment_id ELSE NEW.payment_id END;
    found record;
BEGIN
    SELECT finalised_at, frozen_at INTO found FROM payments_scheduledpayment WHERE case_id = which;
    IF found.finalised_at IS NULL AND found.frozen_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF found.finalised_at IS NULL AND TG_OP = 'DELETE' AND OLD.kind = 'manual' AND OLD.approved_by_id IS NULL THEN
        RETURN OLD;
    END IF;
    IF found.finalised_at IS NOT NULL AND TG_OP = 'UPDATE' AND OLD.held_out_at IS NOT NULL AND OLD.put_back_at IS NULL
       AND (to_jsonb(NEW) - 'put_back_at') = (to_jsonb(OLD) - 'put_back_at') THEN
        RETURN NEW;
    END IF;
    IF found.finalised_at IS NULL THEN
        RAISE EXCEPTION 'a line of the payment % cannot change: its invoice was submitted', which
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_line_is_frozen';
    END IF;
    RAISE EXCEPTION 'a line of the finalised payment % cannot change', which
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_line_is_final';
END $$;
"""
PAYMENT_IS_FROZEN = """
CREATE FUNCTION payments_payment_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the payment % cannot change: its invoice was submitted', OLD.case_id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_is_frozen';
END $$;
CREATE TRIGGER payment_is_frozen BEFORE UPDATE ON payments_scheduledpayment FOR EACH ROW
    WHEN (OLD.frozen_at IS NOT NULL AND NEW.frozen_at IS NOT NULL
          AND (OLD.frozen_at, OLD.excl, OLD.vat, OLD.total) IS DISTINCT FROM
              (NEW.frozen_at, NEW.excl, NEW.vat, NEW.total))
    EXECUTE FUNCTION payments_payment_is_frozen();
CREATE FUNCTION payments_frozen_is_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found record;
BEGIN
    SELECT coalesce(sum(excl), 0) AS excl, coalesce(sum(vat), 0) AS vat INTO found FROM payments_paymentline
    WHERE payment_id = NEW.case_id AND held_out_at IS NULL AND (kind <> 'manual' OR approved_by_id IS NOT NULL);
    IF (found.excl, found.vat) <> (NEW.excl, NEW.vat) THEN
        RAISE EXCEPTION 'payment % says % + %, its lines come to % + %',
            NEW.case_id, NEW.excl, NEW.vat, found.excl, found.vat
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payment_is_its_lines';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_frozen_is_its_lines BEFORE UPDATE ON payments_scheduledpayment FOR EACH ROW
    WHEN (OLD.frozen_at IS NULL AND NEW.frozen_at IS NOT NULL) EXECUTE FUNCTION payments_frozen_is_its_lines();
"""
UNDO = """
DROP TRIGGER payment_frozen_is_its_lines ON payments_scheduledpayment;
DROP TRIGGER payment_is_frozen ON payments_scheduledpayment;
DROP FUNCTION payments_frozen_is_its_lines(), payments_payment_is_frozen();
"""


class Migration(migrations.Migration):
    """Adds the columns, then what holds them."""

    dependencies = [("payments", "0007_finalised_runs_never_change")]

    operations: list[Any] = [
        migrations.AddField("paymentmethod", "invoiced", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("scheduledpayment", "invoiced", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("scheduledpayment", "frozen_at", models.DateTimeField(null=True)),
        migrations.AddField("scheduledpayment", "released_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "scheduledpayment",
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, released_at__isnull=True)
                | Q(invoiced=True, frozen_at__isnull=False),
                name="payment_frozen_for_its_invoice",
            ),
        ),
        migrations.AddConstraint(
            "scheduledpayment",
            models.CheckConstraint(
                condition=Q(invoiced=False)
                | Q(released_at__isnull=False)
                | Q(run__isnull=True, finalised_at__isnull=True),
                name="payment_waits_for_its_invoice",
            ),
        ),
        migrations.RunSQL(LINE_IS_FROZEN, LINES.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)),
        migrations.RunSQL(PAYMENT_IS_FROZEN, UNDO),
    ]
