"""Tables of retention: the lists of what is due, and which cases were erased by one; bundles of what is held."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from workflows.engine.models import Batch, Case, LegalHold
from workflows.parties.models import Client


class RetentionList(models.Model):
    """What was past its time on a day. Nothing on it is erased before two persons have said so."""

    class State(models.TextChoices):
        """How far it is."""

        PREPARING = "preparing", "Being prepared"
        READY = "ready", "Ready to be read"
        ASKED = "asked", "Waits for a second person"
        ERASING = "erasing", "Being erased"
        DONE = "done", "Erased"
        WITHDRAWN = "withdrawn", "Withdrawn"

    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    schedule = models.JSONField(default=list)  # the profile's entries as they were, each with its day
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    begun_at = models.DateTimeField(default=timezone.now)
    prepared_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(state__in=["preparing", "ready", "asked", "erasing"]),
                name="retention_one_list_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("asked_by")),
                name="retention_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"List {self.pk}"


class RetentionItem(models.Model):
    """One thing on a list: a client, a case, a person; or a month (202603) of what is written down by the million."""

    class State(models.TextChoices):
        """What became of it."""

        DUE = "due", "Due"
        HELD = "held", "Under a legal hold"
        ERASED = "erased", "Erased"
        KEPT = "kept", "Not erased"

    list = models.ForeignKey(RetentionList, on_delete=models.CASCADE, related_name="items", db_index=False)
    rule = models.SmallIntegerField()  # which entry of the list's schedule
    subject_id = models.BigIntegerField()
    since = models.DateTimeField()
    count = models.IntegerField()  # how many records would go
    held = models.IntegerField(default=0)  # and how many would not, under a hold
    hold = models.ForeignKey(LegalHold, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DUE)
    message = models.CharField(max_length=300, blank=True, default="")
    piece = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "rule", "subject_id"], name="retention_item_once")]
        indexes = [
            models.Index(fields=["list", "state", "id"], name="retention_item_state"),
            models.Index(fields=["list", "piece"], name="retention_item_piece"),
        ]


class ErasedCase(models.Model):
    """That the words of a case went when its time was over: it is not due again unless it goes on."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="+")
    at = models.DateTimeField()


class Bundle(models.Model):
    """Everything that is held about one client, put together for a request of theirs; forgotten after some days."""

    class State(models.TextChoices):
        """How far it is."""

        MAKING = "making", "Being put together"
        MADE = "made", "Ready"
        FAILED = "failed", "Not made"
        GONE = "gone", "Deleted"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAKING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    total = models.IntegerField(default=0)  # tables and files
    progress = models.IntegerField(default=0)
    contents = models.JSONField(default=list)  # [name, rows, cells to be read]
    file = models.FileField(max_length=200, blank=True, default="")
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=models.Q(state="making"), name="bundle_one_in_the_making"
            ),
            models.CheckConstraint(
                condition=models.Q(state="made") | models.Q(file=""), name="bundle_has_bytes_while_ready"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=models.Q(state="made"), name="bundle_to_delete")]

    def __str__(self) -> str:
        return f"Bundle {self.pk}"
