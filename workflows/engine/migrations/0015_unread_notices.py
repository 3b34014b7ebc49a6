"""What a person has not read is counted in the header of every page."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0014_narrow_unclaimed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(
                condition=models.Q(('read_at__isnull', True)), fields=['user', '-id'], name='notice_unread'
            ),
        ),
    ]
