"""Disputes and their rows. Where a dispute stands is the state of its case; what a row waits for, its own.

Reasons and responses are words of people: they lie in content rows of the case's stream, so that erasing a client takes
them along (erasing.py).
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from workflows.actuals.models import ActualWeek, LineWeek, pounds, units
from workflows.engine.models import Case, Content

from .rules import WORDS, Awaits, Decision

AWAITS = [(str(each), each.title()) for each in Awaits]
DECISIONS = [(str(each), WORDS[each]) for each in Decision]


class Dispute(models.Model):
    """Lines of one week of actuals that were disputed at once; the provider and the service are the case's own."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="dispute")
    week = models.ForeignKey(ActualWeek, on_delete=models.PROTECT, related_name="disputes")
    reason = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()


class DisputedRow(models.Model):
    """One line's week that is disputed: what was planned and claimed when it was raised, and what became of it.

    `version` is the line's week as it was raised. `payable_cost` is not in dispute and is payable at once; `at_stake`
    is. `amended` are entry.Row that the provider gives instead, `changes` counts how often. `words` are what
    the council wrote about it last: why it was decided so, or what it asks again.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="rows")
    line_week = models.ForeignKey(LineWeek, on_delete=models.PROTECT, related_name="disputed", db_index=False)
    version = models.IntegerField()
    awaits = models.CharField(max_length=10, choices=AWAITS, default=str(Awaits.PROVIDER))
    causes = ArrayField(models.CharField(max_length=60), default=list)
    planned = units()
    claimed = units()
    planned_cost = pounds()
    claimed_cost = pounds()
    payable_cost = pounds()
    at_stake = pounds()
    unpriced = models.BooleanField(default=False)

    amended = models.JSONField(null=True)
    amended_units = units(null=True)
    amended_cost = pounds(null=True)
    changes = models.IntegerField(default=0)

    decision = models.CharField(max_length=20, choices=DECISIONS, blank=True, default="")
    words = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    paid_units = units(null=True)
    paid_cost = pounds(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line_week"], condition=~Q(awaits=str(Awaits.NOTHING)), name="line_week_disputed_once"
            ),
            models.CheckConstraint(
                condition=Q(decision="") ^ Q(awaits=str(Awaits.NOTHING)), name="disputed_row_decided_or_not"
            ),
        ]
        indexes = [
            models.Index(fields=["line_week", "id"], name="disputed_row_of_line_week"),
            models.Index(fields=["awaits", "dispute"], name="disputed_row_by_awaits"),
        ]
