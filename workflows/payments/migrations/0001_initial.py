"""The tables of scheduled payments, of runs and of stops."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('engine', '0015_unread_notices'),
        ('register', '0005_lots_and_planned_visits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentMethod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.DateField()),
                ('calendar', models.CharField(max_length=40)),
                ('net', models.BooleanField(default=False)),
                ('on_actuals', models.BooleanField(default=False)),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_methods', to='register.contract')),
            ],
        ),
        migrations.CreateModel(
            name='PaymentRun',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='payment_run', serialize=False, to='engine.case')),
                ('number', models.IntegerField(unique=True)),
                ('calendar', models.CharField(max_length=40)),
                ('pay_on', models.DateField()),
                ('payments_count', models.IntegerField(default=0)),
                ('lines_count', models.IntegerField(default=0)),
                ('excl', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('vat', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('total', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('finalised_at', models.DateTimeField(null=True)),
                ('file_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('file_made_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ScheduledPayment',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='scheduled_payment', serialize=False, to='engine.case')),
                ('calendar', models.CharField(max_length=40)),
                ('number', models.IntegerField()),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('visible_from', models.DateField()),
                ('cut_off', models.DateField()),
                ('finalise_on', models.DateField()),
                ('pay_on', models.DateField()),
                ('financial_year', models.CharField(max_length=9)),
                ('confirmation', models.CharField(choices=[('unconfirmed', 'Unconfirmed'), ('confirmed', 'Confirmed'), ('rejected', 'Rejected')], default='unconfirmed', max_length=11)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('generated_at', models.DateTimeField(null=True)),
                ('changed', models.BooleanField(default=True)),
                ('excl', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('vat', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('total', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('carried_in', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('carried_in_vat', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('payable', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('payable_vat', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('carried_out', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('carried_out_vat', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('finalised_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('paid_reference', models.CharField(blank=True, default='', max_length=60)),
                ('comments', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engine.content')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='register.contract')),
                ('method', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.paymentmethod')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='payments.paymentrun')),
            ],
        ),
        migrations.CreateModel(
            name='PaymentStop',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='payment_stop', serialize=False, to='engine.case')),
                ('cause', models.CharField(choices=[('death', 'Death'), ('away', 'Stay away'), ('move', 'Move')], max_length=10)),
                ('start', models.DateField()),
                ('confirmed', models.BooleanField(default=False)),
                ('notice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='stop', to='engine.case')),
            ],
        ),
        migrations.CreateModel(
            name='Rejected',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(null=True)),
                ('died', models.BooleanField(default=False)),
                ('at_stake', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('', 'Not answered yet'), ('amended', 'The line was amended'), ('left', 'Left as it is'), ('withdrawn', 'Taken back by the provider')], default='', max_length=10)),
                ('answered_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='register.carepackageline')),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rejections', to='payments.scheduledpayment')),
                ('why', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engine.content')),
            ],
        ),
        migrations.CreateModel(
            name='Debt',
            fields=[
                ('payment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='debt', serialize=False, to='payments.scheduledpayment')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('recovered', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('instalments', models.JSONField(default=list)),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debts', to='register.contract')),
            ],
        ),
        migrations.CreateModel(
            name='PaymentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('scheduled', 'Paid'), ('adjustment', 'Adjustment'), ('manual', 'Adjustment by hand')], default='scheduled', max_length=10)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('excl', models.DecimalField(decimal_places=2, max_digits=12)),
                ('vat', models.DecimalField(decimal_places=2, max_digits=12)),
                ('total', models.DecimalField(decimal_places=2, max_digits=12)),
                ('worth', models.JSONField(null=True)),
                ('causes', models.JSONField(default=list)),
                ('not_paid', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('waiting', models.BooleanField(default=False)),
                ('held_out_at', models.DateTimeField(null=True)),
                ('put_back_at', models.DateTimeField(null=True)),
                ('about', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='put_right_by', to='payments.scheduledpayment')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('held_out_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('held_out_why', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engine.content')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_lines', to='register.carepackageline')),
                ('note', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engine.content')),
                ('payment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.scheduledpayment')),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(models.F('excl'), '+', models.F('vat')))), name='payment_line_total_adds_up'), models.UniqueConstraint(condition=models.Q(('kind', 'manual'), _negated=True), fields=('payment', 'line', 'kind', 'about'), name='payment_line_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'adjustment'), ('about__isnull', False)), models.Q(('kind', 'adjustment'), _negated=True), _connector='OR'), name='adjustment_is_about_a_payment'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'manual'), _negated=True), ('written_by__isnull', False), _connector='OR'), name='by_hand_is_somebodys'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('written_by')), _negated=True), _connector='OR'), name='by_hand_second_person')],
            },
        ),
        migrations.AddConstraint(
            model_name='paymentmethod',
            constraint=models.UniqueConstraint(fields=('contract', 'start'), name='payment_method_once_a_start'),
        ),
        migrations.AddIndex(
            model_name='scheduledpayment',
            index=models.Index(fields=['pay_on', 'case'], name='payment_by_pay_day'),
        ),
        migrations.AddIndex(
            model_name='scheduledpayment',
            index=models.Index(condition=models.Q(('changed', True), ('finalised_at__isnull', True)), fields=['case'], name='payment_changed'),
        ),
        migrations.AddConstraint(
            model_name='scheduledpayment',
            constraint=models.UniqueConstraint(fields=('contract', 'calendar', 'first'), name='payment_once_a_period'),
        ),
        migrations.AddConstraint(
            model_name='scheduledpayment',
            constraint=models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='payment_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='scheduledpayment',
            constraint=models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(models.F('excl'), '+', models.F('vat')))), name='payment_total_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='scheduledpayment',
            constraint=models.CheckConstraint(condition=models.Q(('payable', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('total'), '+', models.F('carried_in')), '-', models.F('carried_out'))), ('payable__gte', 0)), name='payment_payable_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='scheduledpayment',
            constraint=models.CheckConstraint(condition=models.Q(('payable_vat', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('vat'), '+', models.F('carried_in_vat')), '-', models.F('carried_out_vat')))), name='payment_payable_vat_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='scheduledpayment',
            constraint=models.CheckConstraint(condition=models.Q(('carried_in__lte', 0), ('carried_out__lte', 0)), name='payment_carries_debts_only'),
        ),
        migrations.AddConstraint(
            model_name='paymentrun',
            constraint=models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(models.F('excl'), '+', models.F('vat')))), name='run_total_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='paymentrun',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='run_second_person'),
        ),
        migrations.AddConstraint(
            model_name='debt',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('recovered__gte', 0), ('recovered__lte', models.F('amount'))), name='debt_is_owed'),
        ),
    ]
