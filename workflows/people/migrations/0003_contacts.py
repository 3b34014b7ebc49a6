"""Contacts of providers, and links for the first way in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('parties', '0002_absence'),
        ('people', '0002_absence_moves_to_parties'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FirstAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_1', models.CharField(blank=True, default='', max_length=200)),
                ('address_2', models.CharField(blank=True, default='', max_length=200)),
                ('address_3', models.CharField(blank=True, default='', max_length=200)),
                ('town', models.CharField(blank=True, default='', max_length=100)),
                ('county', models.CharField(blank=True, default='', max_length=100)),
                ('postcode', models.CharField(blank=True, default='', max_length=10)),
                ('country', models.CharField(blank=True, default='', max_length=100)),
                ('uprn', models.CharField(blank=True, default='', max_length=12, verbose_name='UPRN')),
                ('usrn', models.CharField(blank=True, default='', max_length=8, verbose_name='USRN')),
                ('mobile', models.CharField(blank=True, default='', max_length=30)),
                ('telephone', models.CharField(blank=True, default='', max_length=30)),
                ('fax', models.CharField(blank=True, default='', max_length=30)),
                ('email', models.EmailField(blank=True, default='', max_length=254)),
                ('title', models.CharField(blank=True, default='', max_length=20)),
                ('forename', models.CharField(max_length=100)),
                ('surname', models.CharField(blank=True, default='', max_length=100)),
                ('role', models.CharField(blank=True, default='', max_length=100)),
                ('gone_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='parties.organisation')),
                ('role_for', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.service')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'surname', 'id'], name='contact_of_organisation')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='contact_once_a_user')],
            },
        ),
    ]
