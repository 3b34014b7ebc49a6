"""An amount by hand that no second person has approved is no part of a payment: neither of its sum when that is held
against its lines."""

from importlib import import_module
from typing import Any

from django.db import migrations

BEFORE = import_module("workflows.payments.migrations.0002_finalised_never_changes").FINALISED
COUNTED = "WHERE payment_id = NEW.case_id AND held_out_at IS NULL"
APPROVED = f"{COUNTED} AND (kind <> 'manual' OR approved_by_id IS NOT NULL)"


def _function(text: str) -> str:
    """The second function of the migration before, to be written again."""
    start = text.index("CREATE FUNCTION payments_payment_is_final")
    end = text.index("CREATE TRIGGER payment_is_final")
    return text[start:end].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    """Writes the check of a finalised payment again."""

    dependencies = [("payments", "0002_finalised_never_changes")]

    operations: list[Any] = [
        migrations.RunSQL(_function(BEFORE.replace(COUNTED, APPROVED)), _function(BEFORE)),
    ]
