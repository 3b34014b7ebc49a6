"""Tables of what managers read: who held a case for how long, and the sums of what is open and what happened."""

from django.db import models

from workflows.parties.models import Team

from .cases import Case, Holder
from .clocks import CalendarVersion


class HolderSpan(models.Model):
    """Who held a case from when to when: what the events say, kept so that sets of cases can be added up.

    `minutes` are working minutes of `calendar`, set when the span ends. Ends are cut to the minute, so that all spans
    of a case add up exactly to the working time from its first event to its last (spans.py).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="spans")
    seq = models.IntegerField()  # of the event that gave the case to this holder
    holder = models.CharField(max_length=10, choices=Holder.choices)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    minutes = models.IntegerField(null=True)
    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="holder_span_once"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="holder_span_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, minutes__isnull=True, calendar__isnull=True)
                | models.Q(ended_at__isnull=False, minutes__isnull=False, calendar__isnull=False),
                name="holder_span_measured_when_ended",
            ),
        ]


class Delta(models.Model):
    """A change of a figure that managers read, written with its cause and folded into a tally by a job.

    `day` is the London day that the figure is about: of opening for what is open, of the event for what happened.
    """

    metric = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    node = models.CharField(max_length=40)
    team_id = models.BigIntegerField(default=0)  # 0: the provider's
    day = models.DateField()
    count = models.IntegerField()
    money = models.DecimalField(max_digits=14, decimal_places=2, default=0)


class Tally(models.Model):
    """The sum of the deltas that were folded so far."""

    metric = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    node = models.CharField(max_length=40)
    team_id = models.BigIntegerField(default=0)
    day = models.DateField()
    count = models.IntegerField()
    money = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["metric", "kind", "node", "team_id", "day"], name="tally_once")]
        indexes = [models.Index(fields=["team_id", "metric", "day"], name="tally_of_team")]
