"""What of open payments waits for somebody, by cause: a few rows a payment. Payments that are open are worked out once
more, so that they have theirs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0016_sign_ins_in_the_access_log'),
        ('payments', '0009_one_off_amounts'),
        ('register', '0007_import_pieces'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentWait',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(max_length=12)),
                ('what', models.CharField(blank=True, default='', max_length=12)),
                ('earlier', models.BooleanField(default=False)),
                ('lines', models.IntegerField()),
                ('worth', models.DecimalField(decimal_places=2, max_digits=12)),
                ('since', models.DateField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='paymentline',
            index=models.Index(condition=models.Q(('held_out_at__isnull', False)), fields=['payment'], name='payment_line_held_out'),
        ),
        migrations.AddField(
            model_name='paymentwait',
            name='about',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engine.case'),
        ),
        migrations.AddField(
            model_name='paymentwait',
            name='payment',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='waits', to='payments.scheduledpayment'),
        ),
        migrations.AddConstraint(
            model_name='paymentwait',
            constraint=models.UniqueConstraint(fields=('payment', 'cause', 'what', 'about', 'earlier'), name='payment_wait_once', nulls_distinct=False),
        ),
        migrations.RunSQL(
            "UPDATE payments_scheduledpayment SET changed = true WHERE finalised_at IS NULL AND frozen_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
