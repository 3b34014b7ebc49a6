"""What cases are about: contracts, service levels and their rates, care package lines (norfolk-handbook §5, §8, §11).

Every span has a first day `start` and a last day `end`, both included; no end means it goes on. That two spans of
one owner never share a day is held by triggers (migration 0002), because PostgreSQL's own exclusion constraint
needs an extension that embedded servers do not have.
"""

from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import DateField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Greatest, Least
from django.utils import timezone

from workflows.engine.models import Case
from workflows.parties.models import Client, Organisation, Service

NARROW = Q(organisation__isnull=False) | Q(contract__isnull=False)
ENDS_AFTER_START = Q(end__isnull=True) | Q(end__gte=F("start"))


class Contract(models.Model):
    """The overarching contract with an organisation under which lines are bought (norfolk-handbook §11)."""

    reference = models.CharField(max_length=40, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contracts")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.reference


class ServiceLevel(models.Model):
    """A level in which a service is provided, such as "Residential Long Term Standard Rate"."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200, unique=True)
    service_group = models.CharField(max_length=40)  # a service group's key in the profile
    unit = models.CharField(max_length=40)  # "Placement", "Hour"
    contract_type = models.CharField(max_length=40)  # "Spot", "Block"

    def __str__(self) -> str:
        return self.name


class Rate(models.Model):
    """What one unit of a service level costs a week: for everybody, for one organisation, or under one contract.

    The narrowest rate in force wins: the contract's, then the organisation's, then the general one.
    """

    service_level = models.ForeignKey(ServiceLevel, on_delete=models.PROTECT, related_name="rates")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, null=True, related_name="+")
    start = models.DateField()
    end = models.DateField(null=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service_level", "organisation", "contract", "start"],
                nulls_distinct=False,
                name="rate_once_a_start",
            ),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="rate_ends_after_start"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="rate_not_negative"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) | Q(contract__isnull=True), name="rate_for_one_scope"
            ),
        ]


class LineQuerySet(models.QuerySet["CarePackageLine"]):
    """Care package lines with what is asked about them on a day."""

    def live_on(self, day: date) -> Self:
        """Lines that have not ended before the day (those that begin later included)."""
        return self.filter(Q(end__isnull=True) | Q(end__gte=day))

    def priced(self, day: date) -> Self:
        """Add `unit_cost` (None: no price in force), `own_amount`, `by_general_rate` and `suspended` as of a day.

        A line that has not begun shows its first price, one that has ended its last (rules.priced_on).
        """
        asked = Cast(Value(day), DateField())
        return self.annotate(
            priced_on=Greatest(F("start"), Least(asked, F("end"))),
            own_amount=Subquery(_own_rates().values("amount")[:1]),
            level_amount=Subquery(_level_rates().values("amount")[:1]),
            suspended=models.Exists(LineSuspension.objects.filter(_standing("priced_on"), line=OuterRef("pk"))),
            by_general_rate=Q(own_amount__isnull=True) & ~models.Exists(_level_rates().filter(NARROW)),
        ).annotate(unit_cost=Coalesce("own_amount", "level_amount"))


class CarePackageLine(models.Model):
    """One commissioned service of one client: a Care Package Line Item, in the handbook also Service Agreement.

    `version` counts its changes: a form that was opened before the last one is refused.
    """

    reference = models.CharField("CarePackageRef", max_length=40, unique=True)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="lines")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="lines")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="lines")
    service_level = models.ForeignKey(ServiceLevel, on_delete=models.PROTECT, related_name="lines")
    lot = models.CharField(max_length=60, blank=True, default="", db_default="")  # suffolk-user-guide §2
    quantity = models.DecimalField(max_digits=6, decimal_places=2)
    start = models.DateField()
    end = models.DateField(null=True)
    temporary = models.BooleanField(default=False)
    review_date = models.DateField(null=True)
    version = models.IntegerField(default=1)

    # Only on rows that were read by `priced`:
    priced_on: date
    own_amount: Decimal | None
    unit_cost: Decimal | None
    suspended: bool

    objects = LineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ENDS_AFTER_START, name="line_ends_after_start"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(temporary=True) ^ Q(review_date__isnull=True), name="line_temporary_has_review"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class LineRate(models.Model):
    """A price of this line alone from a day on; without an amount the service level's rate holds again."""

    line = models.ForeignKey(CarePackageLine, on_delete=models.CASCADE, related_name="rates", db_index=False)
    start = models.DateField()
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "start"], name="line_rate_once_a_start"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="line_rate_not_negative"),
        ]


class LineSuspension(models.Model):
    """Days on which the line is not provided (bedford-actuals-guide: "client is suspended")."""

    line = models.ForeignKey(CarePackageLine, on_delete=models.CASCADE, related_name="suspensions", db_index=False)
    start = models.DateField()
    end = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "start"], name="suspension_once_a_start"),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="suspension_ends_after_start"),
        ]


class LineVisits(models.Model):
    """A part of a line's planned week: so many units on each of these days, by so many carers at once.

    Without any, nobody planned days: the line's quantity is for the week (actuals.week.Visits). `days` are weekdays, 0
    is Monday. Source: suffolk-user-guide §2 ("45 minutes every day", "a double assist service").
    """

    line = models.ForeignKey(CarePackageLine, on_delete=models.CASCADE, related_name="visits")
    start = models.DateField()
    end = models.DateField(null=True)
    units = models.DecimalField(max_digits=6, decimal_places=2)
    days = ArrayField(models.SmallIntegerField())
    carers = models.SmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ENDS_AFTER_START, name="visits_end_after_start"),
            models.CheckConstraint(condition=Q(units__gt=0, carers__gte=1), name="visits_of_something"),
        ]


class Contribution(models.Model):
    """What the client pays towards a line each week; the home collects it (domain.md §4.1, reading A)."""

    line = models.ForeignKey(CarePackageLine, on_delete=models.CASCADE, related_name="contributions", db_index=False)
    start = models.DateField()
    end = models.DateField(null=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "start"], name="contribution_once_a_start"),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="contribution_ends_after_start"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="contribution_not_negative"),
        ]


class PaymentHold(models.Model):
    """That a line is not to be paid from a day on, because somebody told that the client died, is away or has moved.

    Nothing is decided by it: payments wait from `start` (to `end`, when the client is known to come back) until the
    line says what happened, or the hold is lifted.
    """

    class Cause(models.TextChoices):
        DEATH = "death", "Death"
        AWAY = "away", "Stay away"
        MOVE = "move", "Move"

    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, related_name="holds", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(max_length=10, choices=Cause.choices)
    start = models.DateField()
    end = models.DateField(null=True)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "case"], name="hold_once_a_case"),
            models.CheckConstraint(condition=ENDS_AFTER_START, name="hold_ends_after_start"),
        ]


class ImportRun(models.Model):
    """One file on its way into the register: read, looked at, and then either taken over or cancelled.

    The counters have the words of suffolk-user-guide §2 "Confirm Import"; read is the sum of the other four.
    """

    class Status(models.TextChoices):
        READING = "reading", "Reading the file"
        PENDING = "pending", "Waiting for you to update the system or cancel"
        UPDATING = "updating", "Updating the system"
        DONE = "done", "Import complete"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Not possible"

    kind = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)  # until it has been read
    layout = models.JSONField(default=dict)  # parsing.Layout: what separates cells, and which column each is
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Whose records a provider's person may change by it; empty for files of the council's.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    publish = models.BooleanField(default=False)  # publish contract documents for lines that begin or end
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READING)
    message = models.TextField(blank=True, default="")
    total = models.IntegerField(default=0)
    progress = models.IntegerField(default=0)  # rows read, or taken over, so far
    new = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    quality_issues = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-id"], name="import_latest"),
            models.Index(fields=["sha256"], name="import_file"),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One record of a file: its own text, what was read from it, and what will become (or became) of it."""

    class Verdict(models.TextChoices):
        NEW = "new", "New"
        UPDATED = "updated", "Updated"
        UNCHANGED = "unchanged", "Unchanged"
        REJECTED = "rejected", "Rejected"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.IntegerField()  # the line of the file on which the record begins
    raw = models.TextField()
    data = models.JSONField(default=dict)
    problem = models.TextField(blank=True, default="")  # what was wrong with the record by itself
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True, default="")
    message = models.TextField(blank=True, default="")
    issue = models.TextField(blank=True, default="")  # a doubt about its quality; the record is taken all the same
    record_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]


def _standing(day: str) -> Q:
    """Spans that contain the day that the outer query calls `day`."""
    return Q(start__lte=OuterRef(day)) & (Q(end__isnull=True) | Q(end__gte=OuterRef(day)))


def _own_rates() -> models.QuerySet[LineRate]:
    return LineRate.objects.filter(line=OuterRef("pk"), start__lte=OuterRef("priced_on")).order_by("-start")


def _level_rates() -> models.QuerySet[Rate]:
    scope = Q(contract=OuterRef("contract")) | Q(
        Q(organisation=OuterRef("contract__organisation")) | Q(organisation__isnull=True), contract__isnull=True
    )
    return Rate.objects.filter(scope, _standing("priced_on"), service_level=OuterRef("service_level")).order_by(
        F("contract").asc(nulls_last=True), F("organisation").asc(nulls_last=True)
    )
