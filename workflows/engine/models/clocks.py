"""Tables of promises: the calendars and targets that clocks were begun with."""

from django.db import models
from django.utils import timezone


class CalendarVersion(models.Model):
    """A council's working time as it was when a clock began: a clock never moves because a calendar was changed."""

    number = models.IntegerField(unique=True)
    content = models.JSONField()  # hours by weekday, cut-off, closure days, bank holidays
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)


class ClockDefinition(models.Model):
    """A promise: who owes what within how much working time, and from when on it is at risk. Never changed; a changed
    profile makes a new version."""

    key = models.CharField(max_length=80)  # `contract_documents.respond_within`, or a case clock's key of the profile
    version = models.IntegerField()
    party = models.CharField(max_length=10)  # provider, or team
    target = models.CharField(max_length=30)  # "5 working days"
    at_risk_share = models.DecimalField(max_digits=3, decimal_places=2)  # of the target, elapsed
    at_risk_left = models.CharField(max_length=30)  # or no more than this is left, whichever is first
    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="clock_definition_once")]
