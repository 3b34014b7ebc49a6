from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('parties', '0003_clients_by_name'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='erased_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
