"""One view of what is blocked, over every room that knows it, and the reminders that were sent.

Each pound stands in it once: what of a line waits, by its causes; what a held-out line or an amount by hand comes to;
what a whole payment comes to while its invoice is not accepted. A payment counts while nothing of it is final. Weeks
stand beside that as a source of their own, for councils that pay outside Concord.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: A dispute of the week that is not decided, first one that awaits the provider.
DISPUTE = """
LEFT JOIN LATERAL (
    SELECT q.id, q.holder, q.holder_team_id FROM disputes_dispute s JOIN engine_case q ON q.id = s.case_id
    WHERE {when} AND s.week_id = {week} AND q.finished IS NULL ORDER BY (q.holder = 'provider') DESC, q.id LIMIT 1
) d ON true"""
WAITS = """
SELECT 'w' || w.id AS id, 'payment' AS source,
    CASE WHEN w.cause = 'actuals' AND w.about_id IS NULL THEN 'actuals_none'
         WHEN w.cause = 'actuals' AND k.state = 'recording' THEN 'actuals_open'
         WHEN w.cause = 'actuals' THEN 'actuals_check'
         WHEN w.cause = 'document' AND w.what = 'rejected' THEN 'document_amend'
         WHEN w.cause = 'document' THEN 'document_answer'
         ELSE w.cause END AS key,
    p.calendar, p.pay_on, NULL::date AS week, NULL::timestamptz AS cut_off, p.case_id AS payment_id, c.organisation_id,
    p.contract_id,
    CASE WHEN w.cause = 'document' AND w.what = 'rejected' THEN 'team'
         WHEN w.cause = 'document' OR k.holder = 'provider' THEN 'provider' ELSE 'team' END AS holder,
    k.holder_team_id AS team_id, w.lines, w.worth, w.since, w.about_id, w.earlier
FROM payments_scheduledpayment p
JOIN payments_paymentwait w ON w.payment_id = p.case_id AND w.cause <> 'dispute'
JOIN register_contract c ON c.id = p.contract_id
LEFT JOIN engine_case k ON k.id = w.about_id
WHERE p.finalised_at IS NULL AND p.frozen_at IS NULL"""
#: What is disputed waits for the dispute of the week, and for the week when there is none any more.
DISPUTED = f"""
SELECT 'w' || w.id, 'payment', 'dispute', p.calendar, p.pay_on, NULL, NULL, p.case_id, c.organisation_id, p.contract_id,
    CASE WHEN coalesce(d.holder, k.holder) = 'provider' THEN 'provider' ELSE 'team' END,
    CASE WHEN d.id IS NOT NULL THEN d.holder_team_id ELSE k.holder_team_id END,
    w.lines, w.worth, w.since, coalesce(d.id, w.about_id), w.earlier
FROM payments_scheduledpayment p
JOIN payments_paymentwait w ON w.payment_id = p.case_id AND w.cause = 'dispute'
JOIN register_contract c ON c.id = p.contract_id
LEFT JOIN engine_case k ON k.id = w.about_id
{DISPUTE.format(week="w.about_id", when="true")}
WHERE p.finalised_at IS NULL AND p.frozen_at IS NULL"""  # noqa: S608 (it is made of this file's own names)
ALONE = """
SELECT 'h' || l.id, 'payment', 'held_out', p.calendar, p.pay_on, NULL::date, NULL::timestamptz, p.case_id,
    c.organisation_id, p.contract_id, 'team', NULL::bigint, 1, l.total,
    (l.held_out_at AT TIME ZONE 'Europe/London')::date, NULL::bigint, false
FROM payments_scheduledpayment p
JOIN payments_paymentline l ON l.payment_id = p.case_id AND l.held_out_at IS NOT NULL
JOIN register_contract c ON c.id = p.contract_id
WHERE p.finalised_at IS NULL
UNION ALL
SELECT 'e' || l.id, 'payment', 'held_out', n.calendar, n.pay_on, NULL, NULL, o.case_id, c.organisation_id,
    o.contract_id, 'team', NULL, 1, l.total, (l.held_out_at AT TIME ZONE 'Europe/London')::date, NULL, true
FROM payments_paymentline l
JOIN payments_scheduledpayment o ON o.case_id = l.payment_id AND o.finalised_at IS NOT NULL
JOIN register_contract c ON c.id = o.contract_id
JOIN LATERAL (
    SELECT p.calendar, p.pay_on FROM payments_scheduledpayment p
    WHERE p.contract_id = o.contract_id AND p.finalised_at IS NULL AND p.frozen_at IS NULL
    ORDER BY p.first, p.case_id LIMIT 1) n ON true
WHERE l.held_out_at IS NOT NULL AND l.put_back_at IS NULL AND l.kind <> 'adjustment'
UNION ALL
SELECT 'b' || l.id, 'payment', 'by_hand', p.calendar, p.pay_on, NULL, NULL, p.case_id, c.organisation_id,
    p.contract_id, 'team', NULL, 1, l.total, NULL, NULL, false
FROM payments_scheduledpayment p
JOIN payments_paymentline l ON l.payment_id = p.case_id AND l.kind = 'manual' AND l.approved_by_id IS NULL
    AND l.held_out_at IS NULL
JOIN register_contract c ON c.id = p.contract_id
WHERE p.finalised_at IS NULL"""
INVOICES = """
SELECT 'i' || p.case_id, 'payment',
    CASE k.state WHEN 'pending' THEN 'invoice_pending' WHEN 'submitted' THEN 'invoice_check' ELSE 'invoice_draft' END,
    p.calendar, p.pay_on, NULL, NULL, p.case_id, c.organisation_id, p.contract_id,
    CASE k.state WHEN 'submitted' THEN 'team' ELSE 'provider' END, k.holder_team_id, 1, p.payable,
    (k.holder_since AT TIME ZONE 'Europe/London')::date, k.id, false
FROM payments_scheduledpayment p
JOIN register_contract c ON c.id = p.contract_id
LEFT JOIN invoices_invoice i ON i.payment_id = p.case_id
LEFT JOIN engine_case k ON k.id = i.case_id
WHERE p.finalised_at IS NULL AND p.invoiced AND p.released_at IS NULL AND p.payable > 0"""
WEEKS = f"""
SELECT 'm' || m.id, 'week',
    CASE WHEN m.standing = 'disputed' THEN 'dispute' WHEN k.state = 'recording' THEN 'week_open' ELSE 'week_check' END,
    '', NULL, a.week, a.cut_off, NULL, k.organisation_id, NULL,
    CASE WHEN coalesce(d.holder, k.holder) = 'provider' THEN 'provider' ELSE 'team' END,
    CASE WHEN d.id IS NOT NULL THEN d.holder_team_id ELSE k.holder_team_id END,
    m.lines, CASE m.standing WHEN 'disputed' THEN m.at_stake ELSE m.payable_cost END,
    (k.holder_since AT TIME ZONE 'Europe/London')::date, coalesce(d.id, k.id), false
FROM engine_case k
JOIN actuals_actualweek a ON a.case_id = k.id
JOIN actuals_weekmoney m ON m.case_id = k.id AND m.lines > 0 AND m.standing IN
    ('generated', 'saved', 'submitted', 'disputed')
{DISPUTE.format(week="k.id", when="m.standing = 'disputed'")}
WHERE k.kind = 'actuals' AND k.finished IS NULL AND k.state IN ('recording', 'submitted', 'checked')
UNION ALL
SELECT 'g' || k.id, 'week', 'week_open', '', NULL, a.week, a.cut_off, NULL, k.organisation_id, NULL, 'provider', NULL,
    0, 0, (k.holder_since AT TIME ZONE 'Europe/London')::date, k.id, false
FROM engine_case k
JOIN actuals_actualweek a ON a.case_id = k.id AND a.generated_at IS NULL
WHERE k.kind = 'actuals' AND k.finished IS NULL AND k.state = 'recording'"""  # noqa: S608 (it is made of this file's own names)
VIEW = f"""
CREATE VIEW month_end_blocked AS {WAITS}
UNION ALL {DISPUTED}
UNION ALL {ALONE}
UNION ALL {INVOICES}
UNION ALL {WEEKS};
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('actuals', '0007_week_money'),
        ('disputes', '0001_initial'),
        ('invoices', '0002_never_more_than_the_line_was_worth'),
        ('parties', '0006_unused_and_suspended'),
        ('payments', '0010_what_waits_by_cause'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BlockedMoney',
            fields=[
                ('id', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=10)),
                ('key', models.CharField(max_length=20)),
                ('calendar', models.CharField(max_length=40)),
                ('pay_on', models.DateField(null=True)),
                ('week', models.DateField(null=True)),
                ('cut_off', models.DateTimeField(null=True)),
                ('holder', models.CharField(max_length=10)),
                ('lines', models.IntegerField()),
                ('worth', models.DecimalField(decimal_places=2, max_digits=12)),
                ('since', models.DateField(null=True)),
                ('earlier', models.BooleanField()),
            ],
            options={
                'db_table': 'month_end_blocked',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.CharField(max_length=60)),
                ('number', models.IntegerField()),
                ('due_at', models.DateTimeField()),
                ('counts', models.JSONField()),
                ('people', models.IntegerField()),
                ('sent_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'organisation', 'number'), name='reminder_once')],
            },
        ),
        migrations.RunSQL(VIEW, "DROP VIEW month_end_blocked"),
    ]
