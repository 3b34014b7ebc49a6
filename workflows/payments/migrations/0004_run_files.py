"""Keeps the payment file of a run as it was made, and what finance said it has paid."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0003_unapproved_by_hand_does_not_count"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='paymentrun',
            name='file',
            field=models.FileField(blank=True, default='', max_length=200, upload_to=''),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='file_rows',
            field=models.IntegerField(default=0),
        ),
        migrations.CreateModel(
            name='ReturnedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('file', models.FileField(max_length=200, upload_to='')),
                ('payments_count', models.IntegerField()),
                ('total', models.DecimalField(decimal_places=2, max_digits=12)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returned_files', to='payments.paymentrun')),
            ],
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('payment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='transfer', serialize=False, to='payments.scheduledpayment')),
                ('reference', models.CharField(blank=True, default='', max_length=60)),
                ('paid_on', models.DateField(null=True)),
                ('returned', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='payments.returnedfile')),
            ],
        ),
    ]
