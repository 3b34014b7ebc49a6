"""What the lines of a week come to, by where they stand: kept by the database with every statement that writes them.

What a statement changes is added up by week and written once, so a save of one line costs one row and a week of three
hundred lines costs one statement. Whoever writes lines of a week holds its case, so nobody waits here for anybody else.
"""

import django.db.models.deletion
from django.db import migrations, models

#: The sums of rows: `sign` is -1 for what was, 1 for what is.
SUMS = """
    SELECT case_id, standing, {sign} AS lines, {sign} * planned_cost AS planned, {sign} * payable_cost AS payable,
           {sign} * at_stake AS stake FROM {rows}"""
ADD = """
INSERT INTO actuals_weekmoney (case_id, standing, lines, planned_cost, payable_cost, at_stake)
SELECT m.case_id, m.standing, sum(m.lines), sum(m.planned), sum(m.payable), sum(m.stake) FROM ({moved}) m
GROUP BY m.case_id, m.standing
HAVING (sum(m.lines), sum(m.planned), sum(m.payable), sum(m.stake)) <> (0, 0, 0, 0)
ORDER BY m.case_id, m.standing
ON CONFLICT (case_id, standing) DO UPDATE SET
    lines = actuals_weekmoney.lines + EXCLUDED.lines,
    planned_cost = actuals_weekmoney.planned_cost + EXCLUDED.planned_cost,
    payable_cost = actuals_weekmoney.payable_cost + EXCLUDED.payable_cost,
    at_stake = actuals_weekmoney.at_stake + EXCLUDED.at_stake;"""
WAS, IS = SUMS.format(sign=-1, rows="was"), SUMS.format(sign=1, rows="now_is")
KEEP = f"""
CREATE FUNCTION actuals_keep_week_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {ADD.format(moved=IS)}
    ELSIF TG_OP = 'DELETE' THEN {ADD.format(moved=WAS)}
    ELSE {ADD.format(moved=f"{WAS} UNION ALL {IS}")}
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER line_week_money_begun AFTER INSERT ON actuals_lineweek REFERENCING NEW TABLE AS now_is
    FOR EACH STATEMENT EXECUTE FUNCTION actuals_keep_week_money();
CREATE TRIGGER line_week_money_moved AFTER UPDATE ON actuals_lineweek REFERENCING OLD TABLE AS was NEW TABLE AS now_is
    FOR EACH STATEMENT EXECUTE FUNCTION actuals_keep_week_money();
CREATE TRIGGER line_week_money_gone AFTER DELETE ON actuals_lineweek REFERENCING OLD TABLE AS was
    FOR EACH STATEMENT EXECUTE FUNCTION actuals_keep_week_money();
{ADD.format(moved=SUMS.format(sign=1, rows="actuals_lineweek"))}
"""
UNDO = """
DROP TRIGGER line_week_money_gone ON actuals_lineweek;
DROP TRIGGER line_week_money_moved ON actuals_lineweek;
DROP TRIGGER line_week_money_begun ON actuals_lineweek;
DROP FUNCTION actuals_keep_week_money();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('actuals', '0006_saves_unindexed'),
        ('engine', '0016_sign_ins_in_the_access_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='WeekMoney',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('standing', models.CharField(choices=[('generated', 'As planned'), ('saved', 'Saved'), ('submitted', 'Submitted'), ('disputed', 'Disputed'), ('payable', 'Payable'), ('paid', 'Paid'), ('suspended', 'Suspended')], max_length=10)),
                ('lines', models.IntegerField(default=0)),
                ('planned_cost', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('payable_cost', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('at_stake', models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='week_money', to='engine.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'standing'), name='week_money_once')],
            },
        ),
        migrations.RunSQL(KEEP, UNDO),
    ]
