"""The tables of weeks of actuals, of authorisations and of decisions on care."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('engine', '0015_unread_notices'),
        ('parties', '0003_clients_by_name'),
        ('register', '0005_lots_and_planned_visits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LineWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.DateField()),
                ('standing', models.CharField(choices=[('generated', 'As planned'), ('saved', 'Saved'), ('submitted', 'Submitted'), ('disputed', 'Disputed'), ('payable', 'Payable'), ('paid', 'Paid'), ('suspended', 'Suspended')], default='generated', max_length=10)),
                ('version', models.IntegerField(default=1)),
                ('rows', models.JSONField(default=list)),
                ('causes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('saved_at', models.DateTimeField(null=True)),
                ('submitted_version', models.IntegerField(null=True)),
                ('planned', models.DecimalField(decimal_places=2, default=0, max_digits=9)),
                ('delivered', models.DecimalField(decimal_places=2, default=0, max_digits=9)),
                ('payable', models.DecimalField(decimal_places=2, default=0, max_digits=9)),
                ('not_charged', models.DecimalField(decimal_places=2, default=0, max_digits=9)),
                ('planned_cost', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('payable_cost', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('at_stake', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('differs', models.BooleanField(default=False)),
                ('disputable', models.BooleanField(default=False)),
                ('lacking', models.BooleanField(default=False)),
                ('unpriced', models.BooleanField(default=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='line_weeks', to='engine.case')),
                ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='weeks', to='register.carepackageline')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='LineWeekVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField()),
                ('rows', models.JSONField()),
                ('payable', models.DecimalField(decimal_places=2, max_digits=9)),
                ('payable_cost', models.DecimalField(decimal_places=2, max_digits=12)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('line_week', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='actuals.lineweek')),
            ],
        ),
        migrations.CreateModel(
            name='ActualWeek',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='actual_week', serialize=False, to='engine.case')),
                ('lot', models.CharField(blank=True, default='', max_length=60)),
                ('week', models.DateField()),
                ('cut_off', models.DateTimeField(null=True)),
                ('generated_at', models.DateTimeField(null=True)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.service')),
                ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['week', 'case'], name='actual_week_by_week')],
                'constraints': [models.UniqueConstraint(fields=('service', 'lot', 'week'), name='actual_week_once')],
            },
        ),
        migrations.CreateModel(
            name='Authorisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.DateField()),
                ('end', models.DateField()),
                ('units', models.DecimalField(decimal_places=2, max_digits=9)),
                ('reference', models.CharField(max_length=60)),
                ('given_by', models.CharField(max_length=200)),
                ('recorded_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorisations', to='register.carepackageline')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('end__gte', models.F('start'))), name='authorisation_ends_after_start'), models.CheckConstraint(condition=models.Q(('units__gt', 0)), name='authorisation_of_something')],
            },
        ),
        migrations.CreateModel(
            name='CareDecision',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='care_decision', serialize=False, to='engine.case')),
                ('raised', models.CharField(max_length=20)),
                ('cause', models.CharField(max_length=60)),
                ('since', models.DateField()),
                ('decided', models.BooleanField(default=False)),
                ('until', models.DateField(null=True)),
                ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='register.carepackageline')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('line', 'raised', 'cause', 'since'), name='care_decision_once')],
            },
        ),
        migrations.AddIndex(
            model_name='lineweek',
            index=models.Index(fields=['week', 'line'], name='line_week_by_week'),
        ),
        migrations.AddConstraint(
            model_name='lineweek',
            constraint=models.UniqueConstraint(fields=('line', 'week'), name='line_week_once'),
        ),
        migrations.AddConstraint(
            model_name='lineweek',
            constraint=models.CheckConstraint(condition=models.Q(('delivered__gte', 0), ('payable__gte', 0), ('payable_cost__gte', 0)), name='line_week_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='lineweekversion',
            constraint=models.UniqueConstraint(fields=('line_week', 'version'), name='line_week_version_once'),
        ),
    ]
