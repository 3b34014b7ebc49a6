"""The table of absences belongs to `parties` from here on; nothing happens to its rows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("parties", "0002_absence")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Absence")], database_operations=[])
    ]
