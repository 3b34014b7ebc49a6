"""The cases behind a line of who had the ball are paged through: of one holder, the latest first."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0019_figures_of_what_there_is'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='holderspan',
            index=models.Index(
                condition=models.Q(('ended_at__isnull', False)),
                fields=['holder', '-ended_at', '-id'],
                include=('team',),
                name='holder_span_ended',
            ),
        ),
    ]
