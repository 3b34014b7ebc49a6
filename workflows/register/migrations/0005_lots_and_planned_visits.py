"""Lines of a lot, and the days and carers of their visits."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0004_payment_holds"),
    ]

    operations = [
        migrations.AddField(
            model_name="carepackageline",
            name="lot",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.CreateModel(
            name="LineVisits",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateField()),
                ("end", models.DateField(null=True)),
                ("units", models.DecimalField(decimal_places=2, max_digits=6)),
                ("days", django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=None)),
                ("carers", models.SmallIntegerField(default=1)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visits",
                        to="register.carepackageline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("end__isnull", True), ("end__gte", models.F("start")), _connector="OR"),
                        name="visits_end_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("carers__gte", 1), ("units__gt", 0)), name="visits_of_something"
                    ),
                ],
            },
        ),
    ]
