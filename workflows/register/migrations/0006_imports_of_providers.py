"""A provider imports files too, as itself."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('parties', '0005_the_council_itself'),
        ('register', '0005_lots_and_planned_visits'),
    ]

    operations = [
        migrations.AddField(
            model_name='importrun',
            name='organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation'),
        ),
    ]
