"""Recorded visits are found by the reference that their provider's system gave them; most files give one."""

from django.db import migrations

INDEX = """
CREATE INDEX search_visit_reference ON actuals_recordedvisit (concord_compact(reference) text_pattern_ops)
    WHERE reference <> '';
"""


class Migration(migrations.Migration):
    """One index of an expression."""

    dependencies = [("actuals", "0003_recorded_visits"), ("search", "0002_words_and_references")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX search_visit_reference;")]
