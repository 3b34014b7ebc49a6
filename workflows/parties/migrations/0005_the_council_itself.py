"""The council is an organisation too, of cases that are about no provider."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('parties', '0004_user_erased_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='is_council',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
