"""Weeks of delivered care. Where a week stands is the state of its case; where a line's week stands, its own.

One case a service (or lot) and week: 300 clients are one case and one turn of the provider (design, workflows "What one
case is"). Comments are words about a client: they lie in `rows`, never in an event, so that erasing a client takes them
along (erasing.py).
"""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from workflows.engine.models import Case
from workflows.parties.models import Organisation, Service
from workflows.register.models import CarePackageLine


def units(**options: Any) -> "models.DecimalField[Any, Any]":
    """A column of units: hours, visits, sessions."""
    return models.DecimalField(max_digits=9, decimal_places=2, **options)


def pounds(**options: Any) -> "models.DecimalField[Any, Any]":
    """A column of money."""
    return models.DecimalField(max_digits=12, decimal_places=2, **options)


class Standing(models.TextChoices):
    """Where a line's week stands."""

    GENERATED = "generated", "As planned"
    SAVED = "saved", "Saved"
    SUBMITTED = "submitted", "Submitted"
    DISPUTED = "disputed", "Disputed"
    PAYABLE = "payable", "Payable"
    PAID = "paid", "Paid"
    SUSPENDED = "suspended", "Suspended"


class ActualWeek(models.Model):
    """A week of one service, or of one of its lots. `week` is its Monday; `lot` is empty where a contract has none."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="actual_week")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.CharField(max_length=60, blank=True, default="")
    week = models.DateField()
    cut_off = models.DateTimeField(null=True)
    generated_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "lot", "week"], name="actual_week_once")]
        indexes = [models.Index(fields=["week", "case"], name="actual_week_by_week")]


class LineWeek(models.Model):
    """What was planned and delivered for one line in one week, what is payable of it, and where it stands.

    `rows` are entry.Row; every figure beside them is worked out from them by assessing.assess and stored for lists,
    reports and payments. `version` counts saves: a form that was opened before the last one is answered, not obeyed.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="line_weeks")
    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, related_name="weeks", db_index=False)
    week = models.DateField()
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.GENERATED)
    version = models.IntegerField(default=1)
    rows = models.JSONField(default=list)
    causes = ArrayField(models.CharField(max_length=60), default=list)
    saved_at = models.DateTimeField(null=True)
    # Nobody asks what a person saved; an index would be written anew with every save.
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    submitted_version = models.IntegerField(null=True)
    settled = units(default=0, db_default=0)  # above the plan, by the decision on a dispute about these rows

    planned = units(default=0)
    delivered = units(default=0)
    payable = units(default=0)
    not_charged = units(default=0)
    planned_cost = pounds(default=0)
    payable_cost = pounds(default=0)
    at_stake = pounds(default=0)
    differs = models.BooleanField(default=False)  # from the plan or the recorded visits, in any way
    disputable = models.BooleanField(default=False)  # by the council's rule for what is disputed
    lacking = models.BooleanField(default=False)  # something must be added or mended before it can be submitted
    unpriced = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "week"], name="line_week_once"),
            models.CheckConstraint(
                condition=Q(payable__gte=0, payable_cost__gte=0, delivered__gte=0), name="line_week_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["week", "line"], name="line_week_by_week")]


class WeekMoney(models.Model):
    """What the lines of one week come to, by where they stand. The database keeps it with every statement that writes
    lines' weeks (migration 0007), so that a page adds up a few rows a week and not every line."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="week_money", db_index=False)
    standing = models.CharField(max_length=10, choices=Standing.choices)
    lines = models.IntegerField(default=0)
    planned_cost = pounds(default=0)
    payable_cost = pounds(default=0)
    at_stake = pounds(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "standing"], name="week_money_once")]


class LineWeekVersion(models.Model):
    """A line's week as it was submitted: never changed, so that a later one can be held against it."""

    line_week = models.ForeignKey(LineWeek, on_delete=models.PROTECT, related_name="versions", db_index=False)
    version = models.IntegerField()
    rows = models.JSONField()
    payable = units()
    payable_cost = pounds()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line_week", "version"], name="line_week_version_once")]


class RecordedVisit(models.Model):
    """One carer's visit, as electronic call monitoring recorded it. Two carers at once are two visits.

    `identity` is what makes it the same visit in a later file: the other system's number, or line, time and carer.
    `day` is the day (in London) on which it was to begin, else began, and `week` its Monday: a visit across midnight
    belongs to it whole. Times go when the client is erased; `minutes` stay, as evidence of what was paid. No `minutes`:
    it did not take place; no `planned_minutes`: it was not planned.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, related_name="recorded_visits", db_index=False)
    identity = models.CharField(max_length=140)
    reference = models.CharField(max_length=60, blank=True, default="")
    carer = models.CharField(max_length=40, blank=True, default="")
    day = models.DateField()
    week = models.DateField()
    planned_start = models.DateTimeField(null=True)
    planned_end = models.DateTimeField(null=True)
    planned_minutes = models.IntegerField(null=True)
    actual_start = models.DateTimeField(null=True)
    actual_end = models.DateTimeField(null=True)
    minutes = models.IntegerField(null=True)
    run = models.ForeignKey("register.ImportRun", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "identity"], name="recorded_visit_once"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gte=0), name="recorded_visit_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["line", "week"], name="recorded_visit_by_week"),
            models.Index(fields=["organisation", "carer", "actual_start"], name="recorded_visit_by_carer"),
        ]


class WeighedWeek(models.Model):
    """What a file of actuals makes of one line's week, between its reading and Update System (files.keeping).

    `records` are lines of the file; `facts` what was looked at, empty when the week is to be weighed again, and then
    nothing else is kept. The rows hold what people wrote, so they go with the client (erasing.py). No reference is
    checked: these rows last as long as somebody looks at a file.
    """

    run_id = models.BigIntegerField()
    line_week_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    records = ArrayField(models.IntegerField())
    facts = models.TextField(blank=True, default="")
    rows = models.JSONField(null=True)
    planned = units(null=True)
    delivered = units(null=True)
    payable = units(null=True)
    not_charged = units(null=True)
    planned_cost = pounds(null=True)
    payable_cost = pounds(null=True)
    at_stake = pounds(null=True)
    differs = models.BooleanField(null=True)
    disputable = models.BooleanField(null=True)
    lacking = models.BooleanField(null=True)
    unpriced = models.BooleanField(null=True)

    class Meta:
        indexes = [models.Index(fields=["run_id", "case_id"], name="weighed_week_by_case")]


class Authorisation(models.Model):
    """More care than was planned that brokerage has authorised (suffolk-user-guide §2 "authorised through the usual
    means"): so many units a week for a line, from a day to a day."""

    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, related_name="authorisations")
    start = models.DateField()
    end = models.DateField()
    units = models.DecimalField(max_digits=9, decimal_places=2)
    reference = models.CharField(max_length=60)
    given_by = models.CharField(max_length=200)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gte=models.F("start")), name="authorisation_ends_after_start"),
            models.CheckConstraint(condition=Q(units__gt=0), name="authorisation_of_something"),
        ]


class CareDecision(models.Model):
    """What an absence has set going for a line: a notice to the operational team, a decision about paying beyond a
    limit, a package review (bradford-supported-living). One a line, kind and stay (or run)."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="care_decision")
    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    raised = models.CharField(max_length=20)  # council.actuals.Raise
    cause = models.CharField(max_length=60)
    since = models.DateField()  # the Monday on which the stay (or run) began
    decided = models.BooleanField(default=False)
    until = models.DateField(null=True)  # paid until this Sunday; None with `decided`: not paid for longer

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "raised", "cause", "since"], name="care_decision_once"),
        ]
