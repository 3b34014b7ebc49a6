"""What is blocked, as one view over the rooms that know it, and the reminders that were sent."""

from django.conf import settings
from django.db import models

from workflows.engine.models import Case
from workflows.parties.models import Organisation, Team
from workflows.payments.models import ScheduledPayment
from workflows.register.models import Contract


class BlockedMoney(models.Model):
    """One thing that holds money up, and how much: a view (migration 0001), in which each pound stands once.

    `source` payment: a payment of a run (`calendar`, `pay_on`) that is not finalised. `source` week: a week of actuals
    by its `cut_off`, for councils that pay outside Concord. `team` empty although a team holds it: the desk of `key`
    (causes.py). `earlier`: of a period that is settled already.
    """

    id = models.CharField(max_length=30, primary_key=True)
    source = models.CharField(max_length=10)
    key = models.CharField(max_length=20)
    calendar = models.CharField(max_length=40)
    pay_on = models.DateField(null=True)
    week = models.DateField(null=True)
    cut_off = models.DateTimeField(null=True)
    payment = models.ForeignKey(ScheduledPayment, on_delete=models.DO_NOTHING, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.DO_NOTHING, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.DO_NOTHING, null=True, related_name="+")
    holder = models.CharField(max_length=10)  # provider, team
    team = models.ForeignKey(Team, on_delete=models.DO_NOTHING, null=True, related_name="+")
    lines = models.IntegerField()
    worth = models.DecimalField(max_digits=12, decimal_places=2)
    since = models.DateField(null=True)
    about = models.ForeignKey(Case, on_delete=models.DO_NOTHING, null=True, related_name="+")
    earlier = models.BooleanField()

    class Meta:
        managed = False
        db_table = "month_end_blocked"


class Reminder(models.Model):
    """That a provider was reminded before the end of a period: who sent it, when, and of what.

    `run` names what it was about (moments.Run.key); a second one for the same is sent only when somebody asks for it,
    and has the next `number`.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    run = models.CharField(max_length=60)
    number = models.IntegerField()
    due_at = models.DateTimeField()  # by when it asked
    counts = models.JSONField()  # {key of what awaits them: how many}
    people = models.IntegerField()  # how many were told
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "organisation", "number"], name="reminder_once"),
        ]
