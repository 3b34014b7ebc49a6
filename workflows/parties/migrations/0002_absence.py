"""The table of absences moves here from `people`, with its rows: the engine asks who stands in for whom."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("substitute", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="standing_in", to=settings.AUTH_USER_MODEL)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="absences", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["user", "first_day"], name="absence_of_user")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("last_day__gte", models.F("first_day"))), name="absence_ends_after_start"),
                    models.CheckConstraint(condition=models.Q(("user", models.F("substitute")), _negated=True), name="absence_needs_somebody_else"),
                ],
            },
        )],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE people_absence RENAME TO parties_absence",
                    "ALTER TABLE parties_absence RENAME TO people_absence",
                )
            ],
        )
    ]
