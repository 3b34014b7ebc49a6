"""A list of one type of action reads no other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the index."""

    dependencies = [("actions", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="action",
            index=models.Index(fields=["type", "-last_post_at", "case"], name="action_by_type"),
        ),
    ]
