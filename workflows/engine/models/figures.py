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
        indexes = [
            # The cases behind a line of who had the ball: of a holder or one team, the latest first.
            models.Index(
                fields=["holder", "-ended_at", "-id"],
                name="holder_span_ended",
                include=["team"],
                condition=models.Q(ended_at__isnull=False),
            ),
        ]


class Key(models.Model):
    """What every figure is about. `day` is a London day: of opening for what is open, of the event for what happened;
    for figures that are kept by week (tally.py) the Monday."""

    metric = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    node = models.CharField(max_length=40, blank=True, default="")  # empty: of the whole case
    team_id = models.BigIntegerField(default=0)  # 0: the provider's, the system's, nobody's
    service_group = models.CharField(max_length=40, blank=True, default="")  # empty: about no service
    outcome = models.CharField(max_length=30, blank=True, default="")  # a verb, the last state, or a kind of holder
    bucket = models.SmallIntegerField(default=0)  # how long, or how often
    day = models.DateField()

    class Meta:
        abstract = True


class Sums(models.Model):
    """What is added up: how many, their working minutes, those of them that were waited, and pounds."""

    count = models.IntegerField()
    minutes = models.BigIntegerField(default=0)
    waited = models.BigIntegerField(default=0)
    money = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta:
        abstract = True


class Delta(Key, Sums):
    """A change of a figure that managers read, written with its cause and folded into the tallies by a job."""

    provider_id = models.BigIntegerField(default=0)
    person_id = models.BigIntegerField(default=0)  # who of the council did it; 0: nobody of a team


#: What a tally is kept by, the provider's and the whole alike.
BY = ("metric", "kind", "node", "team_id", "service_group", "outcome", "bucket", "day")


class Tally(Key, Sums):
    """The sum of the deltas that were folded so far, over all providers and people."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=list(BY), name="tally_once")]
        indexes = [models.Index(fields=["team_id", "metric", "day"], name="tally_of_team")]


class ProviderTally(Key, Sums):
    """The same by provider: what is asked of one of them, or of all beside each other."""

    provider_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider_id", *BY], name="provider_tally_once")]
        indexes = [
            models.Index(fields=["provider_id", "metric", "day"], name="tally_of_provider"),
            # All providers beside each other (holding.py), without reading a row of the table.
            models.Index(
                fields=["day", "kind"],
                name="provider_held",
                include=["team_id", "service_group", "outcome", "provider_id", "count", "minutes"],
                condition=models.Q(metric="held"),
            ),
        ]


class PersonTally(models.Model):
    """What people of the council did with the turns of a team, by day."""

    person_id = models.BigIntegerField()
    team_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    metric = models.CharField(max_length=20)
    day = models.DateField()
    count = models.IntegerField()
    minutes = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "person_id", "kind", "metric", "day"], name="person_tally_once")
        ]
        indexes = [models.Index(fields=["team_id", "day"], name="person_tally_of_team")]
