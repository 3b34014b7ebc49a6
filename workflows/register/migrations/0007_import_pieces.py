"""The bytes of a file to import lie as they are, so that a worker can read a piece of them without all the others."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("register", "0006_imports_of_providers")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE register_importrun ALTER COLUMN content SET STORAGE EXTERNAL",
            "ALTER TABLE register_importrun ALTER COLUMN content SET STORAGE EXTENDED",
        )
    ]
