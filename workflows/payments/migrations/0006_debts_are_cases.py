from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [
        ("engine", "0015_unread_notices"),
        ("payments", "0005_what_waits_is_found_at_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="debt",
            name="case",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="debt", to="engine.case"
            ),
        ),
    ]
