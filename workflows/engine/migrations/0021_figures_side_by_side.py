"""Providers' times beside each other, and people's figures of a team and some days, without reading all that is kept."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0020_ended_spans'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='persontally',
            index=models.Index(fields=['team_id', 'day'], name='person_tally_of_team'),
        ),
        migrations.AddIndex(
            model_name='providertally',
            index=models.Index(
                condition=models.Q(('metric', 'held')),
                fields=['day', 'kind'],
                include=('team_id', 'service_group', 'outcome', 'provider_id', 'count', 'minutes'),
                name='provider_held',
            ),
        ),
    ]
